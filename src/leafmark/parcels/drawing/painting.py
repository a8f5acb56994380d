"""Which of two boxes hides the other from a viewer, an order to paint boxes in, and one to place them in.

Seen along (1, 1, 1), a point of box A is hidden by one of box B where b = a + t (1, 1, 1) with t > 0. The t at which A, moved along the
line of sight, meets B are max(B.low - A.high) < t < min(B.high - A.low). Two boxes that share no space never meet at t = 0: all of
their t are positive (B is in front) or all are negative, so whole millimetres decide it exactly.

Long boxes may hide each other in a ring (a pinwheel). No order of whole boxes is right then, and one of the ring is cut along a
plane of another. Cuts use planes that are there already, and boxes cut along all planes form no ring, so this ends.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.int64]
"""[boxes, 6]: x, y, z of the corner next to the origin, then of the opposite one."""
X, Y, Z = 0, 1, 2


class Part(NamedTuple):
    """A box, or what a cut left of it: `box` says which one."""

    box: int
    low: tuple[int, int, int]
    high: tuple[int, int, int]


def hides(boxes: Boxes) -> NDArray[np.bool_]:
    """[i, j]: whether box j hides a part of box i, so that i has to be painted first. All at once: n x n."""
    count = len(boxes)
    first = np.full((count, count), np.iinfo(np.int64).min)
    last = np.full((count, count), np.iinfo(np.int64).max)
    for axis in (X, Y, Z):
        low, high = boxes[:, axis], boxes[:, 3 + axis]
        np.maximum(first, low[None, :] - high[:, None], out=first)
        np.minimum(last, high[None, :] - low[:, None], out=last)
    return (first < last) & (first >= 0)


def lies_below(boxes: Boxes) -> NDArray[np.bool_]:
    """[i, j]: whether box i lies somewhere below box j, which is lowered from above and so comes later."""
    found = boxes[:, None, 3 + Z] <= boxes[None, :, Z]
    for axis in (X, Y):
        low, high = boxes[:, axis], boxes[:, 3 + axis]
        found &= (low[:, None] < high[None, :]) & (low[None, :] < high[:, None])
    return found


def placing_order(boxes: Boxes) -> list[int]:
    """Indices of boxes in the order in which a packer places them: the lowest first, of those the farthest at the back.

    A box comes after all that lie below it and after all that it hides. Where boxes would wait for each other in a ring (see above) the
    lowest of them is next, which nothing that is left lies below.
    """
    before = hides(boxes) | lies_below(boxes)
    waits_for = before.sum(axis=0)
    left = set(range(len(boxes)))
    keys = [_key(boxes, each) for each in range(len(boxes))]
    free = [keys[each] for each in left if waits_for[each] == 0]
    heapq.heapify(free)
    found: list[int] = []
    while left:
        if free:
            taken = heapq.heappop(free)[-1]
            if taken not in left:  # it was taken out of a ring
                continue
        else:  # a ring: nothing that is left lies below its lowest box
            taken = min(keys[each] for each in left)[-1]
        left.discard(taken)
        found.append(taken)
        for each in np.flatnonzero(before[taken]):
            waits_for[each] -= 1
            if waits_for[each] == 0 and each in left:
                heapq.heappush(free, keys[each])
    return found


def _key(boxes: Boxes, place: int) -> tuple[int, int, int, int]:
    x, y, z = (int(each) for each in boxes[place, :3])
    return z, x + y, x, place


def paint_order(boxes: Boxes) -> list[Part]:
    """Boxes, the farthest first, so that none is painted over by one that lies behind it; cut where no other way is left."""
    parts = [
        Part(place, _corner(row[:3]), _corner(row[3:])) for place, row in ((n, boxes[n]) for n in range(len(boxes)))
    ]
    while True:
        before = hides(np.array([[*part.low, *part.high] for part in parts], np.int64).reshape(-1, 6))
        order = _sorted(before, parts)
        if len(order) == len(parts):
            return [parts[each] for each in order]
        parts = _cut(parts, _ring(before, set(range(len(parts))) - set(order)))


def _corner(row: NDArray[np.int64]) -> tuple[int, int, int]:
    return int(row[0]), int(row[1]), int(row[2])


def _sorted(before: NDArray[np.bool_], parts: Sequence[Part]) -> list[int]:
    """A topological order; where there are rings, it ends before them."""
    waits_for = before.sum(axis=0)
    free = [(sum(part.low), n) for n, part in enumerate(parts) if waits_for[n] == 0]
    heapq.heapify(free)
    found: list[int] = []
    while free:
        _, taken = heapq.heappop(free)
        found.append(taken)
        for each in np.flatnonzero(before[taken]):
            waits_for[each] -= 1
            if waits_for[each] == 0:
                heapq.heappush(free, (sum(parts[int(each)].low), int(each)))
    return found


def _ring(before: NDArray[np.bool_], left: set[int]) -> list[int]:
    """Some boxes that hide each other in a ring: each of those left has one before it that is left too."""
    path = [min(left)]
    while True:
        earlier = next(int(each) for each in np.flatnonzero(before[:, path[-1]]) if each in left)
        if earlier in path:
            return path[path.index(earlier) :]
        path.append(earlier)


def _cut(parts: list[Part], ring: Sequence[int]) -> list[Part]:
    """Cut one box of a ring along a plane of another of it. One can be cut: boxes none of which can lie as in a grid, where no ring is."""
    for place in ring:
        part = parts[place]
        for other in ring:
            for axis in (X, Y, Z):
                for plane in (parts[other].low[axis], parts[other].high[axis]):
                    if part.low[axis] < plane < part.high[axis]:
                        high, low = list(part.high), list(part.low)
                        high[axis] = low[axis] = plane
                        two = [
                            part._replace(high=(high[0], high[1], high[2])),
                            part._replace(low=(low[0], low[1], low[2])),
                        ]
                        return [*parts[:place], *two, *parts[place + 1 :]]
    raise AssertionError("a ring of boxes none of which can be cut: they share space")
