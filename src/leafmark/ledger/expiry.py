"""What ends by itself: points past their months, and redemptions that nobody finished. Jobs to run daily, as often as liked.

Ids follow from what ends, so two schedulers, or one that is killed and runs again, end a thing once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from leafmark.ledger.columns import stored_day
from leafmark.ledger.ledger import Ledger
from leafmark.ledger.rows import Accepted, Command, ExpirePoints, Settle, id_of
from leafmark.ledger.rules import months_later
from leafmark.ledger.state import month_of

TOGETHER = 500
"""Commands of one transaction."""

HAVE_POINTS = """
SELECT t.account_id FROM tally t JOIN terms s ON s.terms = t.terms LEFT JOIN balance b ON b.account_id = t.account_id
WHERE (s.cap_period <> 'year' AND t.cap_from < ?) OR (s.cap_period = 'year' AND t.cap_from <= ?)
GROUP BY t.account_id, b.held, b.ended
HAVING sum(CASE WHEN t.points < t.cap_points THEN t.points ELSE t.cap_points END) > coalesce(b.held, 0) + coalesce(b.ended, 0)
"""
PENDING = """
SELECT account_id, redemption_id FROM redemption r WHERE step = 'pending' AND day < ? AND NOT EXISTS (
  SELECT 1 FROM redemption e WHERE e.account_id = r.account_id AND e.redemption_id = r.redemption_id AND e.step <> 'pending')
"""


def last_ended_month(ledger: Ledger) -> dt.date:
    """The last month whose points have ended by the ledger's day."""
    return months_later(month_of(ledger.today()), -ledger.catalogue.points_months - 1)


def expire_points(ledger: Ledger, progress: Callable[[int, int], None] | None = None) -> int:
    """End the points of all months that are over by the ledger's day; how many accounts lost some.

    `progress` is told how many accounts are done, of how many.
    """
    month = last_ended_month(ledger)
    january = dt.date(month.year if month.month == 12 else month.year - 1, 1, 1)
    ends = stored_day(months_later(month, 1))
    found = ledger.store.rows(HAVE_POINTS, (ends, stored_day(january)))
    mark = id_of(f"points through {month:%Y-%m}")
    return _together(ledger, [ExpirePoints(account, mark, month) for (account,) in found], progress)


def expire_redemptions(ledger: Ledger, days: int, progress: Callable[[int, int], None] | None = None) -> int:
    """Give back the points of redemptions that have been pending for more than so many days; how many there were."""
    before = stored_day(ledger.today() - dt.timedelta(days))
    found = ledger.store.rows(PENDING, (before,))
    return _together(ledger, [Settle(account, redemption, "expired") for account, redemption in found], progress)


def _together(ledger: Ledger, commands: list[Command], progress: Callable[[int, int], None] | None) -> int:
    ended = 0
    for first in range(0, len(commands), TOGETHER):
        outcomes = ledger.post_together(commands[first : first + TOGETHER])
        ended += sum(isinstance(each, Accepted) and bool(each.rows) for each in outcomes)
        if progress:
            progress(min(first + TOGETHER, len(commands)), len(commands))
    return ended
