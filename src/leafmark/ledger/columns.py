"""What a batch writes, as columns: the events that go in, and what they add to the tallies. Days count from 2000-01-01."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from leafmark.ledger.catalogue import DAY_MAX, DAY_MIN, Statement
from leafmark.ledger.intake import Int64s
from leafmark.ledger.prepare import STATEMENTS, Bools, Prepared
from leafmark.ledger.schema import StoreError

DAY_ZERO = DAY_MIN
DAYS_1970_TO_2000 = (DAY_ZERO - dt.date(1970, 1, 1)).days

LETTERS: dict[Statement, str] = {
    "avoided": "A", "participant_reduction": "R", "operator_inventory": "O", "points_only": "P",
}  # fmt: skip
STATEMENT_OF: dict[str, Statement] = {letter: statement for statement, letter in LETTERS.items()}
_LETTER_BYTES = np.array([LETTERS[each].encode() for each in STATEMENTS], "S1")


def stored_day(day: dt.date) -> int:
    """A day as a store holds it.

    Raises
    ------
    StoreError : the day is past those that a store can hold.
    """
    if not DAY_MIN <= day <= DAY_MAX:
        raise StoreError(f"the day {day} cannot be held: expected {DAY_MIN} to {DAY_MAX}; is the clock right?")
    return (day - DAY_ZERO).days


def day_of(stored: int) -> dt.date:
    """The day that a store holds."""
    return DAY_ZERO + dt.timedelta(stored)


@dataclass(frozen=True)
class EventColumns:
    """Rows of `event`, but for the batch's number. `row`: where each stood in the intake."""

    row: Int64s
    account_id: Int64s
    event_id: Int64s
    fingerprint: Int64s
    co2e_mg: Int64s
    points: Int64s
    quantity: Int64s
    occurred_day: Int64s
    terms: Int64s
    source: Int64s
    evidence: np.ndarray[tuple[int], np.dtype[np.bytes_]]
    statement: np.ndarray[tuple[int], np.dtype[np.bytes_]]

    def __len__(self) -> int:
        return len(self.row)

    def take(self, at: Int64s | Bools) -> EventColumns:
        """Some of the rows."""
        return EventColumns(*(getattr(self, name)[at] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class TallyColumns:
    """What a batch adds to rows of `tally`: one row an account, terms and cap's period, in that order."""

    account_id: Int64s
    terms: Int64s
    cap_from: Int64s
    co2e_mg: Int64s
    points: Int64s
    cap_points: Int64s
    statement: np.ndarray[tuple[int], np.dtype[np.bytes_]]

    def __len__(self) -> int:
        return len(self.account_id)


def event_columns(prepared: Prepared, rows: Int64s, terms_ids: list[int], source_ids: list[int]) -> EventColumns:
    """Some rows of a prepared batch as a store holds them, by account and event id.

    `terms_ids` and `source_ids`: the store's numbers for `prepared.actions` and for the intake's sources.
    """
    taken = prepared.intake
    rows = rows[np.lexsort((taken.event_id[rows], taken.account_id[rows]))]
    evidence, source = taken.texts["evidence"], taken.texts["source"]
    return EventColumns(
        rows, taken.account_id[rows], taken.event_id[rows], taken.fingerprint[rows], taken.co2e_mg[rows],
        prepared.points[rows], taken.quantity[rows], taken.day[rows] - DAYS_1970_TO_2000,
        np.array(terms_ids or [0], np.int64)[prepared.terms[rows]], np.array(source_ids or [0], np.int64)[source.codes[rows]],
        np.array([each.encode()[:1] for each in evidence.values], "S1")[evidence.codes[rows]],
        _LETTER_BYTES[prepared.statement[rows]],
    )  # fmt: skip


def tally_columns(prepared: Prepared, events: EventColumns) -> TallyColumns:
    """What accepted events add to their tallies."""
    cap_from = prepared.cap_from[events.row] - DAYS_1970_TO_2000
    order = np.lexsort((cap_from, events.terms, events.account_id))
    account, terms, cap = events.account_id[order], events.terms[order], cap_from[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (account[1:] != account[:-1]) | (terms[1:] != terms[:-1]) | (cap[1:] != cap[:-1])
    at = np.flatnonzero(new)
    caps = np.array([each.cap_points for each in prepared.actions], np.int64)[prepared.terms[events.row[order[at]]]]
    return TallyColumns(
        account[at], terms[at], cap[at], np.add.reduceat(events.co2e_mg[order], at),
        np.add.reduceat(events.points[order], at), caps, events.statement[order[at]],
    )  # fmt: skip
