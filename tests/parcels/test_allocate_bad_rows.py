"""Bad rows are named and put aside, the others go on; demand that cannot be met has its reason; size alone breaks nothing."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pytest
from fulfilment_instances import table

from leafmark.parcels.fulfilment import FulfilmentError, allocate, pareto
from leafmark.parcels.reasons import REASONS

DEMAND = {"sku": "a", "region": "r", "quantity": 2, "weight_g": 1000}
STOCK = {"warehouse": "w", "sku": "a", "quantity": 5}
LANE = {"warehouse": "w", "region": "r", "distance_km": 10.0, "kg_co2e_per_tkm": 0.1}


def refused(found) -> list[tuple]:
    assert set(found.refused["reason"].to_pylist()) <= set(REASONS)
    return [(row["table"], row["row"], row["reason"], row["field"]) for row in found.refused.to_pylist()]


def with_demand(*rows: dict):
    return allocate(table([DEMAND, *({**DEMAND, **row} for row in rows)]), table([STOCK]), table([LANE]))


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"quantity": -1}, "negative", "quantity"),
        ({"quantity": None}, "missing_value", "quantity"),
        ({"quantity": 1.5}, "unreadable", "quantity"),
        ({"quantity": math.nan}, "unreadable", "quantity"),
        ({"quantity": math.inf}, "unreadable", "quantity"),
        ({"quantity": 10**8}, "too_large", "quantity"),
        ({"weight_g": -5}, "negative", "weight_g"),
        ({"weight_g": 10**9}, "too_large", "weight_g"),
        ({"weight_g": 999}, "weight_differs", "weight_g"),
        ({"sku": None}, "missing_value", "sku"),
        ({"sku": " "}, "missing_value", "sku"),
        ({"region": None}, "missing_value", "region"),
    ],
)
def test_a_bad_line_is_refused_and_the_others_are_sent(change: dict, reason: str, field: str) -> None:
    found = with_demand(change)
    assert refused(found) == [("demand", 1, reason, field)]
    assert found.shipments["pieces"].to_pylist() == [2]


def test_zero_is_a_demand_of_nothing() -> None:
    found = with_demand({"quantity": 0})
    assert refused(found) == []
    assert found.shipments["demand_row"].to_pylist() == [0]
    nothing = allocate(table([{**DEMAND, "quantity": 0}]), table([STOCK]), table([LANE]))
    assert [row["co2e_mg"] for row in nothing.comparison.to_pylist()] == [0, 0, 0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"distance_km": None}, "no_distance"), ({"kg_co2e_per_tkm": None}, "no_rate"), ({"distance_km": -1.0}, "negative"),
        ({"distance_km": math.nan}, "unreadable"), ({"distance_km": 50_000.0}, "too_large"), ({}, None),
    ],
)  # fmt: skip
def test_a_lane_that_says_nothing_is_refused_and_the_other_is_used(change: dict, reason: str | None) -> None:
    better = {**LANE, "warehouse": "v", "distance_km": 1.0, **change}
    found = allocate(table([DEMAND]), table([STOCK, {**STOCK, "warehouse": "v"}]), table([better, LANE]))
    lanes = [each[2] for each in refused(found) if each[0] == "lanes"]
    assert lanes == ([reason] if reason else [])
    assert found.shipments["warehouse"].to_pylist() == ["w" if reason else "v"]


def test_money_is_asked_for_only_where_it_counts() -> None:
    tables = table([DEMAND]), table([STOCK]), table([LANE])
    found = allocate(*tables)
    assert found.comparison["cost"].to_pylist() == [None] * 3
    assert refused(allocate(*tables, objective="cost")) == [("lanes", 0, "no_price", "parcel_cost")]
    assert refused(allocate(*tables, objective="both", cost_per_tonne=50.0))[0][2] == "no_price"


def test_stock_of_an_unknown_warehouse_and_rows_said_twice() -> None:
    stock = table(
        [STOCK, {**STOCK, "warehouse": "moon"}, {**STOCK, "quantity": 9}, {**STOCK, "sku": "b", "quantity": math.nan}]
    )
    found = allocate(table([{**DEMAND, "quantity": 8}]), stock, table([LANE, {**LANE, "distance_km": 1.0}]))
    assert refused(found) == [
        ("stock", 1, "unknown_warehouse", "warehouse"), ("stock", 2, "repeated_row", "sku"), ("stock", 3, "unreadable", "quantity"),
        ("lanes", 1, "repeated_row", "region"),
    ]  # fmt: skip
    assert found.shipments["pieces"].to_pylist() == [5]


def test_what_is_not_met_has_its_reason() -> None:
    demand = table([
        {**DEMAND, "quantity": 7}, {**DEMAND, "region": "island"}, {**DEMAND, "sku": "b"}, {**DEMAND, "sku": "c", "quantity": 4},
    ])  # fmt: skip
    stock = table([STOCK, {**STOCK, "sku": "c", "quantity": 4}])
    found = allocate(demand, stock, table([LANE]))
    assert [(row["demand_row"], row["pieces"], row["reason"]) for row in found.unmet.to_pylist()] == [
        (0, 2, "stock_below_demand"), (1, 2, "no_lane"), (2, 2, "not_stocked"),
    ]  # fmt: skip
    full = allocate(demand, stock, table([LANE]), throughput={"w": 5})
    assert sum(full.shipments["pieces"].to_pylist()) == 5
    assert "throughput_reached" in full.unmet["reason"].to_pylist()


def test_tables_without_rows_and_without_columns() -> None:
    empty = table([], "sku", "region", "quantity", "weight_g")
    found = allocate(empty, table([], "warehouse", "sku", "quantity"), table([LANE]))
    assert found.comparison["co2e_mg"].to_pylist() == [0, 0, 0]
    nowhere = allocate(table([DEMAND]), table([STOCK]), table([], *LANE))
    assert nowhere.unmet["reason"].to_pylist() == ["no_lane"]
    with pytest.raises(FulfilmentError, match="demand: lacks the column weight_g"):
        allocate(table([{"sku": "a", "region": "r", "quantity": 1}]), table([STOCK]), table([LANE]))


def test_settings_out_of_range_are_named() -> None:
    tables = table([DEMAND]), table([STOCK]), table([LANE])
    for settings, told in (
        ({"objective": "speed"}, "objective: found 'speed'"), ({"objective": "both"}, "cost_per_tonne: found None"),
        ({"cost_per_tonne": 3.0}, "cost_per_tonne: goes with"), ({"parcel_co2e_mg": -1}, "parcel_co2e_mg: found -1"),
        ({"throughput": {"w": -1}}, "throughput of w: found -1"), ({"carbon_budget_mg": -1}, "carbon_budget_mg: found -1"),
    ):  # fmt: skip
        with pytest.raises(FulfilmentError, match=told):
            allocate(*tables, **settings)
    with pytest.raises(FulfilmentError, match="points: found 1"):
        pareto(*tables, points=1)
    orders = table([{**DEMAND, "order_id": "o"}])
    with pytest.raises(FulfilmentError, match="leave it out, or the limits"):
        allocate(orders, *tables[1:], throughput={"w": 1})


def test_sums_past_64_bits_are_refused_before_they_are_made() -> None:
    heavy = {**DEMAND, "weight_g": 30_000_000, "quantity": 10_000_000}
    with pytest.raises(FulfilmentError, match="more than can be added exactly"):
        allocate(table([heavy]), table([STOCK]), table([{**LANE, "distance_km": 40_000.0, "kg_co2e_per_tkm": 100.0}]))


def test_files_are_read_as_tables_are(tmp_path) -> None:
    (tmp_path / "demand.csv").write_text(
        'sku,region,quantity,weight_g\n007,r,2,1000\n"008",r,two,1000\n007,r,"3 ",1e3\n\n'
    )
    pcsv.write_csv(table([{**STOCK, "sku": "007"}]), tmp_path / "stock.csv")
    found = allocate(tmp_path / "demand.csv", tmp_path / "stock.csv", table([LANE]))
    assert refused(found) == [("demand", 1, "unreadable", "quantity")]
    assert found.refused["found"].to_pylist() == ["two"]
    assert found.shipments["sku"].to_pylist() == ["007", "007"]
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(FulfilmentError, match="the file is empty"):
        allocate(tmp_path / "empty.csv", tmp_path / "stock.csv", table([LANE]))
    (tmp_path / "torn.csv").write_bytes(b"sku,region,quantity,weight_g\na,b\n\xff\xfe,1,2,3\n")
    with pytest.raises(FulfilmentError, match="not readable as CSV"):
        allocate(tmp_path / "torn.csv", tmp_path / "stock.csv", table([LANE]))


@pytest.mark.parametrize("order", [None, "one", "each"])
def test_a_hundred_thousand_lines_are_all_accounted_for(order: str | None) -> None:
    """As pieces, as one order, and as single orders."""
    lines = 100_000
    rng = np.random.default_rng(3)
    sku, region = rng.integers(0, 500, lines), rng.integers(0, 20, lines)
    if order == "one":
        region[:] = 0
    columns = {
        "sku": pa.array([f"s{each}" for each in sku]), "region": pa.array([f"r{each}" for each in region]),
        "quantity": pa.array(rng.integers(1, 3, lines)), "weight_g": pa.array(100 + sku),
    }  # fmt: skip
    if order:
        columns["order_id"] = pa.array(["o"] * lines if order == "one" else [f"o{each}" for each in range(lines)])
    stock = [{"warehouse": f"w{w}", "sku": f"s{k}", "quantity": 120} for w in range(2) for k in range(500)]
    lanes = [
        {**LANE, "warehouse": f"w{w}", "region": f"r{r}", "distance_km": 50.0 + 7 * abs(10 * w - r)}
        for w in range(2)
        for r in range(20)
    ]
    found = allocate(pa.table(columns), table(stock), table(lanes), parcel_co2e_mg=1000)
    asked = sum(columns["quantity"].to_pylist())
    for row in found.comparison.to_pylist():
        assert row["pieces"] + row["unmet"] == asked
    assert sum(found.shipments["pieces"].to_pylist()) + sum(found.unmet["pieces"].to_pylist()) == asked
    assert found.value >= found.bound
