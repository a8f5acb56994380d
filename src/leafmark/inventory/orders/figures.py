"""Figures of a cut: grams of service and of goods, each with its range and its coverage, side by side and never together.

A range groups by factor before it squares: low and high ends of a factor's entries add up, since its error is the same in all of them;
between factors the variances do (`leafmark.engine.closing.total_range`). The grams of an order are those of the orders assessed: an order
without entries is not one of 0 g, and is in no average; `service_orders` and `goods_orders` say how many there are. What was spread is on
every order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from leafmark.engine import memory_database
from leafmark.engine.closing import total_range
from leafmark.engine.schema import Z95
from leafmark.inventory.book import InventoryError
from leafmark.inventory.orders.cells import Cells
from leafmark.inventory.orders.tables import CUTS, FIGURES, ROWS

UG_PER_G: Final = 1_000_000


def figures(cells: Cells, by: Sequence[str] = ()) -> pa.Table:
    """Figures by some of the cells' cuts, in the order of `CUTS`: the columns of the cut and those of `FIGURES`; without a cut, one row for all.

    Raises
    ------
    InventoryError : a cut that the cells do not tell apart.
    """
    unknown = [cut for cut in by if cut not in cells.cuts]
    if unknown or len(set(by)) != len(by):
        raise InventoryError(f"by: expected some of {', '.join(cells.cuts)}, each once; found {', '.join(by)}")
    key = [cut for cut in CUTS if cut in by]
    connection = memory_database.connect()
    try:
        connection.register("orders", cells.orders)
        connection.register("grams", cells.grams)
        cut = ", ".join([*key, ""])
        group = f"GROUP BY {', '.join(key)}" if key else ""
        orders = connection.execute(f"""SELECT {cut} SUM(orders)::BIGINT, SUM(service_orders)::BIGINT, SUM(goods_orders)::BIGINT
            FROM orders {group} ORDER BY ALL""").fetchall()
        grams = connection.execute(f"""SELECT {cut} "row", factor_id, credit, shared, SUM(ug)::BIGINT, SUM(low)::BIGINT, SUM(high)::BIGINT
            FROM grams GROUP BY {cut} "row", factor_id, credit, shared ORDER BY ALL""").fetchall()
    finally:
        connection.close()
    sums: dict[tuple[Any, ...], dict[str, list[Any]]] = {}
    width = len(key)
    for each in grams:
        row, *rest = each[width:]
        sums.setdefault(each[:width], {}).setdefault(row, []).append(rest)
    rows = []
    for each in orders:
        place, (count, *assessed) = each[:width], each[width:]
        if not count:
            continue
        cells_of = sums.get(place, {})
        figure: dict[str, Any] = dict(zip(key, place, strict=True)) | {"orders": count}
        for name, of_row in zip(ROWS, assessed, strict=True):
            figure |= _row(name, cells_of.get(name, []), int(count), int(of_row))
        rows.append(figure)
    schema = pa.schema([*(cells.orders.schema.field(cut) for cut in key), *FIGURES])
    return pa.Table.from_pylist(rows, schema=schema)


def _row(name: str, parts: list[Any], orders: int, assessed: int) -> dict[str, Any]:
    """One row's figures of a cut: total and range, and the grams of an order that is assessed."""
    found: dict[str, Any] = {f"{name}_orders": assessed}
    spread = sum(ug for _, _, shared, ug, _, _ in parts if shared)
    if name == "service":
        found["service_shared_ug"] = spread
    if not parts:
        return found
    total = _range(parts)
    own = _range([part for part in parts if not part[2]])
    for end, column in (("co2e_ug", "ug"), ("low_ug", "low_ug"), ("high_ug", "high_ug")):
        found[f"{name}_{column}"] = total[end]
    if assessed or any(shared for _, _, shared, *_ in parts):  # 0 g that was spread is 0, and not unknown
        each = (own["co2e_ug"] / assessed if assessed else 0.0) + spread / orders
        found[f"{name}_g_per_order"] = each / UG_PER_G
        for end in ("low", "high"):  # the range of the total, on the grams of an order
            scale = total[f"{end}_ug"] / total["co2e_ug"] if total["co2e_ug"] else 1.0
            found[f"{name}_{end}_g_per_order"] = each * scale / UG_PER_G
    return found


def _range(parts: list[Any]) -> dict[str, int]:
    """Total and 95 % range of (factor, credit, shared, ug, low, high)."""
    by_factor: dict[tuple[Any, bool], list[int]] = {}
    for factor, credit, _, ug, low, high in parts:
        ends = by_factor.setdefault((factor, credit), [0, 0, 0])
        for at, value in enumerate((ug, low, high)):
            ends[at] += value
    groups = {key: [ug, _deviation(ug, low, high), 0] for key, (ug, low, high) in by_factor.items()}
    return total_range(groups)


def _deviation(ug: int, low: int, high: int) -> int:
    """Standard deviation of a lognormal of this mean whose 95 % lie between low and high, all of one sign."""
    one, two = sorted((abs(low), abs(high)))
    if one <= 0 or two <= one:
        return 0
    sigma = math.log(two / one) / (2 * Z95)
    return round(abs(ug) * math.sqrt(math.expm1(sigma * sigma)))
