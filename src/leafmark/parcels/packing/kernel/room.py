"""One carton being filled: where the next piece may go, and the best of these places.

Placed blocks are cuboids `x0, y0, z0, x1, y1, z1`. A piece is tried at *extreme points* only: corners that the faces of what is
placed make with each other and the walls (Crainic, Perboli & Tadei 2008, INFORMS J. Comput. 20(3)), kept sorted by (z, y, x) so
that the rule "lowest, then rearmost, then leftmost" takes the first point that holds. A try costs O(points x orientations x
blocks); a carton of m blocks O(m^3) at worst, which `BLOCKS_MAX` bounds.

A piece stands where its base rests by `support` (ten-thousandths of its area) on the floor or on tops at exactly its height,
nothing rests on a fragile piece, and no piece carries more than its `max_load_g`. Load goes down in proportion to contact area:
what a piece carries is the sum over the pieces that rest on it of (their mass + what they carry) x shared area / their whole
supported area.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from leafmark.parcels.packing.kernel.arrays import FRAGILE, MASK, MAX_LOAD_G, WEIGHT_G

inner = njit(nogil=True, cache=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
"""A function of the kernel that only the kernel calls: without the wrapper for Python, which takes longest to compile."""

outer = njit(nogil=True, cache=True, error_model="numpy")

BLOCKS_MAX: Final = 400
"""Most blocks in one carton; a fuller one is closed."""

POINTS_MAX: Final = 6 * BLOCKS_MAX
WHOLE: Final = 10_000
"""Ten-thousandths: the unit of `support`."""

LOWEST, LEAST_TOP, ALONG_X, ALONG_Y, MOST_CONTACT, LEAST_BOX, LEAST_SURFACE = range(7)
"""Rules for the best place: lowest point; lowest top; slices along x or y; most touching area; least bounding box; least wrapping."""

NO_PLACE: Final = np.int64(2**62)
NO: Final = np.int64(0)
YES: Final = np.int64(1)
NONE: Final = np.int64(-1)
"""Plain int64, for arguments: a literal would have Numba compile the called function once more for it alone."""


KIND, SHAPE, ORIENTATION, SEQUENCE = 6, 7, 10, 11
"""Columns of `Room.blocks` after x0, y0, z0, x1, y1, z1: row of the items; pieces along x, y, z; orientation; scratch of an order."""


class Room(NamedTuple):
    """Scratch space of one thread for one carton; allocated once.

    `blocks` int64 [BLOCKS_MAX + 1, 12]; `points` int64 [2, ...]: coded z, y, x, and those kept while a group is tried; `counts`
    int64 [2]: blocks, points; `load_g` float64 [BLOCKS_MAX + 1].
    """

    blocks: NDArray[np.int64]
    points: NDArray[np.int64]
    counts: NDArray[np.int64]
    load_g: NDArray[np.float64]


def new_room() -> Room:
    """Scratch space for one thread."""
    return Room(
        blocks=np.zeros((BLOCKS_MAX + 1, 12), np.int64),
        points=np.zeros((2, POINTS_MAX + 16), np.int64),
        counts=np.zeros(2, np.int64),
        load_g=np.zeros(BLOCKS_MAX + 1, np.float64),
    )


@inner
def clear(room: Room) -> None:
    room.counts[0] = 0
    room.counts[1] = 1
    room.points[0, 0] = 0


@inner
def free_at(blocks, count, x0, y0, z0, x1, y1, z1):
    """Whether no placed block reaches into the cuboid."""
    for i in range(count):
        if (
            x0 < blocks[i, 3] and blocks[i, 0] < x1
            and y0 < blocks[i, 4] and blocks[i, 1] < y1
            and z0 < blocks[i, 5] and blocks[i, 2] < z1
        ):  # fmt: skip
            return False
    return True


@inner
def shared(a0, a1, b0, b1):
    """Length that two intervals share, 0 where none."""
    low = a0 if a0 > b0 else b0
    high = a1 if a1 < b1 else b1
    return high - low if high > low else 0


@inner
def stands(room, items, kind, x0, y0, z0, x1, y1, z1, support):
    """Whether a piece of `kind` is carried there, lies on nothing fragile, and, fragile itself, has nothing on it."""
    blocks, count = room.blocks, room.counts[0]
    carried = np.int64(0)
    if z0 == 0:
        carried = np.int64(x1 - x0) * (y1 - y0)
    else:
        for i in range(count):
            if blocks[i, 5] == z0:
                area = np.int64(shared(x0, x1, blocks[i, 0], blocks[i, 3])) * shared(y0, y1, blocks[i, 1], blocks[i, 4])
                if area > 0:
                    if items.facts[room.blocks[i, KIND], FRAGILE]:
                        return False
                    carried += area
    if carried * WHOLE < np.int64(x1 - x0) * (y1 - y0) * support:
        return False
    if items.facts[kind, FRAGILE]:
        for i in range(count):
            if (
                blocks[i, 2] == z1
                and shared(x0, x1, blocks[i, 0], blocks[i, 3]) > 0
                and shared(y0, y1, blocks[i, 1], blocks[i, 4]) > 0
            ):  # fmt: skip
                return False
    return True


@inner
def loads_hold(room, items, count):
    """Whether no block of the first `count` carries more than it may; blocks are single pieces here."""
    blocks, load = room.blocks, room.load_g
    for i in range(count):
        load[i] = 0.0
        place = i
        while place > 0 and blocks[blocks[place - 1, SEQUENCE], 2] < blocks[i, 2]:
            blocks[place, SEQUENCE] = blocks[place - 1, SEQUENCE]
            place -= 1
        blocks[place, SEQUENCE] = i
    for rank in range(count):
        i = blocks[rank, SEQUENCE]
        limit = items.facts[room.blocks[i, KIND], MAX_LOAD_G]
        if limit >= 0 and load[i] > limit + 1e-6:
            return False
        total = np.int64(0)
        for j in range(count):
            if blocks[j, 5] == blocks[i, 2] and j != i:
                total += np.int64(shared(blocks[i, 0], blocks[i, 3], blocks[j, 0], blocks[j, 3])) * shared(
                    blocks[i, 1], blocks[i, 4], blocks[j, 1], blocks[j, 4]
                )
        if total == 0:
            continue
        carried = (items.facts[room.blocks[i, KIND], WEIGHT_G] + load[i]) / total
        for j in range(count):
            if blocks[j, 5] == blocks[i, 2] and j != i:
                load[j] += carried * (
                    np.int64(shared(blocks[i, 0], blocks[i, 3], blocks[j, 0], blocks[j, 3]))
                    * shared(blocks[i, 1], blocks[i, 4], blocks[j, 1], blocks[j, 4])
                )
    return True


@inner
def touching(blocks, count, x0, y0, z0, x1, y1, z1, length, width, height):
    """Area of the cuboid's faces that touches walls or blocks, mm2."""
    area = np.int64(0)
    dx, dy, dz = np.int64(x1 - x0), np.int64(y1 - y0), np.int64(z1 - z0)
    if x0 == 0:
        area += dy * dz
    if x1 == length:
        area += dy * dz
    if y0 == 0:
        area += dx * dz
    if y1 == width:
        area += dx * dz
    if z0 == 0:
        area += dx * dy
    if z1 == height:
        area += dx * dy
    for i in range(count):
        over_y = np.int64(shared(y0, y1, blocks[i, 1], blocks[i, 4]))
        over_z = np.int64(shared(z0, z1, blocks[i, 2], blocks[i, 5]))
        if (blocks[i, 3] == x0 or blocks[i, 0] == x1) and over_y > 0:
            area += over_y * over_z
        over_x = np.int64(shared(x0, x1, blocks[i, 0], blocks[i, 3]))
        if (blocks[i, 4] == y0 or blocks[i, 1] == y1) and over_x > 0:
            area += over_x * over_z
        if (blocks[i, 5] == z0 or blocks[i, 2] == z1) and over_x > 0:
            area += over_x * over_y
    return area


@inner
def code(x, y, z):
    """A point as one sortable number: z, then y, then x; each below 2^16."""
    return (np.int64(z) << 32) | (np.int64(y) << 16) | np.int64(x)


@inner
def value_of(room, rule, x0, y0, z0, x1, y1, z1, length, width, height, bound):
    """How good a place is by a rule: the least is best."""
    if rule == LOWEST:
        return code(x1, y1, z1)
    if rule == LEAST_TOP:
        return code(x1, y1, z1)
    if rule == ALONG_X:
        return code(z1, y1, x1)
    if rule == ALONG_Y:
        return code(z1, x1, y1)
    if rule == MOST_CONTACT:
        dx, dy, dz = np.int64(x1 - x0), np.int64(y1 - y0), np.int64(z1 - z0)
        whole = 2 * (dx * dy + dy * dz + dx * dz)
        part = touching(room.blocks, room.counts[0], x0, y0, z0, x1, y1, z1, length, width, height)
        return ((whole - part) * np.int64(1000) // whole << 32) | (np.int64(z0) << 16) | np.int64(z1)
    far_x = x1 if x1 > bound[0] else bound[0]
    far_y = y1 if y1 > bound[1] else bound[1]
    far_z = z1 if z1 > bound[2] else bound[2]
    if rule == LEAST_BOX:
        return np.int64(far_x) * far_y * far_z * 16 + z0 // (1 + height // 15)
    return (np.int64(far_x) * far_y + np.int64(far_y) * far_z + np.int64(far_x) * far_z) * 16 + z0 // (1 + height // 15)


@inner
def best_place(room, items, kind, length, width, height, rule, support, with_loads):
    """Best (point, orientation) of a piece of `kind`: index into `room.points` and orientation, or (-1, -1)."""
    blocks, count = room.blocks, room.counts[0]
    best, best_point, best_orientation = NO_PLACE, NONE, NONE
    far_x, far_y, far_z = NO, NO, NO
    if rule >= LEAST_BOX:
        for i in range(count):
            far_x = max(far_x, blocks[i, 3])
            far_y = max(far_y, blocks[i, 4])
            far_z = max(far_z, blocks[i, 5])
    bound = (far_x, far_y, far_z)
    mask = items.facts[kind, MASK]
    for e in range(room.counts[1]):
        point = room.points[0, e]
        x0, y0, z0 = point & 0xFFFF, (point >> 16) & 0xFFFF, point >> 32
        for o in range(6):
            if not mask & (1 << o):
                continue
            x1, y1, z1 = x0 + items.size[kind, o, 0], y0 + items.size[kind, o, 1], z0 + items.size[kind, o, 2]
            if x1 > length or y1 > width or z1 > height:
                continue
            if not free_at(blocks, count, x0, y0, z0, x1, y1, z1):
                continue
            value = value_of(room, rule, x0, y0, z0, x1, y1, z1, length, width, height, bound)
            if value >= best:
                continue
            if not stands(room, items, kind, x0, y0, z0, x1, y1, z1, support):
                continue
            if with_loads:
                put(room, kind, x0, y0, z0, x1, y1, z1)
                held = loads_hold(room, items, count + 1)
                room.counts[0] = count
                if not held:
                    continue
            best, best_point, best_orientation = value, e, o
        if rule == LOWEST and best_point >= 0:
            break
    return best_point, best_orientation


@inner
def put(room, kind, x0, y0, z0, x1, y1, z1):
    """Write a block; its points are made by `add_points`."""
    n = room.counts[0]
    room.blocks[n, 0], room.blocks[n, 1], room.blocks[n, 2] = x0, y0, z0
    room.blocks[n, 3], room.blocks[n, 4], room.blocks[n, 5] = x1, y1, z1
    room.blocks[n, KIND] = kind
    room.counts[0] = n + 1


@inner
def _offer(room, x, y, z, length, width, height):
    """Keep a point, in its order, unless it is known, on a far wall or inside a block."""
    if x >= length or y >= width or z >= height:
        return
    points, n = room.points[0], room.counts[1]
    key = code(x, y, z)
    place = n
    while place > 0 and points[place - 1] >= key:
        place -= 1
    if place < n and points[place] == key:
        return
    if n >= POINTS_MAX:
        return
    blocks = room.blocks
    for i in range(room.counts[0]):
        if (
            blocks[i, 0] <= x < blocks[i, 3]
            and blocks[i, 1] <= y < blocks[i, 4]
            and blocks[i, 2] <= z < blocks[i, 5]
        ):  # fmt: skip
            return
    for i in range(n, place, -1):
        points[i] = points[i - 1]
    points[place] = key
    room.counts[1] = n + 1


@inner
def add_points(room, length, width, height):
    """Take out the points that the newest block covers and offer the nine that it makes."""
    blocks, last = room.blocks, room.counts[0] - 1
    x0, y0, z0, x1, y1, z1 = (
        blocks[last, 0],
        blocks[last, 1],
        blocks[last, 2],
        blocks[last, 3],
        blocks[last, 4],
        blocks[last, 5],
    )
    kept = 0
    for e in range(room.counts[1]):
        point = room.points[0, e]
        x, y, z = point & 0xFFFF, (point >> 16) & 0xFFFF, point >> 32
        if x0 <= x < x1 and y0 <= y < y1 and z0 <= z < z1:
            continue
        room.points[0, kept] = point
        kept += 1
    room.counts[1] = kept
    back_a, down_a, left_b, down_b, left_c, back_c = NO, NO, NO, NO, NO, NO
    for i in range(last):
        bx0, by0, bz0, bx1, by1, bz1 = (
            blocks[i, 0],
            blocks[i, 1],
            blocks[i, 2],
            blocks[i, 3],
            blocks[i, 4],
            blocks[i, 5],
        )
        if bx0 <= x1 < bx1:
            if bz0 <= z0 < bz1 and by1 <= y0 and by1 > back_a:
                back_a = by1
            if by0 <= y0 < by1 and bz1 <= z0 and bz1 > down_a:
                down_a = bz1
        if by0 <= y1 < by1:
            if bz0 <= z0 < bz1 and bx1 <= x0 and bx1 > left_b:
                left_b = bx1
            if bx0 <= x0 < bx1 and bz1 <= z0 and bz1 > down_b:
                down_b = bz1
        if bz0 <= z1 < bz1:
            if by0 <= y0 < by1 and bx1 <= x0 and bx1 > left_c:
                left_c = bx1
            if bx0 <= x0 < bx1 and by1 <= y0 and by1 > back_c:
                back_c = by1
    _offer(room, x1, y0, z0, length, width, height)
    _offer(room, x1, back_a, z0, length, width, height)
    _offer(room, x1, y0, down_a, length, width, height)
    _offer(room, x0, y1, z0, length, width, height)
    _offer(room, left_b, y1, z0, length, width, height)
    _offer(room, x0, y1, down_b, length, width, height)
    _offer(room, x0, y0, z1, length, width, height)
    _offer(room, left_c, y0, z1, length, width, height)
    _offer(room, x0, back_c, z1, length, width, height)
