"""A history of orders: which are held out, and which are alike.

Held out is by the order's own id and the seed, so the same order is held out whatever else is in the file and however it is sorted.
Orders alike (the same pieces with the same rules) are packed once and counted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafmark.parcels.packing.kernel.arrays import APART, KEEP, QUANTITY, VOLUME_MM3, Items
from leafmark.parcels.packing.reading import OrderSet
from leafmark.parcels.suites.faults import SuiteError


def is_held_out(order_ids: list[str], share: float, seed: int) -> NDArray[np.bool_]:
    """bool [orders]: held out, each order with chance `share`, by a hash of seed and id.

    Raises
    ------
    SuiteError : a share that is not one.
    """
    if not 0 <= share < 1:
        raise SuiteError("unreadable_setting", f"held_out_share is {share!r}; expected 0 to below 1, for example 0.3")
    key = str(seed).encode()
    numbers = [
        int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8, key=key).digest(), "big") for name in order_ids
    ]
    return np.array(numbers, np.uint64) < np.uint64(share * 2**64)


def whole_orders(orders: OrderSet) -> NDArray[np.int64]:
    """Numbers of the orders of which every row could be read: the others' contents are not known."""
    broken: set[str] = set()
    if orders.refused:
        ids = orders.table.column("order_id").take(pa.array([each.row for each in orders.refused])).to_pylist()
        broken = {str(name).strip() for name in ids if name is not None}
    some = np.diff(orders.starts) > 0
    return np.array([o for o, name in enumerate(orders.order_ids) if some[o] and name not in broken], np.int64)


@dataclass(frozen=True)
class Kinds:
    """Orders alike, once each.

    `items` and `starts` are the rows of one order of each kind; `of` int64 [orders given] is the kind of each;
    `contents_g`, `contents_mm3`, `pieces` int64 [kinds]; `together` bool [kinds]: cannot be split into single pieces.
    """

    items: Items
    starts: NDArray[np.int64]
    of: NDArray[np.int64]
    contents_g: NDArray[np.int64]
    contents_mm3: NDArray[np.int64]
    pieces: NDArray[np.int64]
    together: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.starts) - 1


def kinds_of(orders: OrderSet, which: NDArray[np.int64]) -> Kinds:
    """Kinds of the orders `which`; orders with groups (kept together or apart) are kinds of their own."""
    items, starts = orders.items, orders.starts
    codes = _row_codes(items)
    marked = (items.facts[:, KEEP] >= 0) | (items.facts[:, APART] >= 0)
    known: dict[bytes, int] = {}
    first: list[int] = []
    of = np.empty(which.size, np.int64)
    for n, o in enumerate(which):
        own_rows = slice(int(starts[o]), int(starts[o + 1]))
        key = codes[own_rows]
        key = key[np.lexsort(key.T)] if len(key) > 1 else key
        text = key.tobytes() + (b"order %d" % o if marked[own_rows].any() else b"")
        of[n] = known.setdefault(text, len(first))
        if of[n] == len(first):
            first.append(int(o))
    chosen = np.array(first, np.int64)
    counts = starts[chosen + 1] - starts[chosen] if chosen.size else np.zeros(0, np.int64)
    kept = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    rows = np.repeat(starts[chosen] - kept[:-1], counts) + np.arange(kept[-1]) if chosen.size else np.zeros(0, np.int64)
    own = Items(*(column[rows] for column in items))
    return Kinds(
        items=own,
        starts=kept,
        of=of,
        contents_g=_by_kind(own.weight_g * own.quantity, kept),
        contents_mm3=_by_kind(own.facts[:, VOLUME_MM3] * own.quantity, kept),
        pieces=_by_kind(own.quantity, kept),
        together=_by_kind((own.facts[:, KEEP] >= 0).astype(np.int64), kept) > 0,
    )


def _row_codes(items: Items) -> NDArray[np.int64]:
    """int64 [rows, 2]: a number for all that is said of a piece, and how many there are."""
    said = np.concatenate(
        [items.size[:, 0], np.delete(items.facts, [QUANTITY, VOLUME_MM3, KEEP, APART], axis=1)], axis=1
    )
    _, code = np.unique(said, axis=0, return_inverse=True)
    return np.stack([code.reshape(-1), items.quantity], axis=1).astype(np.int64)


def _by_kind(values: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    sums: NDArray[np.int64] = np.concatenate([np.zeros(1, np.int64), np.cumsum(values)])
    return sums[starts[1:]] - sums[starts[:-1]]
