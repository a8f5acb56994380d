"""Plans written out by hand, with their sums worked out in plain Python: what the checker is tested on."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from leafmark.parcels.checking import check
from leafmark.parcels.tables import (
    CARTONS_SCHEMA,
    ORDERS_SCHEMA,
    ORIENTATIONS,
    PARCELS_SCHEMA,
    PLACEMENTS_SCHEMA,
    UNPACKED_SCHEMA,
)

Row = dict[str, Any]


def item(order_id: str, item_id: str, edges: Sequence[int], weight_g: int, quantity: int = 1, **more: Any) -> Row:
    """A row of orders."""
    length, width, height = edges
    return {
        "order_id": order_id, "item_id": item_id, "quantity": quantity, "length_mm": length, "width_mm": width,
        "height_mm": height, "weight_g": weight_g, **more,
    }  # fmt: skip


def carton(carton_id: str, inner: Sequence[int], tare_g: int = 100, **more: Any) -> Row:
    """A row of cartons."""
    sides = dict(zip(("inner_length_mm", "inner_width_mm", "inner_height_mm"), inner, strict=True))
    return {"carton_id": carton_id, "kind": "box", **sides, "tare_g": tare_g, **more}


@dataclass
class Spec:
    """Orders, cartons, and what lies where; the rest is worked out.

    `placed`: (parcel's order, number, row of the orders, corner, orientation); `carton_of`: (order, number) -> carton_id.
    """

    orders: list[Row]
    cartons: list[Row]
    carton_of: dict[tuple[str, int], str]
    placed: list[tuple[str, int, int, tuple[int, int, int], int]]
    unpacked: list[Row] = field(default_factory=list)

    def copy(self) -> Spec:
        return copy.deepcopy(self)

    def tables(self) -> dict[str, list[Row]]:
        """Rows of every table of the plan."""
        by_id = {row["carton_id"]: row for row in self.cartons}
        placements = []
        for order_id, number, row, (x, y, z), orientation in self.placed:
            own = self.orders[row]
            edges = (own["length_mm"], own["width_mm"], own["height_mm"])
            along_x, along_y, along_z = (edges[axis] for axis in ORIENTATIONS[orientation])
            placements.append(
                {
                    "order_id": order_id, "parcel_no": number, "item_id": own["item_id"], "order_row": row, "x_mm": x, "y_mm": y,
                    "z_mm": z, "along_x_mm": along_x, "along_y_mm": along_y, "along_z_mm": along_z, "orientation": orientation,
                }
            )  # fmt: skip
        parcels = []
        for (order_id, number), carton_id in self.carton_of.items():
            inside = [self.orders[row] for one, no, row, _, _ in self.placed if (one, no) == (order_id, number)]
            box = by_id[carton_id]
            inner = box["inner_length_mm"] * box["inner_width_mm"] * box["inner_height_mm"]
            filled = sum(own["length_mm"] * own["width_mm"] * own["height_mm"] for own in inside)
            parcels.append(
                {
                    "order_id": order_id, "parcel_no": number, "carton_id": carton_id, "pieces": len(inside),
                    "contents_g": sum(own["weight_g"] for own in inside), "tare_g": box["tare_g"], "contents_mm3": filled,
                    "inner_mm3": inner, "outer_mm3": inner, "fill": filled / inner, "void_mm3": inner - filled,
                    "decision_co2e_mg": 30, "packaging_co2e_mg": 10, "haul_co2e_mg": 20,
                }
            )  # fmt: skip
        return {"parcels": parcels, "placements": placements, "unpacked": copy.deepcopy(self.unpacked)}

    def check(self, tables: dict[str, list[Row]] | None = None, support_share: float = 0.75) -> list[Row]:
        """Violations as rows."""
        plan = tables or self.tables()
        found = check(
            pa.Table.from_pylist(self.orders, schema=ORDERS_SCHEMA),
            pa.Table.from_pylist(self.cartons, schema=CARTONS_SCHEMA),
            pa.Table.from_pylist(plan["parcels"], schema=PARCELS_SCHEMA),
            pa.Table.from_pylist(plan["placements"], schema=PLACEMENTS_SCHEMA),
            pa.Table.from_pylist(plan["unpacked"], schema=UNPACKED_SCHEMA),
            support_share=support_share,
        )
        rows: list[Row] = found.to_pylist()
        return rows


def two_orders() -> Spec:
    """A plan with every rule at work, that holds.

    o1, parcel 1, a box of 400 x 300 x 200: a slab with two bricks on it (1,400 g of the 1,500 g it may carry), beside it a glass and a
    tin of another group; parcel 2, the same carton: food, apart from the tin. o2: a shirt in a mailer. A wardrobe fits nothing, and
    one row has no quantity that can be meant.
    """
    return Spec(
        orders=[
            item("o1", "slab", (300, 200, 100), 2000, rotation="upright", max_load_g=1500),
            item("o1", "brick", (100, 100, 50), 700, quantity=2),
            item("o1", "glass", (100, 100, 80), 300, rotation="fixed", fragile=True, keep_with="k"),
            item("o1", "tin", (90, 90, 90), 100, keep_with="k", apart_from="chemicals"),
            item("o1", "bread", (200, 100, 80), 400, apart_from="food"),
            item("o1", "wardrobe", (900, 900, 900), 900),
            item("o2", "shirt", (200, 100, 20), 50, mailer_ok=True),
            item("o2", "ghost", (10, 10, 10), 5, quantity=0),
        ],
        cartons=[
            carton("box", (400, 300, 200), max_weight_g=5000, stock=2),
            carton("bag", (300, 200, 40), 15, kind="mailer"),
        ],
        carton_of={("o1", 1): "box", ("o1", 2): "box", ("o2", 1): "bag"},
        placed=[
            ("o1", 1, 0, (0, 0, 0), 0), ("o1", 1, 1, (0, 0, 100), 0), ("o1", 1, 1, (100, 0, 100), 1),
            ("o1", 1, 2, (300, 0, 0), 0), ("o1", 1, 3, (300, 100, 0), 5), ("o1", 2, 4, (0, 0, 0), 4),
            ("o2", 1, 6, (0, 0, 0), 0),
        ],
        unpacked=[
            {"order_row": 5, "order_id": "o1", "item_id": "wardrobe", "pieces": 1, "reason": "larger_than_every_carton"},
            {"order_row": 7, "order_id": "o2", "item_id": "ghost", "pieces": None, "reason": "not_positive"},
        ],
    )  # fmt: skip
