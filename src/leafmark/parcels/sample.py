"""Orders and cartons to try packing with: made from a seed, invented, and called so wherever they are shown.

Sizes follow what a general online shop sends: a catalogue of items with lognormal edges (median 130 mm), of which orders take one to
five lines, most of them one. Nothing of it is anybody's order.
"""

from __future__ import annotations

import random
from typing import Final

import pyarrow as pa

from leafmark.parcels.tables import CARTONS_SCHEMA, ORDERS_SCHEMA

SEED: Final = 20_261_127
ITEMS: Final = 120
KG_PER_M3: Final = (120.0, 900.0)
"""Density of goods, from pillows to books."""
LINES: Final = ((1, 55), (2, 25), (3, 12), (4, 5), (5, 3))
"""(lines, orders of a hundred)."""
QUANTITIES: Final = ((1, 78), (2, 14), (3, 5), (6, 3))
SIZES: Final = (
    ("XS", "box", 170, 120, 70, 55, 5_000, 0.16),
    ("S", "box", 200, 150, 100, 90, 10_000, 0.22),
    ("M", "box", 300, 230, 150, 190, 15_000, 0.38),
    ("L", "box", 400, 300, 200, 330, 20_000, 0.61),
    ("LONG", "box", 450, 180, 150, 260, 15_000, 0.52),
    ("XL", "box", 500, 400, 300, 610, 25_000, 0.95),
    ("FLAT", "box", 400, 300, 80, 240, 10_000, 0.44),
    ("MAILER", "mailer", 350, 260, 60, 35, 3_000, 0.15),
)
"""Carton, kind, inner length, width, height in mm, tare in g, most contents in g, cost of one."""
BOARD_MM: Final = 4
"""A box's wall: outside it is twice as much longer each way."""


def sample_orders(count: int = 200, seed: int = SEED) -> pa.Table:
    """Order lines of `count` orders in `ORDERS_SCHEMA`; the same for the same seed."""
    draw = random.Random(seed)
    items = [_item(draw, number) for number in range(ITEMS)]
    rows = []
    for number in range(count):
        km = round(draw.uniform(15, 600))
        for item in draw.sample(items, _drawn(draw, LINES)):
            rows.append(
                {
                    **item,
                    "order_id": f"SAMPLE-{number + 1:05}",
                    "quantity": _drawn(draw, QUANTITIES),
                    "distance_km": float(km),
                }
            )
    return pa.Table.from_pylist(rows, schema=ORDERS_SCHEMA)


def sample_cartons() -> pa.Table:
    """Eight cartons in `CARTONS_SCHEMA`, one of them a mailer."""
    rows = []
    for carton_id, kind, length, width, height, tare_g, most_g, cost in SIZES:
        wall = BOARD_MM if kind == "box" else 0
        rows.append({
            "carton_id": carton_id, "kind": kind, "inner_length_mm": length, "inner_width_mm": width, "inner_height_mm": height,
            "outer_length_mm": length + 2 * wall, "outer_width_mm": width + 2 * wall, "outer_height_mm": height + 2 * wall,
            "tare_g": tare_g, "max_weight_g": most_g, "cost": cost,
        })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=CARTONS_SCHEMA)


def _item(draw: random.Random, number: int) -> dict[str, object]:
    length, width, height = sorted(
        (min(max(round(draw.lognormvariate(4.87, 0.42)), 12), 430) for _ in range(3)), reverse=True
    )
    height = min(height, 280)
    kg = length * width * height / 1e9 * draw.uniform(*KG_PER_M3)
    soft = draw.random() < 0.3
    return {
        "item_id": f"ITEM-{number + 1:03}", "length_mm": length, "width_mm": min(width, 380), "height_mm": height, "weight_g": max(round(kg * 1e3), 5),
        "rotation": "upright" if draw.random() < 0.2 else "any", "fragile": draw.random() < 0.1, "mailer_ok": soft,
    }  # fmt: skip


def _drawn(draw: random.Random, weights: tuple[tuple[int, int], ...]) -> int:
    return draw.choices([value for value, _ in weights], [weight for _, weight in weights])[0]
