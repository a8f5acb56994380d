"""Blocks: boxes stacked into a solid cuboid, that the search puts down in one move.

    uniform block   nx x ny x nz boxes of one kind, all lying the same way
    joined block    two blocks with the same face, face to face

A block is one row of parallel arrays; a joined block names its two parts, so its boxes are found by walking down (`boxes`). All are
made once for a load, single boxes first, until there are `BLOCKS_MAX` of them, and are sorted by the most that their rank can be.
Blocks have no gaps in them: with gaps of 2 % allowed, as in the literature for many kinds of box, the mean of BR1 to BR7 was 0.2
points lower in the same time; and a solid block holds up what stands on it.

Source: simple and general blocks, T. Fanslau, A. Bortfeldt, "A tree search algorithm for solving the container loading problem",
INFORMS Journal on Computing 22 (2010) 222-235.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from leafmark.parcels.containers.compiling import inner, outer

KINDS_MAX: Final = 8
"""Most kinds of box in one block: more are hardly ever worth it, and a fixed width keeps a block one row."""

BLOCKS_MAX: Final = 10_000
"""Blocks that are made for a load, at most, unless there are more ways to lay single boxes (the literature's figure)."""

PAIRS_MAX: Final = 30_000_000
"""Pairs of blocks that are tried, at most: about a tenth of a second."""

CROWD: Final = 0.2
"""Exponent by which a block of many boxes ranks below one of few (VCS): small boxes fit the last gaps, so they are left for last."""


class Leaves(NamedTuple):
    """One row a way to lay a box, by kind; no two of a kind are alike."""

    kind: Any  # int32 [n], rising
    size: Any  # int32 [n, 3], mm


class Blocks(NamedTuple):
    """One row a block, sorted by `worth`, falling."""

    size: Any  # int32 [3, n]: along x, y, z, mm
    volume: Any  # int64 [n], mm3
    value: Any  # float64 [n]: what the objective counts
    worth: Any  # float64 [n]: value x boxes ** -CROWD
    weight: Any  # int64 [n], g
    kinds: Any  # int32 [n]: how many kinds of box
    kind: Any  # int32 [n, KINDS_MAX]
    count: Any  # int32 [n, KINDS_MAX]: boxes of each
    parts: Any  # int32 [n, 3]: (first, second, axis) of a joined block; (-1, leaf, 0) of a uniform one
    grid: Any  # int32 [n, 3]: boxes along each axis of a uniform block


def make(leaves: Leaves, quantity: Any, value: Any, weight_g: Any, container: Any) -> Blocks:
    """All blocks of a load.

    Parameters
    ----------
    leaves : ways to lay boxes, each of which fits the container. quantity, value, weight_g : by kind, int32, float64, int64.
    container : int32 [3], inner edges, mm.
    """
    n, size, kinds, kind, count, parts, grid = _make(
        leaves.kind, leaves.size, quantity, container, BLOCKS_MAX, PAIRS_MAX
    )
    used = np.arange(KINDS_MAX)[None, :] < kinds[:n, None]
    boxes = np.where(used, count[:n], 0).astype(np.int64)
    values = (boxes * value[kind[:n]]).sum(axis=1)
    worth = values * boxes.sum(axis=1).astype(np.float64) ** -CROWD
    order = np.argsort(-worth, kind="stable")
    place = np.empty(n, np.int32)
    place[order] = np.arange(n, dtype=np.int32)
    parts = parts[:n][order]
    joined = parts[:, 0] >= 0
    parts[joined, :2] = place[parts[joined, :2]]
    return Blocks(
        np.ascontiguousarray(size[:n][order].T),
        size[:n][order].astype(np.int64).prod(axis=1),
        values[order],
        worth[order],
        (boxes * weight_g[kind[:n]]).sum(axis=1)[order],
        kinds[:n][order],
        kind[:n][order],
        count[:n][order],
        parts,
        grid[:n][order],
    )


def boxes(blocks: Blocks, leaves: Leaves, block: int, corner: tuple[int, int, int]) -> list[tuple[int, int, int, int]]:
    """Every box of a block that stands at `corner`: (leaf, x, y, z)."""
    found = []
    todo = [(block, corner)]
    while todo:
        b, (x, y, z) = todo.pop()
        first, second, axis = (int(part) for part in blocks.parts[b])
        if first >= 0:
            beyond = [x, y, z]
            beyond[axis] += int(blocks.size[axis, first])
            todo += [(second, (beyond[0], beyond[1], beyond[2])), (first, (x, y, z))]
            continue
        along, across, up = (int(edge) for edge in leaves.size[second])
        nx, ny, nz = (int(number) for number in blocks.grid[b])
        found += [
            (second, x + i * along, y + j * across, z + k * up) for k in range(nz) for j in range(ny) for i in range(nx)
        ]
    return found


@inner
def _numbers(most: int, share: int) -> Any:  # pragma: no cover - compiled
    """Numbers of boxes along an axis, about `share` of them: all small ones, then ever farther apart, and the most."""
    out = np.empty(most, np.int32)
    n, at = 0, 1
    while at < most:
        out[n] = at
        n += 1
        at = at + 1 if n < share // 2 else at + 1 + at // max(share // 2, 1)
    out[n] = most
    return out[: n + 1]


@inner
def _slot(size: Any, kinds: int, kind: Any, count: Any) -> int:  # pragma: no cover - compiled
    """FNV-1a over a block's size and boxes, for the table of known blocks."""
    h = np.uint64(14695981039346656037)
    for i in range(3):
        h = (h ^ np.uint64(size[i])) * np.uint64(1099511628211)
    for i in range(kinds):
        h = (h ^ np.uint64(kind[i] + 1)) * np.uint64(1099511628211)
        h = (h ^ np.uint64(count[i] + 7)) * np.uint64(1099511628211)
    return np.int64((h ^ (h >> np.uint64(29))) & np.uint64(0x7FFFFFFFFFFFFFFF))


@inner
def _alike(a: int, b: int, size: Any, kinds: Any, kind: Any, count: Any) -> bool:  # pragma: no cover - compiled
    """Whether two blocks have the same size and the same boxes."""
    if kinds[a] != kinds[b]:
        return False
    for i in range(3):
        if size[a, i] != size[b, i]:
            return False
    same = 0
    while same < kinds[a] and kind[a, same] == kind[b, same] and count[a, same] == count[b, same]:
        same += 1
    return same == kinds[a]


@inner
def _add_boxes(a: int, b: int, to: int, kinds: Any, kind: Any, count: Any, quantity: Any) -> bool:  # pragma: no cover - compiled  # fmt: skip
    """Write the boxes of `a` and `b` together into row `to`; False where they are too many of a kind, or too many kinds."""
    i, j, k = 0, 0, 0
    while i < kinds[a] or j < kinds[b]:
        if k == KINDS_MAX:
            return False
        if j >= kinds[b] or (i < kinds[a] and kind[a, i] < kind[b, j]):
            kind[to, k] = kind[a, i]
            count[to, k] = count[a, i]
            i += 1
        elif i >= kinds[a] or kind[b, j] < kind[a, i]:
            kind[to, k] = kind[b, j]
            count[to, k] = count[b, j]
            j += 1
        else:
            kind[to, k] = kind[a, i]
            count[to, k] = count[a, i] + count[b, j]
            i += 1
            j += 1
        if count[to, k] > quantity[kind[to, k]]:
            return False
        k += 1
    kinds[to] = k
    return True


@inner
def _uniform(
    leaf: int, have: int, xs: Any, ys: Any, zs: Any, n: int, end: int, leaf_kind: Any, leaf_size: Any,
    size: Any, kinds: Any, kind: Any, count: Any, parts: Any, grid: Any,
) -> int:  # pragma: no cover - compiled  # fmt: skip
    """Write the uniform blocks of one way to lie from row `n` on; the row after them, or -1 where they reach past `end`."""
    for nx in xs:
        for ny in ys:
            if np.int64(nx) * ny > have:
                break
            for nz in zs:
                boxes = np.int64(nx) * ny * nz
                if boxes > have:
                    break
                if boxes == 1:
                    continue
                if n >= end:
                    return -1
                grid[n, 0] = nx
                grid[n, 1] = ny
                grid[n, 2] = nz
                for axis in range(3):
                    size[n, axis] = grid[n, axis] * leaf_size[leaf, axis]
                kinds[n] = 1
                kind[n, 0] = leaf_kind[leaf]
                count[n, 0] = boxes
                parts[n, 0] = -1
                parts[n, 1] = leaf
                n += 1
    return n


@outer
def _make(
    leaf_kind: Any, leaf_size: Any, quantity: Any, container: Any, blocks_max: int, pairs_max: int
) -> Any:  # pragma: no cover - compiled
    """Rows of all blocks, unsorted: (n, size, kinds, kind, count, parts, grid)."""
    leaves = leaf_kind.shape[0]
    most = max(blocks_max, leaves)
    size = np.zeros((most + 1, 3), np.int32)
    kinds = np.zeros(most + 1, np.int32)
    kind = np.zeros((most + 1, KINDS_MAX), np.int32)
    count = np.zeros((most + 1, KINDS_MAX), np.int32)
    parts = np.zeros((most + 1, 3), np.int32)
    grid = np.ones((most + 1, 3), np.int32)
    slots = 1
    while slots < 4 * most:
        slots *= 2
    known = np.full(slots, -1, np.int32)
    n = np.int64(0)  # a plain 0 is a type of its own to Numba, and what is called with it is compiled twice

    # Every single box first, so that none is left out; then uniform blocks, an equal share for each way to lay a box.
    for leaf in range(leaves):
        for axis in range(3):
            size[n, axis] = leaf_size[leaf, axis]
        kinds[n] = 1
        kind[n, 0] = leaf_kind[leaf]
        count[n, 0] = 1
        parts[n, 0] = -1
        parts[n, 1] = leaf
        n += 1
    share = blocks_max // leaves
    for leaf in range(leaves):
        have = quantity[leaf_kind[leaf]]
        fine = np.int64(64)
        while True:
            xs = _numbers(min(have, container[0] // leaf_size[leaf, 0]), fine)
            ys = _numbers(min(have, container[1] // leaf_size[leaf, 1]), fine)
            zs = _numbers(min(have, container[2] // leaf_size[leaf, 2]), fine)
            end = _uniform(leaf, have, xs, ys, zs, n, min(n + share, most), leaf_kind, leaf_size, size, kinds, kind, count, parts, grid)  # fmt: skip
            if end >= 0 or fine <= 2:
                break
            fine = fine * 3 // 4
        n = end if end >= 0 else n
    for a in range(n):
        at = _slot(size[a], kinds[a], kind[a], count[a]) & (slots - 1)
        while known[at] >= 0:
            at = (at + 1) & (slots - 1)
        known[at] = a

    # Joined blocks: every block with itself and every one before it, while the list grows.
    pairs = 0
    a = np.int64(0)
    while a < n and n < most and pairs < pairs_max:
        for b in range(a + 1):
            pairs += 1
            for axis in range(3):
                u = (axis + 1) % 3
                v = (axis + 2) % 3
                if size[a, u] != size[b, u] or size[a, v] != size[b, v]:
                    continue
                if size[a, axis] + size[b, axis] > container[axis] or n >= most:
                    continue
                if not _add_boxes(a, b, n, kinds, kind, count, quantity):
                    continue
                for c in range(3):
                    size[n, c] = size[a, c]
                size[n, axis] += size[b, axis]
                at = _slot(size[n], kinds[n], kind[n], count[n]) & (slots - 1)
                while known[at] >= 0 and not _alike(known[at], n, size, kinds, kind, count):
                    at = (at + 1) & (slots - 1)
                if known[at] >= 0:
                    continue
                known[at] = n
                parts[n, 0] = a
                parts[n, 1] = b
                parts[n, 2] = axis
                n += 1
        a += 1
    return n, size, kinds, kind, count, parts, grid
