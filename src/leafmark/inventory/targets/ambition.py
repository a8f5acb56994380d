"""The Scope 3+ ambition: a cumulative reduction facilitated in the ecosystem, outside Scope 1, 2 and 3.

    impact.csv:  year, kind (avoided, participant_reduction), co2e_g, assured (true, false), source

1.5 Gt between 2021 and 2035, checked yearly, as the ambition was stated (1.5 Gt in 15 years). Rows come from impact statements; results below
zero stay in. It is laid beside an inventory and never added to one: amounts here are grams of a type of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from leafmark.inventory.book import InventoryError
from leafmark.inventory.small_tables import texts

GIGATONNE_G: Final = 10**15
KINDS: Final = ("avoided", "participant_reduction")
COLUMNS: Final = ("year", "kind", "co2e_g", "assured", "source")


@dataclass(frozen=True, slots=True)
class Ambition:
    """A cumulative amount from the first year to the last, both within."""

    amount_g: int
    first: int
    last: int
    source: str


AMBITION: Final = Ambition(
    3 * GIGATONNE_G // 2,
    2021,
    2035,
    "1.5 Gt of cumulative reduction facilitated across the ecosystem by 2035, stated in 2021, checked yearly",
)


@dataclass(frozen=True, slots=True)
class Impact:
    """A row of an impact statement, grams CO2e, signed."""

    year: int
    kind: str
    co2e_g: int
    assured: bool
    source: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A year of the ambition: in the year, and cumulative with the part that a third party assured. Grams."""

    year: int
    in_year_g: int
    cumulative_g: int
    cumulative_assured_g: int
    by_kind_g: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cumulative:
    """How far the ambition is reached. It is no `Sum` of an inventory, and adds to none."""

    ambition: Ambition
    years: tuple[Reached, ...]

    @property
    def left_g(self) -> int:
        """What is left of it; below 0 where it is surpassed."""
        return self.ambition.amount_g - (self.years[-1].cumulative_g if self.years else 0)


def read_impact(path: Path) -> tuple[Impact, ...]:
    """Read rows of impact statements.

    Raises
    ------
    InventoryError : file, row, field, found and expected.
    """
    return impacts(texts(path, COLUMNS), str(path))


def impacts(rows: Iterable[Mapping[str, Any]], where: str = "impact") -> tuple[Impact, ...]:
    """Rows of a table as `Impact`, checked; see `read_impact`."""
    found: list[Impact] = []
    for number, row in enumerate(rows, 1):
        at = f"{where}: row {number}"
        try:
            year, amount_g = int(row["year"]), int(row["co2e_g"])
        except (KeyError, TypeError, ValueError) as fault:
            raise InventoryError(f"{at}: expected year and co2e_g as whole numbers: {fault}") from fault
        if row["kind"] not in KINDS:
            raise InventoryError(f"{at}: kind: expected {' or '.join(KINDS)}, found {row['kind']!r}")
        assured = {"true": True, "false": False}.get(str(row["assured"]).lower())
        if assured is None or not row["source"]:
            raise InventoryError(
                f"{at}: expected assured true or false and a source, found {row['assured']!r}, {row['source']!r}"
            )
        each = Impact(year, row["kind"], amount_g, assured, str(row["source"]))
        if any((each.year, each.kind, each.source) == (other.year, other.kind, other.source) for other in found):
            raise InventoryError(
                f"{at}: {each.kind} of {each.year} from {each.source} is there already: a statement counts once"
            )
        found.append(each)
    return tuple(found)


def cumulative(rows: Iterable[Impact], ambition: Ambition = AMBITION) -> Cumulative:
    """Add up the years of an ambition.

    Raises
    ------
    InventoryError : a row lies outside its years.
    """
    given = sorted(rows, key=lambda row: row.year)
    outside = [row for row in given if not ambition.first <= row.year <= ambition.last]
    if outside:
        raise InventoryError(
            f"{outside[0].source}: {outside[0].year} lies outside the ambition's years {ambition.first} to {ambition.last}"
        )
    years, all_g, assured_g = [], 0, 0
    for year in range(ambition.first, (given[-1].year if given else ambition.first - 1) + 1):
        of_year = [row for row in given if row.year == year]
        in_year = sum(row.co2e_g for row in of_year)
        all_g += in_year
        assured_g += sum(row.co2e_g for row in of_year if row.assured)
        by_kind = {kind: sum(row.co2e_g for row in of_year if row.kind == kind) for kind in KINDS}
        years.append(Reached(year, in_year, all_g, assured_g, by_kind))
    return Cumulative(ambition, tuple(years))
