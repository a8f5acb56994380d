"""Compile the kernels before somebody waits for them."""

from __future__ import annotations

import time


def warmup() -> float:
    """Compile (or load from the cache) every kernel of packing; seconds that it took."""
    from leafmark.parcels.packing.cartonize import cartonize
    from leafmark.parcels.packing.wrap import wrap

    began = time.perf_counter()
    item = {
        "order_id": "1",
        "item_id": "1",
        "quantity": 1,
        "length_mm": 10,
        "width_mm": 10,
        "height_mm": 10,
        "weight_g": 1,
    }
    carton = {"carton_id": "1", "inner_length_mm": 20, "inner_width_mm": 20, "inner_height_mm": 20, "tare_g": 1}
    cartonize([item], [carton])
    wrap([item])
    return time.perf_counter() - began
