"""Order lines: what the run adds up to, by hand."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from engine_rows import KNOWN_ON, factor, pack

from leafmark.engine.order_lines import orders
from leafmark.engine.run import Run
from leafmark.engine.settings import Settings

DAY = dt.date(2024, 3, 1)
SHELF = [
    {"product_id": "board", "category": "paper", "mass_kg": 0.5, "mass_key": "material.board"},
    {"product_id": "loose", "category": None, "mass_kg": 2.0, "mass_key": "material.board"},
    {"product_id": "old", "category": "paper", "mass_kg": 1.0, "mass_key": "material.old"},
]
CATALOGUE = pa.schema(
    [(name, pa.string()) for name in ("product_id", "category", "mass_key")] + [("mass_kg", pa.float64())]
)
PACK = pack(factor(gsd=1.5), factor("material.old", gwp_set="AR4", co2e_kg=3.0, gsd=2.0))


def bought(out: Path, *lines: tuple[int, str, float, dt.date], gwp: str = "AR5", **options: Any) -> Run:
    """Lines (order, product, pieces, day) against the shelf."""
    rows = [dict(zip(("order_id", "product_id", "pieces", "date"), each, strict=True)) for each in lines]
    return orders(
        pa.Table.from_pylist(rows), pa.Table.from_pylist(SHELF, schema=CATALOGUE), [PACK], out, Settings(KNOWN_ON, gwp),
        **options,
    )  # fmt: skip


def test_a_product_without_a_category_counts_under_no_name(tmp_path: Path) -> None:
    made = bought(tmp_path / "run", (1, "board", 2, DAY), (1, "loose", 1, DAY), (2, "loose", 3, DAY))
    totals = made.record["totals"]
    assert {name: group["co2e_ug"] for name, group in totals["by_category"].items()} == {
        "paper": 2 * 10**9,
        "": 16 * 10**9,
    }
    entries = {row["subject_id"]: row["co2e_ug"] for row in made.table("entries").to_pylist()}
    assert entries == {"paper": 2 * 10**9, None: 16 * 10**9}
    categories = {row["category"]: row["lines"] for row in made.table("categories").to_pylist()}
    assert categories == {"paper": 1, None: 2}
    assert sum(group["co2e_ug"] for group in totals["by_category"].values()) == totals["co2e_ug"]


def test_what_is_not_restated_is_told(tmp_path: Path) -> None:
    made = bought(tmp_path / "run", (1, "board", 2, DAY), (1, "old", 2, DAY))
    assert made.record["totals"]["co2e_ug"] == 8 * 10**9
    assert made.record["totals"]["gwp_native_share"] == pytest.approx(6 / 8)


def test_days_and_months_add_up_and_an_order_of_nothing_accepted_is_not_zero(tmp_path: Path) -> None:
    year_on = dt.date(2024, 4, 5)
    made = bought(
        tmp_path / "run", (1, "board", 2, DAY), (2, "nowhere", 1, DAY), (3, "board", 0, DAY), (4, "board", 4, year_on),
        (4, "nowhere", 1, year_on), chunk_lines=2,
    )  # fmt: skip
    by_order = {
        row["order_id"]: (row["co2e_ug"], row["lines"], row["rejected_lines"])
        for row in made.table("orders").to_pylist()
    }
    assert by_order == {1: (2 * 10**9, 1, 0), 2: (None, 1, 1), 3: (0, 1, 0), 4: (4 * 10**9, 2, 1)}
    days = [
        (row["date"], row["orders"], row["lines"], row["rejected_lines"], row["co2e_ug"])
        for row in made.table("days").to_pylist()
    ]
    assert days == [(DAY, 3, 3, 1, 2 * 10**9), (year_on, 1, 2, 1, 4 * 10**9)]
    months = [
        (row["year"], row["month"], row["orders"], row["ug_per_order"], row["change"])
        for row in made.table("intensity").to_pylist()
    ]
    assert months == [(2024, 3, 3, 2e9 / 3, None), (2024, 4, 1, 4e9, None)]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_chunk_of_rejected_lines_only_does_not_stop_the_run(tmp_path: Path, place: int) -> None:
    lines = [
        (n, "nowhere" if day == place else "board", 1.0, DAY + dt.timedelta(day)) for day in range(3) for n in range(2)
    ]
    made = bought(tmp_path / "run", *lines, chunk_lines=2)
    assert (made.record["lines_accepted"], made.record["lines_rejected"]) == (4, 2)
    assert made.record["totals"]["co2e_ug"] == 4 * 10**9


def test_a_tier_and_a_year_have_a_range_of_their_own(tmp_path: Path) -> None:
    """One factor alone: both ranges are those of its lognormal, GSD 1.5."""
    made = bought(tmp_path / "run", (1, "board", 2, DAY), (2, "board", 3, DAY))
    sigma = math.log(1.5)
    low, high = (5e9 * math.exp(-sigma * sigma / 2 + sign * 1.959964 * sigma) for sign in (-1, 1))
    for group in (made.record["totals"]["by_tier"]["mass"], made.record["totals"]["by_year"]["2024"]):
        assert group["low_ug"] == pytest.approx(low, rel=1e-6)
        assert group["high_ug"] == pytest.approx(high, rel=1e-6)


def test_lines_of_two_periods_in_one_chunk_meet_each_its_own(tmp_path: Path) -> None:
    """The factor doubles on 1 January; a chunk of both years must not take one for both."""
    packs = pack(
        factor(
            co2e_kg=2.0, valid_from=dt.date(2023, 1, 1), valid_to=dt.date(2024, 1, 1), published_on=dt.date(2023, 1, 1)
        ),
        factor(co2e_kg=4.0),
    )
    rows = [
        {"order_id": n, "product_id": "board", "pieces": 1.0, "date": day}
        for n, day in enumerate((dt.date(2023, 12, 31), dt.date(2024, 1, 1)))
    ]
    for size in (1, 2, 100):
        made = orders(
            pa.Table.from_pylist(rows), pa.Table.from_pylist(SHELF[:1], schema=CATALOGUE), [packs], tmp_path / f"run-{size}",
            Settings(KNOWN_ON, "AR5"), chunk_lines=size,
        )  # fmt: skip
        assert {row["order_id"]: row["co2e_ug"] for row in made.table("orders").to_pylist()} == {0: 10**9, 1: 2 * 10**9}


def test_neither_chunks_nor_entries_change_a_total(tmp_path: Path) -> None:
    """Ranges are rounded once for the run: the same in one chunk or four, and with entries or without."""
    lines = [(n, "board", 0.1 + n / 7, DAY + dt.timedelta(n % 4)) for n in range(40)]
    lines += [(n, "loose", 0.3, DAY + dt.timedelta(n % 4)) for n in range(40)]
    whole = bought(tmp_path / "whole", *lines)
    for name, chunk_lines, settings in (
        ("chunks", 20, Settings(KNOWN_ON, "AR5")),
        ("bare", 100, Settings(KNOWN_ON, "AR5", no_entries=True)),
        ("bare-chunks", 20, Settings(KNOWN_ON, "AR5", no_entries=True)),
    ):
        rows = [dict(zip(("order_id", "product_id", "pieces", "date"), each, strict=True)) for each in lines]
        made = orders(
            pa.Table.from_pylist(rows), pa.Table.from_pylist(SHELF, schema=CATALOGUE), [PACK], tmp_path / name, settings,
            chunk_lines=chunk_lines,
        )  # fmt: skip
        assert made.record["totals"] == whole.record["totals"]
        assert (tmp_path / name / "entries.parquet").exists() != settings.no_entries
        for table in ("categories", "days", "intensity"):
            assert made.table(table).equals(whole.table(table))


def test_a_change_is_told_only_between_years_of_about_as_many_days(tmp_path: Path) -> None:
    def lines(year: int, days: int, pieces: float) -> list[tuple[int, str, float, dt.date]]:
        first = dt.date(year, 1, 1)
        return [(year * 1000 + day, "board", pieces, first + dt.timedelta(day)) for day in range(days)]

    made = bought(tmp_path / "run", *lines(2023, 20, 1), *lines(2024, 18, 2), *lines(2025, 16, 2))
    assert set(made.record["totals"]["by_year"]) == {"2023", "2024", "2025"}
    assert made.record["totals"]["intensity_change"] == {}, "without money there is no intensity"
    rows = [
        {"order_id": o, "product_id": p, "pieces": n, "spend": 5.0, "date": d}
        for o, p, n, d in (*lines(2023, 20, 1), *lines(2024, 18, 2), *lines(2025, 16, 2), *lines(2026, 1, 9))
    ]
    told = orders(
        pa.Table.from_pylist(rows), pa.Table.from_pylist(SHELF, schema=CATALOGUE), [PACK], tmp_path / "money",
        Settings(KNOWN_ON, "AR5"),
    ).record["totals"]["intensity_change"]  # fmt: skip
    assert told == {"2024": pytest.approx(1.0)}, "18 of 20 days is enough, 16 of 18 and one of 16 are not"
