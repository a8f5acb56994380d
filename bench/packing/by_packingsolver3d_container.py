"""A peer on one container: packingsolver3d, in an environment of its own. Reads an instance as JSON lines, writes its pieces so.

Run by the Python of the peer's environment; it imports nothing of Leafmark.
"""

from __future__ import annotations

import json
import sys

from packingsolver3d import BinType, Instance, ItemType, Objective, Rotation, box


def solved(size: list[int], rows: list[dict], seconds: float) -> list[list[int]]:
    """(row, x, y, z, along x, along y, along z) of every piece; a knapsack by volume."""
    items = []
    for row in rows:
        upright = [row["length_upright"], row["width_upright"], row["height_upright"]]
        # `YZX`: the item's y runs along the bin's x, its z along y, its x along z (as placed; its docs read the other way round).
        rotations = [way for way in Rotation if upright["XYZ".index(way.value[2])]]
        items.append(
            ItemType(
                x=row["length_mm"], y=row["width_mm"], z=row["height_mm"], copies=row["quantity"], rotations=rotations
            )
        )
    instance = Instance(
        bin_types=[BinType(x=size[0], y=size[1], z=size[2], copies=1)], item_types=items, objective=Objective.KNAPSACK
    )
    found = box.solve(instance, time_limit=seconds)
    return [
        [piece.item_type_id, piece.x, piece.y, piece.z, piece.lx, piece.ly, piece.lz]
        for bin in found.bins
        for piece in bin.placements
    ]


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(solved(asked["size"], asked["rows"], asked["seconds"])), flush=True)
