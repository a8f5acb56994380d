"""How often a box is used: what the book shows, and what its return rate and its cap let one expect.

A box goes out once in any case. It goes out a second time if it came back, fit; a third time if it did so twice; and so on up to its
cap N. With q the chance of coming back fit, the same at each use,

    E = 1 + q + q^2 + ... + q^(N-1) = (1 - q^N) / (1 - q),        q = r x f,     E(q = 1) = N,     E < 1 / (1 - q)

`r` is the return rate, `f` the share of boxes come back that are fit to go out again (retired below the cap: not fit). Without a cap
E = 1 / (1 - q): with 75 % coming back four uses, however sturdy the box.

**The return rate from a book that is still being written.** A box still out today may come back tomorrow. To count it as lost would
make r too low, to leave it out would make r too high, since of what went out last week only the quick ones are back. So r is the
Kaplan-Meier estimate (1958) of coming back within `lost_after_days`: at each time out, returned over those that were still out and
watched; a box still out counts for as long as it has been watched. One given up, or out for longer, counts as out to the end. The
range is Wilson's (1927), with the number of uses that Greenwood's variance (1926) is worth; where nothing is censored that is
their number, and r the plain share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leafmark.engine.schema import Z95

Ints = NDArray[np.int64]


def expected_use_count(return_rate: float, use_cap: int | None = None) -> float:
    """Uses of a box until it is lost or reaches its cap: `(1 - q^N) / (1 - q)`.

    Parameters
    ----------
    return_rate : chance that a use ends with the box back and fit, 0 to 1.
    use_cap : most uses of one box; None: no limit.

    Raises
    ------
    ValueError : a rate outside 0 to 1, a cap below 1, or a rate of 1 without a cap, which has no end.
    """
    if not 0 <= return_rate <= 1:
        raise ValueError(f"return_rate: {return_rate:g}; expected a share from 0 to 1")
    if use_cap is not None and use_cap < 1:
        raise ValueError(f"use_cap: {use_cap}; expected 1 use or more")
    if return_rate == 1:
        if use_cap is None:
            raise ValueError("return_rate: 1 without a use_cap: such a box would be used for ever; give its cap")
        return float(use_cap)
    if use_cap is None or return_rate == 0:
        return 1 / (1 - return_rate)
    uses = -math.expm1(use_cap * math.log(return_rate)) / (1 - return_rate)
    return min(max(uses, 1.0), float(use_cap))  # the last digit of a float may lie outside what the formula can give


def rate_needed(use_count: float, use_cap: int | None = None) -> float | None:
    """The least rate of coming back fit that gives so many expected uses; None: no rate does, the cap is below.

    By bisection: expected uses grow with the rate.
    """
    if use_count <= 1:
        return 0.0
    if use_cap is None:
        return 1 - 1 / use_count
    if use_count > use_cap:
        return None
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if expected_use_count(middle, use_cap) >= use_count else (middle, high)
    return high


def wilson(share: float, number: float) -> tuple[float, float]:
    """95 % range of a share seen in `number` cases (Wilson 1927): inside 0 to 1, of use at both ends."""
    square = Z95 * Z95
    middle = (share + square / (2 * number)) / (1 + square / number)
    half = Z95 / (1 + square / number) * math.sqrt(share * (1 - share) / number + square / (4 * number * number))
    return min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))


@dataclass(frozen=True)
class ReturnRate:
    """Share of uses that come back within `lost_after_days`, with its 95 % range.

    `uses` = `returned` + `late` + `lost` + `out`: back in time, back later, given up or out for longer, still out in time.
    `worth` is the number of cases that the range is as wide as; None: given, not measured. `watched_days` is the longest time
    that a use was watched, at most `lost_after_days`: below it the rate is a lower bound.
    """

    rate: float
    low: float
    high: float
    lost_after_days: int
    uses: int = 0
    returned: int = 0
    late: int = 0
    lost: int = 0
    out: int = 0
    worth: float | None = None
    watched_days: int = 0


def measured_return_rate(
    went_out: Ints, came_back: Ints, given_up: Ints, on_day: int, lost_after_days: int
) -> ReturnRate | None:
    """The return rate of uses, of which some are still out; None where there is no use by `on_day`.

    Parameters
    ----------
    went_out, came_back, given_up : int64 [n], days since 1970; -1: it did not.
    on_day : the day up to which the book was read.
    """
    seen = went_out <= on_day
    went_out, came_back, given_up = went_out[seen], came_back[seen], given_up[seen]
    if not len(went_out):
        return None
    back = (came_back >= 0) & (came_back <= on_day)
    days = np.where(back, came_back, on_day) - went_out
    in_time = back & (days <= lost_after_days)
    late = back & ~in_time
    lost = ~back & (((given_up >= 0) & (given_up <= on_day)) | (days > lost_after_days))
    out = ~back & ~lost
    watched = np.where(late | lost, lost_after_days + 1, days)  # known to the end: at risk at every time
    rate, worth = _within(watched, in_time)
    low, high = wilson(rate, worth)
    return ReturnRate(
        rate, low, high, lost_after_days, len(days), int(in_time.sum()), int(late.sum()), int(lost.sum()), int(out.sum()), worth,
        int(min(watched.max(), lost_after_days)),
    )  # fmt: skip


def _within(watched: Ints, in_time: NDArray[np.bool_]) -> tuple[float, float]:
    """Kaplan-Meier share back by the end, and the number of cases its Greenwood variance is worth."""
    times, returned = np.unique(watched[in_time], return_counts=True)
    at_risk = len(watched) - np.searchsorted(np.sort(watched), times, side="left")
    still_out = float(np.prod(1 - returned / at_risk))
    decided = float((in_time | (watched == watched.max())).sum())
    left = at_risk - returned
    if not len(times) or still_out == 0 or (left == 0).any():
        return 1 - still_out, decided
    variance = still_out**2 * float(np.sum(returned / (at_risk * left)))
    return 1 - still_out, still_out * (1 - still_out) / variance


def counted_return_rate(issued: int, returned: int, lost: int, lost_after_days: int) -> ReturnRate | None:
    """The return rate where only counts are at hand: what is still out counts as lost for the rate, as returned for its upper end.

    Conservative: counts do not say how long a box has been out.
    """
    if not issued:
        return None
    out = max(0, issued - returned - lost)
    rate = min(1.0, returned / issued)
    low, _ = wilson(rate, issued)
    _, high = wilson(min(1.0, (returned + out) / issued), issued)
    return ReturnRate(rate, low, high, lost_after_days, issued, returned, 0, lost, out, float(issued), lost_after_days)
