"""Which pieces of a parcel meet: pairs that share room, and pairs of which one rests on the other.

Nothing is compared with everything. Sorted by (parcel, x), a piece can only overlap with those that start before it ends; sorted by
(parcel, top, x), it can only rest on those whose top is its floor and that start less than the longest piece before it. Both are
ranges of the sorted pieces, found by bisection and gone through in portions, so memory stays bounded for 10^5 pieces in one parcel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.checking.plan import Pieces

PAIRS_MAX = 2_000_000
"""Pairs held at once."""


@dataclass(frozen=True)
class Contacts:
    """Piece `above` rests on piece `below` over `area_mm2`; one row a pair."""

    above: NDArray[np.int64]
    below: NDArray[np.int64]
    area_mm2: NDArray[np.int64]


def overlapping(pieces: Pieces) -> NDArray[np.int64]:
    """int64 [found, 2]: for each piece that shares room with one before it along x, that piece and one such."""
    if len(pieces.parcel) == 0:
        return np.zeros((0, 2), np.int64)
    axis = _narrowest_axis(pieces)
    key, span, start = _keys(pieces.parcel, pieces.low_mm[:, axis], pieces.high_mm[:, axis])
    order = np.argsort(key, kind="stable")
    key = key[order]
    end = pieces.parcel[order] * span + pieces.high_mm[order, axis] - start
    first, last = np.arange(len(order)) + 1, np.searchsorted(key, end, "left")
    found: dict[int, int] = {}
    low, high = pieces.low_mm[order], pieces.high_mm[order]
    for one, other in _ranges(first, last):
        hit = ((low[one] < high[other]) & (low[other] < high[one])).all(axis=1)
        for later, earlier in zip(order[other[hit]].tolist(), order[one[hit]].tolist(), strict=True):
            found.setdefault(later, earlier)
    return np.array(sorted(found.items()), np.int64).reshape(-1, 2)


def contacts(pieces: Pieces) -> Contacts:
    """Who rests on whom: a top at exactly the height of a base, in one parcel, with an area of more than 0 in common."""
    above, below, areas = [], [], []
    if len(pieces.parcel):
        low, high = pieces.low_mm, pieces.high_mm
        level, levels, bottom = _keys(pieces.parcel, high[:, 2], low[:, 2])
        key, span, start = _keys(level, low[:, 0], high[:, 0])
        order = np.argsort(key, kind="stable")
        key = key[order]
        floor = (pieces.parcel * levels + low[:, 2] - bottom) * span - start
        longest = max(int(pieces.size_mm[:, 0].max()), 0)
        first = np.searchsorted(key, floor + np.maximum(low[:, 0] - longest, start), "left")
        last = np.searchsorted(key, floor + high[:, 0], "left")
        for one, at in _ranges(first, last):
            other = order[at]
            shared = np.minimum(high[one, :2], high[other, :2]) - np.maximum(low[one, :2], low[other, :2])
            # A piece of no height would rest on itself: who carries starts below.
            real = (shared > 0).all(axis=1) & (low[other, 2] < low[one, 2])
            above.append(one[real])
            below.append(other[real])
            areas.append(shared[real].prod(axis=1))
    empty = [np.zeros(0, np.int64)]
    return Contacts(*(np.concatenate(parts or empty) for parts in (above, below, areas)))


def _keys(
    group: NDArray[np.int64], values: NDArray[np.int64], others: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int, int]:
    """Group and value as one number that sorts by both, for values and `others` alike: key, the groups' distance, the least value.

    Raises
    ------
    OverflowError : lengths far past what a plan can hold times too many groups.
    """
    start = int(min(values.min(), others.min()))
    span = int(max(values.max(), others.max())) - start + 2
    if (int(group.max()) + 1) * span >= 2**62:
        raise OverflowError("coordinates are too large to be checked; a plan's are whole millimetres of a carton")
    return group * span + values - start, span, start


def _narrowest_axis(pieces: Pieces) -> int:
    """The axis along which the fewest pairs have to be looked at."""
    counts = []
    for axis in range(3):
        key, span, start = _keys(pieces.parcel, pieces.low_mm[:, axis], pieces.high_mm[:, axis])
        key = np.sort(key)
        ends = pieces.parcel * span + pieces.high_mm[:, axis] - start
        counts.append(int(np.searchsorted(key, ends, "left").sum()))
    return int(np.argmin(counts))


def _ranges(first: NDArray[np.int64], last: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """All pairs (i, j) with first[i] <= j < last[i], in portions of about `PAIRS_MAX`."""
    many = np.maximum(last - first, 0)
    ends = np.cumsum(many)
    begin = 0
    while begin < len(many):
        done = ends[begin - 1] if begin else 0
        stop = max(int(np.searchsorted(ends, done + PAIRS_MAX, "right")), begin + 1)
        count = many[begin:stop]
        one = np.repeat(np.arange(begin, stop), count)
        offset = np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count)
        yield one, np.repeat(first[begin:stop], count) + offset
        begin = stop
