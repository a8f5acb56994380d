"""Which pieces no carton can hold, and why a piece was left unpacked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.packing.kernel.arrays import (
    HOLDS_MM3,
    KEEP,
    MAILER,
    MAILER_OK,
    MASK,
    MAX_WEIGHT_G,
    Cartons,
    Items,
)
from leafmark.parcels.packing.kernel.running import Out
from leafmark.parcels.packing.reading import OrderSet


def enters(items: Items, rows: NDArray[np.int64], carton: NDArray[np.int64]) -> NDArray[np.bool_]:
    """bool [rows]: one piece goes into a carton (a row of `Cartons.sizes`) by its edges; into a mailer only what may go in one."""
    length, width, height = carton[:HOLDS_MM3]
    found = np.zeros(len(rows), np.bool_)
    for o in range(6):
        x, y, z = items.size[rows, o].T
        if carton[MAILER]:
            fits = (z <= height) & (x + z <= length) & (y + z <= width) & (items.facts[rows, MAILER_OK] == 1)
        else:
            fits = (x <= length) & (y <= width) & (z <= height)
        found |= ((items.facts[rows, MASK] >> o) & 1 == 1) & fits
    return found


def packable_pieces(orders: OrderSet, cartons: Cartons) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Pieces of each row that a carton can hold alone, int64 [rows], and the reason for every row with none.

    A group whose one member no carton holds stays out whole. Largest cartons are asked first: few rows are left after them.
    """
    items = orders.items
    homeless = np.arange(len(items.facts))
    by_size = np.zeros(len(homeless), np.bool_)
    for c in np.argsort(-cartons.sizes[:, HOLDS_MM3], kind="stable"):
        fits = enters(items, homeless, cartons.sizes[c])
        by_size[homeless[fits]] = True
        homeless = homeless[~(fits & (items.weight_g[homeless] <= cartons.sizes[c, MAX_WEIGHT_G]))]
        if not len(homeless):
            break
    why = {
        row: "heavier_than_every_carton" if by_size[row] else "larger_than_every_carton" for row in homeless.tolist()
    }  # fmt: skip
    broken = {int(items.facts[row, KEEP]) for row in why if items.facts[row, KEEP] >= 0}
    if broken:
        for row in np.flatnonzero(np.isin(items.facts[:, KEEP], list(broken))).tolist():
            why.setdefault(row, "group_fits_no_carton")
    packable = items.quantity.copy()
    packable[list(why)] = 0
    return packable, why


def why_unpacked(
    orders: OrderSet, cartons: Cartons, out: Out, homeless: NDArray[np.bool_], not_packable: dict[int, str]
) -> list[dict[str, Any]]:
    """A row for each row of orders with pieces left: how many, and why.

    `homeless` bool [pieces]: left unpacked however many cartons there were, so not for want of stock.
    """
    items = orders.items
    row_of_piece = np.repeat(np.arange(len(items.quantity)), items.quantity)
    left = np.bincount(row_of_piece[out.parcel < 0], minlength=len(items.quantity))
    too_large = np.bincount(row_of_piece[homeless], minlength=len(items.quantity)) > 0
    order_ids = np.repeat(np.arange(len(orders.order_ids)), np.diff(orders.starts))
    found = []
    for row in np.flatnonzero(left):
        reason = not_packable.get(int(row))
        if reason is None:
            reason = "group_fits_no_carton" if too_large[row] else "out_of_stock"
        source = int(orders.order_row[row])
        length, width, height = (int(v) for v in items.size[row, 0])
        largest = cartons.sizes[int(np.argmax(cartons.sizes[:, HOLDS_MM3])), :HOLDS_MM3]
        expected = {
            "larger_than_every_carton": f"at most {' x '.join(str(int(v)) for v in largest)} mm, the largest carton inside",
            "heavier_than_every_carton": f"at most {int(cartons.sizes[:, MAX_WEIGHT_G].max()):,} g, the strongest carton",
            "group_fits_no_carton": "a carton that holds all that is kept together",
            "out_of_stock": "more of the cartons that hold it",
        }[reason]
        field, shown = {
            "larger_than_every_carton": ("length_mm, width_mm, height_mm", f"{length} x {width} x {height} mm"),
            "heavier_than_every_carton": ("weight_g", f"{int(items.weight_g[row]):,} g"),
            "group_fits_no_carton": ("keep_with", _cell(orders, "keep_with", source)),
            "out_of_stock": ("quantity", str(int(items.quantity[row]))),
        }[reason]
        found.append(
            {
                "order_row": source, "order_id": orders.order_ids[int(order_ids[row])], "item_id": _cell(orders, "item_id", source),
                "pieces": int(left[row]), "reason": reason, "field": field, "found": shown, "expected": expected,
            }
        )  # fmt: skip
    return found


def _cell(orders: OrderSet, column: str, row: int) -> str:
    return (
        "" if column not in orders.table.column_names else str(orders.table.column(column)[row].as_py() or "").strip()
    )
