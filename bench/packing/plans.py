"""What lies where, from any packer, as the tables of a plan; and a plan's figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.parcels.checking import check
from leafmark.parcels.tables import ORIENTATIONS, PARCELS_SCHEMA, PLACEMENTS_SCHEMA, UNPACKED_SCHEMA

SIDES = ("length", "width", "height")


@dataclass(frozen=True)
class Tables:
    """A plan after the schemas of `leafmark.parcels.tables`."""

    parcels: pa.Table
    placements: pa.Table
    unpacked: pa.Table

    def of(self, order_ids: Sequence[str]) -> Tables:
        """The part of some orders."""
        wanted = pa.array(order_ids, pa.string())
        parts = (self.parcels, self.placements, self.unpacked)
        return Tables(*(part.filter(pc.is_in(part.column("order_id"), wanted)) for part in parts))


def tables(orders: pa.Table, cartons: pa.Table, parcels: Iterable[Sequence[Any]], unpacked: Iterable[int]) -> Tables:
    """A plan from [[order_id, number, carton_id, [[row, x, y, z, along_x, along_y, along_z], ...]], ...] and rows of unpacked pieces.

    Sums are worked out here, so that only the packing itself is held against a packer; its grams are left at 0.
    """
    items, boxes = orders.to_pylist(), {carton["carton_id"]: carton for carton in cartons.to_pylist()}
    parcel_rows, placement_rows = [], []
    for order_id, number, carton_id, placed in parcels:
        box, inside = boxes[carton_id], [items[each[0]] for each in placed]
        inner, outer = (_volume(box, part) for part in ("inner_", "outer_"))
        filled = sum(_volume(item, "") for item in inside)
        parcel_rows.append(
            {
                "order_id": order_id, "parcel_no": number, "carton_id": carton_id, "pieces": len(placed),
                "contents_g": sum(item["weight_g"] for item in inside), "tare_g": box["tare_g"], "contents_mm3": filled,
                "inner_mm3": inner, "outer_mm3": outer, "fill": filled / inner, "void_mm3": inner - filled,
                "decision_co2e_mg": 0, "packaging_co2e_mg": 0, "haul_co2e_mg": 0,
            }
        )  # fmt: skip
        placement_rows += [_placement(order_id, number, items[each[0]], each) for each in placed]
    unpacked_rows = [
        {"order_row": row, "order_id": items[row]["order_id"], "item_id": items[row]["item_id"], "pieces": count,
         "reason": "larger_than_every_carton"}
        for row, count in sorted(Counter(unpacked).items())
    ]  # fmt: skip
    return Tables(
        pa.Table.from_pylist(parcel_rows, schema=PARCELS_SCHEMA),
        pa.Table.from_pylist(placement_rows, schema=PLACEMENTS_SCHEMA),
        pa.Table.from_pylist(unpacked_rows, schema=UNPACKED_SCHEMA),
    )


def _volume(row: dict[str, Any], part: str) -> int:
    length, width, height = (int(row[f"{part}{side}_mm"]) for side in SIDES)
    return length * width * height


def _placement(order_id: str, number: int, item: dict[str, Any], placed: Sequence[int]) -> dict[str, Any]:
    row, x, y, z, *along = placed
    edges = [item[f"{side}_mm"] for side in SIDES]
    turns = (number for number, axes in enumerate(ORIENTATIONS) if [edges[axis] for axis in axes] == along)
    return {
        "order_id": order_id, "parcel_no": number, "item_id": item["item_id"], "order_row": row, "x_mm": x, "y_mm": y,
        "z_mm": z, "along_x_mm": along[0], "along_y_mm": along[1], "along_z_mm": along[2], "orientation": next(turns, 0),
    }  # fmt: skip


def work(orders: pa.Table, cartons: pa.Table, support_share: float, objective: str) -> dict[str, Any]:
    """Orders and cartons as plain lists, piece by piece: what a peer is given; a carton costs its mass, or 1 where number counts."""
    by_order: dict[str, list[list[int]]] = {}
    for row, item in enumerate(orders.to_pylist()):
        piece = [row, *(item[f"{side}_mm"] for side in SIDES), item["weight_g"]]
        by_order.setdefault(item["order_id"], []).extend([piece] * item["quantity"])
    boxes = [
        [
            box["carton_id"],
            *(box[f"inner_{side}_mm"] for side in SIDES),
            1 if objective == "count" else box["tare_g"],
            box["max_weight_g"],
        ]
        for box in cartons.to_pylist()
    ]
    return {"orders": list(by_order.items()), "cartons": boxes, "support_share": support_share}


def figures(orders: pa.Table, cartons: pa.Table, plan: Tables, support_share: float) -> dict[str, Any]:
    """Sums of a plan, and what the checker says of it: `infeasible` parcels break some rule."""
    found = check(orders, cartons, plan.parcels, plan.placements, plan.unpacked, support_share=support_share)
    inner, contents = (int(pc.sum(plan.parcels.column(name)).as_py() or 0) for name in ("inner_mm3", "contents_mm3"))
    broken = {(row["order_id"], row["parcel_no"]) for row in found.select(["order_id", "parcel_no"]).to_pylist()}
    return {
        "orders": len(pc.unique(orders.column("order_id"))),
        "parcels": plan.parcels.num_rows,
        "pieces": plan.placements.num_rows,
        "unpacked": int(pc.sum(plan.unpacked.column("pieces")).as_py() or 0),
        "fill": contents / inner if inner else 0.0,
        "fill_mean": pc.mean(plan.parcels.column("fill")).as_py(),
        "board_kg": int(pc.sum(plan.parcels.column("tare_g")).as_py() or 0) / 1e3,
        "infeasible": len(broken),
        "broken_rules": dict(sorted(Counter(found.column("rule").to_pylist()).items())),
    }
