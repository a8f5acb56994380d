"""The end of a month's points, over all accounts: `rules.ExpirePoints` for each, many at once so that they share commits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leafmark.ledger.columns import stored_day
from leafmark.ledger.rows import Accepted, AdjustmentRow, Rejected, id_of
from leafmark.ledger.rules import months_later

if TYPE_CHECKING:
    from leafmark.ledger.ledger import Ledger

AT_ONCE, SOME = 16, 256


@dataclass
class Expiry:
    """What ended. `refused`: the month is not due, and nothing was done."""

    accounts: int = 0
    ended_accounts: int = 0
    points: int = 0
    refused: Rejected | None = None


def expire_all(
    ledger: Ledger,
    month: dt.date,
    accounts: Sequence[int] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Expiry:
    """End the points of a month and before, of some accounts or of all that earned any by then; again ends nothing twice."""
    if accounts is None:
        sql = "SELECT DISTINCT account_id FROM tally WHERE cap_from < ? AND points > 0"
        accounts = [row[0] for row in ledger.store.rows(sql, (stored_day(months_later(month, 1)),))]
    found, adjustment_id = Expiry(), id_of(f"expiry {month:%Y-%m}")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for start in range(0, len(accounts), SOME):
            some = accounts[start : start + SOME]
            for outcome in pool.map(lambda account: ledger.expire(account, adjustment_id, month), some):
                found.accounts += 1
                if isinstance(outcome, Rejected):
                    found.refused = outcome
                elif isinstance(outcome, Accepted):
                    ended = sum(-row.points for row in outcome.rows if isinstance(row, AdjustmentRow))
                    found.points += ended
                    found.ended_accounts += ended > 0
            if found.refused is not None:
                return found
            if progress:
                progress(found.accounts, len(accounts), "accounts")
    return found
