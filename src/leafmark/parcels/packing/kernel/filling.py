"""Filling one carton: rows of an order in a sequence, each piece at its best place by one rule.

A *recipe* is a sequence and a rule. Whether a carton holds an order is asked by trying recipes until one packs every piece: so a
"yes" is sure, and a "no" means that none of them did. Pieces of one row that are many are laid as blocks, a cuboid of alike pieces
at a time, each of whose lowest pieces stands by itself.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from leafmark.parcels.packing.kernel.arrays import APART, FRAGILE, KEEP, MASK, VOLUME_MM3, WEIGHT_G
from leafmark.parcels.packing.kernel.room import (
    ALONG_X,
    ALONG_Y,
    BLOCKS_MAX,
    LEAST_BOX,
    LEAST_TOP,
    LOWEST,
    MOST_CONTACT,
    YES,
    add_points,
    best_place,
    clear,
    free_at,
    inner,
    put,
    stands,
)

BY_VOLUME, BY_LONGEST, BY_FACE, BY_WEIGHT, BY_LEAST = range(5)
"""Sequences: largest volume, longest edge, largest face, heaviest, thickest first."""

RECIPES: Final = np.array(
    [
        (BY_VOLUME, LOWEST), (BY_LONGEST, MOST_CONTACT), (BY_FACE, LEAST_TOP), (BY_VOLUME, LEAST_BOX), (BY_LONGEST, ALONG_X),
        (BY_VOLUME, MOST_CONTACT), (BY_FACE, LOWEST), (BY_LEAST, ALONG_Y), (BY_LONGEST, LEAST_TOP), (BY_WEIGHT, LEAST_BOX),
        (BY_FACE, ALONG_X), (BY_LONGEST, LEAST_BOX),
    ],
    np.int64,
)  # fmt: skip
"""(sequence, rule); past the last come random ones, the same for the same order every time."""

RULES_DRAWN: Final = np.array([LOWEST, LEAST_TOP, ALONG_X, ALONG_Y, MOST_CONTACT, LEAST_BOX], np.int64)

WITH_LOADS, GROUPED, AS_BLOCKS, ALL_OF_THEM, TURNED = 1, 2, 4, 8, 16
"""Some piece has a limit of load; some are kept together; many alike as blocks; the first that finds no place ends it; a block
may lie in any orientation at its point, the one of most pieces, not only in the rule's."""

BLOCK_PIECES_MIN: Final = 3
"""From so many alike pieces on, they are laid as blocks (in every other recipe; always in an order of many pieces)."""

PIECES_SINGLE_MAX: Final = 60
"""Up to so many pieces of an order are laid one by one."""

MISSES_MAX: Final = 200
"""A carton is closed after so many rows in a row that found no place: bounds the work for orders of 100,000 rows."""


@inner
def drawn(seed):
    """Next state of a xorshift generator; the state is the number."""
    seed ^= (seed << 13) & 0x7FFFFFFFFFFFFFFF
    seed ^= seed >> 7
    seed ^= (seed << 17) & 0x7FFFFFFFFFFFFFFF
    return seed


@inner
def key_of(items, row, sequence):
    """What a sequence sorts a row by, largest first."""
    a, b, c = items.size[row, 0, 0], items.size[row, 0, 1], items.size[row, 0, 2]
    longest, least = max(a, b, c), min(a, b, c)
    middle = a + b + c - longest - least
    if sequence == BY_VOLUME:
        return np.int64(items.facts[row, VOLUME_MM3])
    if sequence == BY_LONGEST:
        return (np.int64(longest) << 30) | (np.int64(middle) << 15) | least
    if sequence == BY_FACE:
        return np.int64(longest) * middle
    if sequence == BY_WEIGHT:
        return np.int64(items.facts[row, WEIGHT_G])
    return (np.int64(least) << 30) | (np.int64(middle) << 15) | longest


@inner
def sort_rows(items, first, count, left, sequence, seed, out, keys, grouped):
    """Rows with pieces left, as offsets from `first`, into `out`; with a seed two of three keep their rank. -> how many."""
    n = np.int64(0)
    for r in range(count):
        if left[r] <= 0:
            continue
        key = key_of(items, first + r, sequence)
        if seed > 0:
            seed = drawn(seed)
            key = np.int64(key * (0.6 + 0.8 * ((seed & 0xFFFF) / 65536.0)))
        place = n
        while place > 0 and keys[place - 1] < key:
            keys[place] = keys[place - 1]
            out[place] = out[place - 1]
            place -= 1
        keys[place] = key
        out[place] = r
        n += 1
    if grouped:  # rows kept together follow the first of them
        for i in range(n):
            group = items.facts[first + out[i], KEEP]
            if group < 0:
                continue
            place = i + 1
            for j in range(i + 1, n):
                if items.facts[first + out[j], KEEP] == group:
                    moved = out[j]
                    for k in range(j, place, -1):
                        out[k] = out[k - 1]
                    out[place] = moved
                    place += 1
    return n


@inner
def grow(room, items, kind, o, x0, y0, z0, length, width, height, most, support):
    """Largest block of alike pieces that starts with the one at (x0, y0, z0): pieces along x, y, z."""
    dx, dy, dz = items.size[kind, o, 0], items.size[kind, o, 1], items.size[kind, o, 2]
    best_x, best_y, best_z, best = YES, YES, YES, YES
    for way in range(3):
        nx, ny, nz = YES, YES, YES
        for step in range(3):
            axis = (way + step) % 3
            while True:
                tx, ty, tz = nx + (axis == 0), ny + (axis == 1), nz + (axis == 2)
                if tx * ty * tz > most or (axis == 2 and items.facts[kind, FRAGILE]):
                    break
                x1, y1, z1 = x0 + tx * dx, y0 + ty * dy, z0 + tz * dz
                if x1 > length or y1 > width or z1 > height:
                    break
                a = x0 + (tx - 1) * dx if axis == 0 else x0
                b = y0 + (ty - 1) * dy if axis == 1 else y0
                c = z0 + (tz - 1) * dz if axis == 2 else z0
                if not free_at(room.blocks, room.counts[0], a, b, c, x1, y1, z1):
                    break
                good = True
                if (axis != 2 and z0 > 0) or items.facts[kind, FRAGILE]:
                    for i in range((a - x0) // dx, tx):
                        for j in range((b - y0) // dy, ty):
                            good = good and stands(
                                room,
                                items,
                                kind,
                                x0 + i * dx,
                                y0 + j * dy,
                                z0,
                                x0 + (i + 1) * dx,
                                y0 + (j + 1) * dy,
                                z0 + dz,
                                support,
                            )
                if not good:
                    break
                nx, ny, nz = tx, ty, tz
        if nx * ny * nz > best:
            best_x, best_y, best_z, best = nx, ny, nz, nx * ny * nz
    return best_x, best_y, best_z


@inner
def fill(
    room, items, first, rows, n, left, taken, length, width, height, max_weight_g,
    rule, support, mode,
):  # fmt: skip
    """Pack rows in their sequence into an empty carton. -> pieces packed; `taken[row]` says how many of each.

    `mode` is a sum of `WITH_LOADS`, `GROUPED`, `AS_BLOCKS` and `ALL_OF_THEM`.
    """
    with_loads, grouped, as_blocks, all_of_them = (
        mode & WITH_LOADS,
        mode & GROUPED,
        mode & AS_BLOCKS,
        mode & ALL_OF_THEM,
    )
    clear(room)
    weight_g, pieces, mark, misses = np.int64(0), np.int64(0), np.int64(-1), np.int64(0)
    skip_group = np.int64(-1)
    for i in range(n):
        taken[rows[i]] = 0
    i = 0
    while i < n:
        r = rows[i]
        kind = first + r
        group = items.facts[kind, KEEP] if grouped else np.int64(-1)
        if group >= 0 and group == skip_group:
            i += 1
            continue
        starts_group = group >= 0 and (i == 0 or items.facts[first + rows[i - 1], KEEP] != group)
        if starts_group:
            group_blocks, group_points, group_weight, group_mark, group_pieces = (
                room.counts[0],
                room.counts[1],
                weight_g,
                mark,
                pieces,
            )
            for point_kept in range(room.counts[1]):
                room.points[1, point_kept] = room.points[0, point_kept]
        todo = left[r]
        failed = False
        other = items.facts[kind, APART] >= 0 and mark >= 0 and items.facts[kind, APART] != mark
        while todo > 0:
            if other or weight_g + items.facts[kind, WEIGHT_G] > max_weight_g or room.counts[0] >= BLOCKS_MAX:
                failed = True
                break
            e, o = best_place(room, items, kind, length, width, height, rule, support, with_loads)
            if e < 0:
                failed = True
                break
            point = room.points[0, e]
            x0, y0, z0 = point & 0xFFFF, (point >> 16) & 0xFFFF, point >> 32
            nx, ny, nz = YES, YES, YES
            if as_blocks and todo > 1:
                most = todo
                if items.facts[kind, WEIGHT_G] > 0:
                    most = min(most, (max_weight_g - weight_g) // items.facts[kind, WEIGHT_G])
                nx, ny, nz = grow(room, items, kind, o, x0, y0, z0, length, width, height, most, support)
                if mode & TURNED:
                    for other_o in range(6):
                        if other_o == o or not items.facts[kind, MASK] & (1 << other_o):
                            continue
                        x1, y1, z1 = (
                            x0 + items.size[kind, other_o, 0],
                            y0 + items.size[kind, other_o, 1],
                            z0 + items.size[kind, other_o, 2],
                        )
                        if (
                            x1 > length or y1 > width or z1 > height
                            or not free_at(room.blocks, room.counts[0], x0, y0, z0, x1, y1, z1)
                            or not stands(room, items, kind, x0, y0, z0, x1, y1, z1, support)
                        ):  # fmt: skip
                            continue
                        mx, my, mz = grow(room, items, kind, other_o, x0, y0, z0, length, width, height, most, support)
                        if mx * my * mz > nx * ny * nz:
                            nx, ny, nz, o = mx, my, mz, np.int64(other_o)
            count = nx * ny * nz
            n_blocks = room.counts[0]
            room.blocks[n_blocks, 7], room.blocks[n_blocks, 8], room.blocks[n_blocks, 9], room.blocks[n_blocks, 10] = (
                nx,
                ny,
                nz,
                o,
            )
            put(
                room, kind, x0, y0, z0,
                x0 + nx * items.size[kind, o, 0], y0 + ny * items.size[kind, o, 1], z0 + nz * items.size[kind, o, 2],
            )  # fmt: skip
            add_points(room, length, width, height)
            weight_g += count * items.facts[kind, WEIGHT_G]
            pieces += count
            todo -= count
            taken[r] += count
            if items.facts[kind, APART] >= 0:
                mark = items.facts[kind, APART]
        if failed:
            if all_of_them:
                return pieces
            misses += 1
            if group >= 0:  # all of a group or nothing
                j = i
                while j >= 0 and items.facts[first + rows[j], KEEP] == group:
                    taken[rows[j]] = 0
                    j -= 1
                room.counts[0], room.counts[1] = group_blocks, group_points
                for point_kept in range(group_points):
                    room.points[0, point_kept] = room.points[1, point_kept]
                weight_g, mark, pieces, skip_group = group_weight, group_mark, group_pieces, group
            if misses > MISSES_MAX:
                break
        else:
            misses = 0
        i += 1
    return pieces
