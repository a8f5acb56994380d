"""A row that the engine refuses in one scope is in no figure of another: no upstream without its Scope 1 or 2, and none the other way round."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from synthetic_company import ACTS, PACK_FIELDS, SOURCE, YEAR, Act, expected_kg, pack, write_company

from leafmark.engine.replay import replay
from leafmark.factors.model import Pack
from leafmark.inventory.accounting.running import run_inventory
from leafmark.inventory.book import By, Inventory
from leafmark.inventory.report.verifying import verify

KG = 10**9
FUEL, ELECTRICITY, HEAT = ACTS[0], ACTS[3], ACTS[4]
HUGE = {
    "fuel": {"fuel": "fuel.diesel", "amount": 5e8, "unit": "L"},  # 1.25 Mt burnt, 0.25 Mt upstream
    "electricity": {"kwh": 3e9},  # 1.2 Mt generated, 0.48 Mt upstream and lost
    "heat": {"key": "heat.district", "amount": 6e9, "unit": "kWh"},  # 1.2 Mt, 0.12 Mt lost
    "travel": {"key": "travel.air", "amount": 6e9, "unit": "passenger_km"},  # 1.2 Mt flown, 0.18 Mt upstream
}
SMALL = {"fuel": FUEL, "electricity": ELECTRICITY, "heat": HEAT, "travel": ACTS[10]}


def huge(template: str, **cells: Any) -> Act:
    return dataclasses.replace(SMALL[template], cells={**HUGE[template], **cells}, kg={})


def made(folder: Path, acts: Sequence[Act], packs: Sequence[Pack] | None = None, **tables: Any) -> Inventory:
    company = write_company(folder / "company", acts, tables)
    return run_inventory(company, folder / "inventory", packs=packs or [pack()])


def kg(inventory: Inventory, by: By = "location") -> dict[tuple[int, int | None], float]:
    return {place: total.co2e_ug / KG for place, total in inventory.rows(by).items()}


def refused(inventory: Inventory) -> list[tuple[Any, ...]]:
    flags = [row for row in inventory.table("flags").to_pylist() if row["effect"] == "refused"]
    return [(row["file"], row["row"], row["template"], row["reason"]) for row in flags]


def more(*factors: dict[str, Any]) -> Pack:
    """A pack of factors of its own, without gases."""
    rows = [
        {
            "theme": "fuel", "name_en": each["key"], "region": "WORLD", "gwp_set": "AR5", "data_year": YEAR, "valid_from": dt.date(YEAR, 1, 1),
            "valid_to": dt.date(YEAR + 1, 1, 1), "published_on": dt.date(YEAR, 1, 1), "gsd": 1.1, "gsd_basis": "published",
            "source_id": "test", "locator": "by construction", "factor_id": f"{each['key']}@WORLD:{each['boundary']}:{YEAR}", **each,
        }
        for each in factors
    ]  # fmt: skip
    return Pack.from_rows({**PACK_FIELDS, "id": "more"}, rows, [SOURCE])


@pytest.mark.parametrize("template", list(HUGE))
def test_what_is_too_large_for_one_line_has_no_upstream_either(tmp_path: Path, template: str) -> None:
    small = SMALL[template]
    inventory = made(tmp_path, [small, huge(template), small])
    for by in ("location", "market"):
        assert kg(inventory, by) == expected_kg([small, small]), by  # type: ignore[arg-type]
    assert refused(inventory) == [(f"activities/{template}.csv", 2, template, "too_large")]
    for row in inventory.table("completeness").to_pylist():
        if (row["scope"], row["category"]) in small.kg:
            assert (row["status"], row["refused"], row["activities"]) == ("partly", 1, 2), row
            assert row["why"].startswith("1 row refused: too_large 1")


def test_a_row_alone_that_is_too_large_leaves_nothing(tmp_path: Path) -> None:
    inventory = made(tmp_path, [huge("fuel"), huge("electricity"), ACTS[9]])
    assert kg(inventory) == kg(inventory, "market") == {(3, 5): 100}
    status = {(row["scope"], row["category"]): row["status"] for row in inventory.table("completeness").to_pylist()}
    assert status[1, None] == status[2, None] == status[3, 3] == "missing"
    assert inventory.table("lines").column("template").unique().to_pylist() == ["waste"]


def test_what_upstream_alone_is_too_large_for_is_refused_whole(tmp_path: Path) -> None:
    """The amount is doubted, and it is one for both: 3e8 L are 30,000 t burnt and 1.5 Mt upstream."""
    factors = [
        {"key": "fuel.sludge", "boundary": "direct", "unit": "L", "co2e_kg": 0.1},
        {"key": "fuel.sludge", "boundary": "wtt", "unit": "L", "co2e_kg": 5.0},
    ]
    act = dataclasses.replace(FUEL, cells={"fuel": "fuel.sludge", "amount": 3e8, "unit": "L"}, kg={})
    inventory = made(tmp_path, [FUEL, act], [pack(), more(*factors)])
    assert kg(inventory) == expected_kg([FUEL])
    assert refused(inventory) == [("activities/fuel.csv", 2, "fuel", "too_large")]


def test_what_has_no_direct_factor_is_not_in_by_its_upstream(tmp_path: Path) -> None:
    factor = {"key": "fuel.peat", "boundary": "wtt", "unit": "kg", "co2e_kg": 0.5}
    act = dataclasses.replace(FUEL, cells={"fuel": "fuel.peat", "amount": 1000, "unit": "kg"}, kg={})
    inventory = made(tmp_path, [act, FUEL], [pack(), more(factor)])
    assert kg(inventory) == expected_kg([FUEL])
    assert refused(inventory) == [("activities/fuel.csv", 1, "fuel", "no_factor")]


def test_of_several_refused_rows_each_is_told_once_and_those_refused_in_every_part_too(tmp_path: Path) -> None:
    unknown = dataclasses.replace(FUEL, cells={"fuel": "fuel.deisel", "amount": 10, "unit": "L"}, kg={})
    acts = [unknown, huge("fuel"), FUEL, huge("fuel", amount=1e10), unknown]
    inventory = made(tmp_path, acts)
    assert kg(inventory) == expected_kg([FUEL])
    assert sorted(refused(inventory)) == [
        ("activities/fuel.csv", 1, "fuel", "unknown_key"), ("activities/fuel.csv", 2, "fuel", "too_large"),
        ("activities/fuel.csv", 4, "fuel", "too_large"), ("activities/fuel.csv", 5, "fuel", "unknown_key"),
    ]  # fmt: skip


def test_what_was_left_is_verified_and_replayed(tmp_path: Path) -> None:
    inventory = made(tmp_path, [FUEL, huge("fuel"), ELECTRICITY, huge("electricity")])
    for run in inventory.record["runs"]:
        assert replay(inventory.path / run["folder"])["same"], run
    assert verify(inventory.path)["sound"]
    assert not [each for each in (inventory.path / "prepared").iterdir() if each.is_dir()]


def test_certificates_serve_only_what_is_in_the_figures(tmp_path: Path) -> None:
    """A certificate of 0 kg/kWh makes any amount fit into a line by market: the doubted kWh are no consumption there."""
    contract = {
        "contract_id": "goo", "kind": "certificate", "region": "GB", "valid_from": f"{YEAR}-01-01", "valid_to": f"{YEAR + 1}-01-01",
        "kwh": 4e9, "kg_per_kwh": 0, "technology": "wind", "registry": "REGO", "serial": "1-4000000", "retired_on": f"{YEAR + 1}-02-01",
    }  # fmt: skip
    inventory = made(tmp_path, [ELECTRICITY, huge("electricity")], contracts=[contract])
    assert kg(inventory, "market")[2, None] == 0
    served: pa.Table = inventory.table("served")
    assert sum(served.column("wh").to_pylist()) == 10_000_000
