"""What another pack would do to a run's figures: each number is worked out by hand from the factors."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from leafmark import engine
from leafmark.engine.candidate import Effect, effect
from leafmark.engine.replay import ChangedInputError
from leafmark.engine.run import Run, open_run
from leafmark.factors.model import Pack, builtin
from leafmark.factors.revision import revise

DAY = dt.date(2026, 11, 1)
HEAD = "product_id,stage,key,amount,unit\n"
BILL = (
    "egg,materials,food.eggs,2,kg\nmilk,materials,food.milk,1,kg\n"
    "mix,materials,food.milk,9,kg\nmix,materials,food.eggs,0.001,kg\nodd,materials,no.such.key,1,kg\n"
)
ALL = pa.array(["egg", "milk", "mix", "odd"])


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "bill.csv").write_text(HEAD + BILL)
    engine.footprint(tmp_path / "bill.csv", out=tmp_path / "run", known_on=DAY)
    return open_run(tmp_path / "run")


def changed_pack(times: float = 1, key: str = "food.eggs", without: str = "", **cells: object) -> Pack:
    """The built-in pack with one key's factors multiplied, or a key left out."""
    pack = builtin()
    rows = [
        row | {"co2e_kg": row["co2e_kg"] * times, "other_co2e_kg": None, **cells} if row["key"] == key else row
        for row in pack.factors.to_pylist()
        if row["key"] != without
    ]
    fields = {"id": pack.id, "version": "next", "title": "t", "licence_note": "l", "gwp_note": "g"}
    sources = [{name: getattr(each, name) for name in each.__slots__} for each in pack.sources.values()]
    return Pack.from_rows(fields, rows, sources)


def of(run: Run, pack: Pack, subjects: pa.Array = ALL) -> Effect:
    revision = revise(builtin(), pack)
    return effect(run, pack, revision.ids("changed", "removed"), subjects, revision.known_from)


def test_the_same_pack_changes_nothing(run: Run) -> None:
    found = of(run, changed_pack())
    assert (found.figures, found.using, found.kinds["same"], found.kinds["unknown"]) == (4, 0, 3, 1)
    assert (found.lowest, found.highest) == (None, None)


def test_a_doubled_factor_doubles_what_rests_on_it_alone(run: Run) -> None:
    """Eggs 4.67 kg/kg, milk 3.15 kg/kg: the mix of 9 kg milk and 1 g eggs grows by 0.00467 / 28.35467."""
    found = of(run, changed_pack(2))
    assert (found.using, found.kinds["changed"], found.kinds["same"]) == (2, 2, 1)
    assert found.highest == pytest.approx(1, rel=1e-9)
    milk = next(row["co2e_kg"] for row in builtin().factors.to_pylist() if row["key"] == "food.milk")
    eggs = next(row["co2e_kg"] for row in builtin().factors.to_pylist() if row["key"] == "food.eggs")
    assert found.lowest == pytest.approx(eggs * 0.001 / (milk * 9 + eggs * 0.001), rel=1e-6)
    assert found.median == pytest.approx((found.lowest + found.highest) / 2)


def test_only_the_figures_asked_about_count(run: Run) -> None:
    found = of(run, changed_pack(2), pa.array(["mix", "milk", "elsewhere"]))
    assert (found.figures, found.using, found.kinds["changed"]) == (2, 1, 1)


def test_a_removed_factor_makes_its_products_unknown(run: Run) -> None:
    found = of(run, changed_pack(without="food.eggs"))
    assert (found.using, found.kinds["became_unknown"], found.kinds["changed"]) == (2, 2, 0)


def test_a_factor_published_after_the_run_counts_all_the_same(run: Run) -> None:
    """Else a pack's newest rows would seem to change nothing."""
    later = dt.date(2026, 12, 24)
    found = of(run, changed_pack(3, published_on=later))
    assert found.known_on == later
    assert found.highest == pytest.approx(2)


def test_a_pack_of_another_id_stands_beside_the_pinned_ones(run: Run, tmp_path: Path) -> None:
    extra = Pack.from_rows(
        {"id": "extra", "version": "1", "title": "t", "licence_note": "l", "gwp_note": "g"},
        [{**builtin().factors.slice(0, 1).to_pylist()[0], "key": "no.such.key", "unit": "kg", "boundary": "cradle_to_gate", "region": "WORLD",
          "factor_id": "no.such.key@WORLD:cradle_to_gate:2020"}],
        [{name: getattr(each, name) for name in each.__slots__} for each in builtin().sources.values()],
    )  # fmt: skip
    found = effect(run, extra, (), ALL, DAY)
    assert (found.kinds["same"], found.kinds["became_known"] + found.kinds["unknown"]) == (3, 1)


def test_nothing_of_the_run_is_touched(run: Run) -> None:
    before = {path: path.read_bytes() for path in sorted(run.path.rglob("*")) if path.is_file()}
    of(run, changed_pack(2))
    assert {path: path.read_bytes() for path in sorted(run.path.rglob("*")) if path.is_file()} == before


def test_an_input_that_was_changed_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bill.csv").write_text(HEAD + BILL.replace("egg,materials,food.eggs,2", "egg,materials,food.eggs,3"))
    with pytest.raises(ChangedInputError, match=r"bill\.csv"):
        of(run, changed_pack(2))
