"""What the demo's televisions are compared with: the ranks of a whole register, counted by another route."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from pathlib import Path

import pytest

from leafmark.demo.electronics import consistent, demo_televisions, read_televisions
from leafmark.demo.electronics_lines import television_lines
from leafmark.demo.television_classes import (
    RANKS,
    SCREEN_CLASSES_CM,
    classes_of,
    ends_of,
    frozen_table,
    references,
    shipped_classes,
)
from leafmark.engine.run import Run, run
from leafmark.engine.settings import Settings
from leafmark.factors.model import builtin
from leafmark.methods.use_stage import USE_STAGE_2
from leafmark.products.benchmarks import COUNT_MIN
from leafmark.products.footprint import footprint_from

KWH = "Labelled energy consumption (kWh/year)"


def test_the_shipped_classes_are_the_register_s(shared_data: Path) -> None:
    found, flags = read_televisions(shared_data / "televisions" / "au_e3_televisions_2025.csv.gz")
    assert classes_of(consistent(found, flags)) == shipped_classes()


def test_the_ranks_counted_by_another_route(shared_data: Path) -> None:
    """One class, 51 to 71 cm, from the raw file: sorted kWh of models in force, the value at rank ceil(n p / 100)."""
    path = shared_data / "televisions" / "au_e3_televisions_2025.csv.gz"
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode("utf-8", "replace"))))
    found, flags = read_televisions(path)
    good = {each.row for each in consistent(found, flags)}
    kwh: dict[str, float] = {}
    for number, row in enumerate(rows, 1):
        if number in good and row["ExpDate"] >= "2026-11-01" and 51 <= round(float(row["screensize"]), 1) < 71:
            kwh.setdefault(row["Registration Number"], float(row[KWH]))
    one = shipped_classes()[1]
    assert (one.from_cm, one.to_cm, one.models) == (51, 71, len(kwh))
    ordered = sorted(kwh.values())
    expected = [ordered[0], *(ordered[-(-len(ordered) * p // 100) - 1] for p in range(10, 100, 10)), ordered[-1]]
    assert [kwh[each] for each in one.registrations] == expected


def test_every_class_has_its_ranks_on_the_shelf_and_thirty_models() -> None:
    shelf = {row["registration"]: row for row in demo_televisions()}
    classes = shipped_classes()
    assert [each.from_cm for each in classes] == [0, *SCREEN_CLASSES_CM]
    for each in classes:
        assert each.models >= COUNT_MIN
        assert len(each.registrations) == len(RANKS)
        assert all(ends_of(float(shelf[one]["screen_cm"])) == (each.from_cm, each.to_cm) for one in each.registrations)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Run:
    day = dt.date(2026, 11, 1)
    return run(
        USE_STAGE_2,
        television_lines(7),
        [builtin()],
        tmp_path_factory.mktemp("run") / "tv",
        Settings(day, run_date=day),
    )


def test_the_frozen_grams_are_those_of_the_ranks(used: Run) -> None:
    footprints = {}
    for product in used.table("products").to_pylist():
        row = next(each for each in demo_televisions() if each["registration"] == product["product_id"])
        low, high = ends_of(float(row["screen_cm"]))
        about = {"category": "television", "functional_unit": f"{low} to {high} cm", "boundary": "use_only"}
        footprints[product["product_id"]] = footprint_from(product, about)
    table = frozen_table(footprints, used.id)
    assert len(table.rows) == len(shipped_classes())
    frozen = next(each for each in table.rows if each.basis.functional_unit == "51 to 71 cm")
    one = shipped_classes()[1]
    kwh = {each["registration"]: float(each["labelled_kwh_per_year"]) for each in demo_televisions()}
    assert frozen.count == one.models
    assert frozen.median_ug == pytest.approx(kwh[one.middle] * 7 * 0.55383 * 1e9, abs=1)
    assert frozen.deciles_ug == tuple(footprints[each].co2e_ug for each in one.registrations[1:-1])


def test_each_television_but_the_middle_one_has_a_reference_of_its_size() -> None:
    rows = {row["registration"]: row for row in demo_televisions()}
    found = references(rows)
    middles = {each.middle for each in shipped_classes()}
    assert set(rows) - set(found) == middles
    for product_id, each in found.items():
        assert each["reference"] in middles
        assert ends_of(float(rows[each["reference"]]["screen_cm"])) == ends_of(float(rows[product_id]["screen_cm"]))
        assert set(each["why"]) == {"en", "zh-Hant", "zh-Hans"}
