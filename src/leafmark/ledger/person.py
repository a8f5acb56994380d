"""What one person asks of her account: pages of her acts, grams by evidence, a month's points, redemptions.

Every question reads the rows of one account. Acts come as they stand: with what was taken back or corrected since.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leafmark.ledger import accounts
from leafmark.ledger.catalogue import EVIDENCE, Statement
from leafmark.ledger.columns import stored_day
from leafmark.ledger.rows import AdjustmentRow, EventRow, RedemptionRow
from leafmark.ledger.state import CapKey, Tally, cap_key

if TYPE_CHECKING:
    from leafmark.ledger.ledger import Ledger

SELF_DECLARED = EVIDENCE[-1]
UG_PER_MG = 1000
PAGE_MAX = 200


@dataclass(frozen=True)
class Standing:
    """An act as it stands now: its row, and what was added to it later."""

    row: EventRow
    amendments: tuple[AdjustmentRow, ...]

    @property
    def co2e_mg(self) -> int:
        """Grams of its method with all amendments, in mg."""
        return self.row.act.co2e_mg + sum(each.co2e_mg for each in self.amendments)

    @property
    def co2e_ug(self) -> int:
        """The same in micrograms, the unit of the engine's figures."""
        return self.co2e_mg * UG_PER_MG

    @property
    def points(self) -> int:
        """Points that it earns by itself, before caps."""
        return self.row.points + sum(each.points for each in self.amendments)

    @property
    def taken_back(self) -> bool:
        """Whether it was reversed, and counts nowhere."""
        return any(each.kind in ("reversal", "fraud") for each in self.amendments)

    @property
    def self_declared(self) -> bool:
        """Whether it rests on the person's own word: no audited total holds it."""
        return self.row.act.evidence == SELF_DECLARED


@dataclass(frozen=True)
class Grams:
    """The standing acts of one statement that are of one kind of evidence, and their sum. Never added to another's."""

    statement: Statement
    self_declared: bool
    co2e_mg: int
    acts: tuple[Standing, ...]

    @property
    def co2e_ug(self) -> int:
        """In micrograms."""
        return self.co2e_mg * UG_PER_MG


@dataclass(frozen=True)
class Month:
    """What a calendar month brought: points within the caps, and acts that stand, by action."""

    points: int
    acts: dict[str, int]


@dataclass(frozen=True)
class Redemption:
    """A redemption: its steps, the last of which is its state."""

    steps: tuple[RedemptionRow, ...]

    @property
    def id(self) -> int:
        """The id that its client made."""
        return self.steps[0].redemption_id

    @property
    def state(self) -> str:
        """`pending`, `posted`, `void` or `expired`."""
        return self.steps[-1].step


def acts(
    ledger: Ledger, account_id: int, limit: int = PAGE_MAX, before: tuple[dt.date, int] | None = None
) -> list[Standing]:
    """A page of an account's acts, the newest first.

    Parameters
    ----------
    before : day and event id of the last act of the page before this one, which need not be there any more.
    """
    where, key = "account_id = ?", [account_id]
    if before is not None:
        day = stored_day(before[0])
        where, key = (
            f"{where} AND (occurred_day < ? OR (occurred_day = ? AND event_id < ?))",
            [*key, day, day, before[1]],
        )
    sql = f"SELECT event_id FROM event WHERE {where} ORDER BY occurred_day DESC, event_id DESC LIMIT ?"
    ids = [event for (event,) in ledger.store.rows(sql, [*key, min(limit, PAGE_MAX)])]
    if not ids:
        return []
    places = ", ".join("?" * len(ids))
    found = _standing(ledger, f"account_id = ? AND event_id IN ({places})", (account_id, *ids))
    order = {event: place for place, event in enumerate(ids)}
    return sorted(found, key=lambda each: order[each.row.act.event_id])


def act(ledger: Ledger, account_id: int, event_id: int) -> Standing | None:
    """One act of an account; None where the account holds none of that id."""
    return next(iter(_standing(ledger, "account_id = ? AND event_id = ?", (account_id, event_id))), None)


def every_act(ledger: Ledger, account_id: int) -> list[Standing]:
    """All acts of an account by event id."""
    return _standing(ledger, "account_id = ?", (account_id,))


def grams(ledger: Ledger, account_id: int) -> list[Grams]:
    """Sums of the acts that stand, for each statement audited and self-declared apart; those without acts left out."""
    of: dict[tuple[Statement, bool], list[Standing]] = defaultdict(list)
    for each in every_act(ledger, account_id):
        if not each.taken_back and each.row.statement != "points_only":
            of[each.row.statement, each.self_declared].append(each)
    return [Grams(*key, sum(each.co2e_mg for each in found), tuple(found)) for key, found in sorted(of.items())]


def tally_of(ledger: Ledger, act: Standing) -> Tally:
    """What the cap's period of an act holds: `points` as earned together, of which `counted` are in the balance."""
    row = act.row
    found = accounts.tallies(ledger.store.rows, ledger.names, row.act.account_id)
    return found.get(cap_key(row), Tally(row.cap_points, row.lot, row.statement, act.co2e_mg, act.points))


def month(ledger: Ledger, account_id: int, first: dt.date) -> Month:
    """What the month that begins on `first` brought.

    A cap that spans more than the month counts what the acts before it had used up already: of each cap's period the month
    brings min(cap, earned to its end) - min(cap, earned before it).
    """
    end = _next_month(first)
    days = (account_id, stored_day(first.replace(month=1)), stored_day(end))
    before: Counter[CapKey] = Counter()
    through: Counter[CapKey] = Counter()
    caps: dict[CapKey, int] = {}
    counts: Counter[str] = Counter()
    for each in _standing(ledger, "account_id = ? AND occurred_day >= ? AND occurred_day < ?", days):
        key, inside = cap_key(each.row), each.row.act.occurred_day >= first
        caps[key] = each.row.cap_points
        through[key] += each.points
        if not inside:
            before[key] += each.points
        elif not each.taken_back:
            counts[each.row.act.action] += 1
    points = sum(min(cap, through[key]) - min(cap, before[key]) for key, cap in caps.items())
    return Month(points, dict(counts))


def redemptions(ledger: Ledger, account_id: int) -> list[Redemption]:
    """An account's redemptions, the newest first."""
    of: dict[int, list[RedemptionRow]] = defaultdict(list)
    for row in accounts.redemption_rows(ledger.store.rows, "account_id = ?", (account_id,)):
        of[row.redemption_id].append(row)
    return sorted(
        (Redemption(tuple(steps)) for steps in of.values()), key=lambda each: (each.steps[0].day, each.id), reverse=True
    )


def redemption(ledger: Ledger, account_id: int, redemption_id: int) -> Redemption | None:
    """One redemption of an account; None where it has none of that id."""
    key = (account_id, redemption_id)
    steps = accounts.redemption_rows(ledger.store.rows, "account_id = ? AND redemption_id = ?", key)
    return Redemption(tuple(steps)) if steps else None


def sources(ledger: Ledger, account_id: int) -> list[str]:
    """Who reported the account's acts, by name."""
    sql = "SELECT DISTINCT s.name FROM event e JOIN source s ON s.source = e.source WHERE e.account_id = ? ORDER BY s.name"
    return [name for (name,) in ledger.store.rows(sql, (account_id,))]


def _standing(ledger: Ledger, where: str, key: Sequence[Any]) -> list[Standing]:
    rows = ledger.store.rows
    found = accounts.events(rows, ledger.names, where, key)
    if not found:
        return []
    amended: dict[int, list[AdjustmentRow]] = defaultdict(list)
    of = "account_id = ? AND event_id IS NOT NULL"
    for row in accounts.adjustment_rows(rows, of, key[:1]):
        assert row.event_id is not None
        amended[row.event_id].append(row)
    return [Standing(row, tuple(amended.get(row.act.event_id, ()))) for row in found]


def _next_month(first: dt.date) -> dt.date:
    return first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)
