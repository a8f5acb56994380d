"""Sizes worth comparing, from the orders themselves.

Each order is packed once into the tightest box found around it. The boxes are halved along the edge in which they differ most, again
and again (a k-d tree); every node, from single boxes up to all of them, is a candidate: the box that holds the node's boxes, rounded up.
So candidates lie dense where orders do, and each is the tightest that holds some group of orders.

A box of one piece that may lie as it likes is opened at its smallest face but one: of the three ways to slot it that takes the least
board short of a slit to pack through. Held-out orders are left out, as they are from all choosing.
"""

from __future__ import annotations

import heapq
import os
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafmark.parcels.packing.kernel.arrays import MASK, Items
from leafmark.parcels.packing.kernel.choosing import Task, new_desk
from leafmark.parcels.packing.reading import OrderSet, read_orders
from leafmark.parcels.suites.board import Board, slotted_cases
from leafmark.parcels.suites.faults import SuiteError
from leafmark.parcels.suites.history import is_held_out, kinds_of, whole_orders
from leafmark.parcels.suites.instance import Crew, even_ranges
from leafmark.parcels.suites.kernel.fitting import pack_tight
from leafmark.parcels.tables import CARTONS_SCHEMA

CANDIDATES: Final = 400
LARGEST_MM: Final = (1200, 600, 600)
"""Largest carton: the longest edge and girth that most parcel networks take as a standard parcel are near 1.2 m and 3 m."""

SAMPLE_ORDERS: Final = 20_000
"""Kinds of orders that are packed to find sizes; more shift no quantile."""

LEAST_BOX_RECIPES: Final = np.array([3, 9, 11, 1, 5], np.int64)
"""Recipes that keep a packing tight (`leafmark.parcels.packing.kernel.filling.RECIPES`)."""

SLIT: Final = 0.3
"""An opening narrower than this share of its length is not packed through."""


def candidate_sizes(
    order_history: Any,
    n: int = CANDIDATES,
    *,
    board: Board | None = None,
    round_mm: int = 10,
    largest_mm: tuple[int, int, int] = LARGEST_MM,
    held_out_share: float = 0.3,
    seed: int = 0,
    support_share: float = 0.75,
    threads: int | None = None,
) -> pa.Table:
    """Up to `n` cartons (`CARTONS_SCHEMA`) to choose a suite from, by the orders that are not held out.

    Parameters
    ----------
    order_history : as for packing. board : what cartons are made of. round_mm : inner edges are multiples of it.
    largest_mm : inner length, width and height of the largest carton. held_out_share, seed : as for `suite`.

    Raises
    ------
    SuiteError : no history, or none of its orders fits the largest carton. ParcelsError : a table that cannot be read.
    """
    if n < 1:
        raise SuiteError("no_sizes", f"n is {n}; ask for 1 candidate or more")
    if round_mm < 1:
        raise SuiteError("unreadable_setting", f"round_mm is {round_mm}; expected 1 mm or more, for example 10")
    orders = order_history if isinstance(order_history, OrderSet) else read_orders(order_history)
    which = whole_orders(orders)
    if which.size == 0:
        raise SuiteError("empty_history", "sizes are found from orders; hand over at least one")
    chosen = which[~is_held_out([orders.order_ids[o] for o in which], held_out_share, seed)]
    if chosen.size == 0:
        raise SuiteError("nothing_to_choose_by", f"{which.size:,} orders, held_out_share {held_out_share:g}")
    boxes = boxes_around(orders, chosen, largest_mm, round(support_share * 10_000), threads or os.cpu_count() or 1)
    if len(boxes) == 0:
        raise SuiteError(
            "nothing_fits", f"the largest carton is {' x '.join(map(str, largest_mm))} mm; allow a larger one"
        )
    rows = slotted_cases(nested_boxes(boxes, n, round_mm), board or Board())
    return pa.Table.from_pylist(rows, schema=CARTONS_SCHEMA)


def boxes_around(
    orders: OrderSet, which: NDArray[np.int64], largest_mm: tuple[int, int, int], support: int, threads: int
) -> NDArray[np.int64]:
    """Boxes int64 [found, 3] around up to `SAMPLE_ORDERS` kinds of the orders, each as often as its kind has orders there."""
    step = -(-which.size // SAMPLE_ORDERS)
    kinds = kinds_of(orders, which[::step])
    limit = np.array(largest_mm, np.int64)
    box = np.zeros((len(kinds), 3), np.int64)
    task = Task(haul=0.0, support=support, recipes=1, splits=1, nodes=0)
    rows, max_weight_g = int(np.diff(kinds.starts).max(initial=1)), np.int64(Board().max_weight_g)
    quantity = np.ascontiguousarray(kinds.items.quantity)

    def work(low: int, high: int) -> None:
        pack_tight(
            new_desk(rows, 1), kinds.items, kinds.starts, quantity, limit, max_weight_g, task, LEAST_BOX_RECIPES, low, high, box
        )  # fmt: skip

    with Crew(threads) as crew:
        crew.run(even_ranges(len(kinds), 8 * threads), work)
    free = (kinds.pieces == 1) & _turns_at_will(kinds.items, kinds.starts)
    box[free] = _least_board(box[free])
    box[:, :2] = np.sort(box[:, :2], axis=1)[:, ::-1]
    found = box[kinds.of]
    return found[found[:, 0] > 0]


def _turns_at_will(items: Items, starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of each order whether its first row may stand on any face: some allowed orientation has each edge upright."""
    first = starts[:-1]
    tallest = np.zeros((first.size, 3), np.bool_)
    edges = np.sort(items.size[first, 0], axis=1)
    for o in range(6):
        allowed = (items.facts[first, MASK] >> o) & 1 == 1
        tallest |= allowed[:, None] & (items.size[first, o, 2][:, None] == edges)
    return np.asarray(tallest.all(axis=1), np.bool_)


def _least_board(box: NDArray[np.int64]) -> NDArray[np.int64]:
    """Boxes turned so that a slotted case takes least board: long edge and short one at the opening, if that is no slit."""
    short, middle, long = np.sort(box, axis=1).T
    through = short >= SLIT * long
    return np.stack([long, np.where(through, short, middle), np.where(through, middle, short)], axis=1)


def nested_boxes(boxes: NDArray[np.int64], n: int, round_mm: int) -> NDArray[np.int64]:
    """Up to `n` boxes int64 [n, 3], each around a group of `boxes`: nodes of a k-d tree, those with the most void taken apart first."""
    found: dict[tuple[int, ...], None] = {}
    number = 0
    heap = [(-_void_mm3(boxes), number, boxes)]
    while heap and len(found) < n:
        _, _, node = heapq.heappop(heap)
        around = -(-node.max(axis=0) // round_mm) * round_mm
        found.setdefault(tuple(int(edge) for edge in around), None)
        spread = np.log(node.max(axis=0) / node.min(axis=0))
        axis = int(spread.argmax())
        if spread[axis] <= 0:
            continue
        low = node[:, axis] < np.sort(node[:, axis])[len(node) // 2]
        if not low.any():
            low = node[:, axis] == node[:, axis].min()
        for part in (node[low], node[~low]):
            number += 1
            heapq.heappush(heap, (-_void_mm3(part), number, part))
    return np.array(sorted(found, key=lambda size: (int(np.prod(size)), size)), np.int64)


def _void_mm3(boxes: NDArray[np.int64]) -> int:
    """What a box around all of them holds beside each of them, summed."""
    return int(len(boxes) * boxes.max(axis=0).prod() - boxes.prod(axis=1).sum())
