"""What the book shows of each pool up to a day: boxes by state, uses, and the return rate, from events or from counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from leafmark.parcels.cells import Refusal
from leafmark.parcels.reuse.counting import lived_by_counts
from leafmark.parcels.reuse.lives import Lives, live, stock_by_day
from leafmark.parcels.reuse.reading import EventSet, PoolTerms
from leafmark.parcels.reuse.tables import EVENTS, STATES
from leafmark.parcels.reuse.uses import ReturnRate, counted_return_rate, measured_return_rate

EPOCH: Final = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Measured:
    """What a book shows of a pool, to its day: counts of boxes and of events.

    `uses` times out; `ended_boxes` lost or retired, `ended_use_count` their mean uses (None: none has ended); `uses_past_cap` uses
    beyond the pool's cap; `unfit` returned boxes that did not go on (retired below the cap, or lost in the house).
    """

    boxes: int
    uses: int
    returns: int
    repairs: int
    ended_boxes: int
    ended_use_count: float | None
    uses_past_cap: int
    unfit: int
    stock: dict[str, int]


@dataclass
class Seen:
    """All pools' books: `measured` and `lives` by pool id, rows of stock, refused rows, and rows of later days."""

    measured: dict[str, tuple[Measured, ReturnRate | None]] = field(default_factory=dict)
    lives: dict[str, Lives] = field(default_factory=dict)
    stock: list[dict[str, Any]] = field(default_factory=list)
    bad_events: list[Refusal] = field(default_factory=list)
    bad_counts: list[Refusal] = field(default_factory=list)
    later: int = 0

    def pool(self, pool_id: str) -> tuple[Measured | None, ReturnRate | None]:
        """What was measured of a pool, if anything was."""
        return self.measured.get(pool_id, (None, None))


def measure(terms: list[PoolTerms], events: EventSet | None, periods: list[dict[str, Any]], on_day: int) -> Seen:
    """Read every pool's events, or else its counts, up to a day (since 1970)."""
    seen = Seen(
        later=sum(each["day"] > on_day for each in periods)
        + (0 if events is None else int((events.day > on_day).sum()))
    )
    for number, each in enumerate(terms):
        counts = [one for one in periods if one["pool_id"] == each.pool_id]
        mine = np.zeros(0, np.int64) if events is None else np.flatnonzero(events.pool == number)
        if events is not None and len(mine):
            told = "events or counts of a pool, not both"
            seen.bad_counts += [Refusal(one["row"], "pool_id", "counted_twice", each.pool_id, told) for one in counts]
            _by_events(seen, each, events, mine[events.day[mine] <= on_day], on_day)
        elif counts:
            _by_counts(seen, each, [one for one in counts if one["day"] <= on_day])
    return seen


def _by_events(seen: Seen, terms: PoolTerms, events: EventSet, mine: np.ndarray, on_day: int) -> None:
    lives = live(events.box[mine], events.day[mine], events.event[mine], events.row[mine], terms.clean_before_issue)
    told = "an event that can befall the box in its state"
    seen.bad_events += [Refusal(row, "event", reason, EVENTS[event], told) for row, reason, event in lives.refused]
    seen.lives[terms.pool_id] = lives
    seen.stock += _stock_rows(terms.pool_id, lives)
    rate = measured_return_rate(lives.trip_out, lives.trip_back, lives.trip_lost, on_day, terms.lost_after_days)
    seen.measured[terms.pool_id] = _from_lives(terms, lives), rate


def _by_counts(seen: Seen, terms: PoolTerms, periods: list[dict[str, Any]]) -> None:
    kept, short = lived_by_counts(periods, terms.clean_before_issue)
    seen.bad_counts += short
    seen.stock += [_stock_row(terms.pool_id, one["counts"]["day"], one["bought"], one["stock"]) for one in kept]
    if kept:
        seen.measured[terms.pool_id] = _from_counts(terms, kept)


def measured_fit(measured: Measured | None) -> float:
    """Share of returned boxes that were fit to go out again; 1 where nothing was measured."""
    return 1.0 if measured is None or not measured.returns else 1 - min(1.0, measured.unfit / measured.returns)


def _from_lives(terms: PoolTerms, lives: Lives) -> Measured:
    ended = np.isin(lives.box_state, [STATES.index("lost"), STATES.index("retired")])
    retired = lives.box_state == STATES.index("retired")
    below = retired if terms.use_cap is None else retired & (lives.box_uses < terms.use_cap)
    gone = (lives.event == EVENTS.index("loss")) & (lives.before != STATES.index("out"))
    past = 0 if terms.use_cap is None else int(np.maximum(0, lives.box_uses - terms.use_cap).sum())
    stock = {state: int((lives.box_state == n).sum()) for n, state in enumerate(STATES)}
    return Measured(
        len(lives.box_state), len(lives.trip_out), lives.events_of("return"), lives.events_of("repair"), int(ended.sum()),
        float(lives.box_uses[ended].mean()) if ended.any() else None, past, int((below & (lives.box_uses > 0)).sum() + gone.sum()), stock,
    )  # fmt: skip


def _from_counts(terms: PoolTerms, kept: list[dict[str, Any]]) -> tuple[Measured, ReturnRate | None]:
    total = {
        name: sum(one["counts"][name] for one in kept)
        for name in ("bought", "issued", "returned", "repaired", "lost", "retired")
    }
    ended = total["lost"] + total["retired"]
    found = Measured(
        total["bought"], total["issued"], total["returned"], total["repaired"], ended, None, 0,
        0 if terms.use_cap is not None else total["retired"], kept[-1]["stock"],
    )  # fmt: skip
    return found, counted_return_rate(total["issued"], total["returned"], total["lost"], terms.lost_after_days)


def _stock_rows(pool_id: str, lives: Lives) -> list[dict[str, Any]]:
    days, stock = stock_by_day(lives)
    return [
        _stock_row(pool_id, day, sum(row), dict(zip(STATES, row, strict=True)))
        for day, row in zip(days.tolist(), stock.tolist(), strict=True)
    ]


def _stock_row(pool_id: str, day: int, bought: int, stock: dict[str, int]) -> dict[str, Any]:
    return {"pool_id": pool_id, "date": EPOCH + dt.timedelta(day), "bought": bought, **stock}
