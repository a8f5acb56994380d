"""What the methods of an inventory refuse, row by row and by name, while the good rows count; and what they must not add."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from engine_rows import Row, rejected, run_bill
from guidance_rows import KNOWN_ON, by_boundary, by_place, run_rows

from leafmark.factors.model import builtin
from leafmark.methods import Method, method

GB, US = {"region": "GB"}, {"region": "US"}
USD = "USD_2021_purchaser"
GRID = {"key": "electricity.grid", "amount": 1.0, "unit": "kWh", **GB}
PAPER = {"key": "material.paper", "amount": 1.0, "unit": "kg", **GB}
SHIRT = {"units_sold": 1.0, "key": "waste.landfill.clothing", "mass_kg": 0.2, **GB}
HELD = {"investee_kg": 1.0, "attribution": 0.5, "attribution_basis": "equity_share"}
SPENT = {"key": "spend.naics_541511", "amount": 1.0, "unit": USD, **US}
TRIP = {"key": "travel.coach", "amount": 1.0, "unit": "passenger_km", **GB}
USED = {"units_sold": 1.0, "key": "electricity.grid", "amount": 1.0, "unit": "kWh", **GB}

# method, a good row, then what is wrong with it and the reason.
BAD: list[tuple[str, Row, Row, str]] = [
    ("purchase.goods", PAPER, {"key": None}, "missing_value"),
    ("purchase.goods", PAPER, {"amount": -1.0}, "below_bound"),
    ("purchase.goods", PAPER, {"unit": "item"}, "unit_mismatch"),
    ("purchase.goods", PAPER, {"key": "fuel.diesel", "unit": "L"}, "no_factor"),  # burnt: Scope 1
    ("purchase.goods", PAPER, {"supplier_gsd": 1.2}, "missing_value"),  # a spread of no figure
    ("purchase.goods", SPENT, {"unit": "USD_2021_producer"}, "unit_mismatch"),  # trap 8: another price basis
    ("purchase.goods", SPENT, {"unit": "CNY"}, "unknown_unit"),  # money without a year
    ("purchase.goods", SPENT, {"supplier_kg_per_unit": 0.2}, "unit_mismatch"),  # a figure per money
    ("purchase.goods", SPENT, {"region": "CN"}, "no_factor"),  # the United States' factor says so in the row
    ("heat.purchased", {"key": "heat.district", "amount": 1.0, "unit": "kWh", **GB}, {"key": "fuel.diesel"}, "unknown_key"),
    ("process.direct", {"key": "process.calcite", "amount": 1.0, "unit": "t"}, {"fraction": 1.2}, "above_bound"),
    ("process.direct", {"key": "process.calcite", "amount": 1.0, "unit": "t"}, {"key": "fuel.diesel"}, "unknown_key"),
    ("logistics.upstream", GRID, {"taken": 1.0}, "missing_value"),
    ("logistics.upstream", GRID, {"taken": 5.0, "throughput": 4.0}, "above_bound"),
    ("logistics.downstream", GRID, {"key": "fuel.natural_gas.energy_net", "unit": "kWh_gross"}, "unit_mismatch"),  # trap 4
    ("waste.operations", {"key": "waste.landfill.mixed", "amount": 1.0, "unit": "t", **GB}, {"key": "material.paper"}, "unknown_key"),
    ("waste.operations", {"key": "waste.landfill.mixed", "amount": 1.0, "unit": "t", **GB}, {"amount": -1.0}, "below_bound"),
    ("travel.business", TRIP, {"key": "electricity.grid", "unit": "kWh"}, "unknown_key"),
    ("travel.business", TRIP, {"sharing": 0.5}, "below_bound"),
    ("travel.business", TRIP, {"unit": "vehicle_km"}, "unit_mismatch"),
    ("travel.business", {**TRIP, "date": dt.date(2023, 6, 1)}, {"date": dt.date(2010, 6, 1)}, "date_out_of_reach"),
    ("commuting.employee", TRIP, {"days": 400.0}, "above_bound"),
    ("commuting.employee", TRIP, {"key": "freight.rail"}, "unknown_key"),
    ("leased.upstream", GRID, {"leased_m2": 10.0}, "missing_value"),
    ("leased.downstream", GRID, {"leased_m2": 80.0, "building_m2": 100.0, "occupancy": 0.75}, "above_bound"),
    ("franchise.operation", GRID, {"key": "material.paper", "unit": "kg"}, "no_factor"),
    ("product.sold", USED, {"kg_per_unit": 3.0}, "missing_value"),  # the product book's figure and a key
    ("product.sold", USED, {"key": None}, "missing_value"),
    ("product.sold", USED, {"amount": None}, "missing_value"),
    ("product.end_of_life", SHIRT, {"key": None, "mass_kg": None}, "missing_value"),
    ("product.end_of_life", SHIRT, {"key": None, "mass_kg": None, "kg_per_unit": -0.4}, "below_bound"),  # trap 10: a credit
    ("product.end_of_life", SHIRT, {"key": "material.clothing"}, "unknown_key"),
    ("investment.share", HELD, {"attribution": 1.2}, "above_bound"),
    ("investment.share", HELD, {"attribution_basis": "gut feeling"}, "missing_value"),
    ("investment.share", HELD, {"investee_kg": None}, "missing_value"),
    ("investment.share", {**SPENT, "attribution": 0.5, "attribution_basis": "equity_share"}, {"investee_kg": 1.0}, "missing_value"),
]  # fmt: skip


@pytest.mark.parametrize("name", sorted({name for name, *_ in BAD}))
def test_a_bad_row_is_refused_by_name_and_the_good_one_counts(tmp_path: Path, name: str) -> None:
    cases = [case for case in BAD if case[0] == name]
    rows = [cases[0][1], *({**good, **wrong} for _, good, wrong, _ in cases)]
    made = run_rows(tmp_path, name, rows)
    found = {row["row"]: row["reason"] for row in rejected(made)}
    assert found == {n: reason for n, (*_, reason) in enumerate(cases, start=2)}
    assert made.record["lines_accepted"] == 1


POWER: list[tuple[str, Row]] = [
    ("logistics.upstream", GRID), ("logistics.downstream", GRID), ("leased.upstream", GRID), ("leased.downstream", GRID),
    ("franchise.operation", GRID), ("processing.sold", GRID), ("product.sold", USED),
]  # fmt: skip
LONDON = {"region": "gcp:europe-west2", "date": dt.date(2024, 7, 1)}
"""A place with a life-cycle factor of its own, in a country that has upstream and losses."""


@pytest.mark.parametrize(("name", "row"), POWER)
def test_nothing_upstream_is_added_to_a_life_cycle(tmp_path: Path, name: str, row: Row) -> None:
    assert by_boundary(run_rows(tmp_path, name, [{**row, **LONDON}])).keys() == {"life_cycle"}


def test_without_its_guard_a_method_would_add_it(tmp_path: Path) -> None:
    """The seeded mutant of the test above: parts that stand beside nothing top a life cycle up from the country."""
    sound = method("leased.upstream")
    bare: Method = dataclasses.replace(sound, parts=tuple(dataclasses.replace(part, beside="") for part in sound.parts))
    table = pa.Table.from_pylist([{"site_id": "own", **GRID, **LONDON}])
    made = run_bill(tmp_path / "run", table, builtin(), chosen=bare, known_on=KNOWN_ON)
    assert by_boundary(made).keys() > {"life_cycle"}


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_categories_take_the_companys_share_of_every_part(tmp_path: Path, share: float) -> None:
    flight: dict[str, Any] = {"key": "travel.flight.short_haul.economy", "amount": 1e5, "unit": "passenger_km", **GB}
    whole = by_boundary(run_rows(tmp_path / "whole", "travel.business", [flight]))
    part = by_boundary(run_rows(tmp_path / "part", "travel.business", [{**flight, "share": share}]))
    assert part == {boundary: pytest.approx(kg * share, abs=2e-9) for boundary, kg in whole.items()}
    assert by_place(run_rows(tmp_path / "place", "travel.business", [flight])).keys() == {(3, 6)}
