"""packingsolver3d: PackingSolver's `box`, bins of several sizes at least total cost (the carton's mass, or 1 where their number counts); it knows weight, no support.

An order for which it finds nothing in its time is packed bin by bin: the most volume into one carton, as `one_at_a_time` chooses.
"""

from __future__ import annotations

from one_at_a_time import cartons_for
from packingsolver3d import ALL_ROTATIONS, BinType, Instance, ItemType, Objective, OptimizationMode, box

SECONDS = 1.0
"""Most for one order; the fixed schedule ends before on most. Bin by bin: for each carton tried."""


def new(cartons, support_share):
    """A packer of orders."""
    return lambda pieces: pack(pieces, cartons)


def pack(pieces, cartons):
    """One order."""
    bins = [_bin(carton, len(pieces)) for carton in cartons]
    packed, left = solved(pieces, bins, Objective.VARIABLE_SIZED_BIN_PACKING)
    return (packed, left) if not left else cartons_for(pieces, cartons, fill)


def fill(pieces, carton):
    """One carton, as full as it finds."""
    packed, left = solved(pieces, [_bin(carton, 1)], Objective.KNAPSACK)
    return (packed[0][1] if packed else []), left


def _bin(carton, copies):
    _, length, width, height, cost, max_weight_g = carton
    return BinType(x=length, y=width, z=height, cost=cost, copies=copies, maximum_weight=max_weight_g)


def solved(pieces, bins, objective):
    """[(bin type, placed)], pieces left; pieces of one row are one item type."""
    rows = {}
    for piece in pieces:
        rows.setdefault(piece[0], []).append(piece)
    items = [
        ItemType(x=same[0][1], y=same[0][2], z=same[0][3], weight=same[0][4], copies=len(same), rotations=ALL_ROTATIONS)
        for same in rows.values()
    ]
    instance = Instance(bin_types=bins, item_types=items, objective=objective)
    result = box.solve(instance, time_limit=SECONDS, optimization_mode=OptimizationMode.NOT_ANYTIME)
    keys, packed = list(rows), []
    left = {row: len(same) for row, same in rows.items()}
    for used in result.bins:
        placed = [
            [keys[each.item_type_id], each.x, each.y, each.z, each.lx, each.ly, each.lz]
            for each in result.placements
            if each.bin_id == used.bin_id
        ]
        for _ in range(used.copies if placed else 0):  # it opens bins that it leaves empty
            packed.append((used.bin_type_id, placed))
            for each in placed:
                left[each[0]] -= 1
    return packed, [piece for row, count in left.items() for piece in rows[row][:count]]
