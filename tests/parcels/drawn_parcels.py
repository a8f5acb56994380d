"""Plans made by hand, in the room's schemas, for tests of pictures and pages: boxes in a carton that share no space."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pyarrow as pa

from leafmark.parcels.tables import CARTONS_SCHEMA, ORDERS_SCHEMA, PARCELS_SCHEMA, PLACEMENTS_SCHEMA

Box = tuple[int, int, int, int, int, int]
INNER = (300, 230, 240)
ORDER = "A-1029 <&\"'>"
PINWHEEL: list[Box] = [(0, 20, 80, 80, 40, 100), (40, 0, 60, 60, 100, 80), (0, 40, 0, 20, 60, 100)]
"""Three bars that hide each other in a ring when seen along (1, 1, 1); `test_a_ring_is_cut` asserts it."""


def cut_up(draw: random.Random, inner: tuple[int, int, int] = INNER, depth: int = 4) -> list[Box]:
    """A carton cut up at random, and some of the boxes taken out or made smaller: none share space."""
    whole: list[Box] = [(0, 0, 0, *inner)]
    for _ in range(depth):
        whole = [part for box in whole for part in _halved(draw, box)]
    kept = [_shrunk(draw, box) for box in whole if draw.random() < 0.8]
    return kept or whole[:1]


def _halved(draw: random.Random, box: Box) -> list[Box]:
    axis = draw.randrange(3)
    if box[3 + axis] - box[axis] < 8 or draw.random() < 0.15:
        return [box]
    at = draw.randrange(box[axis] + 1, box[3 + axis])
    near, far = list(box), list(box)
    near[3 + axis] = far[axis] = at
    return [(near[0], near[1], near[2], near[3], near[4], near[5]), (far[0], far[1], far[2], far[3], far[4], far[5])]


def _shrunk(draw: random.Random, box: Box) -> Box:
    if draw.random() < 0.5:
        return box
    ends = [draw.randrange(box[axis] + 1, box[3 + axis] + 1) for axis in range(3)]
    return (box[0], box[1], box[2], ends[0], ends[1], ends[2])


def tables(
    boxes: Sequence[Box], inner: tuple[int, int, int] = INNER, kind: str = "box", items: int = 4, order: str = ORDER
) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
    """Parcels, placements, cartons and orders of one parcel with these boxes."""
    rows = [
        {"order_id": order, "parcel_no": 1, "item_id": f"SKU-{n % items:02}", "order_row": n % items, "orientation": 0,
         "x_mm": b[0], "y_mm": b[1], "z_mm": b[2], "along_x_mm": b[3] - b[0], "along_y_mm": b[4] - b[1], "along_z_mm": b[5] - b[2]}
        for n, b in enumerate(boxes)
    ]  # fmt: skip
    full = sum(row["along_x_mm"] * row["along_y_mm"] * row["along_z_mm"] for row in rows)  # type: ignore[operator]
    whole = inner[0] * inner[1] * inner[2]
    parcel = {
        "order_id": order, "parcel_no": 1, "carton_id": "Option 1", "pieces": len(rows), "contents_g": 3420, "tare_g": 160,
        "contents_mm3": full, "inner_mm3": whole, "outer_mm3": whole, "fill": full / whole, "void_mm3": whole - full,
        "distance_km": None, "decision_co2e_mg": 183_000, "packaging_co2e_mg": 140_000, "haul_co2e_mg": 43_000, "cost": None,
    }  # fmt: skip
    carton = {
        "carton_id": "Option 1", "kind": kind, "inner_length_mm": inner[0], "inner_width_mm": inner[1], "inner_height_mm": inner[2],
        "tare_g": 160,
    }  # fmt: skip
    lines = [
        {"order_id": order, "item_id": f"SKU-{n:02}", "quantity": 1, "length_mm": 1, "width_mm": 1, "height_mm": 1, "weight_g": 1,
         "fragile": n == 0, "rotation": "upright" if n == 1 else None}
        for n in range(items)
    ]  # fmt: skip
    return (
        pa.Table.from_pylist([parcel], schema=PARCELS_SCHEMA), pa.Table.from_pylist(rows, schema=PLACEMENTS_SCHEMA),
        pa.Table.from_pylist([carton], schema=CARTONS_SCHEMA), pa.Table.from_pylist(lines, schema=ORDERS_SCHEMA),
    )  # fmt: skip
