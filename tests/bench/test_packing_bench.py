"""The bench of packing: its orders are the same each time, a packer can read them, and a peer's answer becomes a plan that is checked."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from bench.packing import cartons, olist, print_shop
from bench.packing.page import page
from bench.packing.plans import figures, tables, work

from leafmark.parcels.tables import CARTONS_SCHEMA, ORDERS_SCHEMA

HERE = Path(olist.__file__).parent


def products(count: int = 50) -> list[olist.Product]:
    """Made-up products that fit the largest carton."""
    random = Random(5)
    sides = [[random.randrange(20, 400) for _ in range(3)] for _ in range(count)]
    return [
        olist.Product(f"p{number:02}", length, width, height, random.randrange(1, 4000))
        for number, (length, width, height) in enumerate(sides)
    ]


def test_orders_are_the_same_for_the_same_seed_and_others_for_another():
    drawn = olist.orders(products(), 200)
    assert drawn.schema == ORDERS_SCHEMA
    assert olist.fingerprint(drawn) == olist.fingerprint(olist.orders(products(), 200)) == "61dfa020116638ef"
    assert olist.fingerprint(olist.orders(products(), 200, seed=1)) != olist.fingerprint(drawn)
    assert olist.orders(products(), 100).equals(drawn.filter([row < "o00100" for row in drawn["order_id"].to_pylist()]))


def test_a_blank_weighs_what_its_area_does():
    """400 x 300 x 200 mm: (2 x 400 + 2 x 300 + 35) x (200 + 300) mm2 = 0.7175 m2, at 515 g/m2 369.5 g."""
    carton = cartons.slotted(400, 300, 200)
    assert (carton.tare_g, carton.outer_mm) == (370, (408, 308, 216))
    assert len(cartons.SIXTEEN) == cartons.table().num_rows == 16
    assert cartons.table().schema == CARTONS_SCHEMA


def test_products_that_cannot_be_meant_are_left_out_and_counted(shared_data: Path):
    found = olist.shelf(shared_data)
    assert len(found.products) + sum(found.left_out.values()) == 32_951
    assert found.left_out == {
        "without dimensions": 2, "of weight 0": 4, "denser than steel": 25, "too large or heavy for every carton": 3_075,
    }  # fmt: skip
    drawn = olist.orders(found.products)
    assert len(drawn["order_id"].unique()) == 2_000
    recorded = json.loads((HERE / "recorded-boxpacker.json").read_text())
    assert olist.fingerprint(drawn) == recorded["sets"]["olist"]["orders_fingerprint"]


def test_the_print_shops_orders_are_read_whole(shared_data: Path):
    orders, boxes = print_shop.orders(shared_data), print_shop.cartons(shared_data)
    assert (orders.num_rows, len(orders["order_id"].unique()), boxes.num_rows) == (11_320, 2_167, 4)
    assert boxes["max_weight_g"].to_pylist() == [14_840, 2_860, 9_900, 490]  # theirs are gross
    recorded = json.loads((HERE / "recorded-boxpacker.json").read_text())
    assert olist.fingerprint(orders) == recorded["sets"]["print_shop"]["orders_fingerprint"]


def test_a_peers_answer_is_a_plan_that_is_checked():
    """One piece a parcel, in the corner of the largest carton, is valid; lifted off the floor it is not; and what is left counts."""
    orders = olist.orders(products(), 20)
    boxes = cartons.table()
    given = work(orders, boxes, 0.75, "co2e")
    assert {carton[4] for carton in work(orders, boxes, 0.75, "count")["cartons"]} == {1}
    assert sum(len(pieces) for _, pieces in given["orders"]) == sum(orders["quantity"].to_pylist())
    answer = [
        [order_id, number, "60x50x40", [[piece[0], 0, 0, 0, *piece[1:4]]]]
        for order_id, pieces in given["orders"]
        for number, piece in enumerate(pieces, 1)
    ]
    found = figures(orders, boxes, tables(orders, boxes, answer, []), 0.75)
    assert (found["infeasible"], found["unpacked"], found["orders"]) == (0, 0, 20)
    assert found["board_kg"] == pytest.approx(len(answer) * cartons.SIXTEEN[-1].tare_g / 1e3)
    lifted = json.loads(json.dumps(answer))
    lifted[0][3][0][3] = 1
    assert figures(orders, boxes, tables(orders, boxes, lifted, []), 0.75)["broken_rules"] == {"support": 1}
    left = tables(orders, boxes, [each for each in answer if each[0] != "o00000"], [answer[0][3][0][0]])
    assert figures(orders, boxes, left, 0.75)["unpacked"] == 1


def test_the_page_holds_a_result_and_says_what_is_missing():
    row = {
        "version": "x 1", "orders": 10, "orders_per_s": 5.0, "cpu_s": 1.0, "parcels": 11, "fill": 0.5, "fill_mean": 0.5,
        "board_kg": 2.0, "infeasible": 0, "unpacked": 0,
    }  # fmt: skip
    machine = {"cores": 2, "model": "a machine", "load_before": 0.1}
    about = {"lines": 30, "fingerprint": "none", "seed": 1, "products": 3, "left_out": {"of weight 0": 1}}
    rows = {"ours": row, "py3dbp": {"failed": "no wheel"}}
    sets = {name: {**about, "contenders": rows} for name in ("olist", "print_shop")}
    recorded = json.loads((HERE / "recorded-boxpacker.json").read_text())
    shown = page({"machine": machine, "load_after": 0.2, "support_share": 0.75, "sets": sets}, recorded)
    assert "| py3dbp | failed: no wheel |" in shown
    assert "recorded on other orders than these" in shown
    assert "| 12,000 orders/s | 5 | MISSED |" in shown
    assert "| not measured |" in shown
