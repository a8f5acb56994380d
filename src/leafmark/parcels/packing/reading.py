"""Tables of orders and cartons in: each cell checked, rows that cannot be meant refused with their reason, the rest as flat arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leafmark.parcels.cells import ParcelsError, Reader, Refusal, as_table, shown
from leafmark.parcels.packing.kernel.arrays import (
    APART,
    FRAGILE,
    KEEP,
    MAILER_OK,
    MAX_LOAD_G,
    QUANTITY,
    WEIGHT_G,
    Items,
    make_items,
)
from leafmark.parcels.tables import (
    CARTON_KINDS,
    CARTONS_SCHEMA,
    DIMENSION_MM_MAX,
    ORDERS_SCHEMA,
    PIECES_MAX,
    ROTATIONS,
    UNPACKED_SCHEMA,
    WEIGHT_G_MAX,
)

DISTANCE_KM_MAX = 45_000.0
"""Longest way that is read: round the earth is 40,000 km."""


@dataclass(frozen=True)
class OrderSet:
    """Orders ready to pack.

    `items` holds accepted rows, sorted by order in the order of first appearance; `order_row` int64 [rows] is the row of the table;
    `starts` int64 [orders + 1]; `order_ids` text; `distance_km` float64 [orders], NaN where the order gives none.
    """

    table: pa.Table
    items: Items
    order_row: NDArray[np.int64]
    starts: NDArray[np.int64]
    order_ids: list[str]
    distance_km: NDArray[np.float64]
    refused: list[Refusal]

    @property
    def piece_starts(self) -> NDArray[np.int64]:
        """int64 [rows + 1]: first piece of each row."""
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(self.items.quantity)])


@dataclass(frozen=True)
class CartonSet:
    """Cartons that were accepted, one row each, as Arrow with every column of `CARTONS_SCHEMA`, and the refused ones."""

    table: pa.Table
    refused: list[Refusal]

    def numbers(self, column: str, missing: float) -> NDArray[np.float64]:
        """A column as float64, `missing` in place of empty cells."""
        return np.asarray(pc.fill_null(self.table.column(column).cast(pa.float64()), missing), np.float64)


def read_orders(given: Any) -> OrderSet:
    """Orders as flat arrays, and the rows that were refused; columns as in `ORDERS_SCHEMA`.

    Raises
    ------
    ParcelsError : the table cannot be read, or a needed column is not there.
    """
    table = as_table(given, "orders")
    reader = Reader(table, ORDERS_SCHEMA, "orders")
    edges = np.stack(
        [reader.whole(c, least=1, most=DIMENSION_MM_MAX, missing=None) for c in ("length_mm", "width_mm", "height_mm")],
        axis=1,
    )
    weight = reader.whole("weight_g", least=0, most=WEIGHT_G_MAX, missing=None)
    quantity = reader.whole("quantity", least=1, most=PIECES_MAX, missing=None)
    max_load = reader.whole("max_load_g", least=0, most=WEIGHT_G_MAX, missing=-1)
    distance = reader.number("distance_km", least=0.0, most=DISTANCE_KM_MAX)
    fragile, mailer_ok = reader.truth("fragile"), reader.truth("mailer_ok")
    (order_of, order_ids), (item_of, _), (rotation_of, rotations) = map(
        reader.coded, ("order_id", "item_id", "rotation")
    )
    keep_with, apart_from = reader.text("keep_with"), reader.text("apart_from")
    for field, numbers, what in (("order_id", order_of, "the order's id"), ("item_id", item_of, "the item's id")):
        for row in np.flatnonzero(numbers < 0).tolist():
            reader.refuse(row, field, "missing_value", None, what)
    bits = np.array([_bits(word) if word in ROTATIONS else 0 for word in rotations] + [_bits("any")], np.int64)
    allowed = bits[rotation_of]
    for row in np.flatnonzero(allowed == 0).tolist():
        reader.refuse(row, "rotation", "unknown_word", rotations[rotation_of[row]], " or ".join(ROTATIONS))
    _refuse_groups(reader, order_of, keep_with, apart_from)
    _refuse_crowds(reader, order_of, quantity)
    _refuse_distances(reader, order_of, distance)
    good = np.array([row not in reader.bad for row in range(reader.rows)], np.bool_)
    kept = np.flatnonzero(good)
    kept = kept[np.argsort(order_of[kept], kind="stable")]
    counts = np.bincount(order_of[kept], minlength=len(order_ids)) if len(order_ids) else np.zeros(0, np.int64)
    facts = {
        WEIGHT_G: weight, QUANTITY: quantity, FRAGILE: fragile, MAX_LOAD_G: max_load, MAILER_OK: mailer_ok,
        KEEP: _marks(keep_with, order_of), APART: _marks(apart_from, order_of),
    }  # fmt: skip
    items = make_items(
        edges[kept], allowed[kept], {column: values[kept].astype(np.int64) for column, values in facts.items()}
    )
    way = np.full(len(order_ids), np.nan)
    way[order_of[kept]] = distance[kept]
    return OrderSet(
        table=table,
        items=items,
        order_row=kept,
        starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]).astype(np.int64),
        order_ids=order_ids,
        distance_km=way,
        refused=[reader.bad[row] for row in sorted(reader.bad)],
    )


def _bits(word: str) -> int:
    return sum(1 << o for o in ROTATIONS[word])


def _marks(words: list[str | None], order_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each (order, mark) as a number of its own, -1 where there is none."""
    if not any(words):
        return np.full(len(words), -1, np.int64)
    numbers: dict[tuple[int, str], int] = {}
    return np.array(
        [
            -1 if w is None else numbers.setdefault((int(o), w), len(numbers))
            for o, w in zip(order_of, words, strict=True)
        ],
        np.int64,
    )


def _refuse_groups(
    reader: Reader, order_of: NDArray[np.int64], keep: list[str | None], apart: list[str | None]
) -> None:
    """Rows of an order that are to be kept together and apart."""
    if not any(keep) or not any(apart):
        return
    marks: dict[tuple[int, str], set[str]] = {}
    for row in range(reader.rows):
        if keep[row] is not None and apart[row] is not None:
            marks.setdefault((int(order_of[row]), str(keep[row])), set()).add(str(apart[row]))
    for row in range(reader.rows):
        found = marks.get((int(order_of[row]), str(keep[row])), set())
        if keep[row] is not None and len(found) > 1:
            expected = f"one mark in apart_from among those of keep_with={keep[row]}; found {', '.join(sorted(found))}"
            reader.refuse(row, "apart_from", "contradictory_groups", apart[row], expected)


def _refuse_crowds(reader: Reader, order_of: NDArray[np.int64], quantity: NDArray[np.int64]) -> None:
    """Orders of too many pieces, whole."""
    known = order_of >= 0
    pieces = np.bincount(order_of[known], quantity[known]) if known.any() else np.zeros(0)
    for row in np.flatnonzero(known).tolist():
        if pieces[order_of[row]] > PIECES_MAX:
            reader.refuse(
                row, "quantity", "too_many_pieces", int(pieces[order_of[row]]), f"{PIECES_MAX:,} pieces an order"
            )


def _refuse_distances(reader: Reader, order_of: NDArray[np.int64], distance: NDArray[np.float64]) -> None:
    """Rows of an order that give another distance than its first."""
    if np.isnan(distance).all():
        return
    first: dict[int, float] = {}
    for row in np.flatnonzero(order_of >= 0).tolist():
        if np.isnan(distance[row]):
            continue
        known = first.setdefault(int(order_of[row]), float(distance[row]))
        if known != distance[row]:
            reader.refuse(
                row,
                "distance_km",
                "contradictory_distance",
                shown(distance[row]),
                f"{known:g}, as the order's first row",
            )


def read_cartons(given: Any) -> CartonSet:
    """Cartons as Arrow with every column, and the rows that were refused; columns as in `CARTONS_SCHEMA`.

    Raises
    ------
    ParcelsError : the table cannot be read, a needed column is not there, or no carton is left.
    """
    table = as_table(given, "cartons")
    reader = Reader(table, CARTONS_SCHEMA, "cartons")
    columns: dict[str, Any] = {}
    for side in ("length", "width", "height"):
        inner = reader.whole(f"inner_{side}_mm", least=1, most=DIMENSION_MM_MAX, missing=None)
        outer = reader.whole(f"outer_{side}_mm", least=1, most=DIMENSION_MM_MAX, missing=0)
        for row in np.flatnonzero((outer > 0) & (outer < inner)).tolist():
            reader.refuse(
                row, f"outer_{side}_mm", "contradictory_size", outer[row], f"{inner[row]} or more, the inner one"
            )
        columns[f"inner_{side}_mm"], columns[f"outer_{side}_mm"] = inner, np.where(outer > 0, outer, inner)
    columns["tare_g"] = reader.whole("tare_g", least=0, most=WEIGHT_G_MAX, missing=None)
    for name, least, most in (("max_weight_g", 1, WEIGHT_G_MAX), ("stock", 0, 2**53)):
        values = reader.whole(name, least=least, most=most, missing=-1)
        columns[name] = pa.array(values, mask=values < 0)
    columns["return_co2e_mg"] = reader.whole("return_co2e_mg", least=0, most=10**12, missing=0)
    for name, low, high, missing in (("cost", 0.0, 1e9, np.nan), ("use_count", 1.0, 1e4, 1.0)):
        numbers = reader.number(name, least=low, most=high)
        numbers = np.where(np.isnan(numbers), missing, numbers)
        columns[name] = pa.array(numbers, mask=np.isnan(numbers))
    ids, kinds, materials = reader.text("carton_id"), reader.text("kind"), reader.text("material")
    seen: dict[str, int] = {}
    for row in range(reader.rows):
        own_id, kind = ids[row], kinds[row] or "box"
        if own_id is None:
            reader.refuse(row, "carton_id", "missing_value", None, "the carton's id")
        elif seen.setdefault(own_id, row) != row:
            reader.refuse(row, "carton_id", "duplicate_id", own_id, f"an id of its own; row {seen[own_id]} has it")
        if kind not in CARTON_KINDS:
            reader.refuse(row, "kind", "unknown_word", kind, " or ".join(CARTON_KINDS))
        kinds[row] = kind
    columns |= {"carton_id": ids, "kind": kinds, "material": [m or "material.corrugated_board" for m in materials]}
    full = pa.table(
        {
            f.name: pa.array(columns[f.name], f.type)
            if not isinstance(columns[f.name], pa.Array)
            else columns[f.name].cast(f.type)
            for f in CARTONS_SCHEMA
        }
    )
    good = full.filter(pa.array([row not in reader.bad for row in range(reader.rows)], pa.bool_()))
    refused = [reader.bad[row] for row in sorted(reader.bad)]
    if good.num_rows == 0:
        why = (
            f"row {refused[0].row}: {refused[0].field} is {refused[0].found!r}, expected {refused[0].expected}"
            if refused
            else "the table is empty"
        )
        raise ParcelsError(f"cartons: none is left to pack into ({why}).")
    return CartonSet(good, refused)


def unpacked_rows(orders: OrderSet) -> list[dict[str, Any]]:
    """Refused rows of orders as rows of `UNPACKED_SCHEMA`."""
    reader = Reader(orders.table, ORDERS_SCHEMA, "orders")
    ids, items, quantity = (
        reader.text("order_id"),
        reader.text("item_id"),
        reader.whole("quantity", least=1, most=PIECES_MAX, missing=0),
    )
    return [
        {
            "order_row": r.row, "order_id": ids[r.row], "item_id": items[r.row], "pieces": int(quantity[r.row]) or None,
            "reason": r.reason, "field": r.field, "found": r.found, "expected": r.expected,
        }
        for r in orders.refused
    ]  # fmt: skip


assert set(UNPACKED_SCHEMA.names) >= {"order_row", "reason", "field"}


def orders_as_read(given: Any) -> pa.Table:
    """The orders table with the types of `ORDERS_SCHEMA`; cells that cannot be read are empty. For checks of a plan."""
    table = as_table(given, "orders")
    columns = {}
    for field in ORDERS_SCHEMA:
        if field.name in table.column_names:
            reader = Reader(table, ORDERS_SCHEMA, "orders")
            if pa.types.is_string(field.type):
                columns[field.name] = pa.array(reader.text(field.name), field.type)
            elif pa.types.is_boolean(field.type):
                columns[field.name] = pa.array(reader.truth(field.name))
            elif pa.types.is_floating(field.type):
                columns[field.name] = pa.array(
                    reader.number(field.name, least=0, most=DISTANCE_KM_MAX), from_pandas=True
                )
            else:
                numbers = reader.whole(field.name, least=0, most=2**53, missing=-1)
                columns[field.name] = pa.array(numbers, mask=numbers < 0)
    return pa.table(columns)
