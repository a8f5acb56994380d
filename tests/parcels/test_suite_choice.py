"""From a history to a suite: grams by hand, held-out orders that have no say, bad input by its name."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leafmark.parcels.decision import Haul, haul_co2e_mg, packaging_co2e_mg
from leafmark.parcels.packing import ParcelsError, cartonize
from leafmark.parcels.suites import (
    REASONS,
    Board,
    Suite,
    SuiteError,
    candidate_sizes,
    chart_points,
    slotted_cases,
    suite,
)
from leafmark.parcels.suites.candidates import nested_boxes
from leafmark.parcels.suites.history import is_held_out
from leafmark.parcels.tables import CARTONS_SCHEMA, ORDERS_SCHEMA

Rows = list[dict[str, Any]]
BOARD = {"material.corrugated_board": 1.2}


def row(order: str, edges: tuple[int, int, int], quantity: int = 1, weight_g: int = 500, **more: Any) -> dict[str, Any]:
    length, width, height = edges
    size = {"length_mm": length, "width_mm": width, "height_mm": height}
    return {"order_id": order, "item_id": "i", "quantity": quantity, "weight_g": weight_g, **size, **more}


def box(name: str, edges: tuple[int, int, int], tare_g: int, **more: Any) -> dict[str, Any]:
    sides = zip(("length", "width", "height"), edges, strict=True)
    return {"carton_id": name, "tare_g": tare_g, **{f"inner_{side}_mm": edge for side, edge in sides}, **more}


@pytest.fixture(scope="module")
def history() -> Rows:
    """400 orders of one to three lines, cuboids of 4 to 30 cm."""
    random = np.random.default_rng(11)
    return [
        row(
            f"o{n}",
            tuple(int(e) for e in random.integers(4, 30, 3) * 10),
            int(random.integers(1, 3)),
            int(random.integers(50, 3000)),
        )
        for n in range(400)
        for _ in range(random.integers(1, 4))
    ]


@pytest.fixture(scope="module")
def sizes(history: Rows) -> Any:
    return candidate_sizes(history, 40)


@pytest.fixture(scope="module")
def chosen(history: Rows, sizes: Any) -> Suite:
    return suite(history, sizes, 6, given=GIVEN)


GIVEN = [box("s", (200, 150, 100), 150), box("m", (300, 300, 300), 500), box("l", (600, 600, 600), 1800)]


def test_grams_are_those_of_a_hand_computation() -> None:
    """Two cubes of 10 cm and a bar, one way of 100 km and one of 300, in a carton of 100 g and one of 400 g."""
    haul = Haul(100.0, 0.5)
    orders = [
        row("near", (100, 100, 100)),
        row("far", (100, 100, 100), distance_km=300.0),
        row("bar", (400, 100, 100), weight_g=9000),
    ]
    cartons = [box("cube", (100, 100, 100), 100), box("long", (400, 200, 200), 400)]
    found = suite(orders, cartons, 2, haul=haul, materials=BOARD, held_out_share=0.0)
    # packaging 0.1 kg x 1.2 kg/kg = 120 g; haul of 0.6 kg x 100 km x 0.5 g/kg/km = 30 g, three times as far 90 g;
    # the bar: 0.4 x 1.2 = 480 g and 9.4 kg x 100 km x 0.5 g = 470 g (its 16 l count as 2.67 kg, less than it weighs)
    assert found.total == 150_000 + 210_000 + 950_000 == found.bound
    assert found.gap == 0
    assert [(each["carton_id"], each["orders"], each["total"]) for each in found.sizes.to_pylist()] == [
        ("cube", 2, 360_000),
        ("long", 1, 950_000),
    ]
    assert found.sizes.column("fill").to_pylist() == [1.0, 0.25]
    alone = suite(orders, cartons, 1, haul=haul, materials=BOARD, held_out_share=0.0)
    # all in the long one, whose 16 l count as 2 2/3 kg: 480 g and 133.333 g or 400 g
    assert alone.total == 480_000 + 133_333 + 880_000 + 950_000
    assert alone.cartons.column("carton_id").to_pylist() == ["long"]


def test_the_price_is_the_decision_s_own(history: Rows, sizes: Any) -> None:
    """Every order's grams summed again by the plain functions of `leafmark.parcels.decision`, where each has one row."""
    haul = Haul(250.0, 0.7)
    single = [each for n, each in enumerate(history) if n % 9 == 0]
    single = [{**each, "order_id": str(n), "quantity": 1} for n, each in enumerate(single)]
    found = suite(single, sizes, 5, haul=haul, materials=BOARD, held_out_share=0.0)
    assert found.unheld == 0
    total = 0
    for order in single:
        edges = sorted((order["length_mm"], order["width_mm"], order["height_mm"]))
        prices = []
        for carton in found.cartons.to_pylist():
            inner = sorted(carton[f"inner_{side}_mm"] for side in ("length", "width", "height"))
            outer = carton["outer_length_mm"] * carton["outer_width_mm"] * carton["outer_height_mm"]
            if all(a <= b for a, b in zip(edges, inner, strict=True)):
                gross_g = order["weight_g"] + carton["tare_g"]
                made = packaging_co2e_mg(carton["tare_g"], 1.2, 1.0, 0.0)
                prices.append(round(made + haul_co2e_mg(gross_g, outer, haul.distance_km, haul)))
        total += min(prices)
    assert found.total == total


def test_what_no_carton_of_the_suite_holds_is_split_or_dear() -> None:
    """One size for three: a bar alone pays ten times the carton that it lacks, two cubes that could go one by one pay two parcels."""
    orders = [
        row("bar", (400, 50, 50)),
        *[row(f"c{n}", (100, 100, 100)) for n in range(50)],
        row("two", (100, 100, 100), 2),
    ]
    cartons = [box("cube", (100, 100, 100), 100), box("long", (400, 100, 100), 300), box("pair", (200, 100, 100), 190)]
    found = suite(orders, cartons, 1, materials=BOARD, held_out_share=0.0)
    assert found.cartons.column("carton_id").to_pylist() == ["cube"]
    assert found.unheld == 2
    assert found.total == 50 * 120_000 + 10 * 360_000 + 2 * 120_000
    cheap = suite(orders, cartons, 1, materials=BOARD, held_out_share=0.0, unheld_times=2.0)
    assert cheap.total == 50 * 120_000 + 2 * 360_000 + 2 * 120_000


def test_the_parts_of_a_suite_add_up(chosen: Suite, history: Rows) -> None:
    rows = chosen.sizes.to_pylist()
    assert sum(each["orders"] for each in rows) + chosen.unheld == chosen.orders
    held_out = int(is_held_out([f"o{n}" for n in range(400)], 0.3, 0).sum())
    assert chosen.orders + chosen.too_large + chosen.unreadable == 400 - held_out
    assert chosen.held_out is not None
    assert chosen.held_out.chosen.orders == held_out
    assert chosen.bound <= chosen.total
    assert chosen.gap <= 0.01
    assert 0.2 * 400 < held_out < 0.4 * 400
    content = json.loads(json.dumps(chosen.content()))
    assert content["total"] == chosen.total
    assert content["curve"] == chart_points(chosen)
    assert [point["sizes"] for point in chart_points(chosen)] == [1, 2, 3, 4, 5, 6]


def test_a_suite_packs(chosen: Suite, history: Rows) -> None:
    """What comes out goes into packing as it is, and the held-out figure is what packing says."""
    assert chosen.cartons.schema.names == CARTONS_SCHEMA.names
    names = sorted({each["order_id"] for each in history})
    held = {name for name, out in zip(names, is_held_out(names, 0.3, 0), strict=True) if out}
    plan = cartonize([each for each in history if each["order_id"] in held], chosen.cartons, "co2e")
    assert chosen.held_out is not None
    sent = chosen.held_out.chosen
    assert plan.parcels.num_rows == sent.parcels
    if sent.compared == sent.orders:
        assert sum(plan.parcels.column("decision_co2e_mg").to_pylist()) == pytest.approx(sent.total, abs=sent.parcels)


def test_it_beats_the_given_suite_and_the_naive_one_on_orders_it_never_saw(chosen: Suite) -> None:
    assert chosen.held_out is not None
    assert chosen.held_out.gain("given") > 0.05
    assert chosen.held_out.gain("by volume") > 0


def test_held_out_orders_have_no_say(history: Rows) -> None:
    """All of them doubled in every edge: the sizes, the total and the bound stay, only the gain on them moves."""
    held = is_held_out([each["order_id"] for each in history], 0.3, 0)
    changed = [
        {**each, **{edge: each[edge] * (2 if out else 1) for edge in ("length_mm", "width_mm", "height_mm")}}
        for each, out in zip(history, held, strict=True)
    ]
    found = [suite(orders, None, 4, given=GIVEN) for orders in (history, changed)]
    assert found[0].cartons.equals(found[1].cartons)
    assert found[0].steps == found[1].steps
    assert found[0].sizes.equals(found[1].sizes)
    assert found[0].held_out != found[1].held_out


def test_an_order_is_held_out_by_its_name_and_the_seed_alone() -> None:
    names = [f"o{n}" for n in range(2000)]
    first = dict(zip(names, is_held_out(names, 0.3, 7), strict=True))
    turned = dict(zip(names[::-1], is_held_out(names[::-1], 0.3, 7), strict=True))
    assert first == turned
    assert 540 <= sum(first.values()) <= 660
    assert first != dict(zip(names, is_held_out(names, 0.3, 8), strict=True))
    more = dict(zip(names, is_held_out(names, 0.5, 7), strict=True))
    assert all(more[name] for name, out in first.items() if out)


@pytest.mark.parametrize("objective", ["co2e", "cost", "volume"])
def test_more_sizes_never_cost_more(history: Rows, objective: Any) -> None:
    sizes = candidate_sizes(history, 25, board=Board(cost_per_m2=0.8))
    last = None
    for k in (1, 3, 5):
        found = suite(history, sizes, k, objective=objective, held_out_share=0.3)
        assert len(found.steps) == k == found.cartons.num_rows
        assert last is None or found.total <= last.total
        assert last is None or [p["total"] for p in chart_points(found)][: len(last.steps)] == [
            p["total"] for p in chart_points(last)
        ]
        assert all(step.bound <= step.total for step in found.steps)
        last = found


def test_threads_and_the_sequence_of_rows_change_nothing(history: Rows, sizes: Any) -> None:
    one = suite(history, sizes, 5, threads=1, given=GIVEN)
    two = suite(history[::-1], sizes, 5, threads=2, given=GIVEN)
    assert one.cartons.equals(two.cartons)
    assert one.total == two.total
    assert one.held_out is not None
    assert two.held_out is not None
    assert one.held_out.chosen.orders == two.held_out.chosen.orders


def test_a_bad_row_takes_its_order_out_and_no_other(history: Rows, sizes: Any) -> None:
    bad = [row("bad", (100, 100, 100)), row("bad", (0, 100, 100)), row("worse", (100, 100, 100), weight_g="x")]
    clean, dirty = suite(history, sizes, 3), suite([*bad, *history], sizes, 3)
    assert dirty.total == clean.total
    assert dirty.unreadable == 2
    assert [(each["table"], each["row"], each["reason"]) for each in dirty.refused] == [
        ("orders", 1, "not_positive"),
        ("orders", 2, "unreadable"),
    ]


def test_orders_that_no_candidate_holds_are_counted_and_change_nothing(history: Rows, sizes: Any) -> None:
    names = [f"whale{n}" for n in range(40)]
    whales = [row(name, (3000, 3000, 3000)) for name in names]
    clean, found = suite(history, sizes, 3), suite([*history, *whales], sizes, 3)
    assert found.total == clean.total
    assert found.too_large - clean.too_large == 40 - int(is_held_out(names, 0.3, 0).sum())
    assert found.held_out is not None
    assert found.held_out.chosen.sent == found.held_out.chosen.orders - int(is_held_out(names, 0.3, 0).sum())


ONE = [row("a", (100, 100, 100))]
CUBE = [box("cube", (100, 100, 100), 100)]
BAD: dict[str, tuple[Any, Any, int, dict[str, Any]]] = {
    "no_sizes": (ONE, CUBE, 0, {}),
    "more_sizes_than_candidates": (ONE, CUBE, 2, {}),
    "empty_history": ([row("a", (0, 1, 1))], CUBE, 1, {}),
    "nothing_to_choose_by": (ONE, CUBE, 1, {"held_out_share": 0.999_999}),
    "nothing_fits": ([row("a", (101, 100, 100))], CUBE, 1, {"held_out_share": 0}),
    "unreadable_setting": (ONE, CUBE, 1, {"held_out_share": 1.0}),
    "too_many_candidates": (ONE, [box(str(n), (100, 100, 100), 1) for n in range(2001)], 1, {"held_out_share": 0}),
}


@pytest.mark.parametrize("reason", REASONS)
def test_what_cannot_be_chosen_says_why(reason: str) -> None:
    orders, cartons, k, settings = BAD[reason]
    with pytest.raises(SuiteError, match=REASONS[reason]) as caught:
        suite(orders, cartons, k, **settings)
    assert caught.value.reason == reason


def test_every_reason_stands_in_the_guide() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "suites.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([^`]+)` \|", guide, flags=re.MULTILINE) == list(REASONS)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("objective", "count"), ("support_share", 1.5), ("unheld_times", 0.5), ("held_out_share", float("nan"))],
)
def test_settings_out_of_range_are_named(setting: str, value: Any) -> None:
    with pytest.raises(SuiteError, match=setting) as caught:
        suite(ONE, CUBE, 1, **{setting: value})
    assert caught.value.reason == "unreadable_setting"


def test_a_missing_cost_is_refused_by_the_objective_that_needs_it() -> None:
    with pytest.raises(ParcelsError, match="cube has no cost"):
        suite(ONE, CUBE, 1, objective="cost", held_out_share=0)
    found = suite(ONE, [box("cube", (100, 100, 100), 100, cost=0.35)], 1, objective="cost", held_out_share=0)
    assert (found.total, found.unit) == (350_000, "millionths of the currency")


def test_a_suite_of_one_order_and_one_carton_that_is_out_of_stock() -> None:
    found = suite(ONE, [box("cube", (100, 100, 100), 100, stock=0)], 1, held_out_share=0, materials=BOARD)
    assert (found.total, found.bound, found.held_out) == (120_000, 120_000, None)


def test_cartons_that_weigh_nothing_still_hold() -> None:
    """All prices are zero: the suite is the one that holds most, the gap nothing."""
    orders = [*[row(f"s{n}", (100, 100, 100)) for n in range(5)], row("l", (100, 100, 300))]
    found = suite(orders, [box("s", (100, 100, 100), 0), box("l", (100, 100, 300), 0)], 2, held_out_share=0)
    assert (found.total, found.gap, found.unheld) == (0, 0.0, 0)
    assert found.cartons.column("carton_id").to_pylist() == ["l"]


def test_more_pairs_than_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leafmark.parcels.suites.choosing.PAIRS_MAX", 3)
    orders = [row("a", (100, 100, 100)), row("b", (90, 100, 100))]
    cartons = [box("s", (100, 100, 100), 1), box("l", (200, 200, 200), 2)]
    with pytest.raises(SuiteError, match="hand over up to 1") as caught:
        suite(orders, cartons, 1, held_out_share=0)
    assert caught.value.reason == "too_many_candidates"


def test_an_empty_table_is_an_empty_history() -> None:
    with pytest.raises(SuiteError) as caught:
        suite(ORDERS_SCHEMA.empty_table(), CUBE, 1)
    assert caught.value.reason == "empty_history"


def test_a_slotted_case_of_the_fefco_code_0201() -> None:
    """300 x 200 x 100 mm: blank (2 x 300 + 2 x 200 + 35) x (100 + 200) mm = 0.3105 m2, at 515 g/m2 159.9 g."""
    case = slotted_cases(np.array([[300, 200, 100]]), Board(cost_per_m2=0.5))[0]
    assert case["tare_g"] == 160
    assert case["cost"] == pytest.approx(0.15525)
    assert [case[f"outer_{side}_mm"] for side in ("length", "width", "height")] == [308, 208, 116]


def test_candidates_are_boxes_around_groups_of_orders(history: Rows, sizes: Any) -> None:
    inner = np.stack([sizes.column(f"inner_{side}_mm").to_numpy() for side in ("length", "width", "height")], axis=1)
    assert 20 < len(inner) <= 40
    assert (inner % 10 == 0).all()
    assert (inner[:, 0] >= inner[:, 1]).all()
    assert len({tuple(size) for size in inner.tolist()}) == len(inner)
    boxes = np.array([[100, 50, 30], [101, 50, 30], [400, 300, 200]])
    assert nested_boxes(boxes, 9, 10).tolist() == [[100, 50, 30], [110, 50, 30], [400, 300, 200]]
    assert nested_boxes(boxes, 1, 50).tolist() == [[400, 300, 200]]
    found = suite(history, sizes, 40, held_out_share=0)
    assert found.too_large == 0  # the largest candidate is around all orders


@pytest.mark.parametrize(
    ("orders", "settings", "reason"),
    [
        (ONE, {"n": 0}, "no_sizes"),
        (ONE, {"round_mm": 0}, "unreadable_setting"),
        ([row("a", (0, 1, 1))], {}, "empty_history"),
        ([row("a", (1300, 700, 700))], {"held_out_share": 0}, "nothing_fits"),
    ],
)
def test_candidates_that_cannot_be_found_say_why(orders: Rows, settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(SuiteError) as caught:
        candidate_sizes(orders, **settings)
    assert caught.value.reason == reason
