"""The difference of two figures of one product: what both share drops out, and the range agrees with drawing it a million times."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.engine.closing import lognormal_range
from leafmark.products.whatif import LineResult, difference

KG = 10**9
LINES = st.lists(
    st.builds(
        LineResult, st.sampled_from("abcd"), st.sampled_from(["x", "y", "z"]), st.integers(-10**15, 10**15),
        st.floats(0, 2), st.floats(0, 1),
    ), max_size=8,
)  # fmt: skip


@given(LINES)
def test_nothing_changed_is_no_difference(lines: list[LineResult]) -> None:
    found = difference(lines, lines)
    assert (found.co2e_ug, found.low_ug, found.high_ug, found.relation) == (0, 0, 0, "same")


@given(LINES, LINES)
def test_the_difference_is_exact_and_lies_in_its_range(before: list[LineResult], after: list[LineResult]) -> None:
    found = difference(before, after)
    assert found.co2e_ug == sum(each.co2e_ug for each in after) - sum(each.co2e_ug for each in before)
    assert found.low_ug <= found.co2e_ug <= found.high_ug
    assert 0 <= found.probability_lower <= 1


@given(LINES, LINES)
def test_the_other_way_round_it_is_the_opposite(before: list[LineResult], after: list[LineResult]) -> None:
    one, other = difference(before, after), difference(after, before)
    assert one.co2e_ug == -other.co2e_ug
    assert one.probability_lower == pytest.approx(1 - other.probability_lower, abs=1e-9)


def test_less_of_one_factor_is_surely_lower_whatever_the_factor_is() -> None:
    """Two kilowatt-hours against one on a grid that nobody knows: the one is lower."""
    found = difference([LineResult("1", "grid", 200 * KG, 1.5)], [LineResult("1", "grid", 100 * KG, 1.5)])
    assert found.relation == "lower"
    assert found.probability_lower == 1
    low, high = lognormal_range(100 * KG, (1.5 * 100 * KG) ** 2)
    assert -found.high_ug == pytest.approx(low, rel=0.05)
    assert -found.low_ug == pytest.approx(high, rel=0.05)


def test_the_same_figures_of_two_factors_are_not_told_apart() -> None:
    found = difference([LineResult("1", "steel", 100 * KG, 0.3)], [LineResult("1", "aluminium", 97 * KG, 0.3)])
    assert found.relation == "unsure"
    assert found.low_ug < 0 < found.high_ug


def test_an_amount_that_stays_the_same_is_drawn_once() -> None:
    """Half a kilogram, give or take a lot, of one material or of another: the take is the same in both."""
    steel = LineResult("1", "steel", 100 * KG, 0.05, 0.8)
    sure = difference([steel], [LineResult("1", "wood", 60 * KG, 0.05, 0.8)])
    apart = difference([steel], [LineResult("2", "wood", 60 * KG, 0.05, 0.8)])
    assert sure.relation == "lower"
    assert sure.probability_lower > 0.999
    assert apart.relation == "unsure"


def test_it_is_the_same_again_in_any_order() -> None:
    lines = [LineResult(str(number), f"factor {number % 3}", number * KG, 0.3, 0.2) for number in range(1, 9)]
    once = difference(lines[:4], lines[4:])
    assert once == difference(reversed(lines[:4]), reversed(lines[4:]))


def test_the_range_agrees_with_a_million_draws() -> None:
    """Steel goes, aluminium comes, the grid stays, some of it is used less: drawn with numpy from the same lognormals."""
    before = [
        LineResult("1", "steel", 300 * KG, 0.2),
        LineResult("2", "grid", 500 * KG, 0.1),
        LineResult("3", "board", 40 * KG, 0.4),
    ]
    after = [
        LineResult("1", "aluminium", 210 * KG, 0.35),
        LineResult("2", "grid", 430 * KG, 0.1),
        LineResult("3", "board", 40 * KG, 0.4),
    ]
    found = difference(before, after)
    random = np.random.default_rng(7)

    def drawn(sd: float) -> np.ndarray:
        sigma = math.sqrt(math.log1p(sd * sd))
        return random.lognormal(-sigma * sigma / 2, sigma, 1_000_000)

    many = (210 * drawn(0.35) - 300 * drawn(0.2) + (430 - 500) * drawn(0.1)) * KG
    low, high = np.quantile(many, [0.025, 0.975])
    width = high - low
    assert abs(found.low_ug - low) < 0.03 * width
    assert abs(found.high_ug - high) < 0.03 * width
    assert found.probability_lower == pytest.approx((many < 0).mean(), abs=0.01)
