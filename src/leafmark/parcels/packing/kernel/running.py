"""A range of orders through the kernel, their placements into flat arrays: one row a piece."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.packing.kernel.arrays import HEIGHT, KEEP, LENGTH, MAX_LOAD_G, MAX_WEIGHT_G, USABLE, WIDTH
from leafmark.parcels.packing.kernel.choosing import (
    CARTON,
    CONTENT,
    LEFT,
    RECIPE,
    ROWS_MAX,
    TAKEN,
    THICK,
    USED,
    cheapest,
    run_recipe,
    sums,
    value_in,
)
from leafmark.parcels.packing.kernel.filling import GROUPED, WITH_LOADS
from leafmark.parcels.packing.kernel.room import KIND, NO, NONE, ORIENTATION, SHAPE, YES, inner, outer
from leafmark.parcels.packing.kernel.splitting import BEST, fill_most, packed, several

UNPACKED: Final = -1


class Out(NamedTuple):
    """What came out, a row a piece; pieces of a row lie side by side from `piece_starts[row]`.

    `parcel` int64: number within the order from 0, -1 unpacked; `corner` int32 [pieces, 3]; `orientation` int8;
    `carton` int64: of parcel `p` of an order at `piece_starts[first row] + p`; `parcels` int64 [orders].
    """

    parcel: NDArray[np.int64]
    corner: NDArray[np.int32]
    orientation: NDArray[np.int8]
    carton: NDArray[np.int64]
    parcels: NDArray[np.int64]


def new_out(pieces: int, orders: int) -> Out:
    """Everything unpacked."""
    return Out(
        parcel=np.full(pieces, UNPACKED, np.int64),
        corner=np.zeros((pieces, 3), np.int32),
        orientation=np.zeros(pieces, np.int8),
        carton=np.full(pieces, UNPACKED, np.int64),
        parcels=np.zeros(orders, np.int64),
    )


@inner
def write_parcel(desk, items, first, piece_starts, used, parcel, carton, out):
    """The filled room as one parcel: each block's pieces, in the order in which they were placed."""
    room = desk.room
    for b in range(room.counts[0]):
        kind = room.blocks[b, KIND]
        nx, ny, nz, o = (
            room.blocks[b, SHAPE],
            room.blocks[b, SHAPE + 1],
            room.blocks[b, SHAPE + 2],
            room.blocks[b, ORIENTATION],
        )
        dx, dy, dz = items.size[kind, o, 0], items.size[kind, o, 1], items.size[kind, o, 2]
        for c in range(nz):
            for a in range(nx):
                for d in range(ny):
                    piece = piece_starts[kind] + used[kind - first]
                    used[kind - first] += 1
                    out.parcel[piece] = parcel
                    out.orientation[piece] = o
                    out.corner[piece, 0] = room.blocks[b, 0] + a * dx
                    out.corner[piece, 1] = room.blocks[b, 1] + d * dy
                    out.corner[piece, 2] = room.blocks[b, 2] + c * dz
    out.carton[piece_starts[first] + parcel] = carton


@inner
def replay(desk, items, first, count, content, cartons, c, recipe, thick, task, flags):
    """Fill the room again as a recipe did. -> whether all of the content went in."""
    length, width, height = cartons.sizes[c, LENGTH], cartons.sizes[c, WIDTH], cartons.sizes[c, HEIGHT]
    if thick > 0:
        length, width, height = length - thick, width - thick, thick
    pieces = sums(items, first, count, content)[2]
    done = run_recipe(
        desk,
        items,
        first,
        count,
        content,
        desk.lines[TAKEN],
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
    return done == pieces


@inner
def flags_of(items, first, count, left):
    """`WITH_LOADS` where some piece has a limit of load, `GROUPED` where some are kept together."""
    flags = NO
    for r in range(count):
        if left[r] > 0:
            if items.facts[first + r, MAX_LOAD_G] >= 0:
                flags |= WITH_LOADS
            if items.facts[first + r, KEEP] >= 0:
                flags |= GROUPED
    return flags


@inner
def one_pass(desk, items, first, count, left, cartons, km, task, flags, piece_starts, used, out):
    """An order too large to search: carton after carton, each the one with the least value a packed mm3 of the last look."""
    parcel = NO
    taken = desk.lines[TAKEN]
    while True:
        totals = sums(items, first, count, left)
        if totals[2] == 0:
            return parcel
        best_c, best_score = NONE, np.inf
        for c in range(cartons.sizes.shape[0]):
            if not cartons.sizes[c, USABLE]:
                continue
            if fill_most(desk, items, first, count, left, taken, cartons, c, task, flags, NO)[0] == 0:
                continue
            volume, weight_g = packed(items, first, count, taken)
            score = value_in(cartons, c, weight_g, km, task) / volume
            if score < best_score:
                best_c, best_score = c, score
        if best_c < 0:
            return parcel
        again = True
        while again:  # the same carton while it packs as much as it did
            if fill_most(desk, items, first, count, left, taken, cartons, best_c, task, flags, NO)[0] == 0:
                break
            volume, weight_g = packed(items, first, count, taken)
            again = value_in(cartons, best_c, weight_g, km, task) / volume <= best_score * 1.02
            write_parcel(desk, items, first, piece_starts, used, parcel, best_c, out)
            parcel += 1
            for r in range(count):
                left[r] -= taken[r]


@outer
def pack_orders(desk, items, starts, piece_starts, packable, km, cartons, task, orders, out):
    """Pack the orders listed in `orders`; `packable[row]` pieces of each row are packed, by the cheapest way found."""
    used = desk.lines[USED]
    for o in orders:
        first, count = starts[o], starts[o + 1] - starts[o]
        left = desk.lines[LEFT + 0]
        pieces = np.int64(0)
        for r in range(count):
            left[r] = packable[first + r]
            pieces += left[r]
            used[r] = 0
        for piece in range(piece_starts[first], piece_starts[first + count]):
            out.parcel[piece] = UNPACKED
        out.parcels[o] = 0
        if pieces == 0:
            continue
        flags = flags_of(items, first, count, left)
        c, _, _, _ = cheapest(
            desk, NO, items, first, count, left, desk.lines[TAKEN], cartons, km[o], task, flags, task.recipes, np.inf
        )
        if c >= 0:  # the room still holds it
            write_parcel(desk, items, first, piece_starts, used, NO, c, out)
            out.parcels[o] = 1
            continue
        if count <= ROWS_MAX and pieces <= 4 * ROWS_MAX:
            k, _ = several(desk, items, first, count, cartons, km[o], task, flags)
            if k > 0:
                done = NO
                for p in range(k):
                    if replay(
                        desk, items, first, count, desk.splits[BEST, p, CONTENT:], cartons, desk.splits[BEST, p, CARTON], desk.splits[BEST, p, RECIPE],
                        desk.splits[BEST, p, THICK], task, flags,
                    ):  # fmt: skip
                        write_parcel(desk, items, first, piece_starts, used, done, desk.splits[BEST, p, CARTON], out)
                        done += 1
                if done == k:
                    out.parcels[o] = k
                    continue
                for r in range(count):
                    used[r] = 0
                for piece in range(piece_starts[first], piece_starts[first + count]):
                    out.parcel[piece] = UNPACKED
        for r in range(count):
            left[r] = packable[first + r]
        out.parcels[o] = one_pass(desk, items, first, count, left, cartons, km[o], task, flags, piece_starts, used, out)
