"""Efforts: beam searches one after another, each with twice the children of the one before, in short calls of the kernel.

Cost: looking at one space takes 5 to 20 us with 10,000 blocks, a roll-out 5 to 40 looks; the last effort takes half of all the time.
Between two calls of the kernel, some milliseconds apart, the clock is read, progress is told and Ctrl-C works.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from leafmark.parcels.containers import ranking, search
from leafmark.parcels.containers.blocks import Blocks, Leaves

SPACES_MAX: Final = 500
"""Spaces of one state; a hard class 7 instance has some 80."""

PLACED_MAX: Final = 4_096
"""Blocks of one load. A load of more is cut short there: its last blocks would be the smallest."""

LOOKS_MAX, BLOCK_LOOKS_MAX = 400, 20_000_000
"""Spaces, and spaces times blocks, that are looked at in one call: 0.1 s at most."""

POOL_BYTES_MAX: Final = 200_000_000
"""Memory of the states of one effort; a beam too wide for it is not begun."""

ROUNDING: Final = 1e-12
"""Sums of profits in different orders differ in their last digits; volumes do not."""

GROWTH: Final = 2.0
"""Children of an effort over those of the one before."""


@dataclass(frozen=True)
class Task:
    """What is to be loaded, as arrays."""

    leaves: Leaves
    quantity: Any  # int32 [kinds]
    blocks: Blocks
    container: Any  # int32 [3], mm
    weight_max_g: int
    weighed: bool
    supported: bool
    value_max: float  # no load can be worth more


@dataclass(frozen=True)
class Found:
    """The best load, and how it was found."""

    value: float
    placed: Any  # int32 [n, 6]: (x1, y1, z1, x2, y2, z2) of every block
    block: Any  # int32 [n]
    looked: int
    rolled: int
    width: int
    stopped: str


class Effort:
    """The state of a search that goes on until `over` says so, no better load is possible, or nothing is left to try."""

    def __init__(self, task: Task, over: Callable[[int, float], str | None]) -> None:
        """`over(spaces looked at, value so far)` gives the reason to stop, or None."""
        self.task, self.over = task, over
        self.looked = self.rolled = 0
        pieces = int(task.quantity.sum())
        self.placed_max = min(pieces, PLACED_MAX)
        self.budget = max(1, min(LOOKS_MAX, BLOCK_LOOKS_MAX // len(task.blocks.volume)))
        reach = np.zeros((3, int(task.container.max()) + 1), np.int32)
        search.reaches(task.leaves.kind, task.leaves.size, task.quantity, task.container, reach)
        self.room = ranking.Room(
            task.container, reach, task.weight_max_g, task.weighed, task.supported,
            np.zeros((SPACES_MAX * 6, 6), np.int32), np.zeros((6, ranking.RECTANGLES_MAX, 5), np.int32),
            np.zeros(6, np.int32), np.zeros(6, np.int32), np.zeros(3, np.int8), np.zeros(6, np.int32),
        )  # fmt: skip
        self.best = search.Best(
            np.zeros(1), np.zeros((self.placed_max, 6), np.int32), np.zeros(self.placed_max, np.int32), np.zeros(1, np.int32)
        )  # fmt: skip
        self.one, self.one_rank = np.zeros(1, np.int32), np.zeros(1)

    def run(self) -> Found:
        """Search; the best load found."""
        children, width, stopped = 1.0, 1, None
        while stopped is None:
            wanted = max(round(children**0.5), 1)
            if self._bytes(wanted) > POOL_BYTES_MAX:
                stopped = "memory"
                break
            width = wanted
            stopped = self._beam(round(children), width)
            children *= GROWTH
        n = int(self.best.placed_n[0])
        return Found(
            float(self.best.value[0]), self.best.placed[:n].copy(), self.best.block[:n].copy(), self.looked, self.rolled, width, stopped
        )  # fmt: skip

    def _bytes(self, width: int) -> int:
        row = 4 * (len(self.task.quantity) + 6 * SPACES_MAX + 7 * self.placed_max + len(self.task.blocks.volume))
        return 0 if width == 1 else (2 * width + 1) * row

    def _beam(self, children: int, width: int) -> str | None:
        """One beam search; why to stop after it, if at all."""
        states = self._pool(2 * width + 1)
        whole = True  # whether every child of every state was tried and kept, so that a wider beam would find the same
        here, there = [0], width
        while here:
            each = max(round(children / len(here)), 1)
            ends: list[tuple[float, int, int]] = []
            for state in here:
                top, values, stopped = self._children(states, state, each)
                if stopped is not None:
                    search.keep_best(states, states.left.shape[0] - 1, self.best)
                    return stopped
                whole &= len(top) < each
                ends += [(value, state, block) for block, value in zip(top, values, strict=True)]
            kept = _kept(ends, width)
            whole &= len(kept) == len(ends)
            for row, (_, state, block) in enumerate(kept, there):  # int32, as the kernel itself calls it: compiled once
                search.keep_child(states, state, row, np.int32(block), self.task.blocks, self.task.leaves, self.room)
            here, there = list(range(there, there + len(kept))), width - there
        return "all tried" if whole else None

    def _children(self, states: ranking.States, state: int, each: int) -> tuple[list[int], list[float], str | None]:
        """Roll out the best blocks for the next space of a state: (blocks, what each ends with, why to stop)."""
        task, room = self.task, self.room
        top, rank, ends = np.zeros(each, np.int32), np.zeros(each), np.zeros(each)
        found = search.candidates(states, state, task.blocks, room, top, rank)
        child, begun = 0, False
        while child < found:
            before = child
            child, begun, looked = search.try_children(
                states, state, child, begun, found, top, self.budget, task.blocks, task.leaves, room, ends, self.best,
                self.one, self.one_rank,
            )  # fmt: skip
            self.looked += looked
            self.rolled += child - before
            value = float(self.best.value[0])
            full = value >= task.value_max * (1 - ROUNDING)
            stopped = "nothing fuller is possible" if full else self.over(self.looked, value)
            if stopped is not None:
                return [], [], stopped
        return top[:found].tolist(), ends[:found].tolist(), None

    def _pool(self, rows: int) -> ranking.States:
        """States with the empty container in the first row."""
        task, kinds, blocks = self.task, len(self.task.quantity), len(self.task.blocks.volume)
        states = ranking.States(
            np.zeros((rows, kinds), np.int32),
            np.zeros((rows, SPACES_MAX, 6), np.int32),
            np.zeros(rows, np.int32),
            np.zeros((rows, self.placed_max, 6), np.int32),
            np.zeros((rows, self.placed_max), np.int32),
            np.zeros(rows, np.int32),
            np.zeros((rows, blocks), np.int32),
            np.zeros(rows, np.int32),
            np.zeros((rows, 3), np.int32),
            np.zeros(rows),
            np.zeros(rows, np.int64),
            np.zeros(rows, np.int64),
        )
        states.left[0] = task.quantity
        states.spaces[0, 0, 3:] = task.container
        states.space_n[0] = 1
        states.alive[0] = np.arange(blocks)
        states.alive_n[0] = blocks
        states.free[0] = task.container.astype(np.int64).prod()
        search.shortest(states, 0, task.leaves.kind, task.leaves.size)
        return states


def _kept(ends: list[tuple[float, int, int]], width: int) -> list[tuple[float, int, int]]:
    """The children that go on: the best, one of each value first, since two that end alike are mostly the same load; then the others."""
    ends = sorted(ends, key=lambda end: -end[0])
    first = [end for i, end in enumerate(ends) if i == 0 or end[0] != ends[i - 1][0]]
    again = [end for i, end in enumerate(ends) if i > 0 and end[0] == ends[i - 1][0]]
    return (first + again)[:width]
