"""Choosing cartons for one order: the cheapest that holds it whole, else the cheapest set that was found.

**One carton.** What a parcel is worth depends on the carton and on what is in it, not on where; so cartons are tried from the cheapest
on and the first that holds everything is the answer: as exact as "holds" is. Bounds come first (weight, volume, edges, pairs
that fit side by side in no direction), then the recipes.

**Several.** Greedy splits: each carton in turn as the first, filled as far as it goes, then the rest in one carton where one
holds it, else filled on; the least total wins. Then pairs of parcels are thrown together and split anew while that saves.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.packing.kernel.arrays import (
    APART,
    BASE,
    DIMENSIONAL_KG,
    HOLDS_MM3,
    MAILER,
    MAILER_OK,
    MASK,
    MAX_WEIGHT_G,
    TARE_G,
    USABLE,
    VOLUME_MM3,
    WEIGHT_G,
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

MOST, TWO = np.int64(PARCELS_MAX), np.int64(2)

ROWS_MAX: Final = 256
"""Most rows of an order that is split by search."""

PAIR_ROWS_MAX: Final = 24
"""Up to so many rows every pair is looked at before packing."""

BEST, TRIED, PAIR = np.int64(0), np.int64(1), np.int64(2)
"""The three splits on a desk."""

ALONG = (np.int64(0), np.int64(1), np.int64(2))

SEARCHED: Final = np.int64(2**40)
"""The recipe that is a search."""

RECIPES_IN_SPLITS: Final = 6
"""Recipes while splits are compared; the best split's parcels are tried again by all of them."""

UNKNOWN: Final = np.int64(-2)

PARTS_MAX: Final = 4096
"""Up to so many parts of an order the cheapest carton of each is remembered: splits meet the same rest again and again."""

HEIGHTS_MAX: Final = 10
"""Thicknesses at which a mailer is tried."""


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
    seed = np.int64(0)
    if recipe < RECIPES.shape[0]:
        sequence, rule = RECIPES[recipe, 0], RECIPES[recipe, 1]
    else:
        seed = drawn(drawn(np.int64(88172645463325252) + recipe * 7919))
        sequence, rule = (seed >> 20) % 4, RULES_DRAWN[(seed >> 30) % RULES_DRAWN.size]
    n = sort_rows(items, first, count, left, sequence, seed, desk.lines[ROWS], desk.lines[KEYS], flags & GROUPED)
    most = np.int64(0)
    for i in range(n):
        most = max(most, left[desk.lines[ROWS][i]])
    many = pieces > PIECES_SINGLE_MAX
    mode = flags
    if whole:
        mode |= ALL_OF_THEM
    if not flags & WITH_LOADS and (many or (most >= BLOCK_PIECES_MIN and recipe % 2 == 0)):
        mode |= AS_BLOCKS
        if recipe % 4 == 0:
            mode |= TURNED
    return fill(
        desk.room, items, first, desk.lines[ROWS], n, left, taken, length, width, height, max_weight_g,
        rule, task.support, mode,
    )  # fmt: skip


@inner
def mailer_heights(desk, items, first, count, left, cartons, c, volume_mm3):
    """Thicknesses at which a mailer is tried, thinnest first: edges of pieces and their sums. -> how many."""
    out, n = desk.heights, 0
    stack = np.int64(0)
    for r in range(count):
        if left[r] > 0:
            stack += left[r] * min(
                items.size[first + r, 0, 0], items.size[first + r, 0, 1], items.size[first + r, 0, 2]
            )
    for r in range(-1, min(count, 8)):
        for q in range(-1, min(count, 8)):
            for axis in range(3):
                for other in range(3):
                    if r < 0:
                        if q >= 0 or axis > 0 or other > 0:
                            continue
                        height = stack
                    else:
                        if left[r] <= 0:
                            continue
                        height = np.int64(items.size[first + r, 0, axis])
                        if q >= 0:
                            if left[q] <= 0 or q < r or (q == r and left[r] < 2):
                                continue
                            height += items.size[first + q, 0, other]
                        elif other > 0:
                            continue
                    room_x, room_y = cartons.sizes[c, 0] - height, cartons.sizes[c, 1] - height
                    if (
                        height > cartons.sizes[c, 2]
                        or room_x <= 0
                        or room_y <= 0
                        or room_x * room_y * height < volume_mm3
                    ):
                        continue
                    place = n
                    while place > 0 and out[place - 1] > height:
                        place -= 1
                    if place > 0 and out[place - 1] == height:
                        continue
                    if n >= HEIGHTS_MAX:
                        if place >= n:
                            continue
                        n -= 1
                    for i in range(n, place, -1):
                        out[i] = out[i - 1]
                    out[place] = height
                    n += 1
    return n


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
    length, width, height = np.int64(cartons.sizes[c, 0]), np.int64(cartons.sizes[c, 1]), np.int64(cartons.sizes[c, 2])
    if not cartons.sizes[c, MAILER]:
        if volume > cartons.sizes[c, HOLDS_MM3] or not may_hold(items, first, count, left, length, width, height):
            return NONE, NO
        for recipe in range(recipes if pieces > 1 else 1):
            done = run_recipe(
                desk,
                items,
                first,
                count,
                left,
                taken,
                length,
                width,
                height,
                cartons.sizes[c, MAX_WEIGHT_G],
                recipe,
                task,
                flags,
                pieces,
                YES,
            )
            if done == pieces:
                return np.int64(recipe), NO
        if task.nodes > 0 and 2 < pieces <= DEPTH_MAX:
            done = run_recipe(
                desk,
                items,
                first,
                count,
                left,
                taken,
                length,
                width,
                height,
                cartons.sizes[c, MAX_WEIGHT_G],
                SEARCHED,
                task,
                flags,
                pieces,
                YES,
            )
            if done == pieces:
                return SEARCHED, NO
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


@inner
def fill_most(desk, items, first, count, left, taken, cartons, c, task, flags, recipe):
    """Fill carton `c` with as much of what is left as one recipe packs -> pieces; never a mailer."""
    totals = sums(items, first, count, left)
    return run_recipe(
        desk, items, first, count, left, taken, np.int64(cartons.sizes[c, 0]), np.int64(cartons.sizes[c, 1]), np.int64(cartons.sizes[c, 2]),
        cartons.sizes[c, MAX_WEIGHT_G], recipe, task, flags, totals[2], NO,
    )  # fmt: skip


@inner
def packed_volume(items, first, count, taken):
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
        recipe = way // 2
        part = part_of(desk, count, left) if way < 2 else NO
        if k == 0 and opening >= 0:
            best_c = opening
        elif part > 0 and desk.known[part, 4 + way] > 0:
            best_c = desk.known[part, 4 + way] - 1
        else:
            for c in range(cartons.sizes.shape[0]):
                if not cartons.sizes[c, USABLE] or cartons.sizes[c, MAILER]:
                    continue
                if fill_most(desk, items, first, count, left, taken, cartons, c, task, flags, recipe) == 0:
                    continue
                volume, weight_g = packed_volume(items, first, count, taken)
                score = -float(volume)
                if way % 2 == 0:
                    score = value_in(cartons, c, weight_g, km, task) / volume
                if score < best_score:
                    best_c, best_score = c, score
            if part > 0:
                desk.known[part, 4 + way] = best_c + 1
        if best_c < 0:
            return NO, np.inf
        for r in range(count):
            taken[r] = 0
        if fill_most(desk, items, first, count, left, taken, cartons, best_c, task, flags, recipe) == 0:
            return NO, np.inf
        _, weight_g = packed_volume(items, first, count, taken)
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
        desk.splits[slot, k, CARTON], desk.splits[slot, k, RECIPE], desk.splits[slot, k, THICK] = best_c, recipe, 0
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
            if opening >= 0 and cartons.sizes[opening, MAILER]:
                continue
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
            left[r] = desk.splits[0, i, CONTENT + r]
        value = desk.split_values[0, i]
        c, recipe, thick, value = cheapest(
            desk, YES, items, first, count, left, desk.lines[TAKEN], cartons, km, task, flags, task.recipes, value
        )
        if c >= 0:
            desk.splits[0, i, CARTON], desk.splits[0, i, RECIPE], desk.splits[0, i, THICK], desk.split_values[0, i] = (
                c,
                recipe,
                thick,
                value,
            )
    rounds = 0
    saved = True
    while saved and rounds < 4 and k > 1:
        saved = False
        rounds += 1
        i = 0
        while i < k:
            j = i + 1
            while j < k:
                before = desk.split_values[0, i] + desk.split_values[0, j]
                best_k, best = NO, before * (1 - 1e-9)
                for way in range(2):
                    loop += 1
                    for o in range(-1, ranked):
                        opening = desk.rank[0, o] if o >= 0 else NONE
                        if opening >= 0 and cartons.sizes[opening, MAILER]:
                            continue
                        for r in range(count):
                            left[r] = desk.splits[0, i, CONTENT + r] + desk.splits[0, j, CONTENT + r]
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
        total += desk.split_values[0, i]
    return k, total
