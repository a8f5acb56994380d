"""Which block for which space: the space nearest a corner of the container, what lies about it, and the blocks ranked for it.

The rank is that of VCS (Araya, Guerrero & Nunez 2017; sources in `search`); States are the pool that the search works on.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from leafmark.parcels.containers.compiling import inner

TOUCH: Final = 0.04
"""A gap of up to this share of the block's own length counts as contact."""

RECTANGLES_MAX: Final = 64
"""Neighbours of one face that are looked at."""


class States(NamedTuple):
    """A pool of states, one a row; the last row is the roll-out's own."""

    left: Any  # int32 [s, kinds]: boxes left
    spaces: Any  # int32 [s, spaces, 6]
    space_n: Any  # int32 [s]
    placed: Any  # int32 [s, placed, 6]: blocks put down
    block: Any  # int32 [s, placed]
    placed_n: Any  # int32 [s]
    alive: Any  # int32 [s, blocks]: rows of the blocks that can still be made, in order
    alive_n: Any  # int32 [s]
    least: Any  # int32 [s, 3]: shortest edge along each axis of any box left
    value: Any  # float64 [s]: of what is loaded
    weight: Any  # int64 [s], g
    free: Any  # int64 [s], mm3 not filled


class Room(NamedTuple):
    """The container, what the blocks' edges can reach, and scratch arrays of one search."""

    size: Any  # int32 [3]
    reach: Any  # int32 [3, longest + 1]: the most of a gap that boxes' edges add up to
    weight_max: int  # g
    weighed: bool  # whether the limit may bind: all that fits weighs more
    supported: bool
    fresh: Any  # int32 [parts, 6]
    rects: Any  # int32 [6, RECTANGLES_MAX, 5]: (gap, u1, v1, u2, v2) in the space's own axes from its corner
    rect_n: Any  # int32 [6]
    walls: Any  # int32 [6]: gap between the space's face and the wall
    high: Any  # int8 [3]: whether the corner is the far one along an axis
    box: Any  # int32 [6]


@inner
def nearest_space(s: States, a: int, room: Room) -> int:  # pragma: no cover - compiled
    """Row of the space nearest a corner of the container; of two alike the larger. Sets `room.high`."""
    best, best_distance, best_volume = -1, np.int64(0), np.int64(0)
    for i in range(s.space_n[a]):
        distance = np.int64(0)
        volume = np.int64(1)
        for axis in range(3):
            low = s.spaces[a, i, axis]
            high = room.size[axis] - s.spaces[a, i, axis + 3]
            if axis == 2 and room.supported:
                high = low
            distance += min(low, high)
            volume *= s.spaces[a, i, axis + 3] - s.spaces[a, i, axis]
        if best < 0 or distance < best_distance or (distance == best_distance and volume > best_volume):
            best, best_distance, best_volume = i, distance, volume
    if best >= 0:
        for axis in range(3):
            room.high[axis] = room.size[axis] - s.spaces[a, best, axis + 3] < s.spaces[a, best, axis]
        if room.supported:
            room.high[2] = 0
    return best


@inner
def look_around(s: States, a: int, space: int, room: Room) -> None:  # pragma: no cover - compiled
    """Gather what lies near each face of the space: face 2k is the one at the corner along axis k, 2k + 1 the far one."""
    r = s.spaces[a, space]
    for face in range(6):
        room.rect_n[face] = 0
    for axis in range(3):
        low, high = r[axis], room.size[axis] - r[axis + 3]
        flip = room.high[axis]
        room.walls[2 * axis] = high if flip else low
        room.walls[2 * axis + 1] = low if flip else high
    reach_x = np.int32(TOUCH * (r[3] - r[0]))
    reach_y = np.int32(TOUCH * (r[4] - r[1]))
    reach_z = np.int32(TOUCH * (r[5] - r[2]))
    for i in range(s.placed_n[a]):
        q = s.placed[a, i]
        gap_x = max(q[0] - r[3], r[0] - q[3])
        if gap_x > reach_x:
            continue
        gap_y = max(q[1] - r[4], r[1] - q[4])
        if gap_y > reach_y:
            continue
        gap_z = max(q[2] - r[5], r[2] - q[5])
        if gap_z > reach_z:
            continue
        apart = (gap_x >= 0) + (gap_y >= 0) + (gap_z >= 0)
        if apart != 1:
            continue
        if gap_x >= 0:
            axis, gap = 0, gap_x
        elif gap_y >= 0:
            axis, gap = 1, gap_y
        else:
            axis, gap = 2, gap_z
        beyond = q[axis] >= r[axis + 3]
        face = 2 * axis + (1 if beyond != (room.high[axis] == 1) else 0)
        n = room.rect_n[face]
        if n == RECTANGLES_MAX:
            continue
        room.rects[face, n, 0] = gap
        for side in range(2):
            other = (axis + 1 + side) % 3
            if room.high[other]:
                start = r[other + 3] - q[other + 3]
                end = r[other + 3] - q[other]
            else:
                start = q[other] - r[other]
                end = q[other + 3] - r[other]
            room.rects[face, n, 1 + side] = max(start, 0)
            room.rects[face, n, 3 + side] = end
        room.rect_n[face] = n + 1


@inner
def contact(room: Room, space_size: Any, x: int, y: int, z: int) -> float:  # pragma: no cover - compiled
    """Share of the surface of a block of this size in the corner that touches something."""
    d = (x, y, z)
    touched = np.int64(0)
    for axis in range(3):
        u = d[(axis + 1) % 3]
        v = d[(axis + 2) % 3]
        area = np.int64(u) * v
        reach = TOUCH * d[axis]
        for far in range(2):
            beside = space_size[axis] - d[axis] if far else 0
            if beside > reach:
                continue
            face = 2 * axis + far
            if room.walls[face] + beside <= reach:
                touched += area
                continue
            found = np.int64(0)
            for i in range(room.rect_n[face]):
                t = room.rects[face, i]
                if t[0] + beside <= reach:
                    du = min(u, t[3]) - t[1]
                    dv = min(v, t[4]) - t[2]
                    if du > 0 and dv > 0:
                        found += np.int64(du) * dv
            touched += min(found, area)
    surface = 2 * (np.int64(x) * y + np.int64(y) * z + np.int64(z) * x)
    return touched / surface


@inner
def best_blocks(s: States, a: int, space: int, blocks: Any, room: Room, top: Any, top_rank: Any) -> int:  # pragma: no cover - compiled  # fmt: skip
    """The best blocks for a space, best first, as many as `top` takes; how many there are."""
    most = top.shape[0]
    r = s.spaces[a, space]
    dx, dy, dz = r[3] - r[0], r[4] - r[1], r[5] - r[2]
    size = (dx, dy, dz)
    weight_left = room.weight_max - s.weight[a]
    reachable = np.float64(room.reach[0, dx]) * room.reach[1, dy] * room.reach[2, dz]
    if reachable <= 0.0:
        return 0
    found = np.int64(0)
    look_around(s, a, space, room)
    alive = s.alive[a]
    sizes = blocks.size
    for at in range(s.alive_n[a]):
        b = alive[at]
        worth = blocks.worth[b]
        if found == most and worth <= top_rank[most - 1]:
            break
        x = sizes[0, b]
        if x > dx:
            continue
        y = sizes[1, b]
        if y > dy:
            continue
        z = sizes[2, b]
        if z > dz:
            continue
        filled = np.float64(x + room.reach[0, dx - x]) * (y + room.reach[1, dy - y]) * (z + room.reach[2, dz - z])
        rank = worth * filled / reachable
        if room.weighed:
            if blocks.weight[b] > weight_left:
                continue
            allowed = weight_left / s.free[a] * blocks.volume[b]
            if blocks.weight[b] > allowed:
                rank *= allowed / blocks.weight[b]
        if found == most and rank <= top_rank[most - 1]:
            continue
        enough = True
        for i in range(blocks.kinds[b]):
            if blocks.count[b, i] > s.left[a, blocks.kind[b, i]]:
                enough = False
                break
        if not enough:
            continue
        touching = contact(room, size, x, y, z)
        touching *= touching
        rank *= touching * touching
        if found == most and rank <= top_rank[most - 1]:
            continue
        i = found if found < most else most - 1
        while i > 0 and top_rank[i - 1] < rank:
            top_rank[i] = top_rank[i - 1]
            top[i] = top[i - 1]
            i -= 1
        top_rank[i] = rank
        top[i] = b
        if found < most:
            found += 1
    return found
