"""The kernel's arrays as the tables of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leafmark.parcels.decision import Haul, haul_co2e_mg
from leafmark.parcels.packing.kernel.arrays import VOLUME_MM3
from leafmark.parcels.packing.kernel.running import Out
from leafmark.parcels.packing.reading import CartonSet, OrderSet, unpacked_rows
from leafmark.parcels.tables import PARCELS_SCHEMA, PLACEMENTS_SCHEMA, UNPACKED_SCHEMA


def order_of_pieces(orders: OrderSet) -> NDArray[np.int64]:
    """int64 [pieces]: number of each piece's order."""
    rows = np.repeat(np.arange(len(orders.order_ids)), np.diff(orders.starts))
    return np.repeat(rows, orders.items.quantity)


def parcels_table(
    orders: OrderSet, cartons: CartonSet, out: Out, km: NDArray[np.float64], haul: Haul, factors: Mapping[str, float]
) -> pa.Table:  # fmt: skip
    """One row a parcel, sorted by order and number; sums of what lies in it, and its decision grams."""
    from leafmark.parcels.packing.cartonize import outer_mm3, packaging_mg

    total = int(out.parcels.sum())
    first = np.concatenate([[0], np.cumsum(out.parcels)])[:-1]
    order = np.repeat(np.arange(len(out.parcels)), out.parcels)
    number = np.arange(total) - first[order]
    carton = out.carton[orders.piece_starts[orders.starts[:-1]][order] + number] if total else np.zeros(0, np.int64)
    of_piece = order_of_pieces(orders)
    packed = out.parcel >= 0
    parcel = first[of_piece[packed]] + out.parcel[packed]
    row = np.repeat(np.arange(len(orders.items.quantity)), orders.items.quantity)[packed]
    contents_g = np.bincount(parcel, orders.items.weight_g[row], minlength=total).astype(np.int64)
    contents_mm3 = np.bincount(parcel, orders.items.facts[row, VOLUME_MM3], minlength=total).astype(np.int64)
    pieces = np.bincount(parcel, minlength=total)
    tare_g = cartons.numbers("tare_g", 0).astype(np.int64)[carton]
    inner = np.prod([cartons.numbers(f"inner_{s}_mm", 0) for s in ("length", "width", "height")], axis=0).astype(
        np.int64
    )[carton]
    outer = outer_mm3(cartons)[carton]
    packaging = np.rint(packaging_mg(cartons, factors)[carton]).astype(np.int64)
    hauled = np.rint(haul_co2e_mg(contents_g + tare_g, outer, km[order], haul)).astype(np.int64)
    cost = cartons.numbers("cost", np.nan)[carton]
    columns = {
        "order_id": pa.array(orders.order_ids, pa.string()).take(pa.array(order)),
        "parcel_no": number + 1,
        "carton_id": cartons.table.column("carton_id").combine_chunks().take(pa.array(carton)),
        "pieces": pieces, "contents_g": contents_g, "tare_g": tare_g, "contents_mm3": contents_mm3, "inner_mm3": inner,
        "outer_mm3": outer.astype(np.int64), "fill": contents_mm3 / inner, "void_mm3": inner - contents_mm3, "distance_km": km[order],
        "decision_co2e_mg": packaging + hauled, "packaging_co2e_mg": packaging, "haul_co2e_mg": hauled,
        "cost": pa.array(cost, mask=np.isnan(cost)),
    }  # fmt: skip
    return _table(columns, PARCELS_SCHEMA)


def placements_table(orders: OrderSet, out: Out) -> pa.Table:
    """One row a packed piece, by order and parcel, lower pieces first."""
    packed = np.flatnonzero(out.parcel >= 0)
    row = np.repeat(np.arange(len(orders.items.quantity)), orders.items.quantity)[packed]
    order = order_of_pieces(orders)[packed]
    corner, parcel, orientation = out.corner[packed], out.parcel[packed], out.orientation[packed]
    by = np.lexsort((corner[:, 0], corner[:, 1], corner[:, 2], parcel, order))
    row, order, corner, parcel, orientation = row[by], order[by], corner[by], parcel[by], orientation[by]
    along = orders.items.size[row, orientation]
    source = orders.order_row[row]
    item = orders.table.column("item_id").cast(pa.string()).combine_chunks()
    columns = {
        "order_id": pa.array(orders.order_ids, pa.string()).take(pa.array(order)),
        "parcel_no": parcel + 1,
        "item_id": pc.utf8_trim_whitespace(item.take(pa.array(source))),
        "order_row": source,
        "x_mm": corner[:, 0], "y_mm": corner[:, 1], "z_mm": corner[:, 2],
        "along_x_mm": along[:, 0], "along_y_mm": along[:, 1], "along_z_mm": along[:, 2],
        "orientation": orientation,
    }  # fmt: skip
    return _table(columns, PLACEMENTS_SCHEMA)


def unpacked_table(orders: OrderSet, left: list[dict[str, Any]]) -> pa.Table:
    """Refused rows and what was left unpacked, by row of the orders table."""
    rows = sorted(unpacked_rows(orders) + left, key=lambda r: r["order_row"])
    return pa.Table.from_pylist(rows, UNPACKED_SCHEMA)


def _table(columns: Mapping[str, Any], schema: pa.Schema) -> pa.Table:
    return pa.table([_cast(columns[f.name], f.type) for f in schema], schema=schema)


def _cast(values: Any, kind: pa.DataType) -> pa.Array:
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(np.ascontiguousarray(values))
    return array.cast(kind)
