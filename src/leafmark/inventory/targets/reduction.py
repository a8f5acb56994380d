"""The path of a reduction target and an actual against it: whole micrograms of CO2e, no floats.

    path(y) = base - (base - goal) x (y - base year) / (target year - base year),   goal = base x (1 - reduction)

The path is a straight line, rounded down to whole micrograms, so that it begins at the base and ends at the goal exactly and never
rises. Beside it stands a yardstick that is no target of anybody's: the absolute contraction of the Science Based Targets initiative for
Scope 1 and 2 at 1.5 degrees. At least 4.2 % of the base a year are counted from 2020, however late the base year is: who begins in 2022 has
42 % to make by 2030 all the same, 5.25 % a year. (SBTi, Corporate Near-Term Criteria, cross-sector absolute reduction. The initiative's text
is not open to machines; the rate, and the 42 % by 2030 from any base year since 2020, are what accounts and tools of others agree on.)
The initiative has other rates for Scope 3 and for sectors, and validates targets itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

CONTRACTION_PERCENT: Final = Decimal("4.2")
"""Per cent of the base year's emissions, each year."""
CONTRACTION_FROM: Final = 2020
"""The year from which the rate counts, however late the base year is."""
CONTRACTION_SOURCE: Final = "SBTi, Corporate Near-Term Criteria, absolute contraction approach (1.5 °C)"
CONTRACTION_URL: Final = "https://sciencebasedtargets.org/resources/"


@dataclass(frozen=True, slots=True)
class Reduction:
    """A reduction by `percent` from `base_ug` in `base_year` to `target_year`; micrograms CO2e, absolute or per unit.

    Raises
    ------
    ValueError : the target year is not after the base year, the base is not above 0, or percent is not in (0, 100].
    """

    base_year: int
    base_ug: int
    target_year: int
    percent: Decimal

    def __post_init__(self) -> None:
        """Refuse what is no reduction."""
        if self.target_year <= self.base_year:
            raise ValueError(f"target_year: expected a year after {self.base_year}, found {self.target_year}")
        if self.base_ug <= 0:
            raise ValueError(f"base_ug: expected more than 0, found {self.base_ug}")
        if not 0 < self.percent <= 100:
            raise ValueError(f"percent: expected more than 0 and at most 100, found {self.percent}")

    @property
    def goal_ug(self) -> int:
        """What is to be reached in the target year, rounded down."""
        return int(self.base_ug * (1 - Fraction(self.percent) / 100))

    @property
    def years(self) -> range:
        """Base year to target year."""
        return range(self.base_year, self.target_year + 1)

    def path_ug(self, year: int) -> int:
        """The straight line's amount of a year, rounded down; before the base year the base, after the target year the goal."""
        done = min(max(year - self.base_year, 0), self.target_year - self.base_year)
        return self.base_ug + (self.goal_ug - self.base_ug) * done // (self.target_year - self.base_year)

    @property
    def contraction_rate_percent(self) -> Decimal:
        """Per cent of the base a year that make up 4.2 % for each year since 2020, or since the base year, by the target year; two decimals."""
        whole = Fraction(CONTRACTION_PERCENT) * self._counted(self.target_year)
        hundredths = round(whole * 100 / (self.target_year - self.base_year))
        return Decimal(hundredths) / 100

    def contraction_ug(self, year: int) -> int:
        """What the contraction would leave in a year, rounded down, never below 0: straight to the target year, 4.2 % a year after it."""
        done = max(year - self.base_year, 0)
        span = self.target_year - self.base_year
        counted = Fraction(self._counted(self.target_year) * done, span) if done < span else self._counted(year)
        return max(0, int(self.base_ug * (1 - Fraction(CONTRACTION_PERCENT) * counted / 100)))

    def _counted(self, year: int) -> int:
        """Years that the rate counts for."""
        return year - min(self.base_year, CONTRACTION_FROM)


@dataclass(frozen=True, slots=True)
class Year:
    """A year of a target. `gap_ug` = actual - path: above 0 is too much; None where no actual is stated."""

    year: int
    path_ug: int
    contraction_ug: int
    actual_ug: int | None

    @property
    def gap_ug(self) -> int | None:
        """How far the actual lies above the path."""
        return None if self.actual_ug is None else self.actual_ug - self.path_ug


def by_year(reduction: Reduction, actuals: Mapping[int, int], more: Iterable[int] = ()) -> list[Year]:
    """Every year of the path, and those of `actuals` and `more` besides, in order."""
    years = sorted({*reduction.years, *actuals, *more})
    return [Year(year, reduction.path_ug(year), reduction.contraction_ug(year), actuals.get(year)) for year in years]
