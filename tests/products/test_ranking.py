"""Which products may be ranked, and when one is said to be lower."""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.products.footprint import Basis, Footprint
from leafmark.products.ranking import Ranked, probability_lower, refusal, surely_lower

BASIS = Basis(
    "kettle", "boil a litre", "cradle_to_grave", ("materials", "use"), "kettle@1", "product.bill@2", "AR6", 5.0, "GB"
)
OTHERS = {"category": "toaster", "functional_unit": "boil a cup", "boundary": "cradle_to_gate", "stages": ("materials",),
          "category_rules": "kettle@2", "method_version": "product.bill@1", "gwp_set": "AR5", "lifetime_years": 7.0, "use_region": "FR"}  # fmt: skip


def ranked(value: int, low: int, high: int, factor: str | None = None, **basis: object) -> Ranked:
    made = Footprint("x", dataclasses.replace(BASIS, **basis), value, low, high, ())
    return Ranked(made, factor)


@pytest.mark.parametrize("field", OTHERS)
def test_each_field_of_the_basis_refuses(field: str) -> None:
    """DESIGN, Like with like: functional unit, boundary, category rules, method version, GWP set, lifetime and use region."""
    assert refusal(ranked(10, 9, 11), ranked(10, 9, 11, **{field: OTHERS[field]})) == field
    assert refusal(ranked(10, 9, 11), ranked(20, 19, 21)) is None


def test_every_field_of_the_basis_is_tried() -> None:
    assert set(OTHERS) == {each.name for each in dataclasses.fields(Basis)}


def test_what_is_never_ranked() -> None:
    known = ranked(10, 9, 11)
    estimate = Ranked(dataclasses.replace(known.footprint, category_estimate=True), None)
    unknown = Ranked(dataclasses.replace(known.footprint, complete=False), None)
    sheet = ranked(10, 9, 11, method_version="product.declared@1")
    assert refusal(known, estimate) == refusal(estimate, estimate) == "category_estimate"
    assert refusal(known, unknown) == "unknown"
    assert refusal(sheet, sheet) == "declared_sheet"
    assert refusal(ranked(10, 9, 11, "beef"), ranked(5, 4, 6, "beef")) == "deciding_factor"
    use = {"method_version": "appliance.use@2"}
    assert refusal(ranked(10, 9, 11, "grid", **use), ranked(5, 4, 6, "grid", **use)) is None


def test_on_one_grid_the_one_that_uses_less_is_lower() -> None:
    use = {"method_version": "appliance.use@2"}
    one, other = ranked(100, 50, 200, "grid", **use), ranked(101, 50, 202, "grid", **use)
    assert probability_lower(one, other) == 1.0
    assert probability_lower(other, one) == 0.0
    apart = ranked(101, 50, 202, "another grid", **use)
    assert probability_lower(one, apart) == pytest.approx(0.5, abs=0.02)


def test_the_probability_is_that_of_a_simulation() -> None:
    """Two lognormals drawn apart, counted: an oracle that shares nothing with the formula."""
    import math

    chance = random.Random(1)
    one, other = ranked(100, 80, 124), ranked(130, 90, 182)

    def draw(value: int, low: int, high: int) -> float:
        sigma = math.log(high / low) / (2 * 1.959964)
        return chance.lognormvariate(math.log(value) - sigma**2 / 2, sigma)

    lower = sum(draw(100, 80, 124) < draw(130, 90, 182) for _ in range(40_000)) / 40_000
    assert probability_lower(one, other) == pytest.approx(lower, abs=0.01)


amounts = st.tuples(st.integers(1, 10**12), st.floats(1.0, 10.0)).map(
    lambda each: ranked(each[0], max(1, int(each[0] / each[1])), int(each[0] * each[1]) + 1)
)


@given(amounts, amounts)
def test_one_is_lower_as_surely_as_the_other_is_higher(one: Ranked, other: Ranked) -> None:
    assert probability_lower(one, other) + probability_lower(other, one) == pytest.approx(1, abs=1e-9)
    assert 0 <= probability_lower(one, other) <= 1


@given(amounts, st.lists(amounts, max_size=8))
def test_choices_are_lower_in_order_and_never_sure_both_ways(one: Ranked, others: list[Ranked]) -> None:
    places = surely_lower(one, others)
    values = [others[place].footprint.co2e_ug or 0 for place in places]
    assert values == sorted(values)
    for place in places:
        assert not surely_lower(others[place], [one])
