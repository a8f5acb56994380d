"""One account out of a store: as much of its state as a command needs, its balance, and its history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from leafmark.ledger.columns import STATEMENT_OF, day_of, stored_day
from leafmark.ledger.ingest import Names
from leafmark.ledger.rows import (
    Act,
    AdjustmentRow,
    Amend,
    Command,
    CreditRow,
    Erase,
    EventRow,
    ExpirePoints,
    Redeem,
    RedemptionRow,
    Row,
    Settle,
    Share,
    ShareRow,
)
from leafmark.ledger.rules import lot_of
from leafmark.ledger.state import Account, Tally, Worth, ended_month
from leafmark.ledger.store import EVENT_COLUMNS, event_row_of, found_events

Rows = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

EVENTS = f"SELECT {', '.join(EVENT_COLUMNS)} FROM event"
ADJUSTMENTS = "SELECT account_id, adjustment_id, kind, event_id, day, reason, co2e_mg, points, body FROM adjustment"
REDEMPTIONS = "SELECT account_id, redemption_id, step, points, reward, day FROM redemption"
SHARES = "SELECT account_id, share_id, event_id, party, role, share_type, co2e_mg, serial, step, day FROM share"
CREDITS = "SELECT account_id, share_id, number, step, serial, owner, registry, day FROM credit"


@dataclass(frozen=True)
class Balance:
    """What an account holds. Grams of each statement stand apart and are never added to one another."""

    account_id: int
    avoided_mg: int
    participant_reduction_mg: int
    operator_inventory_mg: int
    """Shown, not minted: these grams are in the operator's own inventory already."""
    points: int
    """Available. Below zero after a clawback of points that were spent."""
    held: int
    """In redemptions that are pending or posted."""
    ended: int
    """Expired or erased."""
    above_cap: int
    """Earned, but past the caps."""


def account_for(rows: Rows, names: Names, command: Command) -> Account:
    """The part of an account's state that deciding a command takes."""
    account_id = command.account_id
    account = Account()
    match command:
        case Amend() | Share():
            if isinstance(command, Amend):
                _adjustments(account, rows, "account_id = ? AND adjustment_id = ?", (account_id, command.adjustment_id))
            _event(account, rows, names, account_id, command.event_id)
            where, key = "account_id = ? AND event_id = ?", (account_id, command.event_id)
            if isinstance(command, Share):
                where, key = "account_id = ? AND (event_id = ? OR share_id = ?)", (*key, command.share_id)  # type: ignore[assignment]
            for row in share_rows(rows, where, key):
                account.add(row)
            if isinstance(command, Amend):
                _sums(account, rows, names, account_id)
                ends = adjustment_rows(rows, "account_id = ? AND event_id IS NULL", (account_id,))
                account.ended_through = max(filter(None, map(ended_month, ends)), default=None)
        case Redeem() | Settle():
            for step in redemption_rows(
                rows, "account_id = ? AND redemption_id = ?", (account_id, command.redemption_id)
            ):
                account.add(step)
            _sums(account, rows, names, account_id)
            account.erased = _is_erased(rows, account_id)
        case ExpirePoints() | Erase():
            _adjustments(account, rows, "account_id = ? AND adjustment_id = ?", (account_id, command.adjustment_id))
            _sums(account, rows, names, account_id)
            account.erased = _is_erased(rows, account_id)
        case Act():
            raise TypeError("acts are decided in batches")
    return account


def _event(account: Account, rows: Rows, names: Names, account_id: int, event_id: int) -> None:
    found = events(rows, names, "account_id = ? AND event_id = ?", (account_id, event_id))
    if not found:
        return
    account.add(found[0])
    worth = account.worth[event_id] = Worth(found[0].act.co2e_mg, found[0].points)
    for row in adjustment_rows(rows, "account_id = ? AND event_id = ?", (account_id, event_id)):
        worth.co2e_mg += row.co2e_mg
        worth.points += row.points
        worth.taken_back = worth.taken_back or row.kind != "correction"


def _adjustments(account: Account, rows: Rows, where: str, key: Sequence[Any]) -> None:
    for row in adjustment_rows(rows, where, key):
        account.adjustments[row.adjustment_id] = row


def _sums(account: Account, rows: Rows, names: Names, account_id: int) -> None:
    account.tallies = tallies(rows, names, account_id)
    for held, ended in rows("SELECT held, ended FROM balance WHERE account_id = ?", (account_id,)):
        account.held, account.ended = held, ended


def _is_erased(rows: Rows, account_id: int) -> bool:
    return bool(rows("SELECT 1 FROM erased WHERE account_id = ?", (account_id,)))


def tallies(rows: Rows, names: Names, account_id: int) -> dict[tuple[str, str, int, dt.date], Tally]:
    """An account's tallies by the cap they count against."""
    found: dict[tuple[str, str, int, dt.date], Tally] = {}
    sql = "SELECT terms, cap_from, cap_points, statement, co2e_mg, points FROM tally WHERE account_id = ?"
    for terms, cap_from, cap_points, statement, mg, points in rows(sql, (account_id,)):
        action, begins = names.actions[terms], day_of(cap_from)
        found[action.programme, action.action, action.version, begins] = Tally(
            cap_points, lot_of(begins, action.cap_period), STATEMENT_OF[_letter(statement)], mg, points
        )
    return found


def balance(rows: Rows, names: Names, account_id: int) -> Balance:
    """What an account holds now."""
    account = Account()
    _sums(account, rows, names, account_id)
    return balance_of(account_id, account)


def balance_of(account_id: int, account: Account) -> Balance:
    """What a state holds."""
    grams = account.grams()
    return Balance(
        account_id, grams.get("avoided", 0), grams.get("participant_reduction", 0), grams.get("operator_inventory", 0),
        account.points, account.held, account.ended,
        sum(tally.points - tally.counted for tally in account.tallies.values()),
    )  # fmt: skip


def balance_at(rows: Rows, names: Names, account_id: int, day: dt.date) -> Balance:
    """What an account held at the end of a day, by the days on which rows were posted.

    An adjustment counts by its batch's day, as the event it amends does; where a clock was put back, or another machine's is
    behind, that can lie before the event's, and then it amends nothing yet.
    """
    account, until = Account(), stored_day(day)
    posted = "batch IN (SELECT batch FROM batch WHERE posted_on <= ?)"
    for event in events(rows, names, f"account_id = ? AND {posted}", (account_id, until)):
        account.add(event)
    for adjustment in adjustment_rows(rows, f"account_id = ? AND {posted}", (account_id, until)):
        if adjustment.event_id is None or adjustment.event_id in account.events:
            account.add(adjustment)
    for step in redemption_rows(rows, "account_id = ? AND day <= ?", (account_id, until)):
        account.add(step)
    return balance_of(account_id, account)


def history(rows: Rows, names: Names, account_id: int, since: dt.date, until: dt.date) -> list[Row]:
    """Rows of an account whose day lies in [since, until], by day: of an event the day of its act."""
    days = (account_id, stored_day(since), stored_day(until))
    found: list[tuple[dt.date, Row]] = [
        (row.act.occurred_day, row)
        for row in events(rows, names, "account_id = ? AND occurred_day BETWEEN ? AND ?", days)
    ]
    for read in (adjustment_rows, redemption_rows, share_rows, credit_rows):
        found += [(row.day, row) for row in read(rows, "account_id = ? AND day BETWEEN ? AND ?", days)]
    return [row for _, row in sorted(found, key=lambda each: each[0])]


def events(rows: Rows, names: Names, where: str, key: Sequence[Any]) -> list[EventRow]:
    """Events as rows."""
    found = rows(f"{EVENTS} WHERE {where} ORDER BY account_id, event_id", key)
    columns = found_events(list(range(len(found))), found).events
    return [event_row_of(names, columns, at) for at in range(len(found))]


def adjustment_rows(rows: Rows, where: str, key: Sequence[Any]) -> list[AdjustmentRow]:
    """Adjustments as rows."""
    return [
        AdjustmentRow(account, adjustment, kind, event, day_of(day), reason, mg, points, bytes(body))
        for account, adjustment, kind, event, day, reason, mg, points, body in rows(
            f"{ADJUSTMENTS} WHERE {where} ORDER BY batch, adjustment_id", key
        )
    ]


def redemption_rows(rows: Rows, where: str, key: Sequence[Any]) -> list[RedemptionRow]:
    """Steps of redemptions as rows, the pending one before the one that ends it."""
    found = [
        RedemptionRow(account, redemption, step, points, reward, day_of(day))
        for account, redemption, step, points, reward, day in rows(f"{REDEMPTIONS} WHERE {where}", key)
    ]
    return sorted(found, key=lambda row: (row.redemption_id, row.step != "pending"))


def share_rows(rows: Rows, where: str, key: Sequence[Any]) -> list[ShareRow]:
    """Shares as rows, given before taken."""
    found = [
        ShareRow(Share(account, share, event, party, role, kind, mg, serial), step, day_of(day))
        for account, share, event, party, role, kind, mg, serial, step, day in rows(f"{SHARES} WHERE {where}", key)
    ]
    return sorted(found, key=lambda row: (row.share.share_id, row.step != "given"))


def credit_rows(rows: Rows, where: str, key: Sequence[Any]) -> list[CreditRow]:
    """Steps of credits as rows, by serial and number."""
    return [
        CreditRow(account, share, number, step, serial, owner, registry, day_of(day))
        for account, share, number, step, serial, owner, registry, day in rows(
            f"{CREDITS} WHERE {where} ORDER BY serial, number", key
        )
    ]


def _letter(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
