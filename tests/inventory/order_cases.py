"""Orders and entries made by hand for tests, and the same sums in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from leafmark.inventory.orders.cells import Cells, measure
from leafmark.inventory.orders.tables import SHARED_SCHEMA

Row = dict[str, Any]
DAY = dt.date(2025, 11, 11)
ORDER_TYPES = pa.schema([
    ("order_id", pa.string()), ("day", pa.date32()), ("sector", pa.string()), ("warehouse", pa.string()), ("festival", pa.string()),
    ("lines", pa.int64()), ("parcels", pa.int64()),
])  # fmt: skip
ENTRY_TYPES = pa.schema([
    ("subject_id", pa.string()), ("activity_id", pa.string()), ("book", pa.string()), ("scope", pa.int8()), ("category", pa.int8()),
    ("stage", pa.string()), ("method_id", pa.string()), ("factor_id", pa.string()), ("co2e_ug", pa.int64()), ("low_ug", pa.int64()),
    ("high_ug", pa.int64()),
])  # fmt: skip
AMOUNT_TYPES = pa.schema([("order_id", pa.string()), ("method_id", pa.string()), ("amount", pa.float64())])


def order(name: str = "1", **cells: Any) -> Row:
    """An order of one line in one parcel, of fashion from warehouse W1, on 11 November 2025."""
    return {"order_id": name, "day": DAY, "sector": "fashion", "warehouse": "W1", "lines": 1, "parcels": 1} | cells


def entry(name: str = "1", ug: int = 1000, **cells: Any) -> Row:
    """A service entry of transport, without a range."""
    row = {
        "subject_id": name, "book": "inventory", "scope": 3, "category": 4, "method_id": "freight.tonne_km", "factor_id": "lorry",
        "co2e_ug": ug,
    }  # fmt: skip
    return {"low_ug": ug, "high_ug": ug} | row | cells


def goods(name: str = "1", ug: int = 5000, **cells: Any) -> Row:
    """A goods entry: materials of a product."""
    return entry(
        name,
        ug,
        **{"book": "product", "scope": None, "category": None, "stage": "materials", "method_id": "product.bill"}
        | cells,
    )


def shared(name: str = "cloud", ug: int = 100, **cells: Any) -> Row:
    """A day's cloud, spread over its orders."""
    row = {
        "shared_id": name,
        "day": DAY,
        "method_id": "cloud.compute",
        "factor_id": "grid",
        "spread_by": "orders",
        "co2e_ug": ug,
    }
    return {"low_ug": ug, "high_ug": ug} | row | cells


def measured(
    orders: Iterable[Row],
    entries: Iterable[Row],
    shared_rows: Iterable[Row] | None = None,
    amounts: Iterable[Row] | None = None,
    **options: Any,
) -> Cells:
    """Measure rows given as dictionaries."""
    return measure(
        pa.Table.from_pylist(list(orders), schema=ORDER_TYPES),
        [pa.Table.from_pylist(list(entries), schema=ENTRY_TYPES)],
        shared=None if shared_rows is None else pa.Table.from_pylist(list(shared_rows), schema=SHARED_SCHEMA),
        amounts=None if amounts is None else pa.Table.from_pylist(list(amounts), schema=AMOUNT_TYPES),
        **options,
    )


def by_hand(orders: Iterable[Row], entries: Iterable[Row], cut: str) -> dict[Any, Row]:
    """Orders, assessed orders and micrograms of each value of a cut, in plain Python; NULL of a row without entries."""
    place = {row["order_id"]: row.get(cut) for row in orders}
    found: dict[Any, Row] = defaultdict(
        lambda: {"orders": 0, "service": set(), "goods": set(), "service_ug": None, "goods_ug": None}
    )
    for value in place.values():
        found[value]["orders"] += 1
    for each in entries:
        if each["subject_id"] not in place:
            continue
        row = None
        if each["book"] == "inventory" and each["method_id"] != "retail.purchase" and each["category"] not in (11, 12):
            row = "service"
        elif each["book"] == "product" and each["stage"] in ("materials", "manufacturing", "packaging"):
            row = "goods"
        if row:
            figure = found[place[each["subject_id"]]]
            figure[row].add(each["subject_id"])
            figure[f"{row}_ug"] = (figure[f"{row}_ug"] or 0) + each["co2e_ug"]
    return dict(found)


def reasons(cells: Cells) -> set[str]:
    """Reasons of the flags."""
    return set(cells.flags.column("reason").to_pylist())


def only(table: pa.Table) -> Mapping[str, Any]:
    """The one row of a table."""
    (row,) = table.to_pylist()
    return dict(row)
