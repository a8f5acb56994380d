"""One peer on its part of the orders: reads the work, packs order after order on the clock, writes what lies where.

python work.py NAME WORK.json OUT.json PART PARTS     # every PARTS-th order, from PART on

WORK: {"orders": [[order_id, [[row, length, width, height, weight_g], ... one a piece]], ...],
       "cartons": [[carton_id, length, width, height, cost, max_weight_g], ...], "support_share": 0.75}
OUT: {"wall_s": ..., "cpu_s": ..., "orders": ..., "peer": name and version,
      "parcels": [[order_id, number, carton_id, [[row, x, y, z, along_x, along_y, along_z], ...]], ...], "unpacked": [row, ...]}

A peer is a function `new(cartons, support_share)` that gives `pack(pieces) -> ([(carton index, placed)], pieces left)`.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
import time
from pathlib import Path


def main(name: str, work: str, out: str, part: int, parts: int) -> None:
    given = json.loads(Path(work).read_text())
    pack = importlib.import_module(f"by_{name}").new(given["cartons"], given["support_share"])
    mine = given["orders"][part::parts]
    began, cpu_began = time.perf_counter(), time.process_time()
    done = [pack(pieces) for _, pieces in mine]
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu_began
    parcels, unpacked = [], []
    for (order_id, _), (packed, left) in zip(mine, done):  # noqa: B905  (the peers' Python may be older)
        for number, (carton, placed) in enumerate(packed, 1):
            parcels.append([order_id, number, given["cartons"][carton][0], placed])
        unpacked += [piece[0] for piece in left]
    version = f"{name} {importlib.metadata.version(name)}"
    answer = {
        "wall_s": wall_s, "cpu_s": cpu_s, "orders": len(mine), "peer": version, "parcels": parcels, "unpacked": unpacked,
    }  # fmt: skip
    Path(out).write_text(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
