"""The tiers that `retail.purchase` freezes are the ones that the engine's catalogue runs: their order and formulas."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pytest
from engine_rows import KNOWN_ON, factor, pack

from leafmark.engine.order_lines import orders
from leafmark.engine.settings import Settings
from leafmark.methods import method
from leafmark.methods.retail import TIERS

DAY = dt.date(2021, 3, 1)  # money of 2021, as the factor's: the price index is 1
VALID = {"valid_from": dt.date(2020, 1, 1), "valid_to": dt.date(2025, 1, 1), "data_year": 2021}
FACTS = pack(
    factor("food.rice", co2e_kg=3.0, **VALID),
    factor("food.egg", co2e_kg=0.2, unit="item", **VALID),
    factor("spend.shop", co2e_kg=0.7, unit="USD_2021_purchaser", theme="spend", boundary="supply_chain", **VALID),
)
CELLS: dict[str, dict[str, object]] = {
    "mass": {"mass_kg": 0.5, "mass_key": "food.rice"},
    "count": {"count_amount": 6.0, "count_unit": "item", "count_key": "food.egg"},
    "spend": {"spend_key": "spend.shop", "currency": "USD"},
}
KG_PER_UNIT = {"mass_key": 3.0, "count_key": 0.2, "spend_key": 0.7}
LINE = {"pieces": 4.0, "spend": 9.0}
SUBSETS = [subset for size in (1, 2, 3) for subset in combinations(TIERS, size)]


@pytest.mark.parametrize("known", SUBSETS, ids="+".join)
def test_the_first_tier_of_the_frozen_order_is_taken_by_its_formula(tmp_path: Path, known: tuple[str, ...]) -> None:
    chosen = method("retail.purchase")
    cells = {name: value for tier in known for name, value in CELLS[tier].items()}
    shelf = pa.Table.from_pylist([{"product_id": "p", "category": "c", **cells}])
    bought = pa.Table.from_pylist([{"order_id": 1, "product_id": "p", "date": DAY, **LINE}])
    made = orders(bought, shelf, [FACTS], tmp_path / "run", Settings(KNOWN_ON, "AR5"), method=chosen)
    expected = next(tier for tier in chosen.tiers if tier.name in known)
    names = {"pieces": LINE["pieces"], "spend": LINE["spend"], **cells}
    formula = expected.amount.partition(" * price_index")[0]
    amount = eval(formula, {"__builtins__": {}}, names)  # the frozen text itself, on this line's cells
    entry = made.table("entries").to_pylist()[0]
    assert entry["tier"] == expected.name
    assert entry["co2e_ug"] == round(amount * KG_PER_UNIT[expected.key] * 10**9)


def test_the_order_and_the_formulas_are_in_the_identity() -> None:
    chosen = method("retail.purchase")
    assert tuple(tier.name for tier in chosen.tiers) == TIERS
    turned = dataclasses.replace(chosen, tiers=chosen.tiers[::-1])
    other = dataclasses.replace(chosen.tiers[0], amount="pieces")
    changed = dataclasses.replace(chosen, tiers=(other, *chosen.tiers[1:]))
    assert len({chosen.hash, turned.hash, changed.hash, method("retail.purchase@1").hash}) == 4
