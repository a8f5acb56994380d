"""Few pieces, one carton: a depth-first search over every next piece, point and orientation, up to a number of nodes.

Where the recipes of `filling` say no, this says yes more often: it takes back what it placed. Pieces are placed from the bottom up (no
piece lower than the last, which a packing that stands allows), so an arrangement is not met once for every sequence of its pieces.
"""

from __future__ import annotations

from typing import Final

from leafmark.parcels.packing.kernel.arrays import MASK
from leafmark.parcels.packing.kernel.room import (
    NO,
    ORIENTATION,
    SHAPE,
    add_points,
    clear,
    free_at,
    inner,
    loads_hold,
    put,
    stands,
)

DEPTH_MAX: Final = 8
"""Most pieces that are searched for."""

POINTS_KEPT: Final = 96


@inner
def search(room, items, first, count, left, stack, kept, length, width, height, support, with_loads, pieces, nodes_max):
    """Whether all of `left` goes in, by at most `nodes_max` placements tried; the room then holds it.

    `stack` int64 [DEPTH_MAX + 1, 4]: the row, point and orientation being tried at each depth; `kept` int64 [DEPTH_MAX + 1,
    POINTS_KEPT]: the points there.
    """
    clear(room)
    depth, nodes = NO, NO
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = 0, 0, -1, 1
    kept[0, 0] = 0
    while True:
        row, e, o = stack[depth, 0], stack[depth, 1], stack[depth, 2]
        placed = False
        lowest = room.blocks[depth - 1, 2] if depth > 0 else NO
        while row < count and not placed:
            kind = first + row
            if left[row] <= 0:
                row, e, o = row + 1, NO, NO - 1
                continue
            o += 1
            if o == 6:
                e, o = e + 1, NO
            if e >= stack[depth, 3]:
                row, e, o = row + 1, NO, NO - 1
                continue
            if not items.facts[kind, MASK] & (1 << o):
                continue
            point = kept[depth, e]
            x0, y0, z0 = point & 0xFFFF, (point >> 16) & 0xFFFF, point >> 32
            if z0 < lowest:
                o = NO + 5
                continue
            x1, y1, z1 = x0 + items.size[kind, o, 0], y0 + items.size[kind, o, 1], z0 + items.size[kind, o, 2]
            if x1 > length or y1 > width or z1 > height:
                continue
            if not free_at(room.blocks, room.counts[0], x0, y0, z0, x1, y1, z1):
                continue
            if not stands(room, items, kind, x0, y0, z0, x1, y1, z1, support):
                continue
            put(room, kind, x0, y0, z0, x1, y1, z1)
            if with_loads and not loads_hold(room, items, room.counts[0]):
                room.counts[0] -= 1
                continue
            placed = True
        if placed:
            nodes += 1
            b = room.counts[0] - 1
            room.blocks[b, SHAPE], room.blocks[b, SHAPE + 1], room.blocks[b, SHAPE + 2], room.blocks[b, ORIENTATION] = (
                1,
                1,
                1,
                o,
            )
            stack[depth, 0], stack[depth, 1], stack[depth, 2] = row, e, o
            left[row] -= 1
            depth += 1
            if depth == pieces:
                for i in range(depth):
                    left[room.blocks[i, 6] - first] += 1
                return True
            if nodes >= nodes_max:
                break
            for i in range(stack[depth - 1, 3]):
                room.points[0, i] = kept[depth - 1, i]
            room.counts[1] = stack[depth - 1, 3]
            add_points(room, length, width, height)
            n = min(room.counts[1], POINTS_KEPT)
            for i in range(n):
                kept[depth, i] = room.points[0, i]
            stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3] = 0, 0, -1, n
        else:
            if depth == 0:
                break
            depth -= 1
            room.counts[0] -= 1
            left[stack[depth, 0]] += 1
    for i in range(room.counts[0]):
        left[room.blocks[i, 6] - first] += 1
    return False
