"""A print shop's real orders and its four cartons (half of the set that BoxPacker's tests use; MIT).

Its published orders say nothing of support, so a share of 0 would be their own rule; they are packed by the same rule as all others.
"""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pyarrow as pa

from leafmark.parcels.tables import CARTONS_SCHEMA, ORDERS_SCHEMA


def orders(shared_data: Path) -> pa.Table:
    """The order lines as `ORDERS_SCHEMA`; FileNotFoundError where the set is not there."""
    with gzip.open(shared_data / "packing" / "print_shop_order_lines.csv.gz", "rt", newline="") as text:
        rows = [
            {
                "order_id": row["order_id"], "item_id": row["product_hash"], "quantity": int(row["quantity"]),
                "length_mm": int(row["length_mm"]), "width_mm": int(row["width_mm"]), "height_mm": int(row["depth_mm"]),
                "weight_g": int(row["weight_g"]),
            }
            for row in csv.DictReader(text)
        ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=ORDERS_SCHEMA)


def cartons(shared_data: Path) -> pa.Table:
    """The four cartons as `CARTONS_SCHEMA`."""
    with (shared_data / "packing" / "print_shop_cartons.csv").open(newline="") as text:
        rows = [
            {
                "carton_id": row["carton"], "kind": "box",
                **{f"{side}_{axis}_mm": int(row[f"{side}_{theirs}_mm"]) for side in ("inner", "outer")
                   for axis, theirs in (("length", "length"), ("width", "width"), ("height", "depth"))},
                "tare_g": int(row["empty_weight_g"]), "max_weight_g": int(row["max_weight_g"]) - int(row["empty_weight_g"]),
            }
            for row in csv.DictReader(text)
        ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=CARTONS_SCHEMA)
