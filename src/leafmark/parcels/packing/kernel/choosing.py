"""One carton for one order: the cheapest that holds it whole.

What a parcel is worth depends on the carton and on what is in it, not on where; so cartons are tried from the cheapest on and the first
that holds everything is the answer: as exact as "holds" is. Bounds come first (weight, volume, edges, pairs that fit side by side in no
direction), then the recipes. Where none holds an order, `splitting` takes over.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.packing.kernel.arrays import (
    APART,
    BASE,
    DIMENSIONAL_KG,
    HEIGHT,
    HOLDS_MM3,
    LENGTH,
    MAILER,
    MAILER_OK,
    MASK,
    MAX_WEIGHT_G,
    TARE_G,
    USABLE,
    VOLUME_MM3,
    WEIGHT_G,
    WIDTH,
)
from leafmark.parcels.packing.kernel.filling import (
    ALL_OF_THEM,
    AS_BLOCKS,
    BLOCK_PIECES_MIN,
    GROUPED,
    PIECES_SINGLE_MAX,
    RECIPES,
    RULES_DRAWN,
    TURNED,
    WITH_LOADS,
    drawn,
    fill,
    sort_rows,
)
from leafmark.parcels.packing.kernel.room import NO, NONE, YES, Room, inner, new_room
from leafmark.parcels.packing.kernel.searching import DEPTH_MAX, POINTS_KEPT, search

PARCELS_MAX: Final = 48
"""Most parcels of one split; an order that needs more is filled in one pass."""

ROWS_MAX: Final = 256
"""Most rows of an order that is split by search."""

PAIR_ROWS_MAX: Final = 24
"""Up to so many rows every pair is looked at before packing."""

ALONG = (np.int64(0), np.int64(1), np.int64(2))

SEARCHED: Final = np.int64(2**40)
"""The recipe that is a search."""

SEED: Final = np.int64(88172645463325252)
"""Of the recipes that are drawn: the start that Marsaglia gives for a 64-bit xorshift (J. Stat. Software 8(14), 2003)."""

IN_BLOCKS: Final = np.int64(2**30)
"""Added to a recipe's number: alike pieces as blocks, few as they may be; so that a part of what was left is filled as it was."""

PARTS_MAX: Final = 4096
"""Up to so many parts of an order the cheapest carton of each is remembered: splits meet the same rest again and again."""

HEIGHTS_MAX, HEIGHT_ROWS_MAX = 10, 8
"""Thicknesses at which a mailer is tried, and rows whose edges they are made of."""


ROWS, KEYS, TAKEN, LEFT, USED, STRIDE = 0, 1, 2, 3, 7, 8
"""Lines of a desk: rows in sequence, their keys, pieces packed, four counts of pieces left, pieces written, and what each
row's pieces count in the number of a part."""

CARTON, RECIPE, THICK, CONTENT = 0, 1, 2, 3
"""Of a parcel in a split: its carton, recipe, thickness, and from there on the pieces of each row."""


class Desk(NamedTuple):
    """Scratch space of one thread: the carton being filled, and the splits being compared.

    `lines` int64 [9, rows]; `rank` int64 [2, cartons]; `values` float64 [cartons]; `heights` int64; `stack`, `stack_points`: of `search`;
    `known` int64 [PARTS_MAX, 7]: of each part of this order its stamp, cheapest carton, recipe and thickness, the next carton by either
    way (+ 1), and the loop in which a split opened with it; `splits` int64 [3, parcels, 3 +
    rows]; `split_values` float64 [3, parcels].
    """

    room: Room
    lines: NDArray[np.int64]
    rank: NDArray[np.int64]
    values: NDArray[np.float64]
    heights: NDArray[np.int64]
    stack: NDArray[np.int64]
    stack_points: NDArray[np.int64]
    known: NDArray[np.int64]
    splits: NDArray[np.int64]
    split_values: NDArray[np.float64]


def new_desk(rows: int, cartons: int) -> Desk:
    """Scratch space for orders of up to `rows` rows."""
    return Desk(
        room=new_room(),
        lines=np.zeros((9, rows + 1), np.int64),
        rank=np.zeros((2, cartons), np.int64),
        values=np.zeros(cartons, np.float64),
        heights=np.zeros(HEIGHTS_MAX + 2, np.int64),
        stack=np.zeros((DEPTH_MAX + 1, 4), np.int64),
        stack_points=np.zeros((DEPTH_MAX + 1, POINTS_KEPT), np.int64),
        known=np.zeros((PARTS_MAX, 7), np.int64),
        splits=np.zeros((3, PARCELS_MAX, CONTENT + min(rows, ROWS_MAX) + 1), np.int64),
        split_values=np.zeros((3, PARCELS_MAX), np.float64),
    )


class Task(NamedTuple):
    """What holds for all orders of a call.

    `haul` mg CO2e per kg and km; `support` in ten-thousandths; recipes to try; ways to split; nodes of a search, 0 for none.
    """

    haul: float
    support: int
    recipes: int
    splits: int
    nodes: int


@inner
def value_in(cartons, c, contents_g, km, task):
    """What a parcel of that mass in carton `c` is worth by the objective."""
    gross_kg = (contents_g + cartons.sizes[c, TARE_G]) / 1000.0
    return cartons.worth[c, BASE] + task.haul * km * max(gross_kg, cartons.worth[c, DIMENSIONAL_KG])


@inner
def rank_cartons(desk, which, cartons, contents_g, km, task):
    """Usable cartons from the cheapest on into `desk.rank[which]`; of the same value the smaller first. -> how many."""
    rank, values = desk.rank[which], desk.values
    n = NO
    for c in range(cartons.sizes.shape[0]):
        if not cartons.sizes[c, USABLE] or contents_g > cartons.sizes[c, MAX_WEIGHT_G]:
            continue
        value = value_in(cartons, c, contents_g, km, task)
        place = n
        while place > 0 and (
            values[place - 1] > value
            or (values[place - 1] == value and cartons.sizes[rank[place - 1], HOLDS_MM3] > cartons.sizes[c, HOLDS_MM3])
        ):
            values[place], rank[place] = values[place - 1], rank[place - 1]
            place -= 1
        values[place], rank[place] = value, c
        n += 1
    return n


@inner
def enters(items, row, length, width, height):
    """Whether one piece goes in, in some allowed orientation."""
    for o in range(6):
        if (
            items.facts[row, MASK] & (1 << o)
            and items.size[row, o, 0] <= length
            and items.size[row, o, 1] <= width
            and items.size[row, o, 2] <= height
        ):  # fmt: skip
            return True
    return False


@inner
def _least(items, row, axis, length, width, height):
    """Shortest that a piece can be along an axis in an orientation that goes in."""
    least = np.int64(2**30)
    for o in range(6):
        if (
            items.facts[row, MASK] & (1 << o)
            and items.size[row, o, 0] <= length
            and items.size[row, o, 1] <= width
            and items.size[row, o, 2] <= height
        ):  # fmt: skip
            least = min(least, items.size[row, o, axis])
    return least


@inner
def may_hold(items, first, count, left, length, width, height):
    """Bounds: every piece goes in, and every two go in side by side along some axis. False is sure."""
    for r in range(count):
        if left[r] > 0 and not enters(items, first + r, length, width, height):
            return False
    if count > PAIR_ROWS_MAX:
        return True
    for r in range(count):
        if left[r] <= 0:
            continue
        ax = _least(items, first + r, ALONG[0], length, width, height)
        ay = _least(items, first + r, ALONG[1], length, width, height)
        az = _least(items, first + r, ALONG[2], length, width, height)
        for q in range(r if left[r] > 1 else r + 1, count):
            if left[q] <= 0:
                continue
            if (
                ax + _least(items, first + q, ALONG[0], length, width, height) > length
                and ay + _least(items, first + q, ALONG[1], length, width, height) > width
                and az + _least(items, first + q, ALONG[2], length, width, height) > height
            ):  # fmt: skip
                return False
    return True


@inner
def lays_blocks(count, left, recipe, flags, pieces):
    """Whether a recipe lays alike pieces as blocks: always where there are many, else every other where some are alike."""
    if flags & WITH_LOADS:
        return False
    if pieces > PIECES_SINGLE_MAX:
        return True
    if recipe % 2:
        return False
    most = NO
    for r in range(count):
        most = max(most, left[r])
    return most >= BLOCK_PIECES_MIN


@inner
def run_recipe(
    desk, items, first, count, left, taken, length, width, height, max_weight_g, recipe, task, flags, pieces, whole
):  # fmt: skip
    """Fill a carton by recipe number `recipe`. -> pieces packed. The same number does the same again."""
    if recipe == SEARCHED:
        found = search(
            desk.room, items, first, count, left, desk.stack, desk.stack_points, length, width, height, task.support,
            flags & WITH_LOADS, pieces, task.nodes,
        )  # fmt: skip
        return pieces if found else NO
    in_blocks, recipe = recipe & IN_BLOCKS, recipe & (IN_BLOCKS - 1)
    seed = np.int64(0)
    if recipe < RECIPES.shape[0]:
        sequence, rule = RECIPES[recipe, 0], RECIPES[recipe, 1]
    else:
        seed = drawn(drawn(SEED + recipe * 7919))
        sequence, rule = (seed >> 20) % 4, RULES_DRAWN[(seed >> 30) % RULES_DRAWN.size]
    n = sort_rows(items, first, count, left, sequence, seed, desk.lines[ROWS], desk.lines[KEYS], flags & GROUPED)
    mode = flags
    if whole:
        mode |= ALL_OF_THEM
    if in_blocks or lays_blocks(count, left, recipe, flags, pieces):
        mode |= AS_BLOCKS
        if recipe % 4 == 0:
            mode |= TURNED
    return fill(
        desk.room, items, first, desk.lines[ROWS], n, left, taken, length, width, height, max_weight_g,
        rule, task.support, mode,
    )  # fmt: skip


@inner
def mailer_heights(desk, items, first, count, left, cartons, c, volume_mm3):
    """Thicknesses at which a mailer is tried, thinnest first: edges of the first rows left, sums of two, all in a stack. -> how many."""
    n, stack, rows = NO, NO, NO
    for r in range(count):
        if left[r] <= 0:
            continue
        stack += left[r] * min(items.size[first + r, 0, 0], items.size[first + r, 0, 1], items.size[first + r, 0, 2])
        if rows == HEIGHT_ROWS_MAX:
            continue
        rows += 1
        for axis in range(3):
            edge = items.size[first + r, 0, axis]
            n = offer_height(desk, n, edge, cartons, c, volume_mm3)
            for q in range(r if left[r] > 1 else r + 1, count):
                if left[q] > 0:
                    for other in range(3):
                        n = offer_height(desk, n, edge + items.size[first + q, 0, other], cartons, c, volume_mm3)
    return offer_height(desk, n, stack, cartons, c, volume_mm3)


@inner
def offer_height(desk, n, height, cartons, c, volume_mm3):
    """Keep a thickness among the thinnest `HEIGHTS_MAX`, unless it is known or the mailer holds too little at it. -> how many there are."""
    out = desk.heights
    room_x, room_y = cartons.sizes[c, LENGTH] - height, cartons.sizes[c, WIDTH] - height
    if height > cartons.sizes[c, HEIGHT] or room_x <= 0 or room_y <= 0 or room_x * room_y * height < volume_mm3:
        return n
    place = n
    while place > 0 and out[place - 1] > height:
        place -= 1
    if place > 0 and out[place - 1] == height:
        return n
    if n == HEIGHTS_MAX:
        if place == n:
            return n
        n -= 1
    for i in range(n, place, -1):
        out[i] = out[i - 1]
    out[place] = height
    return n + 1


@inner
def sums(items, first, count, left):
    """Of the pieces left: mass in g, volume in mm3, number, whether all may go in a mailer, and whether marks forbid one parcel."""
    weight_g, volume, pieces, mailer, mark, parted = np.int64(0), np.int64(0), np.int64(0), True, np.int64(-1), False
    for r in range(count):
        if left[r] > 0:
            weight_g += left[r] * items.facts[first + r, WEIGHT_G]
            volume += left[r] * items.facts[first + r, VOLUME_MM3]
            pieces += left[r]
            mailer = mailer and items.facts[first + r, MAILER_OK]
            if items.facts[first + r, APART] >= 0:
                parted = parted or (mark >= 0 and mark != items.facts[first + r, APART])
                mark = items.facts[first + r, APART]
    return weight_g, volume, pieces, mailer, parted


@inner
def holds(desk, items, first, count, left, taken, cartons, c, totals, task, flags, recipes):
    """Whether carton `c` holds all that is left -> (recipe, thickness), or (-1, 0); thickness 0 for what is rigid."""
    weight_g, volume, pieces, mailer, parted = totals
    if parted or not cartons.sizes[c, USABLE] or weight_g > cartons.sizes[c, MAX_WEIGHT_G]:
        return NONE, NO
    length, width, height = cartons.sizes[c, LENGTH], cartons.sizes[c, WIDTH], cartons.sizes[c, HEIGHT]
    if not cartons.sizes[c, MAILER]:
        if volume > cartons.sizes[c, HOLDS_MM3] or not may_hold(items, first, count, left, length, width, height):
            return NONE, NO
        tries = recipes if pieces > 1 else 1
        searched = task.nodes > 0 and 2 < pieces <= DEPTH_MAX
        for attempt in range(tries + searched):
            recipe = np.int64(attempt) if attempt < tries else SEARCHED
            done = run_recipe(
                desk, items, first, count, left, taken, length, width, height, cartons.sizes[c, MAX_WEIGHT_G], recipe, task, flags,
                pieces, YES,
            )  # fmt: skip
            if done == pieces:
                return recipe, NO
        return NONE, NO
    if not mailer:
        return NONE, NO
    heights = mailer_heights(desk, items, first, count, left, cartons, c, volume)
    for h in range(heights):
        thick = desk.heights[h]
        if not may_hold(items, first, count, left, length - thick, width - thick, thick):
            continue
        for recipe in range(min(recipes, 4) if pieces > 1 else 1):
            done = run_recipe(
                desk, items, first, count, left, taken, length - thick, width - thick, thick,
                cartons.sizes[c, MAX_WEIGHT_G], recipe, task, flags, pieces, YES,
            )  # fmt: skip
            if done == pieces:
                return np.int64(recipe), thick
    return NONE, NO


@inner
def cheapest(desk, which, items, first, count, left, taken, cartons, km, task, flags, recipes, below):
    """Cheapest carton that holds all that is left, if it is worth less than `below` -> (carton, recipe, thickness, value)."""
    totals = sums(items, first, count, left)
    if totals[4]:
        return NONE, NONE, NO, np.inf
    n = rank_cartons(desk, which, cartons, totals[0], km, task)
    for i in range(n):
        c = desk.rank[which, i]
        value = value_in(cartons, c, totals[0], km, task)
        if value >= below:
            break
        recipe, thick = holds(desk, items, first, count, left, taken, cartons, c, totals, task, flags, recipes)
        if recipe >= 0:
            return c, recipe, thick, value
    return NONE, NONE, NO, np.inf
