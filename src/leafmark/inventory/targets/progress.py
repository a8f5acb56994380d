"""A target beside what happened: path, actual, gap and trend, over the newest versions of a history's years.

A recalculated base year moves the path; what it was when it was first filed is shown beside it. An intensity is whole micrograms per unit
of the denominator, rounded down.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from leafmark.inventory.book import Inventory, InventoryError
from leafmark.inventory.targets.pathways import Path, path_of
from leafmark.inventory.targets.projection import Projection, project
from leafmark.inventory.targets.target import Target
from leafmark.inventory.time.history import History


@dataclass(frozen=True, slots=True)
class YearOf:
    """A year of a target, micrograms (per unit). `gap_ug` = actual less path: above 0 is too much; None without an actual."""

    year: int
    path_ug: int
    actual_ug: int | None

    @property
    def gap_ug(self) -> int | None:
        """How far the actual lies above the path."""
        return None if self.actual_ug is None else self.actual_ug - self.path_ug


@dataclass(frozen=True, slots=True)
class Progress:
    """A target's years from base to target, and past it where there are actuals."""

    target: Target
    base_ug: int
    base_filed_ug: int
    goal_ug: int
    years: tuple[YearOf, ...]
    projection: Projection
    lacking: tuple[int, ...]
    """Years that were filed and have no amount of the denominator: no intensity of them."""

    @property
    def newest(self) -> YearOf | None:
        """The latest year after the base with an actual."""
        return next(
            (year for year in reversed(self.years) if year.actual_ug is not None and year.year > self.target.base_year),
            None,
        )

    @property
    def on_path(self) -> bool | None:
        """Whether the newest actual lies on the path or below; None without one."""
        return None if self.newest is None else (self.newest.gap_ug or 0) <= 0


def grams_ug(inventory: Inventory, target: Target) -> int:
    """Micrograms of what the target holds, by its statement."""
    cells = inventory.sums(("scope", "category", "entity_id"), target.statement)
    return sum(
        cell.co2e_ug for (scope, category, entity), cell in cells.items() if target.holds(scope, category, entity)
    )


def progress(history: History, target: Target) -> Progress:
    """Hold a target against a history.

    Raises
    ------
    InventoryError : its base year was not filed, emits nothing, or lacks its denominator.
    """
    filed = history.years()
    # a base year that is the mean of several stays so for every target that begins in it
    base_years = history.policy.years if target.base_year in history.policy.years else (target.base_year,)
    missing = [str(year) for year in base_years if year not in filed]
    if missing:
        raise InventoryError(
            f"{target.id}: the base year {', '.join(missing)} was not filed in {history.path} (filed: {', '.join(map(str, filed)) or 'none'})"
        )
    now, first = (_mean(history, target, base_years, end) for end in (-1, 0))
    if now <= 0:
        raise InventoryError(
            f"{target.id}: the base year has no grams within the target's scopes, categories and entities: nothing can fall"
        )
    path = _path(target, now)
    actuals, lacking = {}, []
    for year in filed:
        if year < target.base_year:
            continue
        actual = _actual(history, target, year, -1)
        if actual is None:
            lacking.append(year)
        else:
            actuals[year] = actual
    actuals[target.base_year] = now
    last = max(target.target_year, *filed)
    years = tuple(YearOf(year, path.path_ug(year), actuals.get(year)) for year in range(target.base_year, last + 1))
    newest = max(actuals)
    ahead = range(newest + 1, target.target_year + 1)
    return Progress(target, now, first, path.goal_ug, years, project(actuals, ahead, target.trend), tuple(lacking))


def _path(target: Target, base_ug: int) -> Path:
    try:
        return path_of(
            target.pathway, target.base_year, base_ug, target.target_year, target.reduction_percent, target.points
        )
    except ValueError as fault:
        raise InventoryError(f"{target.id}: {fault}") from fault


def _mean(history: History, target: Target, years: tuple[int, ...], end: int) -> int:
    found = [_actual(history, target, year, end) for year in years]
    if None in found:
        lacking = ", ".join(str(year) for year, each in zip(years, found, strict=True) if each is None)
        raise InventoryError(f"{target.id}: denominator {_name(target)}: no amount for the base year {lacking}")
    return sum(each for each in found if each is not None) // len(years)


def _actual(history: History, target: Target, year: int, end: int) -> int | None:
    amount_ug = grams_ug(history.versions(year)[end].inventory, target)
    if target.denominator is None:
        return amount_ug
    by = target.denominator.values.get(year)
    return None if by is None else int(Fraction(amount_ug) / Fraction(by))


def _name(target: Target) -> str:
    return target.denominator.name if target.denominator else "none"
