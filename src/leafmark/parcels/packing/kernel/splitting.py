"""Several cartons for one order: the cheapest split that was found.

Greedy splits: each carton in turn as the first, cheapest first, filled as far as it goes, then the rest in one carton where one holds it,
else filled on; the least total wins. Then pairs of parcels are thrown together and split anew while that saves. What a part of the order
costs in one carton is asked once and remembered: splits meet the same parts again and again.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from leafmark.parcels.packing.kernel.arrays import (
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
from leafmark.parcels.packing.kernel.choosing import (
    CARTON,
    CONTENT,
    IN_BLOCKS,
    LEFT,
    PARCELS_MAX,
    PARTS_MAX,
    RECIPE,
    STRIDE,
    TAKEN,
    THICK,
    cheapest,
    lays_blocks,
    mailer_heights,
    rank_cartons,
    run_recipe,
    sums,
    value_in,
)
from leafmark.parcels.packing.kernel.room import NO, NONE, YES, inner

MOST, TWO = np.int64(PARCELS_MAX), np.int64(2)

BEST, TRIED, PAIR = np.int64(0), np.int64(1), np.int64(2)
"""The three splits on a desk."""

RECIPES_IN_SPLITS: Final = 6
"""Recipes while splits are compared; the best split's parcels are tried again by all of them."""

PAIR_ROUNDS_MAX: Final = 4
"""Times that all pairs of parcels are looked at."""

UNKNOWN: Final = np.int64(-2)
"""Of a part whose cheapest carton has not been asked for."""


@inner
def fill_most(desk, items, first, count, left, taken, cartons, c, task, flags, recipe):
    """Fill carton `c` with as much of what is left as one recipe packs -> (pieces, thickness, the recipe's number to do it again).

    A mailer is tried at several thicknesses, with what may go in one; the fullest stays.
    """
    for r in range(count):
        taken[r] = 0
    length, width, height = cartons.sizes[c, LENGTH], cartons.sizes[c, WIDTH], cartons.sizes[c, HEIGHT]
    some, mailer = left, cartons.sizes[c, MAILER]
    if mailer:
        some = desk.lines[LEFT + 3]
        for r in range(count):
            some[r] = left[r] if items.facts[first + r, MAILER_OK] else NO
    pieces = sums(items, first, count, some)[2]
    if pieces == 0:
        return NO, NO, recipe
    if lays_blocks(count, some, recipe, flags, pieces):
        recipe += IN_BLOCKS
    max_weight_g = cartons.sizes[c, MAX_WEIGHT_G]
    if not mailer:
        done = run_recipe(
            desk, items, first, count, some, taken, length, width, height, max_weight_g, recipe, task, flags, pieces, NO
        )
        return done, NO, recipe
    best, best_volume, last = NO, NO, NO
    for h in range(mailer_heights(desk, items, first, count, some, cartons, c, NO)):
        last = desk.heights[h]
        run_recipe(
            desk,
            items,
            first,
            count,
            some,
            taken,
            length - last,
            width - last,
            last,
            max_weight_g,
            recipe,
            task,
            flags,
            pieces,
            NO,
        )
        volume, _ = packed(items, first, count, taken)
        if volume > best_volume:
            best, best_volume = last, volume
    if best_volume == 0:  # none of the thinnest: then as thick as one of the pieces needs
        best = own_thickness(items, first, count, some, length, width, height)
    for r in range(count):
        taken[r] = 0
    if best == 0:
        return NO, NO, recipe
    done = run_recipe(
        desk,
        items,
        first,
        count,
        some,
        taken,
        length - best,
        width - best,
        best,
        max_weight_g,
        recipe,
        task,
        flags,
        pieces,
        NO,
    )
    return done, best, recipe


@inner
def own_thickness(items, first, count, left, length, width, height):
    """A thickness at which one piece of what is left goes into a mailer; 0 where there is none."""
    for r in range(count):
        if left[r] > 0:
            for o in range(6):
                thick = items.size[first + r, o, 2]
                if (
                    items.facts[first + r, MASK] & (1 << o)
                    and thick <= height
                    and items.size[first + r, o, 0] + thick <= length
                    and items.size[first + r, o, 1] + thick <= width
                ):  # fmt: skip
                    return thick
    return NO


@inner
def packed(items, first, count, taken):
    """What was packed: volume in mm3, mass in g."""
    volume, weight_g = np.int64(0), np.int64(0)
    for r in range(count):
        volume += taken[r] * items.facts[first + r, VOLUME_MM3]
        weight_g += taken[r] * items.facts[first + r, WEIGHT_G]
    return volume, weight_g


@inner
def number_parts(desk, count, whole):
    """Give every part of an order a number, and forget those of the last order. Where there are too many, none has one."""
    stride = np.int64(1)
    for r in range(count):
        desk.lines[STRIDE, r] = stride
        stride *= whole[r] + 1
        if stride > PARTS_MAX:
            desk.lines[STRIDE, 0] = 0
            break
    desk.known[0, 0] += 1


@inner
def part_of(desk, count, pieces):
    """Number of a part of the order, 0 where parts have none; a part met for the first time knows nothing."""
    part = NO
    if desk.lines[STRIDE, 0] > 0:
        for r in range(count):
            part += pieces[r] * desk.lines[STRIDE, r]
        if desk.known[part, 0] != desk.known[0, 0]:
            desk.known[part, 0], desk.known[part, 1] = desk.known[0, 0], UNKNOWN
            desk.known[part, 4], desk.known[part, 5], desk.known[part, 6] = NO, NO, NO
    return part


@inner
def cheapest_known(desk, items, first, count, left, cartons, km, task, flags):
    """As `cheapest`, by a few recipes; a part asked for before is not packed again."""
    part = part_of(desk, count, left)
    if part > 0 and desk.known[part, 1] != UNKNOWN:
        c = desk.known[part, 1]
        if c < 0:
            return NONE, NONE, NO, np.inf
        value = value_in(cartons, c, sums(items, first, count, left)[0], km, task)
        return c, desk.known[part, 2], desk.known[part, 3], value
    recipes = min(task.recipes, RECIPES_IN_SPLITS)
    c, recipe, thick, value = cheapest(
        desk, YES, items, first, count, left, desk.lines[TAKEN], cartons, km, task, flags, recipes, np.inf
    )
    if part > 0:
        desk.known[part, 1], desk.known[part, 2], desk.known[part, 3] = c, recipe, thick
    return c, recipe, thick, value


@inner
def least_rest(items, first, count, left, cartons, km, task):
    """What all that is left costs at least: its volume, and its mass, at the best rate that any carton has."""
    weight_g, volume, _, _, _ = sums(items, first, count, left)
    by_volume, by_mass = np.inf, np.inf
    for c in range(cartons.sizes.shape[0]):
        if cartons.sizes[c, USABLE]:
            value = cartons.worth[c, BASE] + task.haul * km * max(
                cartons.sizes[c, TARE_G] / 1000.0, cartons.worth[c, DIMENSIONAL_KG]
            )
            by_volume = min(by_volume, value / cartons.sizes[c, HOLDS_MM3])
            by_mass = min(by_mass, value / cartons.sizes[c, MAX_WEIGHT_G])
    return max(volume * by_volume, weight_g * by_mass)


@inner
def split(desk, slot, items, first, count, left, cartons, km, task, flags, opening, way, loop, parcels_max, below):
    """One greedy split of what is left into `desk.split_*[slot]`; -> (parcels, value), or (0, inf) where none below `below` came out.

    `opening` is the first carton (-1: by `way`); `way` says by which recipe cartons are filled and how the next is chosen: even, the
    least value a packed mm3; odd, the most packed. Openings come cheapest first; of one `loop` a part opens once.
    """
    taken = desk.lines[TAKEN]
    total, k = 0.0, NO
    while True:
        todo = np.int64(0)
        for r in range(count):
            todo += left[r]
        if todo == 0:
            return k, total
        if k == parcels_max:
            return NO, np.inf
        if total + least_rest(items, first, count, left, cartons, km, task) >= below:
            return NO, np.inf
        if k > 0 or opening < 0:
            c, recipe, thick, value = cheapest_known(desk, items, first, count, left, cartons, km, task, flags)
            if c >= 0 and total + value < below:
                desk.splits[slot, k, CARTON], desk.splits[slot, k, RECIPE], desk.splits[slot, k, THICK] = (
                    c,
                    recipe,
                    thick,
                )
                desk.split_values[slot, k] = value
                for r in range(count):
                    desk.splits[slot, k, CONTENT + r] = left[r]
                    left[r] = 0
                return k + 1, total + value
        if k + 1 == parcels_max:
            return NO, np.inf
        best_c, best_score = NONE, np.inf
        recipe = np.int64(way // 2)
        part = part_of(desk, count, left) if way < 2 else NO
        if k == 0 and opening >= 0:
            best_c = opening
        elif part > 0 and desk.known[part, 4 + way] > 0:
            best_c = desk.known[part, 4 + way] - 1
        else:
            for c in range(cartons.sizes.shape[0]):
                if not cartons.sizes[c, USABLE]:
                    continue
                if fill_most(desk, items, first, count, left, taken, cartons, c, task, flags, recipe)[0] == 0:
                    continue
                volume, weight_g = packed(items, first, count, taken)
                score = -float(volume)
                if way % 2 == 0:
                    score = value_in(cartons, c, weight_g, km, task) / volume
                if score < best_score:
                    best_c, best_score = c, score
            if part > 0:
                desk.known[part, 4 + way] = best_c + 1
        if best_c < 0:
            return NO, np.inf
        done, thick, again = fill_most(desk, items, first, count, left, taken, cartons, best_c, task, flags, recipe)
        if done == 0:
            return NO, np.inf
        _, weight_g = packed(items, first, count, taken)
        value = value_in(cartons, best_c, weight_g, km, task)
        if k == 0 and opening >= 0:
            opened = part_of(desk, count, taken)
            if opened > 0:
                if desk.known[opened, 6] == loop:  # a cheaper carton opened with these pieces already
                    return NO, np.inf
                desk.known[opened, 6] = loop
        total += value
        if total >= below:
            return NO, np.inf
        desk.splits[slot, k, CARTON], desk.splits[slot, k, RECIPE], desk.splits[slot, k, THICK] = best_c, again, thick
        desk.split_values[slot, k] = value
        for r in range(count):
            desk.splits[slot, k, CONTENT + r] = taken[r]
            left[r] -= taken[r]
        k += 1


@inner
def copy_split(desk, source, source_k, target, target_k, count):
    """One parcel of a split into a place of another."""
    desk.splits[target, target_k, CARTON] = desk.splits[source, source_k, CARTON]
    desk.splits[target, target_k, RECIPE] = desk.splits[source, source_k, RECIPE]
    desk.splits[target, target_k, THICK] = desk.splits[source, source_k, THICK]
    desk.split_values[target, target_k] = desk.split_values[source, source_k]
    for r in range(count):
        desk.splits[target, target_k, CONTENT + r] = desk.splits[source, source_k, CONTENT + r]


@inner
def several(desk, items, first, count, cartons, km, task, flags):
    """Cheapest split found of `desk.lines[LEFT + 0]` into slot 0 -> (parcels, value); (0, inf) where there is none."""
    whole, left = desk.lines[LEFT + 0], desk.lines[LEFT + 1]
    number_parts(desk, count, whole)
    ranked = rank_cartons(desk, NO, cartons, NO, km, task)
    best_k, best, loop = NO, np.inf, NO
    for way in range(2 * task.splits):
        loop += 1
        for i in range(-1, ranked):
            opening = desk.rank[0, i] if i >= 0 else NONE
            for r in range(count):
                left[r] = whole[r]
            k, value = split(
                desk, TRIED, items, first, count, left, cartons, km, task, flags, opening, way, loop, MOST, best
            )
            if k > 0 and value < best:
                best_k, best = k, value
                for p in range(k):
                    copy_split(desk, TRIED, p, BEST, p, count)
    if best_k == 0:
        return NO, np.inf
    return shrink(desk, items, first, count, cartons, km, task, flags, best_k, ranked, loop)


@inner
def shrink(desk, items, first, count, cartons, km, task, flags, k, ranked, loop):
    """Better slot 0: each parcel into the cheapest carton that holds it, then pairs split anew, while anything is saved."""
    left = desk.lines[LEFT + 2]
    for i in range(k):
        for r in range(count):
            left[r] = desk.splits[BEST, i, CONTENT + r]
        value = desk.split_values[BEST, i]
        c, recipe, thick, value = cheapest(
            desk, YES, items, first, count, left, desk.lines[TAKEN], cartons, km, task, flags, task.recipes, value
        )
        if c >= 0:
            (
                desk.splits[BEST, i, CARTON],
                desk.splits[BEST, i, RECIPE],
                desk.splits[BEST, i, THICK],
                desk.split_values[BEST, i],
            ) = (
                c,
                recipe,
                thick,
                value,
            )
    rounds = 0
    saved = True
    while saved and rounds < PAIR_ROUNDS_MAX and k > 1:
        saved = False
        rounds += 1
        i = 0
        while i < k:
            j = i + 1
            while j < k:
                before = desk.split_values[BEST, i] + desk.split_values[BEST, j]
                best_k, best = NO, before * (1 - 1e-9)
                for way in range(2):
                    loop += 1
                    for o in range(-1, ranked):
                        opening = desk.rank[0, o] if o >= 0 else NONE
                        for r in range(count):
                            left[r] = desk.splits[BEST, i, CONTENT + r] + desk.splits[BEST, j, CONTENT + r]
                        n, value = split(
                            desk,
                            TRIED,
                            items,
                            first,
                            count,
                            left,
                            cartons,
                            km,
                            task,
                            flags,
                            opening,
                            way,
                            loop,
                            TWO,
                            best,
                        )
                        if n > 0 and value < best:
                            best_k, best = n, value
                            for p in range(n):
                                copy_split(desk, TRIED, p, PAIR, p, count)
                if best_k > 0:
                    saved = True
                    copy_split(desk, PAIR, NO, BEST, np.int64(i), count)
                    if best_k == 2:
                        copy_split(desk, PAIR, YES, BEST, j, count)
                    else:
                        k -= 1
                        copy_split(desk, BEST, k, BEST, j, count)
                        j -= 1
                j += 1
            i += 1
    total = 0.0
    for i in range(k):
        total += desk.split_values[BEST, i]
    return k, total
