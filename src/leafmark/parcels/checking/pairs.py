"""Which pieces of a parcel meet: pairs that share room, and pairs of which one rests on the other.

Nothing is compared with everything. Sorted by (parcel, x), a piece can only overlap with those that start before it ends; sorted by
(parcel, top, x), it can only rest on those whose top is its floor and that start less than the longest piece before it. Both are
ranges of the sorted pieces, found by bisection and gone through in portions, so memory stays bounded for 10^5 pieces in one parcel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.checking.plan import NONE, Pieces
from leafmark.parcels.tables import DIMENSION_MM_MAX

REACH_MM: Final = 2 * DIMENSION_MM_MAX
"""Farther from the carton's corner than this no piece of any carton begins or ends."""
SPAN: Final = 2 * REACH_MM + 1
"""So many places an axis has: (parcel, z, x) is one whole number below 2^63 for up to 10^9 parcels."""
PAIRS_MAX = 2_000_000
"""Pairs held at once."""


@dataclass(frozen=True)
class Contacts:
    """Piece `above` rests on piece `below` over `area_mm2`; one row a pair."""

    above: NDArray[np.int64]
    below: NDArray[np.int64]
    area_mm2: NDArray[np.int64]


def overlapping(pieces: Pieces) -> NDArray[np.int64]:
    """int64 [found, 2]: for each piece that shares room with one before it along the axis gone through, that piece and one such."""
    low, high = _bounded(pieces)
    axis = _narrowest_axis(pieces.parcel, low, high)
    key = pieces.parcel * SPAN + low[:, axis]
    order = np.argsort(key, kind="stable")
    low, high, parcel = low[order], high[order], pieces.parcel[order]
    first, last = np.arange(len(order)) + 1, np.searchsorted(key[order], parcel * SPAN + high[:, axis], "left")
    before = np.full(len(order), NONE, np.int64)
    for one, other in _ranges(first, last):
        hit = ((low[one] < high[other]) & (low[other] < high[one])).all(axis=1)
        before[other[hit]] = one[hit]
    found = np.flatnonzero(before != NONE)
    pairs = np.stack([order[found], order[before[found]]], axis=1)
    return np.asarray(pairs[np.argsort(pairs[:, 0], kind="stable")], np.int64)


def contacts(pieces: Pieces) -> Contacts:
    """Who rests on whom: a top at exactly the height of a base, in one parcel, with an area of more than 0 in common."""
    low, high = _bounded(pieces)
    key = (pieces.parcel * SPAN + high[:, 2]) * SPAN + low[:, 0]
    order = np.argsort(key, kind="stable")
    floor = (pieces.parcel * SPAN + low[:, 2]) * SPAN
    longest = int((high[:, 0] - low[:, 0]).max(initial=0))
    first = np.searchsorted(key[order], floor + np.maximum(low[:, 0] - longest, 0), "left")
    last = np.searchsorted(key[order], floor + high[:, 0], "left")
    above, below, areas = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for one, at in _ranges(first, last):
        other = order[at]
        shared = np.minimum(high[one, :2], high[other, :2]) - np.maximum(low[one, :2], low[other, :2])
        # A piece of no height would rest on itself: who carries starts below.
        real = (shared > 0).all(axis=1) & (low[other, 2] < low[one, 2])
        above.append(one[real])
        below.append(other[real])
        areas.append(shared[real].prod(axis=1))
    return Contacts(np.concatenate(above), np.concatenate(below), np.concatenate(areas))


def _bounded(pieces: Pieces) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """int64 [pieces, 3] twice: corners from 0 on, within reach of any carton; what lies past it is outside anyway and shrinks to nothing."""
    return (
        np.clip(pieces.low_mm, -REACH_MM, REACH_MM) + REACH_MM,
        np.clip(pieces.high_mm, -REACH_MM, REACH_MM) + REACH_MM,
    )


def _narrowest_axis(parcel: NDArray[np.int64], low: NDArray[np.int64], high: NDArray[np.int64]) -> int:
    """The axis along which the fewest pairs have to be looked at."""
    starts = np.sort(parcel[:, None] * SPAN + low, axis=0)
    ends = parcel[:, None] * SPAN + high
    return int(np.argmin([np.searchsorted(starts[:, axis], ends[:, axis], "left").sum() for axis in range(3)]))


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
