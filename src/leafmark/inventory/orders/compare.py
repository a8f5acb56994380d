"""Two periods side by side: the change of the service row, and of its grams per order, by what caused it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import memory_database
from leafmark.inventory.book import InventoryError
from leafmark.inventory.orders.cells import Cells
from leafmark.inventory.orders.decompose import EFFECTS, Ints, Side, decompose

A_MILLION: Final = 1_000_000
_SELECT: Final = """
    WITH o AS (SELECT sector, warehouse, SUM(orders)::BIGINT AS orders FROM orders GROUP BY sector, warehouse),
    g AS (SELECT sector, warehouse, method_id, SUM(ug)::BIGINT AS ug FROM grams WHERE "row" = 'service' GROUP BY ALL),
    a AS (SELECT sector, warehouse, method_id, CASE WHEN COUNT(amount) = COUNT(*) THEN SUM(amount)::BIGINT ELSE -1 END AS amount FROM amounts GROUP BY ALL),
    m AS (SELECT DISTINCT method_id FROM g)
    SELECT o.sector, o.warehouse, m.method_id, o.orders, COALESCE(a.amount, 0) AS amount, COALESCE(g.ug, 0) AS ug
    FROM o CROSS JOIN m
    LEFT JOIN g ON g.method_id = m.method_id AND g.sector IS NOT DISTINCT FROM o.sector AND g.warehouse IS NOT DISTINCT FROM o.warehouse
    LEFT JOIN a ON a.method_id = m.method_id AND a.sector IS NOT DISTINCT FROM o.sector AND a.warehouse IS NOT DISTINCT FROM o.warehouse
    ORDER BY ALL"""
"""An amount of -1 is not known in full: `decompose` takes its term as unseparated."""
Term = tuple[Any, Any, str]


@dataclass(frozen=True)
class Change:
    """The service row of two periods. `parts` adds up to `after_ug - before_ug`; `terms` has them by sector, warehouse and method.

    `per_million` are micrograms a million orders: `before`, `after`, and the effects between them, which add up too.
    `assessed` is the share of orders with service entries of their own, before and after: below 1 in one of them, a change of it is in the
    figures.
    """

    before_ug: int
    after_ug: int
    before_orders: int
    after_orders: int
    parts: dict[str, int]
    per_million: dict[str, int]
    assessed: tuple[float, float]
    terms: pa.Table

    @property
    def per_order(self) -> float | None:
        """Change of the grams of an order, as a share: -0.18 is 18 % lighter; None where there was nothing before."""
        before, after = self.per_million["before"], self.per_million["after"]
        return after / before - 1 if before else None


def select(
    cells: Cells, *, festival: str | None = None, first: dt.date | None = None, until: dt.date | None = None
) -> Cells:
    """The cells of a festival, or of the days [first, until).

    Raises
    ------
    InventoryError : there are no orders in them, or the cells do not tell festivals or days apart.
    """
    needed = "festival" if festival is not None else "day"
    if needed not in cells.cuts:
        raise InventoryError(f"the cells are not by {needed}: measure them by it")

    def of(table: pa.Table) -> pa.Table:
        if festival is not None:
            table = table.filter(pc.field("festival") == festival)
        if first is not None:
            table = table.filter(pc.field("day") >= pa.scalar(first))
        if until is not None:
            table = table.filter(pc.field("day") < pa.scalar(until))
        return table

    found = Cells(cells.cuts, of(cells.orders), of(cells.grams), of(cells.amounts), cells.flags)
    if not found.orders.num_rows:
        what = [f"festival {festival}"] if festival is not None else []
        what += [f"from {first}"] if first else []
        what += [f"before {until}"] if until else []
        raise InventoryError(f"no orders ({', '.join(what)}); mend the span or the label")
    return found


def compare(before: Cells, after: Cells) -> Change:
    """Decompose the change of the service row between two periods into `EFFECTS`."""
    one, two = _terms(before), _terms(after)
    names = sorted({*one, *two}, key=lambda term: tuple((part is not None, part or "") for part in term))
    counted = {
        name for table in (before.amounts, after.amounts) for name in pc.unique(table.column("method_id")).to_pylist()
    }
    separated = np.array([name[2] in counted for name in names], np.bool_)
    sides = [_side(each, of, names) for each, of in ((one, before), (two, after))]
    effects = decompose(sides[0], sides[1], separated)
    each_million = [_million(side) for side in sides]
    by_order = decompose(each_million[0], each_million[1], separated, by_order=True)
    per_million = {"before": int(each_million[0].ug.sum()), "after": int(each_million[1].ug.sum())}
    per_million |= {name: int(by_order[:, at].sum()) for at, name in enumerate(EFFECTS) if name != "volume"}
    columns: dict[str, Any] = {
        "sector": pa.array([name[0] for name in names], pa.string()),
        "warehouse": pa.array([name[1] for name in names], pa.string()),
        "method_id": pa.array([name[2] for name in names], pa.string()),
        "before_ug": pa.array(sides[0].ug), "after_ug": pa.array(sides[1].ug),
    } | {f"{name}_ug": pa.array(effects[:, at]) for at, name in enumerate(EFFECTS)}  # fmt: skip
    return Change(
        int(sides[0].ug.sum()), int(sides[1].ug.sum()), sides[0].orders, sides[1].orders,
        {name: int(effects[:, at].sum()) for at, name in enumerate(EFFECTS)},
        per_million, (_assessed(before), _assessed(after)), pa.table(columns),
    )  # fmt: skip


def _terms(cells: Cells) -> dict[Term, tuple[int, int, int]]:
    """Orders of the cell, amount and micrograms of each sector, warehouse and method."""
    connection = memory_database.connect()
    try:
        for name, table in (("orders", cells.orders), ("grams", cells.grams), ("amounts", cells.amounts)):
            connection.register(name, table)
        rows = connection.execute(_SELECT).fetchall()
    finally:
        connection.close()
    return {(sector, warehouse, method): tuple(numbers) for sector, warehouse, method, *numbers in rows}


def _side(terms: dict[Term, tuple[int, int, int]], cells: Cells, names: list[Term]) -> Side:
    orders_of = {name[:2]: numbers[0] for name, numbers in terms.items()}
    for row in cells.orders.group_by(["sector", "warehouse"]).aggregate([("orders", "sum")]).to_pylist():
        orders_of[row["sector"], row["warehouse"]] = row["orders_sum"]
    found = [(orders_of.get(name[:2], 0), *terms.get(name, (0, 0, 0))[1:]) for name in names]
    numbers = np.array(found, np.int64).reshape(-1, 3)
    return Side(int(pc.sum(cells.orders.column("orders")).as_py() or 0), numbers[:, 0], numbers[:, 1], numbers[:, 2])


def _million(side: Side) -> Side:
    """The same period with the micrograms of a million orders."""
    orders = max(side.orders, 1)
    ug: Ints = np.array([(2 * value * A_MILLION + orders) // (2 * orders) for value in side.ug.tolist()], np.int64)
    return Side(side.orders, side.cell_orders, side.amount, ug)


def _assessed(cells: Cells) -> float:
    orders = pc.sum(cells.orders.column("orders")).as_py() or 0
    return (pc.sum(cells.orders.column("service_orders")).as_py() or 0) / orders if orders else 0.0
