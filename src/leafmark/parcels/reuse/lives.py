"""Each box's life as a state machine: bought -> out -> returned -> ready -> out ... -> lost or retired.

          buy            issue          return           clean
    (none) -> ready ------> out ------> returned ------> ready
                             |  loss        |  retire
                             v              v
                            lost         retired
                              \\-- return: found again -> returned

An event that cannot befall a box in its state is refused by name and changes nothing; the box's other events go on. A box that was
given up and comes back after all is found: it is returned, and its use counts as one that came back. Rows are sorted once
(pool, box, day, row), so the cost is a sort and one step a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.reuse.tables import EVENTS, STATES

Days = NDArray[np.int64]

_UNBOUGHT = len(STATES)
_NEVER = -1
"""No such day: the box has not come back, or was not given up."""

NEXT: Final[dict[str, dict[str, str]]] = {
    "ready": {"issue": "out", "repair": "ready", "loss": "lost", "retire": "retired",
              "buy": "!bought_twice", "return": "!not_out", "clean": "!not_returned"},
    "out": {"return": "returned", "loss": "lost",
            "buy": "!bought_twice", "issue": "!already_out", "clean": "!box_out", "repair": "!box_out", "retire": "!box_out"},
    "returned": {"clean": "ready", "repair": "returned", "loss": "lost", "retire": "retired",
                 "buy": "!bought_twice", "issue": "!not_cleaned", "return": "!not_out"},
    "lost": {"return": "returned", "buy": "!bought_twice",
             "issue": "!box_lost", "clean": "!box_lost", "repair": "!box_lost", "loss": "!box_lost", "retire": "!box_lost"},
    "retired": dict.fromkeys(EVENTS, "!box_retired"),
}  # fmt: skip
"""State -> event -> the state after it, or `!` and why it cannot be."""

_REASONS: Final = tuple(
    sorted(
        {after[1:] for row in NEXT.values() for after in row.values() if after[0] == "!"} | {"event_before_purchase"}
    )
)


def _table(clean_before_issue: bool) -> list[list[int]]:
    """NEXT by number: [state][event] -> state, or -1 - the reason's number. A row more for boxes not yet bought."""
    rows = []
    for state in STATES:
        row = []
        for event in EVENTS:
            after = NEXT[state][event]
            if state == "returned" and event == "issue" and not clean_before_issue:
                after = "out"
            row.append(-1 - _REASONS.index(after[1:]) if after[0] == "!" else STATES.index(after))
        rows.append(row)
    before = -1 - _REASONS.index("event_before_purchase")
    rows.append([STATES.index("ready") if event == "buy" else before for event in EVENTS])
    return rows


@dataclass(frozen=True)
class Lives:
    """What the events of boxes came to. All arrays are int64.

    Attributes
    ----------
    row, day, event, before, after : of each accepted event, in order of box, day and row; `before` is len(STATES) for a purchase.
    refused : (row, reason, event) of events that cannot be.
    trip_box, trip_out, trip_back, trip_lost, trip_row, trip_use : of each use: its box, the days on which it went out, came back and
        was given up (-1: not), the row of its return (-1), and the how manieth use of the box it is, from 1.
    box_uses, box_state : of each box that was bought: uses so far, and its state.
    """

    row: Days
    day: Days
    event: Days
    before: Days
    after: Days
    refused: list[tuple[int, str, int]]
    trip_box: Days
    trip_out: Days
    trip_back: Days
    trip_lost: Days
    trip_row: Days
    trip_use: Days
    box_uses: Days
    box_state: Days

    def events_of(self, event: str) -> int:
        """How many accepted events of a kind."""
        return int((self.event == EVENTS.index(event)).sum())


def live(box: Days, day: Days, event: Days, row: Days, clean_before_issue: bool = True) -> Lives:
    """Live the events of one pool's boxes through.

    Parameters
    ----------
    box : int64 [n], number of the box. day : days since 1970. event : index into `EVENTS`. row : row of the table, for refusals and
        for the order of events of one day.
    clean_before_issue : whether a returned box must be cleaned before it goes out.
    """
    order = np.lexsort((row, day, box))
    table = _table(clean_before_issue)
    buy, issue, back, loss = (EVENTS.index(name) for name in ("buy", "issue", "return", "loss"))
    out = STATES.index("out")
    kept: list[int] = []
    befores: list[int] = []
    afters: list[int] = []
    refused: list[tuple[int, str, int]] = []
    trips: list[list[int]] = []
    uses: list[int] = []
    states: list[int] = []
    last_box, state, last = -1, _UNBOUGHT, (-1, -1)
    open_trip = -1
    for place, b, d, e, r in zip(
        order.tolist(),
        box[order].tolist(),
        day[order].tolist(),
        event[order].tolist(),
        row[order].tolist(),
        strict=True,
    ):
        if b != last_box:
            last_box, state, last, open_trip = b, _UNBOUGHT, (-1, -1), -1
        after = table[state][e]
        if after < 0:
            # The same thing said twice of one day reads better as what it is than as its consequence.
            refused.append((r, "duplicate_event" if last == (d, e) else _REASONS[-1 - after], e))
            continue
        kept.append(place)
        befores.append(state)
        afters.append(after)
        if e == buy:
            uses.append(0)
            states.append(after)
        elif e == issue:
            uses[-1] += 1
            open_trip = len(trips)
            trips.append([b, d, _NEVER, _NEVER, _NEVER, uses[-1]])
        elif e == back and open_trip >= 0:
            trips[open_trip][2], trips[open_trip][3], trips[open_trip][4] = d, _NEVER, r
            open_trip = -1
        elif e == loss and state == out:
            trips[open_trip][3] = d  # stays open: it may be found
        elif e == loss:
            open_trip = -1
        states[-1] = state = after
        last = (d, e)
    at = np.asarray(kept, np.int64)
    trip = [np.ascontiguousarray(column) for column in np.asarray(trips, np.int64).reshape(-1, 6).T]
    return Lives(
        row[at], day[at], event[at], np.asarray(befores, np.int64), np.asarray(afters, np.int64), refused,
        trip[0], trip[1], trip[2], trip[3], trip[4], trip[5],
        np.asarray(uses, np.int64), np.asarray(states, np.int64),
    )  # fmt: skip


def stock_by_day(lives: Lives) -> tuple[Days, Days]:
    """Days on which something happened, and boxes by state at the end of each: int64 [days], int64 [days, len(STATES)].

    Raises
    ------
    AssertionError : the states of some day do not add up to the boxes bought by then.
    """
    days, at = np.unique(lives.day, return_inverse=True)
    change = np.zeros((len(days), len(STATES) + 1), np.int64)
    np.add.at(change, (at, lives.after), 1)
    np.add.at(change, (at, lives.before), -1)
    level = np.cumsum(change, axis=0)
    stock = level[:, : len(STATES)]
    bought = -level[:, len(STATES)]
    assert (stock.sum(axis=1) == bought).all(), "stock by state does not add up to the boxes bought"
    assert (stock >= 0).all(), "a state holds less than no box"
    return days, stock
