"""A place of the company by its days: whose it is, how it is held, and which part of it is the company's when, in exact fractions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

Stretch = tuple[dt.date, dt.date, Fraction]
"""Days `[first, after)` of one share."""


@dataclass(frozen=True, slots=True)
class Place:
    """A site, a fleet or a whole entity; `stretches` are the reporting year, cut where the company's share changes."""

    place_id: str
    entity_id: str
    held: str
    stretches: tuple[Stretch, ...]

    def share(self, first: dt.date | None = None, after: dt.date | None = None) -> Fraction:
        """The mean share of the days `[first, after)`; without them that of the year. Days outside the year have the nearest one's share."""
        start, end = self.stretches[0][0], self.stretches[-1][1]
        last = end - dt.timedelta(days=1)
        first = min(max(first or start, start), last)
        after = max(min(after or end, end), first + dt.timedelta(days=1))
        held = sum((_days(first, after, each) * each[2] for each in self.stretches), Fraction(0))
        return held / (after - first).days

    def changes(self, first: dt.date, after: dt.date) -> bool:
        """Whether the share is another on some of these days than on others."""
        return sum(_days(first, after, each) > 0 for each in self.stretches) > 1


def _days(first: dt.date, after: dt.date, stretch: Stretch) -> int:
    return max((min(after, stretch[1]) - max(first, stretch[0])).days, 0)
