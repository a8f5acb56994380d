"""An allocation is the least there is, proven by HiGHS and by its own prices; nothing is lost, and who knows less does no better."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from fulfilment_instances import Judge, by_hand, problems, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leafmark.parcels.fulfilment import FulfilmentError, Service, allocate, pareto, place
from leafmark.parcels.fulfilment.figures import FORBIDDEN
from leafmark.parcels.fulfilment.transport import dual_value, transport, unserved_cost

MANY = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def rows_of(allocation) -> dict[str, dict]:
    return {row["rule"]: row for row in allocation.comparison.to_pylist()}


@MANY
@given(problems())
def test_grams_equal_highs_to_the_milligram(given_) -> None:
    judge = Judge(*given_)
    fewest, kept = judge.most_sent()
    found = allocate(*given_)
    row = rows_of(found)["clairvoyant"]
    assert row["unmet"] == fewest
    assert row["co2e_mg"] == round(judge.least(judge.mg, False, kept))
    assert (found.value, found.bound, found.gap) == (row["co2e_mg"], row["co2e_mg"], 0)


@MANY
@given(problems(), st.sampled_from([1.0, 80.0, 250_000.0]))
def test_money_and_priced_grams_equal_highs(given_, cost_per_tonne: float) -> None:
    judge = Judge(*given_)
    _, kept = judge.most_sent()
    found = allocate(*given_, objective="cost")
    assert rows_of(found)["clairvoyant"]["cost"] * 1000 == pytest.approx(
        judge.least(judge.milli, False, kept), abs=0.01
    )
    both = allocate(*given_, objective="both", cost_per_tonne=cost_per_tonne)
    row = rows_of(both)["clairvoyant"]
    priced = judge.milli + judge.mg * cost_per_tonne * 1e-6
    assert row["cost"] * 1000 + row["co2e_mg"] * cost_per_tonne * 1e-6 == pytest.approx(
        judge.least(priced, False, kept), rel=1e-6, abs=1
    )


@MANY
@given(problems())
def test_every_piece_is_sent_or_unmet_and_no_stock_is_overdrawn(given_) -> None:
    demand, stock, _ = given_
    found = allocate(*given_)
    left = {(row["warehouse"], row["sku"]): row["quantity"] for row in stock.to_pylist()}
    got = [0] * demand.num_rows
    for row in found.shipments.to_pylist():
        got[row["demand_row"]] += row["pieces"]
        left[row["warehouse"], row["sku"]] -= row["pieces"]
    for row in found.unmet.to_pylist():
        got[row["demand_row"]] += row["pieces"]
    assert got == demand["quantity"].to_pylist()
    assert min(left.values(), default=0) >= 0
    assert found.refused.num_rows == 0


@MANY
@given(problems(), problems())
def test_who_knows_all_does_no_worse_than_who_does_not(given_, other) -> None:
    rows = rows_of(allocate(*given_, history=other[0]))
    best = rows["clairvoyant"]
    for name in ("nearest", "online"):
        assert (best["unmet"], best["co2e_mg"]) <= (rows[name]["unmet"], rows[name]["co2e_mg"])
    assert list(rows) == ["nearest", "online", "clairvoyant"]


def test_a_plan_that_is_not_least_is_told_from_its_bound() -> None:
    """A mutant: one piece moved to the dearer warehouse costs more than the prices prove."""
    cost, demand, supply = np.array([[10, 40], [30, 35]]), np.array([5, 5]), np.array([6, 9])
    flow, price = np.empty((3, 2), np.int64), np.empty(2, np.int64)
    unserved = unserved_cost(cost)
    transport(cost, demand, supply, unserved, flow, price)
    assert (cost * flow[:2]).sum() == dual_value(cost, demand, supply, price, unserved) == 5 * 10 + 5 * 35
    flow[:2, 0] += (-1, 1)
    assert (cost * flow[:2]).sum() > dual_value(cost, demand, supply, price, unserved)


@MANY
@given(st.integers(1, 6), st.integers(1, 12), st.integers(0, 2**32))
def test_prices_prove_every_transport(warehouses: int, places: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.integers(-50, 1000, (warehouses, places))
    cost[rng.random(cost.shape) < 0.2] = FORBIDDEN
    demand, supply = rng.integers(0, 9, places), rng.integers(0, 20, warehouses)
    flow, price = np.empty((warehouses + 1, places), np.int64), np.empty(warehouses, np.int64)
    for unserved in (unserved_cost(cost), 300):
        transport(cost, demand, supply, unserved, flow, price)
        assert (flow.sum(axis=0) == demand).all()
        assert (flow[:-1].sum(axis=1) <= supply).all()
        assert flow.min() >= 0
        assert price.min() >= 0
        value = (np.where(flow[:-1] > 0, cost * flow[:-1], 0)).sum() + unserved * flow[-1].sum()
        assert value == dual_value(cost, demand, supply, price, unserved)


@MANY
@given(problems(), st.integers(1, 9), st.randoms(use_true_random=False))
def test_the_online_rule_does_not_know_what_comes_later(given_, place_: int, random) -> None:
    """What the first lines get is the same whatever the order of the later ones, and whatever they are."""
    from leafmark.parcels.fulfilment.limits import Limits
    from leafmark.parcels.fulfilment.online import Expected
    from leafmark.parcels.fulfilment.rules import by_prices
    from leafmark.parcels.fulfilment.tables_in import read_problem

    demand, stock, lanes = given_
    first = min(place_, demand.num_rows)
    later = list(range(first, demand.num_rows))
    random.shuffle(later)
    shuffled = demand.take(pa.array([*range(first), *later]))
    shorter = demand.slice(0, first)
    history = read_problem(demand, stock, lanes)
    sent = []
    for each in (demand, shuffled, shorter):
        problem = read_problem(each, stock, lanes)
        room = np.full(len(problem.warehouses), 2**40)
        plan = by_prices(problem, problem.plain_scale(1, 0), Limits(room), Expected(history, 1.0))
        sent.append([row for row in zip(*(part.tolist() for part in plan), strict=True) if row[0] < first])
    assert sent[0] == sent[1] == sent[2]


@MANY
@given(problems(complete=True), st.data())
def test_limits_are_kept_and_the_answer_is_highs_own(given_, data) -> None:
    """Throughput, service share and budget together: the same least as one integer program, or within the stated gap of it."""
    judge = Judge(*given_)
    pieces = sum(line["quantity"] for line in judge.lines)
    room = {"w0": data.draw(st.integers(0, 8)), "w1": data.draw(st.integers(0, 8))}
    rows = [(judge.sent_from(name), 0, most) for name, most in room.items()]
    _, kept = judge.most_sent(*rows)
    rows.append(kept)
    in_time = judge.in_time(2)
    most_in_time = round(-(judge.least(-in_time, True, *rows) or 0))
    asked = data.draw(st.integers(0, most_in_time))
    service = Service(asked / pieces if pieces else 0.0, 2)
    rows.append((in_time, asked, np.inf))
    least_mg = round(judge.least(judge.mg, True, *rows) or 0)
    budget = least_mg + data.draw(st.integers(0, 100_000))
    rows.append((judge.mg, 0, budget))
    found = allocate(*given_, objective="cost", throughput=room, service=service, carbon_budget_mg=budget)
    row = rows_of(found)["clairvoyant"]
    assert row["keeps_limits"]
    assert row["unmet"] == kept[2]
    whole = judge.least(judge.milli, True, *rows)
    linear = judge.least(judge.milli, False, *rows)
    assert found.bound <= whole + 0.5
    assert found.bound <= linear + 0.5
    assert whole - 0.5 <= found.value
    assert found.value == found.bound or found.gap == pytest.approx((found.value - found.bound) / found.value)


@MANY
@given(problems(complete=True), st.integers(0, 8))
def test_throughput_alone_is_exact(given_, most: int) -> None:
    judge = Judge(*given_)
    rows = [(judge.sent_from("w0"), 0, most)]
    _, kept = judge.most_sent(*rows)
    row = rows_of(allocate(*given_, throughput={"w0": most}))["clairvoyant"]
    assert row["unmet"] == kept[2]
    assert row["co2e_mg"] == round(judge.least(judge.mg, True, *rows, kept))


def test_limits_that_cannot_be_kept_say_what_can_be_had() -> None:
    with pytest.raises(FulfilmentError, match=r"carbon_budget_mg: found 1; expected at least 510,000"):
        allocate(*by_hand(), carbon_budget_mg=1)
    with pytest.raises(FulfilmentError, match="service: found a share of 1 in time, 7 of 7 pieces; expected at most 5"):
        allocate(*by_hand(), service=Service(1.0, 1))
    with pytest.raises(FulfilmentError, match="throughput: found the warehouse 'moon'"):
        allocate(*by_hand(), throughput={"moon": 1})


@MANY
@given(problems(orders=True))
def test_orders_lie_between_the_bound_and_highs(given_) -> None:
    """Shared parcels: the bound is no more, and the plan no less, than the least of HiGHS' integer program."""
    judge = Judge(*given_, orders=True)
    fewest, kept = judge.most_sent()
    least = round(judge.least(judge.mg, True, kept))
    found = allocate(*given_)
    rows = rows_of(found)
    assert rows["clairvoyant"]["unmet"] == fewest
    assert found.bound <= least <= found.value == rows["clairvoyant"]["co2e_mg"]
    assert found.value <= 1.5 * least
    for name in ("nearest", "online"):
        assert (fewest, found.value) <= (rows[name]["unmet"], rows[name]["co2e_mg"])
    sent = found.shipments.to_pylist()
    assert rows["clairvoyant"]["parcels"] == len({(row["order_id"], row["region"], row["warehouse"]) for row in sent})
    assert rows["clairvoyant"]["splits"] == rows["clairvoyant"]["parcels"] - len(
        {(row["order_id"], row["region"]) for row in sent}
    )


def test_an_order_goes_in_one_parcel_where_another_would_weigh_more_than_the_way() -> None:
    demand = table(
        [{"order_id": "o", "sku": sku, "region": "r", "quantity": 1, "weight_g": 1000} for sku in ("a", "b")]
    )
    stock = table([
        {"warehouse": "near", "sku": "a", "quantity": 1}, {"warehouse": "far", "sku": "a", "quantity": 1},
        {"warehouse": "far", "sku": "b", "quantity": 1},
    ])  # fmt: skip
    lane = {"region": "r", "kg_co2e_per_tkm": 0.1}
    lanes = table(
        [{**lane, "warehouse": "near", "distance_km": 100.0}, {**lane, "warehouse": "far", "distance_km": 600.0}]
    )
    # apart: 10 g + 60 g + 2 parcels; together: 60 g + 60 g + 1 parcel. They are equal at 50 g a parcel.
    for parcel_mg, parcels, co2e_mg in ((49_000, 2, 70_000 + 98_000), (51_000, 1, 120_000 + 51_000)):
        found = allocate(demand, stock, lanes, parcel_co2e_mg=parcel_mg)
        row = rows_of(found)["clairvoyant"]
        assert (row["parcels"], row["splits"], row["co2e_mg"]) == (parcels, parcels - 1, co2e_mg)
        assert rows_of(found)["nearest"]["splits"] == 1


@MANY
@given(problems(complete=True))
def test_the_curve_is_made_of_plans_none_of_which_is_beaten(given_) -> None:
    judge = Judge(*given_)
    _, kept = judge.most_sent()
    found = pareto(*given_, points=6).to_pylist()
    for before, after in pairwise(found):
        assert after["co2e_mg"] < before["co2e_mg"]
        assert after["cost"] > before["cost"]
    for row in found:
        cheaper = judge.least(judge.milli, False, kept, (judge.mg, 0, row["co2e_mg"]))
        assert row["cost"] * 1000 == pytest.approx(cheaper, abs=2, rel=1e-6)
        assert row["gap"] == 0


@MANY
@given(problems(complete=True), st.data())
def test_stock_is_placed_no_worse_than_it_lies_and_none_is_lost(given_, data) -> None:
    demand, stock, lanes = given_
    held = sum(stock["quantity"].to_pylist())
    found = place(stock, demand, lanes, held_out=demand)
    assert sum(found.stock["quantity"].to_pylist()) == held
    by_sku = lambda each: pa.TableGroupBy(each, "sku").aggregate([("quantity", "sum")]).sort_by("sku").to_pylist()  # noqa: E731
    assert by_sku(found.stock) == [row for row in by_sku(stock) if row["quantity_sum"]]
    rows = {(row["stock"], row["rule"]): row for row in found.comparison.to_pylist()}
    assert len(rows) == 6
    room = {name: data.draw(st.integers(held, held + 5)) for name in set(stock["warehouse"].to_pylist())}
    room["w0"] = data.draw(st.integers(0, held))
    within = place(stock, demand, lanes, capacity=room)
    wanted = set(demand.filter(pa.compute.greater(demand["quantity"], 0))["sku"].to_pylist())
    at_w0 = sum(
        row["quantity"] for row in within.stock.to_pylist() if row["warehouse"] == "w0" and row["sku"] in wanted
    )
    assert at_w0 <= room["w0"]


def test_stock_goes_where_it_is_expected() -> None:
    """Expected three to one: eight pieces lie six and two, each in the place that asks; by hand 8 x 10 mg against 56 x 10."""
    forecast = table(
        [{"sku": "a", "region": r, "quantity": q, "weight_g": 1000} for r, q in (("north", 3), ("south", 1))]
    )
    stock = table([{"warehouse": "s", "sku": "a", "quantity": 8}, {"warehouse": "s", "sku": "kept", "quantity": 2}])
    lanes = table([
        {"warehouse": w, "region": r, "distance_km": km, "kg_co2e_per_tkm": 0.1}
        for w, r, km in (("n", "north", 1.0), ("n", "south", 9.0), ("s", "north", 9.0), ("s", "south", 1.0))
    ])  # fmt: skip
    found = place(stock, forecast, lanes, held_out=forecast)
    assert {(row["warehouse"], row["sku"]): row["quantity"] for row in found.stock.to_pylist()} == {
        ("n", "a"): 6, ("s", "a"): 2, ("s", "kept"): 2,
    }  # fmt: skip
    assert found.moved == 6
    figures = [(row["stock"], row["rule"], row["co2e_mg"]) for row in found.comparison.to_pylist()]
    assert ("as_is", "clairvoyant", 3 * 900 + 100) in figures
    assert ("placed", "clairvoyant", 4 * 100) in figures
    with pytest.raises(FulfilmentError, match="capacity: found room for 5 pieces"):
        place(stock, forecast, lanes, capacity={"n": 1, "s": 6})
