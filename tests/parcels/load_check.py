"""An independent check of a load, in plain NumPy: it knows the tables and nothing of the search.

It reads the *original* rows, not what the room made of them. Every fault is a sentence; a sound load has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

EDGES = ("length_mm", "width_mm", "height_mm")
UPRIGHT = ("length_upright", "width_upright", "height_upright")


def faults(load: Any, rows: Sequence[Mapping[str, Any]], support_share: float | None = None) -> list[str]:
    """What is wrong with a load: pieces outside, overlapping, lying wrong, too many, too heavy or without support."""
    placed = load.placements.to_pylist()
    found = _counted(load, rows, placed)
    if not placed:
        return found
    low = np.array([[p["x_mm"], p["y_mm"], p["z_mm"]] for p in placed], np.int64)
    size = np.array([[p["along_x_mm"], p["along_y_mm"], p["along_z_mm"]] for p in placed], np.int64)
    high = low + size
    inner = np.array([load.container.length_mm, load.container.width_mm, load.container.height_mm])
    found += [f"piece {i} is outside" for i in np.flatnonzero((low < 0).any(axis=1) | (high > inner).any(axis=1))]
    for i in range(len(placed) - 1):
        meet = (low[i] < high[i + 1 :]).all(axis=1) & (low[i + 1 :] < high[i]).all(axis=1)
        found += [f"pieces {i} and {i + 1 + j} overlap" for j in np.flatnonzero(meet)]
    found += [f"piece {i} lies as it may not" for i, p in enumerate(placed) if not _may_lie(p, rows[p["order_row"]])]
    volume = int(size.prod(axis=1).sum())
    if abs(load.fill - volume / int(inner.prod())) > 1e-12:
        found.append(f"fill is {load.fill}, and the pieces fill {volume / int(inner.prod())}")
    weight_g = sum(int(rows[p["order_row"]].get("weight_g") or 0) for p in placed)
    if load.container.max_weight_g is not None and weight_g > load.container.max_weight_g:
        found.append(f"{weight_g} g in a container for {load.container.max_weight_g} g")
    if weight_g != load.weight_g:
        found.append(f"weight_g is {load.weight_g}, and the pieces weigh {weight_g} g")
    if support_share is not None:
        found += [
            f"piece {i} has {share:.3f} of its base held"
            for i, share in enumerate(held(low, high))
            if share < support_share
        ]
    return found


def held(low: Any, high: Any) -> list[float]:
    """Share of each piece's base on the floor or on tops that touch it."""
    shares = []
    for i in range(len(low)):
        if low[i, 2] == 0:
            shares.append(1.0)
            continue
        below = high[:, 2] == low[i, 2]
        across = np.minimum(high[below, :2], high[i, :2]) - np.maximum(low[below, :2], low[i, :2])
        shares.append(float(across.clip(min=0).prod(axis=1).sum() / (high[i, :2] - low[i, :2]).prod()))
    return shares


def _counted(load: Any, rows: Sequence[Mapping[str, Any]], placed: Sequence[Mapping[str, Any]]) -> list[str]:
    """Loaded and unpacked pieces of every row are the row's pieces; the value is what they add up to."""
    loaded = Counter(p["order_row"] for p in placed)
    unpacked = {no["order_row"]: no["pieces"] for no in load.unpacked.to_pylist()}
    found = []
    if len(unpacked) != load.unpacked.num_rows:
        found.append("a row is unpacked twice")
    for number, row in enumerate(rows):
        if unpacked.get(number, 0) is None:
            continue
        have = loaded[number] + unpacked.get(number, 0)
        if have != int(row["quantity"]):
            found.append(f"row {number}: {row['quantity']} pieces, {have} accounted for")
    return found


def _may_lie(placed: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    edges = [int(row[name]) for name in EDGES]
    along = [placed["along_x_mm"], placed["along_y_mm"], placed["along_z_mm"]]
    rotation = row.get("rotation") or "any"
    if sorted(edges) != sorted(along) or placed["item_id"] != row["item_id"]:
        return False
    if rotation == "fixed" and along != edges:
        return False
    if rotation == "upright" and along[2] != edges[2]:
        return False
    return any(
        along[2] == edge and row.get(name) not in (False, "false") for edge, name in zip(edges, UPRIGHT, strict=True)
    )
