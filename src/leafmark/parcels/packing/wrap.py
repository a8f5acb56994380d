"""One wrapping for all pieces of an order, of least surface: film or paper cut to measure, or a carton made for the order.

The open-dimension problem of Hu, Zhang, Yan, Wang & Xu 2017 (arXiv 1708.05930), whose orders were Cainiao's: three free lengths, the
surface of the cuboid least.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from leafmark.parcels.packing.cartonize import NODES_SEARCHED, RECIPES_TRIED, SUPPORT_SHARE
from leafmark.parcels.packing.kernel.arrays import APART, VOLUME_MM3
from leafmark.parcels.packing.kernel.choosing import Task, new_desk
from leafmark.parcels.packing.kernel.room import WHOLE
from leafmark.parcels.packing.kernel.running import new_out
from leafmark.parcels.packing.kernel.wrapping import SIDES_MAX, wrap_orders
from leafmark.parcels.packing.reading import read_orders, unpacked_rows
from leafmark.parcels.packing.writing import placements_table
from leafmark.parcels.tables import UNPACKED_SCHEMA

WRAPPINGS_SCHEMA: Final = pa.schema(
    [
        pa.field("order_id", pa.string(), nullable=False),
        pa.field("pieces", pa.int32(), nullable=False),
        pa.field("length_mm", pa.int64(), nullable=False),
        pa.field("width_mm", pa.int64(), nullable=False),
        pa.field("height_mm", pa.int64(), nullable=False),
        pa.field("surface_mm2", pa.int64(), nullable=False),
        pa.field("contents_mm3", pa.int64(), nullable=False),
    ]
)


@dataclass(frozen=True)
class Wrappings:
    """A wrapping for each order, where each piece lies, and the rows that were refused or found no place."""

    wrappings: pa.Table
    placements: pa.Table
    unpacked: pa.Table


def wrap(orders: Any, *, support_share: float = SUPPORT_SHARE) -> Wrappings:
    """Wrap every order in a cuboid of least surface.

    Parameters
    ----------
    orders : Arrow, a path to Parquet or CSV, or a list of rows; columns as `ORDERS_SCHEMA`. Marks that keep items apart are not asked:
        there is one wrapping.
    support_share : share of each piece's base that has to rest on something, 0 to 1.

    Raises
    ------
    ParcelsError : the table cannot be read.
    """
    order_set = read_orders(orders)
    items, count = order_set.items, len(order_set.order_ids)
    items.facts[:, APART] = -1  # one wrapping keeps nothing apart
    task = Task(0.0, round(support_share * WHOLE), RECIPES_TRIED, 1, NODES_SEARCHED)
    out = new_out(int(order_set.piece_starts[-1]), count)
    extents = np.zeros((count, 3), np.int64)
    desk = new_desk(int(np.diff(order_set.starts).max(initial=1)), 1)
    wrap_orders(
        desk, items, order_set.starts, order_set.piece_starts, np.ascontiguousarray(items.quantity), task,
        np.zeros(SIDES_MAX + 2, np.int64), np.arange(count), out, extents,
    )  # fmt: skip
    done = np.flatnonzero(out.parcels)
    x, y, z = extents[done].T
    order_of_row = np.repeat(np.arange(count), np.diff(order_set.starts))
    volume = np.bincount(order_of_row, items.facts[:, VOLUME_MM3] * items.quantity, minlength=count)[done]
    pieces = np.diff(order_set.piece_starts[order_set.starts])[done]
    columns = [[order_set.order_ids[i] for i in done], pieces, x, y, z, 2 * (x * y + y * z + x * z), volume]
    left = [
        {
            "order_row": int(order_set.order_row[row]), "order_id": order_set.order_ids[order], "item_id": None,
            "pieces": int(items.quantity[row]), "reason": "too_many_pieces", "field": "quantity", "found": str(int(items.quantity[row])),
            "expected": "pieces that one wrapping holds by the limits of the search",
        }
        for order in np.flatnonzero(out.parcels == 0)
        for row in range(int(order_set.starts[order]), int(order_set.starts[order + 1]))
    ]  # fmt: skip
    return Wrappings(
        wrappings=pa.table(
            [pa.array(c).cast(f.type) for c, f in zip(columns, WRAPPINGS_SCHEMA, strict=True)], schema=WRAPPINGS_SCHEMA
        ),
        placements=placements_table(order_set, out),
        unpacked=pa.Table.from_pylist(unpacked_rows(order_set) + left, UNPACKED_SCHEMA),
    )
