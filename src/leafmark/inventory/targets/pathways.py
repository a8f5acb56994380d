"""Paths from a base to a goal: whole micrograms for each year, never a float.

    linear        base - base x reduction x (y - base year) / (target year - base year)
    contraction   linear, with reduction = 4.2 % x (target year - 2020 or the base year, whichever is earlier)
    custom        straight between the points that the company set

Absolute contraction is the Science Based Targets initiative's cross-sector method for Scope 1 and 2 at 1.5 degrees. Its rate of 4.2 % a
year counts from 2020: who takes a later base year has the years since 2020 to make good, so the reduction is the rate times the years
from 2020 and not from the base (Corporate Net-Zero Standard, annex B, as published accounts of it give the formula, e.g.
RR = LAR x (TY - 2020), 42 % by 2030 from a base of 2022, and as tools of others compute it; the initiative's text is not open to machines
and was not compared). The initiative validates targets itself; a path here is nobody's validation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Protocol

from leafmark.inventory.targets.reduction import CONTRACTION_FROM, CONTRACTION_PERCENT, Reduction


class Path(Protocol):
    """What a target is held against."""

    @property
    def goal_ug(self) -> int:
        """What is to be reached in the target year."""

    def path_ug(self, year: int) -> int:
        """The path's amount of a year."""


def contraction_percent(base_year: int, target_year: int) -> Decimal:
    """The least reduction by absolute contraction, per cent of the base, at most 100."""
    return min(Decimal(100), CONTRACTION_PERCENT * (target_year - min(base_year, CONTRACTION_FROM)))


@dataclass(frozen=True, slots=True)
class Points:
    """A path of the company's own: per cent below the base by year, straight between them, rounded down.

    Raises
    ------
    ValueError : the base is not above 0, there is no point after the base year, or one lies outside 0 to 100 per cent.
    """

    base_year: int
    base_ug: int
    points: Mapping[int, Decimal]

    def __post_init__(self) -> None:
        """Refuse what is no path."""
        if self.base_ug <= 0:
            raise ValueError(f"base_ug: expected more than 0, found {self.base_ug}")
        if not self.points or min(self.points) <= self.base_year:
            raise ValueError(f"points: expected years after {self.base_year}, found {sorted(self.points) or 'none'}")
        for year, percent in self.points.items():
            if not 0 <= percent <= 100:
                raise ValueError(f"points: {year}: expected 0 to 100 per cent below the base, found {percent}")

    @property
    def goal_ug(self) -> int:
        """The last point's amount."""
        return self.path_ug(max(self.points))

    def path_ug(self, year: int) -> int:
        """Before the base year the base, after the last point that point."""
        known = sorted({self.base_year: Decimal(0), **self.points}.items())
        below = Fraction(known[0][1] if year <= known[0][0] else known[-1][1])
        for (first, start), (last, end) in pairwise(known):
            if first <= year <= last:
                below = Fraction(start) + (Fraction(end) - Fraction(start)) * Fraction(year - first, last - first)
        return int(self.base_ug * (1 - below / 100))


def path_of(
    pathway: str, base_year: int, base_ug: int, target_year: int, percent: Decimal | None, points: Mapping[int, Decimal]
) -> Path:
    """The path of a target's words.

    Raises
    ------
    ValueError : the words make no path; see `Reduction` and `Points`.
    """
    if pathway == "custom":
        return Points(base_year, base_ug, points)
    if pathway == "contraction":
        percent = contraction_percent(base_year, target_year)
    if percent is None:
        raise ValueError("reduction_percent: missing; expected per cent below the base in the target year")
    return Reduction(base_year, base_ug, target_year, percent)
