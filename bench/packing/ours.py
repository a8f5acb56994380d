"""Leafmark on the bench's work, in a process of its own.

python -m bench.packing.ours FOLDER OBJECTIVE SUPPORT_SHARE REPEATS [THREADS]

Reads orders.parquet and cartons.parquet of FOLDER, warms the kernels, packs all orders `REPEATS` times on the clock (tables in,
tables out: reading the rows, packing, and writing the plan all count) and leaves plan-*.parquet and ours.json there.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

from leafmark.parcels.packing import cartonize, warmup

WARM_ORDERS = 200
"""Packed before the clock runs: kernels are compiled per form of their arguments."""


def main(folder: Path, objective: str, support_share: float, repeats: int, threads: int | None) -> None:
    orders, cartons = pq.read_table(folder / "orders.parquet"), pq.read_table(folder / "cartons.parquet")
    warmup_s = warmup()
    ids = set(orders.column("order_id").unique().to_pylist()[:WARM_ORDERS])
    few = orders.filter([order_id in ids for order_id in orders.column("order_id").to_pylist()])
    cartonize(few, cartons, objective, support_share=support_share, threads=threads)
    wall_s, cpu_s = [], []
    for _ in range(repeats):
        began, cpu_began = time.perf_counter(), time.process_time()
        plan = cartonize(orders, cartons, objective, support_share=support_share, threads=threads)
        wall_s.append(time.perf_counter() - began)
        cpu_s.append(time.process_time() - cpu_began)
    for name in ("parcels", "placements", "unpacked"):
        pq.write_table(getattr(plan, name), folder / f"plan-{name}.parquet")
    took = {"wall_s": sorted(wall_s)[repeats // 2], "cpu_s": sorted(cpu_s)[repeats // 2], "warmup_s": warmup_s}
    (folder / "ours.json").write_text(json.dumps(took))


if __name__ == "__main__":
    main(
        Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4]),
        int(sys.argv[5]) if len(sys.argv) > 5 else None,
    )  # fmt: skip
