"""A target's path begins at its base, ends at its goal and never rises; the yardstick is 4.2 % of the base a year, counted from 2020."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.inventory.targets.pathways import contraction_percent
from leafmark.inventory.targets.reduction import Reduction, by_year

REDUCTIONS = st.builds(
    lambda base_year, years, base_ug, hundredths: Reduction(
        base_year, base_ug, base_year + years, Decimal(hundredths).scaleb(-2)
    ),
    st.integers(1990, 2050), st.integers(1, 60), st.integers(1, 10**24), st.integers(1, 10_000),
)  # fmt: skip


@given(REDUCTIONS)
def test_the_path_begins_at_the_base_ends_at_the_goal_and_never_rises(reduction: Reduction) -> None:
    path = [reduction.path_ug(year) for year in reduction.years]
    assert path[0] == reduction.base_ug
    assert path[-1] == reduction.goal_ug
    assert all(0 <= later <= earlier for earlier, later in pairwise(path))
    assert reduction.path_ug(reduction.base_year - 1) == reduction.base_ug
    assert reduction.path_ug(reduction.target_year + 1) == reduction.goal_ug


@given(REDUCTIONS)
def test_the_path_is_a_straight_line_to_the_microgram(reduction: Reduction) -> None:
    exact = Fraction(reduction.goal_ug - reduction.base_ug, reduction.target_year - reduction.base_year)
    for year in reduction.years:
        assert 0 <= reduction.base_ug + exact * (year - reduction.base_year) - reduction.path_ug(year) < 1


@given(REDUCTIONS, st.dictionaries(st.integers(1990, 2120), st.integers(0, 10**24), max_size=6))
def test_a_gap_is_the_actual_less_the_path(reduction: Reduction, actuals: dict[int, int]) -> None:
    years = by_year(reduction, actuals)
    assert [each.year for each in years] == sorted({*reduction.years, *actuals})
    for each in years:
        assert each.gap_ug == (actuals[each.year] - each.path_ug if each.year in actuals else None)


def test_ten_years_of_contraction_are_42_percent() -> None:
    """SBTi's usual example: 42 % from 2020 to 2030."""
    reduction = Reduction(2020, 1_000_000, 2030, Decimal("42"))
    assert reduction.contraction_ug(2030) == reduction.goal_ug == 580_000
    assert reduction.contraction_ug(2021) == 958_000
    assert reduction.contraction_ug(2044) == 0  # 24 years x 4.2 % is more than all


@pytest.mark.parametrize(("base_year", "rate"), [(2020, "4.2"), (2021, "4.67"), (2022, "5.25"), (2025, "8.4")])
def test_a_late_base_year_has_the_same_42_percent_to_make(base_year: int, rate: str) -> None:
    """SBTi, cross-sector absolute reduction: 42 % by 2030 from any base year since 2020, so more each year."""
    reduction = Reduction(base_year, 1_000_000, 2030, Decimal(42))
    assert reduction.contraction_ug(base_year) == 1_000_000
    assert reduction.contraction_ug(2030) == reduction.goal_ug == 580_000
    assert reduction.contraction_ug(2032) == 496_000  # 12 years x 4.2 %
    assert reduction.contraction_rate_percent == Decimal(rate)


@given(REDUCTIONS)
def test_the_yardstick_never_rises_and_is_the_pathway_contraction(reduction: Reduction) -> None:
    years = range(reduction.base_year, reduction.target_year + 3)
    yardstick = [reduction.contraction_ug(year) for year in years]
    assert yardstick[0] == reduction.base_ug
    assert all(0 <= later <= earlier for earlier, later in pairwise(yardstick))
    percent = contraction_percent(reduction.base_year, reduction.target_year)
    assert reduction.contraction_ug(reduction.target_year) == int(reduction.base_ug * (1 - Fraction(percent) / 100))


@pytest.mark.parametrize(
    ("values", "field"),
    [((2030, 1, 2030, Decimal(1)), "target_year"), ((2020, 0, 2030, Decimal(1)), "base_ug"), ((2020, 1, 2030, Decimal(0)), "percent"),
     ((2020, 1, 2030, Decimal("100.01")), "percent")],
)  # fmt: skip
def test_what_is_no_reduction_is_refused(values: tuple[int, int, int, Decimal], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Reduction(*values)
