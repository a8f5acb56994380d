"""Compile the kernels before somebody waits for them."""

from __future__ import annotations

import time


def warmup() -> float:
    """Compile (or load from the cache) every kernel of suites, those of packing that they use among them; seconds that it took."""
    from leafmark.parcels.suites.choosing import suite

    began = time.perf_counter()
    size = {"length_mm": 10, "width_mm": 10, "height_mm": 10, "weight_g": 1}
    orders = [{"order_id": str(n), "item_id": "1", "quantity": n, **size} for n in range(1, 9)]
    suite(orders, None, 1, held_out_share=0.5)
    return time.perf_counter() - began
