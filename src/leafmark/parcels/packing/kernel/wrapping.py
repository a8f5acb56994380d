"""All pieces of an order in one wrapping of least surface: a cuboid whose three lengths are free.

Tried are footprints whose sides are edges of pieces and sums of two or three, filled as a carton of that base and no lid, and free
packings by the rule of least surface. The least bounding surface wins. Cost: footprints x recipes x one filling.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from leafmark.parcels.packing.kernel.arrays import WEIGHT_UNLIMITED_G
from leafmark.parcels.packing.kernel.choosing import KEYS, LEFT, ROWS, TAKEN, USED, run_recipe, sums
from leafmark.parcels.packing.kernel.filling import (
    ALL_OF_THEM,
    AS_BLOCKS,
    GROUPED,
    PIECES_SINGLE_MAX,
    WITH_LOADS,
    fill,
    sort_rows,
)
from leafmark.parcels.packing.kernel.room import LEAST_BOX, LEAST_SURFACE, NO, NONE, YES, inner, outer
from leafmark.parcels.packing.kernel.running import flags_of, write_parcel

SIDES_MAX: Final = 28
"""Most lengths that are tried as a side of the footprint."""

FOOTPRINT_RECIPES: Final = 3
UNBOUNDED_MM: Final = np.int64(60_000)
"""Where a wrapping ends at the latest: points are coded in 16 bits."""


@inner
def _sides(items, first, count, left, out):
    """Lengths of edges and of sums of two, each once, shortest first -> how many."""
    n = NO
    for r in range(-1, count):
        for q in range(count):
            if (r >= 0 and left[r] <= 0) or left[q] <= 0 or q < r or (q == r and left[r] < 2):
                continue
            for a in range(3):
                for b in range(3):
                    if r < 0 and a > 0:
                        continue
                    side = items.size[first + q, 0, b] + (items.size[first + r, 0, a] if r >= 0 else NO)
                    place = n
                    while place > 0 and out[place - 1] > side:
                        place -= 1
                    if place > 0 and out[place - 1] == side:
                        continue
                    if n == SIDES_MAX:
                        if place == n:
                            continue
                        n -= 1
                    for i in range(n, place, -1):
                        out[i] = out[i - 1]
                    out[place] = side
                    n += 1
    return n


@inner
def _extent(room):
    """How far the placed blocks reach: x, y, z."""
    x, y, z = NO, NO, NO
    for b in range(room.counts[0]):
        x, y, z = max(x, room.blocks[b, 3]), max(y, room.blocks[b, 4]), max(z, room.blocks[b, 5])
    return x, y, z


@inner
def surface(x, y, z):
    """mm2 of a cuboid's six faces."""
    return 2 * (x * y + y * z + x * z)


@inner
def _free(desk, items, first, count, left, sequence, rule, flags, pieces, support):
    """Fill without walls -> whether all went in."""
    n = sort_rows(items, first, count, left, sequence, NO, desk.lines[ROWS], desk.lines[KEYS], flags & GROUPED)
    mode = flags | ALL_OF_THEM
    if pieces > PIECES_SINGLE_MAX and not flags & WITH_LOADS:
        mode |= AS_BLOCKS
    done = fill(
        desk.room, items, first, desk.lines[ROWS], n, left, desk.lines[TAKEN], UNBOUNDED_MM, UNBOUNDED_MM, UNBOUNDED_MM,
        np.int64(WEIGHT_UNLIMITED_G), rule, support, mode,
    )  # fmt: skip
    return done == pieces


@outer
def wrap_orders(desk, items, starts, piece_starts, packable, task, sides, orders, out, extents):
    """Wrap each of the orders: placements into `out`, int64 lengths x, y, z into `extents[order]` (0 where there is none)."""
    for o in orders:
        first, count = starts[o], starts[o + 1] - starts[o]
        left = desk.lines[LEFT]
        for r in range(count):
            left[r] = packable[first + r]
            desk.lines[USED, r] = 0
        pieces = sums(items, first, count, left)[2]
        extents[o, 0], extents[o, 1], extents[o, 2] = 0, 0, 0
        if pieces == 0:
            continue
        flags = flags_of(items, first, count, left)
        best, best_x, best_y, best_recipe, best_rule = np.int64(2**62), NONE, NONE, NONE, NONE
        for sequence in range(4):
            for rule in range(LEAST_BOX, LEAST_SURFACE + 1):
                if _free(
                    desk, items, first, count, left, np.int64(sequence), np.int64(rule), flags, pieces, task.support
                ):
                    x, y, z = _extent(desk.room)
                    if surface(x, y, z) < best:
                        best, best_x, best_recipe, best_rule = (
                            surface(x, y, z),
                            NONE,
                            np.int64(sequence),
                            np.int64(rule),
                        )
        n = _sides(items, first, count, left, sides)
        for i in range(n):
            for j in range(n):
                x, y = sides[i], sides[j]
                low = sums(items, first, count, left)[1] // (x * y)
                if surface(x, y, low) >= best:
                    continue
                for recipe in range(FOOTPRINT_RECIPES):
                    done = run_recipe(
                        desk, items, first, count, left, desk.lines[TAKEN], x, y, UNBOUNDED_MM, np.int64(WEIGHT_UNLIMITED_G),
                        np.int64(recipe), task, flags, pieces, YES,
                    )  # fmt: skip
                    if done == pieces:
                        far_x, far_y, far_z = _extent(desk.room)
                        if surface(far_x, far_y, far_z) < best:
                            best, best_x, best_y, best_recipe = surface(far_x, far_y, far_z), x, y, np.int64(recipe)
        if best_recipe < 0:
            continue
        if best_x < 0:
            _free(desk, items, first, count, left, best_recipe, best_rule, flags, pieces, task.support)
        else:
            run_recipe(
                desk, items, first, count, left, desk.lines[TAKEN], best_x, best_y, UNBOUNDED_MM, np.int64(WEIGHT_UNLIMITED_G),
                best_recipe, task, flags, pieces, YES,
            )  # fmt: skip
        extents[o, 0], extents[o, 1], extents[o, 2] = _extent(desk.room)
        write_parcel(desk, items, first, piece_starts, desk.lines[USED], NO, NO, out)
        out.parcels[o] = 1
