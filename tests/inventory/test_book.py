"""An inventory's totals: whole numbers that add up, ranges by factor, two statements of Scope 2, and what stands outside in none."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_inventory import lines, made

from leafmark.engine.schema import Z95
from leafmark.inventory.book import Inventory, InventoryError, sums

ROWS = [
    {"co2e_ug": 100, "sd_ug": 10, "factor_id": "a"},
    {"co2e_ug": 200, "sd_ug": 20, "factor_id": "a", "site_id": "depot", "origin": "estimated"},
    {"co2e_ug": 50, "sd_ug": 5, "factor_id": "b", "scope": 2, "statement": "location", "template": "electricity"},
    {"co2e_ug": 0, "factor_id": "c", "scope": 2, "statement": "market", "template": "electricity"},
    {"co2e_ug": 7, "factor_id": "a", "scope": None, "outside": "biogenic_co2"},
]


def test_a_total_takes_one_statement_of_scope_2_and_nothing_from_outside(tmp_path: Path) -> None:
    inventory = made(tmp_path / "i", ROWS)
    assert inventory.total("location").co2e_ug == 350
    assert inventory.total("market").co2e_ug == 300
    assert {key: value.co2e_ug for key, value in inventory.rows("location").items()} == {(1, None): 300, (2, None): 50}
    assert {key: value.co2e_ug for key, value in inventory.outside().items()} == {"biogenic_co2": 7}


def test_a_factors_error_is_the_same_in_all_its_lines() -> None:
    total = sums(lines(ROWS), (), "location")[()]
    sd = math.hypot(10 + 20, 5)  # by hand: sums within a, squares between a and b
    s2 = math.log(1 + (sd / 350) ** 2)
    assert total.low_ug == math.floor(350 * math.exp(-s2 / 2 - Z95 * math.sqrt(s2)))
    assert total.high_ug == math.floor(350 * math.exp(-s2 / 2 + Z95 * math.sqrt(s2))) + 1


def test_an_amounts_own_error_is_its_lines_and_squares_at_once() -> None:
    rows = [
        {"co2e_ug": 100, "sd_ug": 0, "own_sd_ug": 30, "factor_id": "declared"},
        {"co2e_ug": 250, "sd_ug": 0, "own_sd_ug": 40, "factor_id": "declared"},
    ]
    total = sums(lines(rows), (), "location")[()]
    s2 = math.log(1 + (50 / 350) ** 2)  # 30 and 40 at right angles, not 70
    assert total.low_ug == math.floor(350 * math.exp(-s2 / 2 - Z95 * math.sqrt(s2)))
    assert total.high_ug == math.floor(350 * math.exp(-s2 / 2 + Z95 * math.sqrt(s2))) + 1


def test_primary_share_and_score_weigh_by_grams() -> None:
    total = sums(lines(ROWS), (), "location")[()]
    assert total.primary_share == 150 / 350
    assert total.score == pytest.approx((2 * 150 + 4 * 200) / 350)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-(10**12), 10**14), st.integers(0, 10**13)), max_size=20))
def test_parts_add_up_and_ranges_hold_their_value(given_rows: list[tuple[str, int, int]]) -> None:
    table = lines({"factor_id": f, "site_id": f, "co2e_ug": ug, "sd_ug": sd} for f, ug, sd in given_rows)
    parts = sums(table, ("site_id",), "market")
    total = sums(table, (), "market")
    assert sum(part.co2e_ug for part in parts.values()) == sum(ug for _, ug, _ in given_rows)
    if total:
        assert total[()].co2e_ug == sum(ug for _, ug, _ in given_rows)
        assert total[()].low_ug <= total[()].co2e_ug <= total[()].high_ug


def test_a_folder_that_is_no_inventory_says_so(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="no inventory"):
        Inventory.open(tmp_path)
    with pytest.raises(InventoryError, match="expected location or market"):
        made(tmp_path / "i", ROWS).total("both")  # type: ignore[arg-type]
