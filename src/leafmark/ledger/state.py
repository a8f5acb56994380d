"""An account as its rows make it: the fold of all rows, and nothing else.

    state = fold(rows)      a rebuilt store is this, row by row, in any order in which an event precedes what amends it

The state keeps sums that later rules need (what an act is worth now, what a cap's period has earned, what was spent), so
that no rule looks at more than the few rows its command names: a store loads those and the account's tallies.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from leafmark.ledger.catalogue import MINTED, Statement
from leafmark.ledger.rows import AdjustmentRow, CreditRow, EventRow, RedemptionRow, Row, ShareRow

CapKey = tuple[str, str, int, dt.date]
"""Programme, action, version of the terms, first day of the cap's period."""

HELD = frozenset({"pending", "posted"})


@dataclass
class Worth:
    """What an event is worth after all its amendments."""

    co2e_mg: int
    points: int
    taken_back: bool = False


@dataclass
class Tally:
    """What one cap's period of an account holds: grams, and points as earned. `counted` of them are in the balance."""

    cap_points: int
    lot: dt.date
    statement: Statement
    co2e_mg: int = 0
    points: int = 0

    @property
    def counted(self) -> int:
        """Points under the cap."""
        return min(self.cap_points, self.points)


@dataclass
class Account:
    """The state of one account. Grams in mg; points as whole numbers."""

    events: dict[int, EventRow] = field(default_factory=dict)
    worth: dict[int, Worth] = field(default_factory=dict)
    fingerprints: dict[int, int] = field(default_factory=dict)
    adjustments: dict[int, AdjustmentRow] = field(default_factory=dict)
    redemptions: dict[int, list[RedemptionRow]] = field(default_factory=dict)
    shares: dict[int, list[ShareRow]] = field(default_factory=dict)
    """By event."""
    credits: dict[int, list[CreditRow]] = field(default_factory=dict)
    """By share."""
    tallies: dict[CapKey, Tally] = field(default_factory=dict)
    held: int = 0
    """Points of redemptions that are pending or posted."""
    ended: int = 0
    """Points that expired or were erased."""
    ended_through: dt.date | None = None
    """The last month whose points ended; of an erased account all have."""
    erased: bool = False

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
            case CreditRow():
                self.credits.setdefault(row.share_id, []).append(row)

    @property
    def points(self) -> int:
        """Available: counted under the caps, less held and ended. A clawback may take it below zero; a redemption never."""
        return sum(tally.counted for tally in self.tallies.values()) - self.held - self.ended

    def grams(self) -> dict[Statement, int]:
        """Sums in mg by statement; only those of `MINTED` were minted."""
        sums: dict[Statement, int] = {}
        for tally in self.tallies.values():
            sums[tally.statement] = sums.get(tally.statement, 0) + tally.co2e_mg
        return sums

    @property
    def minted_mg(self) -> int:
        """Grams minted, in mg."""
        return sum(mg for statement, mg in self.grams().items() if statement in MINTED)

    def unexpired_through(self, month: dt.date) -> int:
        """Points of that month's lot and earlier ones that were neither spent nor ended: first in, first out."""
        counted = sum(tally.counted for tally in self.tallies.values() if tally.lot <= month)
        return max(0, counted - self.held - self.ended)

    def _event(self, row: EventRow) -> None:
        act = row.act
        self.events[act.event_id] = row
        self.fingerprints[act.fingerprint] = act.event_id
        self.worth[act.event_id] = Worth(act.co2e_mg, row.points)
        tally = self.tallies.setdefault(cap_key(row), Tally(row.cap_points, row.lot, row.statement))
        tally.co2e_mg += act.co2e_mg
        tally.points += row.points

    def _adjustment(self, row: AdjustmentRow) -> None:
        self.adjustments[row.adjustment_id] = row
        if row.event_id is None:
            self.ended -= row.points
            self.erased = self.erased or row.kind == "erasure"
            self.ended_through = max(filter(None, (self.ended_through, ended_month(row))), default=None)
            return
        worth, tally = self.worth[row.event_id], self.tallies[cap_key(self.events[row.event_id])]
        for each in (worth, tally):
            each.co2e_mg += row.co2e_mg
            each.points += row.points
        worth.taken_back = worth.taken_back or row.kind != "correction"

    def _redemption(self, row: RedemptionRow) -> None:
        steps = self.redemptions.setdefault(row.redemption_id, [])
        before = row.points if steps and steps[-1].step in HELD else 0
        after = row.points if row.step in HELD else 0
        steps.append(row)
        self.held += after - before


def fold(rows: Iterable[Row]) -> Account:
    """The state that rows make."""
    account = Account()
    for row in rows:
        account.add(row)
    return account


def cap_key(row: EventRow) -> CapKey:
    """The cap an event counts against."""
    return row.act.programme, row.act.action, row.version, row.cap_from


def standing(shares: Iterable[ShareRow]) -> list[ShareRow]:
    """Shares that were given and not taken back."""
    rows = list(shares)
    taken = {row.share.share_id for row in rows if row.step == "taken"}
    return [row for row in rows if row.step == "given" and row.share.share_id not in taken]


ENDED = "points of {month:%Y-%m} and before ended"
_ENDED = re.compile(r"points of ([0-9]{4}-[0-9]{2}) and before ended")


def ended_month(row: AdjustmentRow) -> dt.date | None:
    """The month up to which a row ended all points; None where it is about other points."""
    if row.kind == "erasure":
        return dt.date.max
    found = _ENDED.fullmatch(row.reason) if row.kind == "expiry" else None
    return dt.date.fromisoformat(f"{found[1]}-01") if found else None


def month_of(day: dt.date) -> dt.date:
    """First day of its month."""
    return day.replace(day=1)
