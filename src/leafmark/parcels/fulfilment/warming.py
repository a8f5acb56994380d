"""Compile the kernels before somebody waits for them."""

from __future__ import annotations

import time

import pyarrow as pa


def warmup() -> float:
    """Compile (or load from the cache) every kernel of fulfilment; seconds that it took."""
    from leafmark.parcels.fulfilment.allocating import allocate

    began = time.perf_counter()
    # Two lines of one order whose stock lies apart: the plan is above its bound, so the kernels that improve it run too.
    demand = {"sku": ["a", "b", "a"], "region": ["r"] * 3, "quantity": [1, 1, 1], "weight_g": [1000] * 3}
    stock = {"warehouse": ["v", "w", "w"], "sku": ["a", "a", "b"], "quantity": [1, 1, 1]}
    lanes = {"warehouse": ["v", "w"], "region": ["r", "r"], "distance_km": [1.0, 2.0], "kg_co2e_per_tkm": [0.1, 0.1]}
    orders = {**demand, "order_id": ["1", "1", "2"]}
    for each in (demand, orders):
        allocate(pa.table(each), pa.table(stock), pa.table(lanes), parcel_co2e_mg=1000, history=pa.table(demand))
    return time.perf_counter() - began
