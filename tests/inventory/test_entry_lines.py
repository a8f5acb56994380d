"""Entries that another room made, as lines: the grams to the microgram, the range again, and no other book."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from leafmark.engine.run import Settings, run
from leafmark.engine.schema import ENTRY_SCHEMA
from leafmark.engine.statement import MixedBooksError
from leafmark.factors.model import builtin
from leafmark.inventory.accounting.entries import lines_of_entries
from leafmark.inventory.book import InventoryError, sums
from leafmark.methods import method

KNOWN_ON = dt.date(2026, 6, 1)


def test_entries_of_a_run_come_with_its_grams_and_its_range(tmp_path: Path) -> None:
    rows = [
        {
            "site_id": f"boiler-{n}",
            "fuel": key,
            "amount": 100.0 + n,
            "unit": "L",
            "region": "GB",
            "date": dt.date(2023, 1 + n % 3, 1),
        }
        for n, key in enumerate(("fuel.diesel", "fuel.petrol") * 20)
    ]
    done = run(
        method("combustion.direct@1"),
        pa.Table.from_pylist(rows),
        [builtin()],
        tmp_path / "run",
        Settings(KNOWN_ON, "AR5", lines=True),
    )
    lines = lines_of_entries(done.path, "own", "plant", "parcels")
    total = sums(lines, (), "location")[()]
    assert total.co2e_ug == done.record["totals"]["co2e_ug"]
    assert total.low_ug == pytest.approx(done.record["totals"]["low_ug"], rel=1e-6)
    assert total.high_ug == pytest.approx(done.record["totals"]["high_ug"], rel=1e-6)
    assert {row["month"].month for row in lines.to_pylist()} == {1, 2, 3}
    assert sum(row["activities"] for row in lines.to_pylist()) == done.table("entries").num_rows
    assert total.gases is not None
    assert sum(total.gases.values()) == total.co2e_ug


def test_entries_of_the_impact_book_or_of_no_scope_never_become_lines() -> None:
    entry = dict.fromkeys(ENTRY_SCHEMA.names) | {
        "run_id": "r", "book": "inventory", "scope": 1, "method_id": "m", "method_version": 1, "factor_id": "f", "co2e_ug": -5, "low_ug": -6,
        "high_ug": -4,
    }  # fmt: skip
    assert lines_of_entries(pa.Table.from_pylist([entry], schema=ENTRY_SCHEMA), "own", "x", "acts").column(
        "co2e_ug"
    ).to_pylist() == [-5]
    for other, error, about in (
        ({"book": "impact"}, MixedBooksError, "book impact"), ({"book": None}, MixedBooksError, "book None"), ({"book": "product"}, MixedBooksError, "book product"),
        ({"scope": None}, InventoryError, "no scope"), ({"factor_id": "vcs.carbon_credit@WORLD"}, InventoryError, "offset_in_inventory"),
    ):  # fmt: skip
        with pytest.raises(error, match=about):
            lines_of_entries(pa.Table.from_pylist([entry, entry | other], schema=ENTRY_SCHEMA), "own", "x", "acts")
    with pytest.raises(InventoryError, match="missing"):
        lines_of_entries(pa.table({"co2e_ug": [1]}), "own", "x", "acts")


def test_days_that_are_kept_as_times_are_days() -> None:
    row = {
        "run_id": "r", "date": dt.datetime(2023, 5, 6, 7), "book": "inventory", "scope": 3, "category": 1, "method_id": "m", "method_version": 1,
        "factor_id": "f", "co2e_ug": 5, "low_ug": 4, "high_ug": 6, "gases": None,
    }  # fmt: skip
    table = pa.Table.from_pylist(
        [row],
        pa.schema([*(f for f in ENTRY_SCHEMA if f.name in row and f.name != "date"), ("date", pa.timestamp("us"))]),
    )
    assert lines_of_entries(table, "own", "x", "acts").column("month").to_pylist() == [dt.date(2023, 5, 1)]
