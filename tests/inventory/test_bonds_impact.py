"""A result is split by exact shares and its parts add up; what cites entries is held to them; what has no share is in no sum."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from engine_rows import bill, factor, line, pack, run_bill
from hypothesis import given
from hypothesis import strategies as st
from made_bonds import ALLOCATION, BOND, HOLDING, INDICATOR, PROJECT, TRANCHE, bonds_folder, guide_files

from leafmark.inventory.bonds import read
from leafmark.inventory.bonds.impact import OTHERS, split
from leafmark.inventory.bonds.report import impact_report

THREE = [{**TRANCHE, "tranche_id": name, "net_proceeds": "200.00"} for name in "xyz"]
THIRDS: dict[str, Any] = {
    "tranches": THREE, "projects": [{**PROJECT, "cost": "600.00"}], "unallocated": [],
    "allocations": [{**ALLOCATION, "allocation_id": name, "tranche_id": name, "amount": "200.00"} for name in "xyz"],
}  # fmt: skip


@given(
    st.integers(-(10**12), 10**12), st.integers(0, 6),
    st.lists(st.integers(1, 10**9), min_size=1, max_size=6), st.integers(0, 10**9),
)  # fmt: skip
def test_parts_add_up_to_the_whole_and_lie_within_a_last_place_of_their_share(
    units: int, places: int, allocated: list[int], others: int
) -> None:
    value, cost = Decimal(units).scaleb(-places), sum(allocated) + others
    parts = split(value, {str(at): Fraction(each, cost) for at, each in enumerate(allocated)})
    assert sum(parts.values()) == value
    for at, each in enumerate(allocated):
        assert abs(Fraction(parts[str(at)]) - Fraction(value) * each / cost) < Fraction(1, 10**places)
    assert set(parts) == {*map(str, range(len(allocated))), OTHERS}


def test_shares_past_the_whole_are_refused() -> None:
    with pytest.raises(ValueError, match="at most the whole"):
        split(Decimal(1), {"a": Fraction(2, 3), "b": Fraction(1, 2)})


def test_a_hundred_jobs_among_three_tranches_stay_a_hundred(tmp_path: Path) -> None:
    """By hand: 33 1/3 each; one tranche has 34, the first."""
    report = impact_report(read(bonds_folder(tmp_path, **THIRDS, indicators=[{**INDICATOR, "unit": "jobs"}])))
    (result,) = report["bonds"][0]["results"]
    assert result["tranches"] == {"x": "34", "y": "33", "z": "33"}
    assert (result["share"], result["part"], result["whole"]) == ("1", "100", "100")


def test_a_bond_has_its_share_of_the_cost_and_no_more(tmp_path: Path) -> None:
    """600 of 800 financed: three quarters of 100.5 t is 75.375, whose last place is a tenth."""
    rows = [{**INDICATOR, "value": "100.5"}, {**INDICATOR, "indicator_id": "j", "value": "-4.0"}]
    (bond,) = impact_report(read(bonds_folder(tmp_path, indicators=rows)))["bonds"]
    assert [each["share"] for each in bond["results"]] == ["3/4", "3/4"]
    assert [each["part"] for each in bond["results"]] == ["75.4", "-3.0"]  # and below zero stays below zero
    assert bond["sums"] == [
        {"indicator": "emissions avoided", "unit": "t CO2e", "from": "2025-01-01", "until": "2026-01-01", "result": "expected", "part": "72.4"}
    ]  # fmt: skip


def test_unlike_results_are_never_added(tmp_path: Path) -> None:
    rows = [INDICATOR, {**INDICATOR, "indicator_id": "j", "result": "actual"}, {**INDICATOR, "indicator_id": "k", "unit": "kt CO2e"},
            {**INDICATOR, "indicator_id": "l", "from": "2024-01-01"}, {**INDICATOR, "indicator_id": "m", "indicator": "energy saved"}]  # fmt: skip
    (bond,) = impact_report(read(bonds_folder(tmp_path, indicators=rows)))["bonds"]
    assert [each["part"] for each in bond["sums"]] == ["75"] * 5


def test_a_project_of_unknown_cost_has_no_share(tmp_path: Path) -> None:
    report = impact_report(read(guide_files("inventory-bonds.md", tmp_path) / "bonds"))
    (bond,) = report["bonds"]
    assert [(each["whole"], each["share"], each["part"]) for each in bond["results"]] == [("1900000", None, None)]
    assert (bond["sums"], bond["without_share"]) == ([], ["floor"])
    assert "share_unknown" in [each["reason"] for each in report["flags"]]


@pytest.fixture
def ran(tmp_path: Path) -> Any:
    """A run of one product of 3 kg of board, 2 kg CO2e each."""
    pq.write_table(bill([line(7)]), tmp_path / "bill.parquet")
    return run_bill(tmp_path / "runs" / "board", tmp_path / "bill.parquet", pack(factor(gsd=1.5)))


@pytest.mark.parametrize(
    ("value", "unit", "address", "cited"),
    [("6", "kg CO2e", "7", "checked"), ("6.00", "kg CO2e", "total", "checked"), ("0.006", "t CO2e", "stage:materials", "checked"),
     ("6000", "g", "id:7", "checked"), ("6.01", "kg CO2e", "7", "differs"), ("0", "t CO2e", "7", "checked"),
     ("6", "kg CO2e", "8", "missing"), ("6", "jobs", "7", "missing")],
)  # fmt: skip
def test_an_indicator_is_held_to_the_entries_it_cites(
    tmp_path: Path, ran: Any, value: str, unit: str, address: str, cited: str
) -> None:
    """6 kg, to the last place told: 0 t is 6 kg in whole tonnes."""
    row = {**INDICATOR, "value": value, "unit": unit, "run_id": ran.id, "address": address}
    folder = bonds_folder(tmp_path / "bonds", indicators=[row])
    report = impact_report(read(folder), tmp_path / "runs")
    (result,) = report["bonds"][0]["results"]
    assert result["cited"] == cited
    assert (report["status"] == "complete") == (cited == "checked")
    unchecked = impact_report(read(folder))
    assert unchecked["status"] == "draft"
    assert unchecked["bonds"][0]["results"][0]["cited"] == ("missing" if unit == "jobs" else "not_checked")


def test_a_run_that_is_not_there_is_said(tmp_path: Path) -> None:
    row = {**INDICATOR, "run_id": "nobody", "address": "total"}
    report = impact_report(read(bonds_folder(tmp_path / "bonds", indicators=[row])), tmp_path)
    assert [each["reason"] for each in report["flags"]] == ["no_such_entry"]
    assert json.loads(json.dumps(report))["open"] == ["cited:i"]


def test_a_project_of_two_bonds_is_told_by_each_in_its_own_part(tmp_path: Path) -> None:
    report = impact_report(read(bonds_folder(
        tmp_path, bonds=[BOND, {**BOND, "bond_id": "c"}],
        tranches=[{**TRANCHE, "net_proceeds": "600.00"}, {**TRANCHE, "tranche_id": "u", "bond_id": "c", "net_proceeds": "300.00"}],
        allocations=[ALLOCATION, {**ALLOCATION, "allocation_id": "z", "tranche_id": "u", "amount": "200.00"}],
        unallocated=[{**HOLDING, "tranche_id": "u", "amount": "100.00"}], indicators=[{**INDICATOR, "value": "10"}],
    )))  # fmt: skip
    parts = [Decimal(each["results"][0]["part"]) for each in report["bonds"]]
    assert sum(parts) == 10  # 7.5 and 2.5: 8 and 2, or 7 and 3, and never 8 and 3
    assert report["status"] == "complete"
