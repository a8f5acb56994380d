"""The guide's example: figures worked out by hand in docs/fulfilment.md, from the tables that stand there."""

from __future__ import annotations

from fulfilment_instances import by_hand

from leafmark.parcels.fulfilment import allocate, pareto


def test_the_guides_figures() -> None:
    found = allocate(*by_hand())
    rows = {row["rule"]: row for row in found.comparison.to_pylist()}
    assert {name: row["co2e_mg"] for name, row in rows.items()} == {
        "nearest": 690_000,
        "online": 690_000,
        "clairvoyant": 510_000,
    }
    assert {row["cost"] for row in rows.values()} == {30.35}
    assert {row["parcels"] for row in rows.values()} == {7}
    sent = {
        (row["sku"], row["region"], row["warehouse"]): (row["pieces"], row["haul_co2e_mg"])
        for row in found.shipments.to_pylist()
    }
    assert sent == {
        ("lamp", "middle", "coast"): (2, 100_000), ("lamp", "north", "hub"): (2, 40_000),
        ("mug", "north", "hub"): (2, 10_000), ("mug", "middle", "hub"): (1, 10_000),
    }  # fmt: skip
    assert (found.bound, found.gap, found.unmet.num_rows) == (510_000, 0, 0)


def test_one_more_lamp_at_the_hub_is_worth_what_the_guide_says() -> None:
    demand, stock, lanes = by_hand()
    more = stock.set_column(2, "quantity", [[3, 3, 4]])
    assert allocate(demand, stock, lanes).value - allocate(demand, more, lanes).value == 10_000


def test_a_history_in_which_north_asks_for_lamps_keeps_the_hubs_for_north() -> None:
    demand, stock, lanes = by_hand()
    often = demand.set_column(2, "quantity", [[200, 400, 200, 100]])
    rows = {
        row["rule"]: row
        for row in allocate(demand, stock, lanes, history=often, history_scale=0.01).comparison.to_pylist()
    }
    assert rows["online"]["co2e_mg"] == rows["clairvoyant"]["co2e_mg"] == 510_000


def test_the_guides_curve() -> None:
    found = pareto(*by_hand())
    assert found["co2e_mg"].to_pylist() == [710_000, 510_000]
    assert found["cost"].to_pylist() == [27.95, 30.35]
    assert round(found["cost_per_tonne"][1].as_py(), 6) == 12_000
