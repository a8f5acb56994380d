"""One container as full as possible: `load(items, container, seconds=5) -> Load`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from leafmark.parcels.containers import blocks as block_making
from leafmark.parcels.containers.container import Container, ContainerError
from leafmark.parcels.containers.effort import Effort, Found, Task
from leafmark.parcels.containers.items import Item, Kinds, Refusal, kinds, orientation, read
from leafmark.parcels.tables import PLACEMENTS_SCHEMA, UNPACKED_SCHEMA

OBJECTIVES: Final = ("volume", "profit")
SECONDS_MAX: Final = 86_400.0
SECONDS: Final = 5.0


@dataclass(frozen=True)
class Load:
    """What goes into a container, where, and what stays behind and why.

    Attributes
    ----------
    placements : `PLACEMENTS_SCHEMA`, one row a piece, in the order in which the search put them down; `order_id` is the
        container's and `order_row` the row of the items table.
    unpacked : `UNPACKED_SCHEMA`, one row a reason; loaded and unpacked pieces together are all pieces of the items table.
    fill : volume of the pieces over that of the container.
    value : what the objective counts, mm3 or the currency of `profit`; value_max : a bound that no load can pass.
    weight_g : of the pieces loaded, where weights are given.
    seconds, looks, rolled, width : time taken; spaces looked at and loads tried; states of the last beam.
    stopped : why the search ended: `time`, `work`, `memory`, `all tried`, `nothing fuller is possible` or `nothing to load`.
    """

    container: Container
    placements: pa.Table
    unpacked: pa.Table
    fill: float
    value: float
    value_max: float
    weight_g: int
    seconds: float
    looks: int
    rolled: int
    width: int
    stopped: str

    @property
    def pieces(self) -> int:
        """Pieces loaded."""
        return int(self.placements.num_rows)


def load(
    items: Any, container: Container, seconds: float = SECONDS, *, work: int | None = None, support_share: float | None = None,
    objective: str = "volume", progress: Callable[[float, float], None] | None = None,
) -> Load:  # fmt: skip
    """Load one container as full as can be found in the time given.

    Parameters
    ----------
    items : a pyarrow table, or rows as mappings, with the columns of `ITEMS_SCHEMA`: mm, g, and which edges may stand upright.
    seconds : wall-clock time at most, 0 to a day; more finds fuller loads, ever more slowly. Compiling the kernels, once on a machine,
        is not counted.
    work : spaces looked at, at most. The same work gives the same load on every machine, where the seconds do not end it first.
    support_share : least share of every base that stands on the floor or on other pieces; None: pieces may hang, as when gaps
        are filled with dunnage. Whatever the share, loads are searched in which whole bases are held.
    objective : `volume`, or `profit`, the column of that name.
    progress : called now and then with the share of the time gone by and the best fill or profit so far.

    Returns
    -------
    Load : its best load; the same input and work give the same load.

    Raises
    ------
    ContainerError : an argument is out of its range.
    TypeError : `items` is no table.
    """
    _check(container, seconds, work, support_share, objective)
    good, refused = read(items, container, objective)
    if not good:
        return _nothing(container, refused)
    warm()
    began = time.monotonic()

    def over(looked: int, value: float) -> str | None:
        gone = time.monotonic() - began
        if progress is not None:
            progress(min(max(gone / seconds if seconds else 1.0, looked / work if work else 0.0), 1.0), value)
        return "work" if work is not None and looked >= work else "time" if gone >= seconds else None

    return _load(good, refused, container, support_share is not None, objective, over, began)


def warm() -> None:
    """Compile the kernels, or read them from the cache, by a load of which one of two pieces stays behind: it comes by all kernels."""
    global _warm
    if not _warm:
        rods = [Item(0, "rod", 2, (2, 1, 1), 0, 0.0, (0,))]
        _load(rods, [], Container(3, 1, 1), False, "volume", lambda looked, value: None, 0.0)
        _warm = True


_warm = False


def _check(container: Container, seconds: float, work: int | None, support_share: float | None, objective: str) -> None:
    if not isinstance(container, Container):
        raise ContainerError(f"container: expected a Container, found {type(container).__name__}")
    if not 0 <= seconds <= SECONDS_MAX:
        raise ContainerError(f"seconds is {seconds!r}; expected 0 to {SECONDS_MAX:,.0f}")
    if work is not None and work < 1:
        raise ContainerError(f"work is {work!r}; expected 1 or more spaces to look at, or None")
    if support_share is not None and not 0 < support_share <= 1:
        raise ContainerError(f"support_share is {support_share!r}; expected above 0 to 1, or None")
    if objective not in OBJECTIVES:
        raise ContainerError(f"objective is {objective!r}; expected one of {', '.join(OBJECTIVES)}")


def _load(
    good: Sequence[Item], refused: Sequence[Refusal], container: Container, supported: bool, objective: str,
    over: Callable[[int, float], str | None], began: float,
) -> Load:  # fmt: skip
    limit = container.max_weight_g
    weighed = limit is not None and sum(item.quantity * item.weight_g for item in good) > limit
    grouped = kinds(good, objective, weighed)
    size = np.array(container.size, np.int32)
    quantity = _usable(grouped, container)
    value_max = _value_max(grouped, quantity, container, objective)
    blocks = block_making.make(grouped.leaves, quantity, grouped.value, grouped.weight_g, size)
    task = Task(grouped.leaves, quantity, blocks, size, limit or 0, weighed, supported, value_max)
    found = Effort(task, over).run()
    placements, loaded = _placements(found, task, grouped, container)
    left = [
        Refusal(item.row, item.item_id, item.quantity - loaded.get(item.row, 0), "left_out")
        for item in good
        if item.quantity > loaded.get(item.row, 0)
    ]
    by_row = {item.row: item for item in good}
    volume = sum(pieces * math.prod(by_row[row].size) for row, pieces in loaded.items())
    weight_g = sum(pieces * by_row[row].weight_g for row, pieces in loaded.items())
    return Load(
        container, placements, _unpacked([*refused, *left], container), volume / container.inner_mm3, found.value, max(value_max, found.value),
        weight_g, time.monotonic() - began, found.looked, found.rolled, found.width, found.stopped,
    )  # fmt: skip


def _usable(grouped: Kinds, container: Container) -> Any:
    """Pieces of each kind that a container could hold at most: more of them only make more blocks."""
    volume = np.zeros(len(grouped.quantity), np.int64)
    volume[grouped.leaves.kind] = grouped.leaves.size.astype(np.int64).prod(axis=1)
    return np.minimum(grouped.quantity, container.inner_mm3 // volume).astype(np.int32)


def _value_max(grouped: Kinds, quantity: Any, container: Container, objective: str) -> float:
    """No load is worth more: all there is, or a container filled to the last mm3 at the best profit a mm3 (a fractional knapsack)."""
    if objective == "volume":
        return min(float((quantity * grouped.value).sum()), float(container.inner_mm3))
    volume = np.zeros(len(quantity), np.float64)
    volume[grouped.leaves.kind] = grouped.leaves.size.astype(np.float64).prod(axis=1)
    order = np.argsort(-grouped.value / volume, kind="stable")
    room = np.minimum(np.cumsum(quantity[order] * volume[order]), float(container.inner_mm3))
    used = np.diff(room, prepend=0.0)
    return float((used * (grouped.value / volume)[order]).sum())


def _placements(found: Found, task: Task, grouped: Kinds, container: Container) -> tuple[pa.Table, dict[int, int]]:
    """One row a piece, and how many of each row of the items were loaded."""
    rows: dict[str, list[Any]] = {name: [] for name in PLACEMENTS_SCHEMA.names}
    queues = [[(item, item.quantity) for item in group][::-1] for group in grouped.rows]
    loaded: dict[int, int] = {}
    for placed, block in zip(found.placed.tolist(), found.block.tolist(), strict=True):
        for leaf, x, y, z in block_making.boxes(task.blocks, task.leaves, block, (placed[0], placed[1], placed[2])):
            queue = queues[int(task.leaves.kind[leaf])]
            item, have = queue.pop()
            if have > 1:
                queue.append((item, have - 1))
            loaded[item.row] = loaded.get(item.row, 0) + 1
            along, across, up = task.leaves.size[leaf].tolist()
            row = (container.container_id, 1, item.item_id, item.row, x, y, z, along, across, up, orientation(item, (along, across, up)))  # fmt: skip
            for name, cell in zip(PLACEMENTS_SCHEMA.names, row, strict=True):
                rows[name].append(cell)
    return pa.table(rows, schema=PLACEMENTS_SCHEMA), loaded


def _unpacked(refused: Sequence[Refusal], container: Container) -> pa.Table:
    return pa.table(
        {
            "order_row": [no.row for no in refused],
            "order_id": [container.container_id] * len(refused),
            "item_id": [no.item_id for no in refused],
            "pieces": [no.pieces for no in refused],
            "reason": [no.reason for no in refused],
            "field": [no.field for no in refused],
            "found": [no.found for no in refused],
            "expected": [no.expected for no in refused],
        },
        schema=UNPACKED_SCHEMA,
    )


def _nothing(container: Container, refused: Sequence[Refusal]) -> Load:
    return Load(
        container, PLACEMENTS_SCHEMA.empty_table(), _unpacked(refused, container), 0.0, 0.0, 0.0, 0, 0.0, 0, 0, 0, "nothing to load"
    )  # fmt: skip
