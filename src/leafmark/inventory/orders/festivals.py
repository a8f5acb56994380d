"""A calendar of festivals: dated spans that give a day its label. Two festivals on one day would count its orders twice: refused."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa

from leafmark.inventory.book import InventoryError
from leafmark.inventory.orders.tables import FESTIVALS_SCHEMA


def spans(calendar: pa.Table) -> pa.Table:
    """The calendar as `FESTIVALS_SCHEMA`, in order of time; one label may have several spans (its years).

    Raises
    ------
    InventoryError : a column is absent, a span ends before it begins, or two spans overlap.
    """
    lacking = [name for name in FESTIVALS_SCHEMA.names if name not in calendar.column_names]
    if lacking:
        raise InventoryError(f"festivals: no column {', '.join(lacking)}; expected {', '.join(FESTIVALS_SCHEMA.names)}")
    for name in ("from", "until"):
        column = calendar[name]
        if pa.types.is_timestamp(column.type) and not column.equals(
            column.cast(pa.date32(), safe=False).cast(column.type)
        ):
            raise InventoryError(
                f"festivals, {name}: an hour of the day; orders have days, so a festival past midnight has all of its last day"
            )
    try:
        table = calendar.select(FESTIVALS_SCHEMA.names).cast(FESTIVALS_SCHEMA).sort_by([("from", "ascending")])
    except (pa.ArrowInvalid, ValueError) as fault:
        raise InventoryError(f"festivals: {fault}; expected a label and two dates, no cell empty") from fault
    rows = table.to_pylist()
    for row in rows:
        if row["until"] <= row["from"]:
            raise InventoryError(
                f"festivals, {row['festival']}: until {row['until']} is not after from {row['from']}; it is the first day after"
            )
    for one, two in pairwise(rows):
        if two["from"] < one["until"]:
            raise InventoryError(
                f"festivals: {one['festival']} to before {one['until']} and {two['festival']} from {two['from']} overlap: "
                "an order is of one festival"
            )
    return table
