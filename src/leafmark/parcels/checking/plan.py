"""Orders, cartons and a plan's tables as arrays that know of one another: piece -> parcel -> carton, piece -> row of the orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leafmark.parcels.checking.columns import codes, number, truth, whole, words
from leafmark.parcels.tables import CARTON_KINDS, ORIENTATIONS, ROTATIONS

NONE = -1
SIDES = ("length", "width", "height")


@dataclass(frozen=True)
class Items:
    """Rows of the orders; `NONE` for a number that is missing, and for the code of a missing mark."""

    order_id: pa.Array
    item_id: pa.Array
    order: NDArray[np.int64]  # [rows] code of the order
    edges_mm: NDArray[np.int64]  # [rows, 3]
    weight_g: NDArray[np.int64]
    quantity: NDArray[np.int64]
    allowed: NDArray[np.bool_]  # [rows, 6]
    fragile: NDArray[np.bool_]
    max_load_g: NDArray[np.int64]
    keep_with: NDArray[np.int64]
    apart_from: NDArray[np.int64]
    mailer_ok: NDArray[np.bool_]


@dataclass(frozen=True)
class Cartons:
    """Rows of the cartons; `NONE` for no limit. The last row stands for no carton, so that row `NONE` is one too."""

    carton_id: list[str | None]
    inner_mm: NDArray[np.int64]  # [cartons, 3]
    outer_mm: NDArray[np.int64]
    tare_g: NDArray[np.int64]
    max_weight_g: NDArray[np.int64]
    stock: NDArray[np.int64]
    cost: NDArray[np.float64]
    mailer: NDArray[np.bool_]


@dataclass(frozen=True)
class Parcels:
    """Rows of the parcels; `carton` is a row of the cartons, or `NONE`."""

    table: pa.Table
    order_id: pa.Array
    order: NDArray[np.int64]
    parcel_no: NDArray[np.int64]
    carton: NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """Rows of the placements; `parcel` and `row` (of the orders) are `NONE` where there is no such."""

    order_id: pa.Array
    item_id: pa.Array
    order: NDArray[np.int64]
    parcel_no: NDArray[np.int64]
    parcel: NDArray[np.int64]
    row: NDArray[np.int64]
    low_mm: NDArray[np.int64]  # [pieces, 3] lower corner
    size_mm: NDArray[np.int64]  # [pieces, 3] edges as placed
    orientation: NDArray[np.int64]

    @property
    def high_mm(self) -> NDArray[np.int64]:
        """int64 [pieces, 3]: upper corner."""
        return self.low_mm + self.size_mm

    def only(self, which: NDArray[np.bool_]) -> Pieces:
        """Some of them."""
        mask = pa.array(which)
        return Pieces(
            self.order_id.filter(mask), self.item_id.filter(mask), self.order[which], self.parcel_no[which],
            self.parcel[which], self.row[which], self.low_mm[which], self.size_mm[which], self.orientation[which],
        )  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """Rows of the unpacked."""

    order_id: pa.Array
    item_id: pa.Array
    row: NDArray[np.int64]
    pieces: NDArray[np.int64]  # NONE where the quantity itself could not be read


@dataclass(frozen=True)
class Case:
    """All that is checked."""

    items: Items
    cartons: Cartons
    parcels: Parcels
    pieces: Pieces
    refused: Refused


def read(orders: pa.Table, cartons: pa.Table, parcels: pa.Table, placements: pa.Table, unpacked: pa.Table) -> Case:
    """The tables of `leafmark.parcels.tables` as arrays."""
    ids = [words(table, "order_id") for table in (orders, parcels, placements)]
    of_orders, of_parcels, of_placements = codes(*ids)
    cartons = _with_no_carton(cartons)
    kinds = words(cartons, "kind")
    inner = np.stack([whole(cartons, f"inner_{side}_mm", NONE) for side in SIDES], axis=1)
    outer = np.stack([whole(cartons, f"outer_{side}_mm", NONE) for side in SIDES], axis=1)
    carton_ids = words(cartons, "carton_id").to_pylist()
    own_row: dict[str | None, int] = {}
    for row, carton_id in enumerate(carton_ids):
        if carton_id is not None and (inner[row] > 0).all() and (kinds[row].as_py() or "box") in CARTON_KINDS:
            own_row.setdefault(carton_id, row)
    boxes = Parcels(
        parcels, ids[1], of_parcels, whole(parcels, "parcel_no", NONE),
        np.array([own_row.get(carton_id, NONE) for carton_id in words(parcels, "carton_id").to_pylist()], np.int64),
    )  # fmt: skip
    numbers = whole(placements, "parcel_no", NONE)
    item_ids = words(orders, "item_id")
    return Case(
        _items(orders, ids[0], item_ids, of_orders),
        Cartons(
            carton_ids, inner, np.where(outer > 0, outer, inner), whole(cartons, "tare_g", NONE),
            whole(cartons, "max_weight_g", NONE), whole(cartons, "stock", NONE), number(cartons, "cost"),
            np.asarray(pc.fill_null(pc.equal(kinds, "mailer"), False), np.bool_),
        ),
        boxes,
        Pieces(
            ids[2], words(placements, "item_id"), of_placements, numbers,
            _found(of_parcels, boxes.parcel_no, of_placements, numbers),
            _rows(placements, ids[2], ids[0], item_ids),
            np.stack([whole(placements, f"{axis}_mm", NONE) for axis in "xyz"], axis=1),
            np.stack([whole(placements, f"along_{axis}_mm", NONE) for axis in "xyz"], axis=1),
            whole(placements, "orientation", NONE),
        ),
        Refused(
            words(unpacked, "order_id"), words(unpacked, "item_id"),
            _rows(unpacked, words(unpacked, "order_id"), ids[0], item_ids), whole(unpacked, "pieces", NONE),
        ),
    )  # fmt: skip


def _with_no_carton(cartons: pa.Table) -> pa.Table:
    """The cartons and a row of empty cells."""
    columns = {
        name: pa.chunked_array([*column.chunks, pa.nulls(1, column.type)], column.type)
        for name, column in zip(cartons.column_names, cartons.columns, strict=True)
    }
    return pa.table(columns)


def _items(orders: pa.Table, order_id: pa.Array, item_id: pa.Array, order: NDArray[np.int64]) -> Items:
    allowed = np.zeros((orders.num_rows, len(ORIENTATIONS)), np.bool_)
    for row, word in enumerate(words(orders, "rotation").to_pylist()):
        allowed[row, list(ROTATIONS.get(word or "any", ()))] = True
    (keep_with,), (apart_from,) = codes(words(orders, "keep_with")), codes(words(orders, "apart_from"))
    return Items(
        order_id, item_id, order, np.stack([whole(orders, f"{side}_mm", NONE) for side in SIDES], axis=1),
        whole(orders, "weight_g", NONE), whole(orders, "quantity", NONE), allowed, truth(orders, "fragile"),
        whole(orders, "max_load_g", NONE), keep_with, apart_from, truth(orders, "mailer_ok"),
    )  # fmt: skip


def _rows(table: pa.Table, order_id: pa.Array, order_ids: pa.Array, item_ids: pa.Array) -> NDArray[np.int64]:
    """int64 [rows]: `order_row`, or `NONE` where that row is not there or is not of this order and item."""
    row = whole(table, "order_row", NONE)
    if len(order_ids) == 0:
        return np.full(len(row), NONE, np.int64)
    inside = (row >= 0) & (row < len(order_ids))
    at = pa.array(np.where(inside, row, 0))
    same = [
        pc.or_kleene(pc.equal(given, theirs.take(at)), pc.and_(pc.is_null(given), pc.is_null(theirs.take(at))))
        for given, theirs in ((order_id, order_ids), (words(table, "item_id"), item_ids))
    ]
    both = np.asarray(pc.fill_null(pc.and_kleene(*same), False).to_numpy(zero_copy_only=False), np.bool_)
    return np.where(inside & both, row, NONE)


def _found(
    order: NDArray[np.int64], parcel_no: NDArray[np.int64], wanted: NDArray[np.int64], wanted_no: NDArray[np.int64]
) -> NDArray[np.int64]:
    """int64 [pieces]: the first parcel of that order and number, or `NONE`."""
    first: dict[tuple[int, int], int] = {}
    for parcel, key in enumerate(zip(order.tolist(), parcel_no.tolist(), strict=True)):
        first.setdefault(key, parcel)
    keys = zip(wanted.tolist(), wanted_no.tolist(), strict=True)
    return np.fromiter((first.get(key, NONE) for key in keys), np.int64, len(wanted))
