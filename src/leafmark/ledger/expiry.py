"""What ends by itself: points past their months, and redemptions that nobody finished. Jobs to run daily, as often as liked.

Ids follow from what ends, so two schedulers, or one that is killed and runs again, end a thing once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leafmark.ledger.catalogue import DAY_MAX, DAY_MIN
from leafmark.ledger.columns import stored_day
from leafmark.ledger.rows import Accepted, AdjustmentRow, Command, ExpirePoints, Outcome, Rejected, Settle, id_of
from leafmark.ledger.rules import months_later
from leafmark.ledger.state import month_of

if TYPE_CHECKING:
    from leafmark.ledger.ledger import Ledger

TOGETHER = 500
"""Commands of one transaction."""

Progress = Callable[[int, int, str], None]
"""Told how many of how many are done, and of what."""

HAVE_POINTS = """
SELECT t.account_id FROM tally t JOIN terms s ON s.terms = t.terms LEFT JOIN balance b ON b.account_id = t.account_id
WHERE (s.cap_period <> 'year' AND t.cap_from < ?) OR (s.cap_period = 'year' AND t.cap_from <= ?)
GROUP BY t.account_id, b.held, b.ended
HAVING sum(CASE WHEN t.points < t.cap_points THEN t.points ELSE t.cap_points END) > coalesce(b.held, 0) + coalesce(b.ended, 0)
ORDER BY t.account_id
"""
PENDING = """
SELECT account_id, redemption_id FROM redemption r WHERE step = 'pending' AND day < ? AND NOT EXISTS (
  SELECT 1 FROM redemption e WHERE e.account_id = r.account_id AND e.redemption_id = r.redemption_id AND e.step <> 'pending')
"""


@dataclass
class Expiry:
    """What ended. `refused`: the month is not due, and nothing was done."""

    accounts: int = 0
    ended_accounts: int = 0
    points: int = 0
    refused: Rejected | None = None


def last_ended_month(ledger: Ledger) -> dt.date:
    """The last month whose points have ended by the ledger's day."""
    return months_later(month_of(ledger.today()), -ledger.catalogue.points_months - 1)


def expire_points(ledger: Ledger, progress: Progress | None = None) -> int:
    """End the points of all months that are over by the ledger's day; how many accounts lost some."""
    return expire_all(ledger, last_ended_month(ledger), progress=progress).ended_accounts


def expire_all(
    ledger: Ledger, month: dt.date, accounts: Sequence[int] | None = None, progress: Progress | None = None
) -> Expiry:
    """End the points of a month and before, of some accounts or of all that have any left; again ends nothing twice.

    Raises
    ------
    StoreError : the month lies past those that a store can hold.
    """
    month = month_of(month)
    stored_day(month)
    if accounts is None:
        january = dt.date(month.year if month.month == 12 else month.year - 1, 1, 1)
        days = (stored_day(min(months_later(month, 1), DAY_MAX)), stored_day(january) if january >= DAY_MIN else -1)
        accounts = [account for (account,) in ledger.store.rows(HAVE_POINTS, days)]
    mark, found = id_of(f"points through {month:%Y-%m}"), Expiry()
    commands: list[Command] = [ExpirePoints(account, mark, month) for account in accounts]
    for outcomes in _together(ledger, commands, "accounts", progress):
        for outcome in outcomes:
            found.accounts += 1
            if isinstance(outcome, Rejected):
                found.refused = outcome
            elif isinstance(outcome, Accepted):
                ended = sum(-row.points for row in outcome.rows if isinstance(row, AdjustmentRow))
                found.points += ended
                found.ended_accounts += ended > 0
        if found.refused:
            break
    return found


def expire_redemptions(ledger: Ledger, days: int, progress: Progress | None = None) -> int:
    """Give back the points of redemptions that have been pending for more than so many days; how many there were."""
    before = stored_day(ledger.today() - dt.timedelta(days))
    commands: list[Command] = [
        Settle(account, redemption, "expired") for account, redemption in ledger.store.rows(PENDING, (before,))
    ]
    parts = _together(ledger, commands, "redemptions", progress)
    return sum(isinstance(each, Accepted) for outcomes in parts for each in outcomes)


def _together(
    ledger: Ledger, commands: list[Command], of_what: str, progress: Progress | None
) -> Iterator[list[Outcome]]:
    for first in range(0, len(commands), TOGETHER):
        yield ledger.post_together(commands[first : first + TOGETHER])
        if progress:
            progress(min(first + TOGETHER, len(commands)), len(commands), of_what)
