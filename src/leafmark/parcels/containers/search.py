"""The search: which block goes into which residual space, by beam search with a greedy roll-out of every candidate.

    level     every state of the beam takes its best blocks for one space; each child is rolled out greedily to a full load
    keep      the children whose roll-outs end best, no two of the same worth, are the next level's states
    effort    a beam search with twice the children of the one before, until time or work is up

The space is the one whose corner lies nearest a corner of the container (Manhattan distance), and the block goes into that corner.
Rank of block b in space r (VCS):

    rank = value(b) x (1 - loss(b, r)) x contact(b, r)^4 x boxes(b)^-0.2

loss is the share of the reachable room that b leaves no box's edge can reach into, contact the share of b's surface that lies within
4 % of a wall or another block.

A state is a row of flat arrays (boxes left, spaces, blocks put down), copied by `copy_state`: a few kilobytes. Blocks are sorted by
the most that their rank can be, so looking through them ends as soon as no later one can be better.

Sources: I. Araya, M.-C. Riff, "A beam search approach to the container loading problem", Computers & Operations Research 43 (2014)
100-107; I. Araya, K. Guerrero, E. Nunez, "VCS: a new heuristic function for selecting boxes in the single container loading
problem", Computers & Operations Research 82 (2017) 27-35.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from leafmark.parcels.containers.compiling import inner, outer
from leafmark.parcels.containers.ranking import Room, States, best_blocks, nearest_space
from leafmark.parcels.containers.spaces import cut

SIFT_EVERY: Final = 4
"""Blocks put down between two siftings of those that can still be made: a sifting costs about as much as a look."""

LEAVES_OFTEN: Final = 2_000
"""Up to so many ways to lay boxes the shortest edge left is worked out anew whenever a kind is used up; past it, it stays as it was."""


class Best(NamedTuple):
    """The best load found."""

    value: Any  # float64 [1]
    placed: Any  # int32 [placed, 6]
    block: Any  # int32 [placed]
    placed_n: Any  # int32 [1]


@inner
def copy_state(s: States, a: int, b: int) -> None:  # pragma: no cover - compiled
    """Copy row `a` to row `b`."""
    for i in range(s.left.shape[1]):
        s.left[b, i] = s.left[a, i]
    for i in range(s.space_n[a]):
        for c in range(6):
            s.spaces[b, i, c] = s.spaces[a, i, c]
    for i in range(s.placed_n[a]):
        s.block[b, i] = s.block[a, i]
        for c in range(6):
            s.placed[b, i, c] = s.placed[a, i, c]
    for i in range(s.alive_n[a]):
        s.alive[b, i] = s.alive[a, i]
    for axis in range(3):
        s.least[b, axis] = s.least[a, axis]
    s.space_n[b] = s.space_n[a]
    s.placed_n[b] = s.placed_n[a]
    s.alive_n[b] = s.alive_n[a]
    s.value[b] = s.value[a]
    s.weight[b] = s.weight[a]
    s.free[b] = s.free[a]


@outer
def shortest(s: States, a: int, leaf_kind: Any, leaf_size: Any) -> None:  # pragma: no cover - compiled
    """Work out the shortest edge along each axis of any box that is left."""
    for axis in range(3):
        s.least[a, axis] = 2_000_000_000
    for i in range(leaf_kind.shape[0]):
        if s.left[a, leaf_kind[i]] > 0:
            for axis in range(3):
                s.least[a, axis] = min(s.least[a, axis], leaf_size[i, axis])


@inner
def put_down(s: States, a: int, space: int, b: int, blocks: Any, leaves: Any, room: Room) -> bool:  # pragma: no cover - compiled  # fmt: skip
    """Put block `b` into the corner of a space (`room.high` as `nearest_space` left it)."""
    n = s.placed_n[a]
    if n == s.placed.shape[1]:
        s.space_n[a] = 0
        return False
    for axis in range(3):
        length = blocks.size[axis, b]
        low = s.spaces[a, space, axis + 3] - length if room.high[axis] else s.spaces[a, space, axis]
        room.box[axis] = low
        room.box[axis + 3] = low + length
    for c in range(6):
        s.placed[a, n, c] = room.box[c]
    s.block[a, n] = b
    s.placed_n[a] = n + 1
    s.value[a] += blocks.value[b]
    s.weight[a] += blocks.weight[b]
    s.free[a] -= blocks.volume[b]
    emptied = False
    for i in range(blocks.kinds[b]):
        k = blocks.kind[b, i]
        s.left[a, k] -= blocks.count[b, i]
        emptied |= s.left[a, k] == 0
    if emptied and leaves.kind.shape[0] <= LEAVES_OFTEN:
        shortest(s, a, leaves.kind, leaves.size)
    s.space_n[a] = cut(s.spaces[a], s.space_n[a], room.box, room.fresh, s.least[a], room.supported)
    return True


@inner
def sift(s: States, a: int, blocks: Any) -> None:  # pragma: no cover - compiled
    """Drop the blocks that can no longer be made from what is left."""
    n = 0
    for at in range(s.alive_n[a]):
        b = s.alive[a, at]
        enough = True
        for i in range(blocks.kinds[b]):
            if blocks.count[b, i] > s.left[a, blocks.kind[b, i]]:
                enough = False
                break
        if enough:
            s.alive[a, n] = b
            n += 1
    s.alive_n[a] = n


@inner
def drop_space(s: States, a: int, space: int) -> None:  # pragma: no cover - compiled
    """Take a space out that no block fits."""
    n = s.space_n[a] - 1
    for c in range(6):
        s.spaces[a, space, c] = s.spaces[a, n, c]
    s.space_n[a] = n


@inner
def roll_out(s: States, a: int, budget: int, blocks: Any, leaves: Any, room: Room, top: Any, top_rank: Any) -> int:  # pragma: no cover - compiled  # fmt: skip
    """Fill a state greedily until no space is left or `budget` spaces were looked at; how many were."""
    looked = np.int64(0)
    while s.space_n[a] > 0 and looked < budget:
        space = nearest_space(s, a, room)
        looked += 1
        if best_blocks(s, a, space, blocks, room, top, top_rank) == 0:
            drop_space(s, a, space)
            continue
        put_down(s, a, space, top[0], blocks, leaves, room)
        if s.placed_n[a] % SIFT_EVERY == 0:
            sift(s, a, blocks)
    return looked


@outer
def candidates(s: States, a: int, blocks: Any, room: Room, top: Any, top_rank: Any) -> int:  # pragma: no cover - compiled  # fmt: skip
    """The best blocks for the next space of a state that any block fits; spaces before it are dropped."""
    while s.space_n[a] > 0:
        space = nearest_space(s, a, room)
        found = best_blocks(s, a, space, blocks, room, top, top_rank)
        if found:
            return found
        drop_space(s, a, space)
    return 0


@outer
def try_children(
    s: States, a: int, child: int, begun: bool, found: int, top: Any, budget: int, blocks: Any, leaves: Any, room: Room,
    ends: Any, best: Best, one: Any, one_rank: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Roll children `child`, ... of state `a` out in the pool's last row until `budget` spaces were looked at.

    Returns the next child, whether it is begun already, and the spaces looked at. What a child ends with goes into `ends`.
    """
    mine = s.left.shape[0] - 1
    looked = np.int64(0)
    while child < found:
        if not begun:
            keep_child(s, a, mine, top[child], blocks, leaves, room)
            looked += 1
        looked += roll_out(s, mine, budget - looked, blocks, leaves, room, one, one_rank)
        begun = s.space_n[mine] > 0
        if begun:
            break
        ends[child] = s.value[mine]
        child += 1
        keep_best(s, mine, best)
        if looked >= budget:
            break
    return child, begun, looked


@outer
def keep_best(s: States, a: int, best: Best) -> None:  # pragma: no cover - compiled
    """Copy a state's load where it is worth more than the best so far."""
    if s.value[a] > best.value[0]:
        n = s.placed_n[a]
        best.value[0] = s.value[a]
        best.placed_n[0] = n
        for i in range(n):
            best.block[i] = s.block[a, i]
            for c in range(6):
                best.placed[i, c] = s.placed[a, i, c]


@outer
def keep_child(s: States, a: int, to: int, b: int, blocks: Any, leaves: Any, room: Room) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Make the child of state `a` by block `b` at row `to`."""
    copy_state(s, a, to)
    space = nearest_space(s, to, room)
    put_down(s, to, space, b, blocks, leaves, room)
    sift(s, to, blocks)


@outer
def reaches(leaf_kind: Any, leaf_size: Any, quantity: Any, size: Any, out: Any) -> None:  # pragma: no cover - compiled
    """For every gap up to the container's edge, along each axis: the most of it that boxes' edges add up to (a bounded knapsack)."""
    longest = max(size[0], size[1], size[2])
    boxes = np.zeros(longest + 1, np.int64)  # how many boxes can lie with an edge of this length along the axis
    can = np.zeros(longest + 1, np.uint8)
    used = np.zeros(longest + 1, np.int64)
    for axis in range(3):
        for at in range(longest + 1):
            boxes[at] = 0
        for leaf in range(leaf_kind.shape[0]):
            known = False
            before = leaf - 1
            while before >= 0 and leaf_kind[before] == leaf_kind[leaf]:
                known |= leaf_size[before, axis] == leaf_size[leaf, axis]
                before -= 1
            if not known:
                boxes[leaf_size[leaf, axis]] += quantity[leaf_kind[leaf]]
        for at in range(longest + 1):
            can[at] = 0
        can[0] = 1
        for edge in range(1, size[axis] + 1):
            if boxes[edge] == 0:
                continue
            for at in range(size[axis] + 1):
                used[at] = 0  # boxes of this edge that it took to get to a place first
            for at in range(edge, size[axis] + 1):
                if not can[at] and can[at - edge] and used[at - edge] < boxes[edge]:
                    can[at] = 1
                    used[at] = used[at - edge] + 1
        last = 0
        for at in range(size[axis] + 1):
            if can[at]:
                last = at
            out[axis, at] = last
