"""Residual spaces: all largest empty cuboids of a partly filled container.

They overlap one another; a block put into one of them cuts all that it meets, each into at most six parts, and of the parts those
stay that lie in no other space. What is left is exactly the set of maximal empty cuboids again, but for two things that keep it
small: a part too short for every box that is left is dropped, and so is what is past `spaces` rows.

Where cargo has to be supported, a space stands on a floor: its whole base is the container's floor or tops of boxes, all of one
height. So what lies above a block is cut to its top, and floors of one height that touch are joined.

A space is a row (x1, y1, z1, x2, y2, z2), in mm.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from leafmark.parcels.containers.compiling import inner


@inner
def _inside(spaces: Any, a: int, others: Any, n: int, skip: int) -> bool:  # pragma: no cover - compiled
    for i in range(n):
        if (
            i != skip
            and others[i, 0] <= spaces[a, 0]
            and others[i, 1] <= spaces[a, 1]
            and others[i, 2] <= spaces[a, 2]
            and others[i, 3] >= spaces[a, 3]
            and others[i, 4] >= spaces[a, 4]
            and others[i, 5] >= spaces[a, 5]
        ):
            return True
    return False


@inner
def _add(fresh: Any, k: int, x1: int, y1: int, z1: int, x2: int, y2: int, z2: int, least: Any) -> int:  # pragma: no cover - compiled  # fmt: skip
    if k >= fresh.shape[0] or x2 - x1 < least[0] or y2 - y1 < least[1] or z2 - z1 < least[2]:
        return k
    fresh[k, 0] = x1
    fresh[k, 1] = y1
    fresh[k, 2] = z1
    fresh[k, 3] = x2
    fresh[k, 4] = y2
    fresh[k, 5] = z2
    return k + 1


@inner
def cut(spaces: Any, n: int, box: Any, fresh: Any, least: Any, supported: bool) -> int:  # pragma: no cover - compiled
    """Take a box (x1, y1, z1, x2, y2, z2) out of `spaces[:n]`, in place; the number of spaces after it.

    `fresh` is room for the parts; `least` the shortest edge of any box that is left, along each axis.
    """
    bx1, by1, bz1, bx2, by2, bz2 = box[0], box[1], box[2], box[3], box[4], box[5]
    k = np.int64(0)
    i = 0
    while i < n:
        x1, y1, z1 = spaces[i, 0], spaces[i, 1], spaces[i, 2]
        x2, y2, z2 = spaces[i, 3], spaces[i, 4], spaces[i, 5]
        if bx1 >= x2 or bx2 <= x1 or by1 >= y2 or by2 <= y1 or bz1 >= z2 or bz2 <= z1:
            i += 1
            continue
        if bx1 > x1:
            k = _add(fresh, k, x1, y1, z1, bx1, y2, z2, least)
        if bx2 < x2:
            k = _add(fresh, k, bx2, y1, z1, x2, y2, z2, least)
        if by1 > y1:
            k = _add(fresh, k, x1, y1, z1, x2, by1, z2, least)
        if by2 < y2:
            k = _add(fresh, k, x1, by2, z1, x2, y2, z2, least)
        if bz1 > z1:
            k = _add(fresh, k, x1, y1, z1, x2, y2, bz1, least)
        if bz2 < z2:
            if supported:
                k = _add(fresh, k, max(x1, bx1), max(y1, by1), bz2, min(x2, bx2), min(y2, by2), z2, least)
            else:
                k = _add(fresh, k, x1, y1, bz2, x2, y2, z2, least)
        n -= 1
        for c in range(6):
            spaces[i, c] = spaces[n, c]
    if supported:
        k = _join_floors(spaces, n, fresh, k, least)
    # A space that was not cut lies in no part of one that was: it would have lain in that one before.
    kept = n
    for j in range(k):
        if kept >= spaces.shape[0]:
            break
        if _inside(fresh, j, spaces, kept, -1):
            continue
        dominated = False
        for m in range(j + 1, k):
            if (
                fresh[m, 0] <= fresh[j, 0]
                and fresh[m, 1] <= fresh[j, 1]
                and fresh[m, 2] <= fresh[j, 2]
                and fresh[m, 3] >= fresh[j, 3]
                and fresh[m, 4] >= fresh[j, 4]
                and fresh[m, 5] >= fresh[j, 5]
            ):
                dominated = True
                break
        if not dominated:
            for c in range(6):
                spaces[kept, c] = fresh[j, c]
            kept += 1
    return kept


@inner
def _join_floors(spaces: Any, n: int, fresh: Any, k: int, least: Any) -> int:  # pragma: no cover - compiled
    """Add the spaces over two floors of one height that touch: both are empty and both bases are held, so the join is too."""
    first = k
    for j in range(first):
        for i in range(n + j):
            other = spaces[i] if i < n else fresh[i - n]
            if other[2] != fresh[j, 2]:
                continue
            z2 = min(other[5], fresh[j, 5])
            for axis in range(2):
                across = 1 - axis
                if other[axis] > fresh[j, axis + 3] or other[axis + 3] < fresh[j, axis]:
                    continue
                low = max(other[across], fresh[j, across])
                high = min(other[across + 3], fresh[j, across + 3])
                if high <= low:
                    continue
                start = min(other[axis], fresh[j, axis])
                end = max(other[axis + 3], fresh[j, axis + 3])
                if (start == other[axis] and end == other[axis + 3]) or (start == fresh[j, axis] and end == fresh[j, axis + 3]):  # fmt: skip
                    continue
                if axis == 0:
                    k = _add(fresh, k, start, low, other[2], end, high, z2, least)
                else:
                    k = _add(fresh, k, low, start, other[2], high, end, z2, least)
    return k
