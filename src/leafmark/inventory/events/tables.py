"""What an event's table holds: a row a crew role, journey, night, meal, load, litre, kWh, link or cloud hour of each variant.

    event.toml       name, programme_hours, base [, region] [, date] [, distance_km]
    activities.csv   variant, kind, name, and the columns that the kind needs [, amount_gsd: how sure the row's amount is]

Every kind but `crew` is an activity of one of the engine's methods; `crew` is people and days, shown beside the grams and never turned into
any.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

ROWS_MAX: Final = 100_000


class EventError(ValueError):
    """An event cannot be read or computed: what was found, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row: its method (None: no emissions), the columns it needs, and its default key."""

    method: str | None
    needs: tuple[str, ...]
    what: str
    key: str = ""


KINDS: Final[dict[str, Kind]] = {
    "crew": Kind(None, ("persons", "amount"), "people of a role, and days of each"),
    "travel": Kind(
        "travel.business", ("key", "amount", "unit"), "journeys: km of one person there and back, times persons"
    ),
    "hotel": Kind("travel.business", ("amount",), "nights of one person, times persons", "travel.hotel"),
    "catering": Kind(
        "purchase.goods", ("amount", "unit"), "meals and drinks: by mass, spend, or a caterer's own figure"
    ),
    "purchase": Kind("purchase.goods", ("amount", "unit"), "anything else bought or hired"),
    "freight": Kind("freight.upstream", ("key", "mass_kg", "distance_km"), "equipment on its way, both ways"),
    "generator": Kind("combustion.direct", ("key", "amount", "unit"), "fuel burnt in generators"),
    "power": Kind("electricity.location", ("amount",), "kWh drawn at the venue, or at the hub"),
    "link": Kind("electricity.location", ("amount", "kwh_per_unit"), "GB, or hours of a link, at so many kWh each"),
    "cloud": Kind("electricity.location", ("amount", "kwh_per_unit"), "hours of rented computing, at so many kWh each"),
}
"""Kind -> how it is counted. The methods are those of a company's inventory, so every entry explains itself."""

SPREAD: Final = "amount_gsd"
"""Geometric standard deviation of a row's whole amount, 1 to 100; empty: the amount is taken as given."""
GSD_MAX: Final = 100.0
NUMBERS: Final = ("amount", "persons", "mass_kg", "distance_km", "kwh_per_unit", "kg_per_unit", SPREAD)
TEXTS: Final = ("variant", "kind", "name", "key", "unit", "region", "source")
COLUMNS: Final = (*TEXTS, *NUMBERS, "date", "with_distance")
INVENTED: Final = "invented"
"""How the source of a number begins that nobody measured or published: the report counts those rows."""

REASONS: Final[dict[str, str]] = {
    "missing_value": "a cell that the kind needs is empty",
    "unreadable": "a cell could not be read as a number, a date, or yes or no",
    "below_bound": "a number below 0, or a spread below 1",
    "above_bound": "a number that no event can have, or a spread above 100",
    "unknown_word": "the kind is not one of the closed list",
    "no_distance": "only journeys and freight can go with the distance",
    "no_grams": "crew is people and days: there are no grams for a spread to be of",
}
"""Why a row is refused before the engine sees it; the engine's own reasons come beside them."""


@dataclass(frozen=True, slots=True)
class Activity:
    """A sound row; `row` is counted from 1 below the header. `with_distance`: it grows with the distance to the venue."""

    row: int
    variant: str
    kind: str
    name: str
    key: str
    unit: str
    region: str | None
    date: dt.date | None
    numbers: Mapping[str, float | None]
    with_distance: bool
    source: str

    @property
    def activity_id(self) -> str:
        """Its id in the engine's runs."""
        return f"row-{self.row}"

    def number(self, name: str, default: float = 1.0) -> float:
        """A number, or the default where its cell is empty."""
        value = self.numbers.get(name)
        return default if value is None else value


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is in no figure, and why; `expected` says what to do."""

    row: int
    variant: str
    field: str
    reason: str
    found: str
    expected: str


@dataclass(frozen=True)
class Event:
    """An event in its variants, on one functional unit: an hour of programme.

    `distance_km` : how far the venue is in these rows; None where no break-even is asked for.
    """

    name: str
    programme_hours: float
    base: str
    activities: tuple[Activity, ...]
    refused: tuple[Refused, ...]
    distance_km: float | None = None

    @property
    def variants(self) -> list[str]:
        """In the order of the table; the one that others are compared with first."""
        seen = dict.fromkeys(
            [self.base, *(each.variant for each in self.activities), *(each.variant for each in self.refused)]
        )
        return list(seen)


def as_record(refused: Refused) -> dict[str, Any]:
    """A refused row as plain data."""
    return {name: getattr(refused, name) for name in ("row", "variant", "field", "reason", "found", "expected")}
