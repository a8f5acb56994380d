"""An account as its rows make it: the fold of all rows, and nothing else.

    state = fold(rows)      a rebuilt store is this, row by row, in any order in which an event precedes what amends it

The state keeps sums that later rules need (what an act is worth now, what a cap period has earned, what a month has
earned, what was spent), so that no rule looks at more than the few rows its command names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from leafmark.ledger.rows import AdjustmentRow, EventRow, RedemptionRow, Row, ShareRow

CapKey = tuple[str, str, int, dt.date]
"""Programme, action, version of the terms, first day of the cap's period."""

HELD = frozenset({"pending", "posted"})


@dataclass
class Worth:
    """What an event is worth after all its amendments."""

    co2e_mg: int
    shown_mg: int
    earned: int
    amended: bool = False
    taken_back: bool = False


@dataclass
class Account:
    """The state of one account. Grams in mg; points as whole numbers."""

    events: dict[bytes, EventRow] = field(default_factory=dict)
    worth: dict[bytes, Worth] = field(default_factory=dict)
    fingerprints: dict[bytes, bytes] = field(default_factory=dict)
    adjustments: dict[bytes, AdjustmentRow] = field(default_factory=dict)
    redemptions: dict[bytes, list[RedemptionRow]] = field(default_factory=dict)
    shares: dict[bytes, list[ShareRow]] = field(default_factory=dict)
    """By event."""
    earned_in: dict[CapKey, int] = field(default_factory=dict)
    """What a cap's period would have earned without the cap."""
    points_of: dict[dt.date, int] = field(default_factory=dict)
    """What each month added to the balance, by its first day."""
    co2e_mg: int = 0
    shown_mg: int = 0
    points: int = 0
    """Available: earned, less spent, held and expired. A clawback may take it below zero; a redemption never."""
    held: int = 0
    """Of redemptions that are pending or posted."""
    expired: int = 0

    def add(self, row: Row) -> None:
        """Take a row in."""
        match row:
            case EventRow():
                self._event(row)
            case AdjustmentRow():
                self._adjustment(row)
            case RedemptionRow():
                self._redemption(row)
            case ShareRow():
                self.shares.setdefault(row.share.event_id, []).append(row)

    def unexpired_through(self, month: dt.date) -> int:
        """Points of that month and earlier that were neither spent nor expired: first in, first out."""
        earned = sum(points for each, points in self.points_of.items() if each <= month)
        return max(0, earned - self.held - self.expired)

    def _event(self, row: EventRow) -> None:
        act = row.act
        self.events[act.event_id] = row
        self.fingerprints[act.fingerprint] = act.event_id
        self.worth[act.event_id] = Worth(row.co2e_mg, row.shown_mg, row.earned)
        self._earn(cap_key(row), month_of(act.occurred_day), row.earned, row.points)
        self.co2e_mg += row.co2e_mg
        self.shown_mg += row.shown_mg

    def _adjustment(self, row: AdjustmentRow) -> None:
        self.adjustments[row.adjustment_id] = row
        if row.event_id is None:
            self.expired -= row.points
            self.points += row.points
            return
        worth = self.worth[row.event_id]
        worth.co2e_mg += row.co2e_mg
        worth.shown_mg += row.shown_mg
        worth.earned += row.earned
        worth.amended, worth.taken_back = True, worth.taken_back or row.kind != "correction"
        self._earn(cap_key(self.events[row.event_id]), row.month, row.earned, row.points)
        self.co2e_mg += row.co2e_mg
        self.shown_mg += row.shown_mg

    def _earn(self, cap: CapKey, month: dt.date, earned: int, points: int) -> None:
        self.earned_in[cap] = self.earned_in.get(cap, 0) + earned
        self.points_of[month] = self.points_of.get(month, 0) + points
        self.points += points

    def _redemption(self, row: RedemptionRow) -> None:
        steps = self.redemptions.setdefault(row.redemption_id, [])
        before = row.points if steps and steps[-1].step in HELD else 0
        after = row.points if row.step in HELD else 0
        steps.append(row)
        self.held += after - before
        self.points -= after - before


def fold(rows: Iterable[Row]) -> Account:
    """The state that rows make."""
    account = Account()
    for row in rows:
        account.add(row)
    return account


def cap_key(row: EventRow) -> CapKey:
    """The cap an event counts against."""
    return row.act.programme, row.act.action, row.version, row.cap_from


def month_of(day: dt.date) -> dt.date:
    """First day of its month."""
    return day.replace(day=1)
