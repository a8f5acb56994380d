"""One order and many cartons: which hold it whole, and the tightest box found around it."""

from __future__ import annotations

import numpy as np

from leafmark.parcels.packing.kernel.arrays import HOLDS_MM3, MAILER, MAX_WEIGHT_G
from leafmark.parcels.packing.kernel.choosing import LEFT, TAKEN, enters, holds, run_recipe, sums
from leafmark.parcels.packing.kernel.room import YES, inner, outer
from leafmark.parcels.packing.kernel.running import flags_of

UNSETTLED, HELD, NOT_HELD = np.int8(0), np.int8(1), np.int8(2)
"""What is known of a carton."""

RECIPES_OF_TWO = np.int64(12)
"""Recipes for an order of two pieces: all of packing's, so that what lies side by side some way turned is found (no miss in 130,000 tight
cartons; with six, 7 of 40,000). Two pieces are laid in no time."""


@inner
def inside(length, width, height, sizes, j):
    """Whether a cuboid that stands goes into carton `j` that stands, in one of two ways."""
    return height <= sizes[j, 2] and (
        (length <= sizes[j, 0] and width <= sizes[j, 1]) or (length <= sizes[j, 1] and width <= sizes[j, 0])
    )


@inner
def _rule_out(items, first, count, left, cartons, totals, state):
    """Settle the cartons that are sure not to hold all pieces. Shortest, middle and longest edge go by their rank."""
    weight_g, volume = totals[0], totals[1]
    least, middle, most = np.int64(0), np.int64(0), np.int64(0)
    for r in range(count):
        if left[r] <= 0:
            continue
        a, b, c = items.size[first + r, 0, 0], items.size[first + r, 0, 1], items.size[first + r, 0, 2]
        low, high = min(a, b, c), max(a, b, c)
        least, middle, most = max(least, low), max(middle, a + b + c - low - high), max(most, high)
    for j in range(state.size):
        state[j] = UNSETTLED
        a, b, c = cartons.sizes[j, 0], cartons.sizes[j, 1], cartons.sizes[j, 2]
        low, high = min(a, b, c), max(a, b, c)
        if (
            weight_g > cartons.sizes[j, MAX_WEIGHT_G]
            or (not cartons.sizes[j, MAILER] and volume > cartons.sizes[j, HOLDS_MM3])
            or low < least
            or high < most
            or a + b + c - low - high < middle
        ):
            state[j] = NOT_HELD


@inner
def box_of(room):
    """Length, width and height of what was packed."""
    length, width, height = np.int64(0), np.int64(0), np.int64(0)
    for b in range(room.counts[0]):
        length, width = max(length, room.blocks[b, 3]), max(width, room.blocks[b, 4])
        height = max(height, room.blocks[b, 5])
    return length, width, height


@inner
def _middle(by_volume, state):
    """The unsettled carton in the middle by volume; -1 where all are settled."""
    unsettled = 0
    for j in by_volume:
        if state[j] == UNSETTLED:
            unsettled += 1
    seen = 0
    for j in by_volume:
        if state[j] == UNSETTLED:
            if seen == unsettled // 2:
                return j
            seen += 1
    return -1


@outer
def fit_some(desk, items, starts, quantity, cartons, by_volume, task, low, high, state, fit):
    """Rows `low` to `high` of `fit` bool [orders, cartons]. -> cartons that were packed to see."""
    tried = 0
    for o in range(low, high):
        first, count = starts[o], starts[o + 1] - starts[o]
        left = desk.lines[LEFT]
        for r in range(count):
            left[r] = quantity[first + r]
        totals = sums(items, first, count, left)
        if totals[2] == 0 or totals[4]:
            continue
        recipes = max(task.recipes, RECIPES_OF_TWO) if totals[2] == 2 else task.recipes
        flags = flags_of(items, first, count, left)
        _rule_out(items, first, count, left, cartons, totals, state)
        for j in range(state.size):
            if state[j] == UNSETTLED and (cartons.sizes[j, MAILER] or totals[2] == 1):
                if cartons.sizes[j, MAILER]:
                    recipe, _ = holds(
                        desk,
                        items,
                        first,
                        count,
                        left,
                        desk.lines[TAKEN],
                        cartons,
                        j,
                        totals,
                        task,
                        flags,
                        recipes,
                    )
                    yes = recipe >= 0
                else:
                    yes = False
                    for r in range(count):
                        if left[r] > 0:
                            yes = enters(
                                items, first + r, cartons.sizes[j, 0], cartons.sizes[j, 1], cartons.sizes[j, 2]
                            )
                state[j] = HELD if yes else NOT_HELD
        while True:
            j = _middle(by_volume, state)
            if j < 0:
                break
            tried += 1
            recipe, _ = holds(
                desk, items, first, count, left, desk.lines[TAKEN], cartons, j, totals, task, flags, recipes
            )
            if recipe >= 0:
                length, width, height = box_of(desk.room)
                for c in range(state.size):
                    if state[c] == UNSETTLED and inside(length, width, height, cartons.sizes, c):
                        state[c] = HELD
                state[j] = HELD
            else:
                for c in range(state.size):
                    if state[c] == UNSETTLED and inside(
                        cartons.sizes[c, 0], cartons.sizes[c, 1], cartons.sizes[c, 2], cartons.sizes, j
                    ):
                        state[c] = NOT_HELD
                state[j] = NOT_HELD
        for j in range(state.size):
            fit[o, j] = state[j] == HELD
    return tried


@outer
def pack_tight(desk, items, starts, quantity, limit, max_weight_g, task, recipes, low, high, box):
    """Length, width and height of the least box found around each order, int64 [orders, 3]; 0 where a carton of `limit` int64 [3] does not hold it."""
    for o in range(low, high):
        first, count = starts[o], starts[o + 1] - starts[o]
        left = desk.lines[LEFT]
        for r in range(count):
            left[r] = quantity[first + r]
        totals = sums(items, first, count, left)
        if totals[4] or totals[0] > max_weight_g or totals[1] > limit[0] * limit[1] * limit[2]:
            continue
        flags = flags_of(items, first, count, left)
        least = np.inf
        for recipe in recipes:
            done = run_recipe(
                desk, items, first, count, left, desk.lines[TAKEN], limit[0], limit[1], limit[2],
                max_weight_g, recipe, task, flags, totals[2], YES,
            )  # fmt: skip
            if done < totals[2]:
                continue
            length, width, height = box_of(desk.room)
            board = (length + width) * (height + min(length, width))
            if board < least:
                least = board
                box[o, 0], box[o, 1], box[o, 2] = length, width, height
