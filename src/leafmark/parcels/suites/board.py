"""A carton of corrugated board from its inner size: blank, mass, outer size.

The ordinary slotted case, FEFCO-ESBO code 0201: one blank of length 2 L + 2 W + joint and height H + W, since top and bottom flaps
are W / 2 deep each; L is the longer and W the shorter edge of the opening. Allowances for scores are left out (a few mm).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Board:
    """Corrugated board, and what it may carry.

    Parameters
    ----------
    mass_g_per_m2 : 515, the mean of board shipped in Europe (FEFCO, Annual Statistics 2015, key statistics).
    wall_mm : 4, single wall, C flute; the flaps lie on each other above and below, so there it is twice that.
    joint_mm : 35, lap of the glued joint (30 to 40 mm is usual).
    max_weight_g : 30,000 of contents; parcel networks take up to 31.5 kg gross.
    cost_per_m2 : money for a square metre of blank; None leaves the cartons without a cost.
    """

    mass_g_per_m2: float = 515.0
    wall_mm: int = 4
    joint_mm: int = 35
    max_weight_g: int = 30_000
    cost_per_m2: float | None = None


def blank_m2(inner_mm: NDArray[np.int64], board: Board) -> NDArray[np.float64]:
    """Area of the blanks of cartons of inner size int64 [cartons, 3]: length, width, height."""
    length, width, height = inner_mm.T
    area: NDArray[np.float64] = (2 * length + 2 * width + board.joint_mm) * (height + width) / 1e6
    return area


def slotted_cases(inner_mm: NDArray[np.int64], board: Board) -> list[dict[str, Any]]:
    """Rows of `CARTONS_SCHEMA` for slotted cases of inner size int64 [cartons, 3]; named by their size in mm."""
    rows = []
    for (length, width, height), area_m2 in zip(inner_mm.tolist(), blank_m2(inner_mm, board).tolist(), strict=True):
        rows.append(
            {
                "carton_id": f"{length}x{width}x{height}", "kind": "box",
                "inner_length_mm": length, "inner_width_mm": width, "inner_height_mm": height,
                "outer_length_mm": length + 2 * board.wall_mm, "outer_width_mm": width + 2 * board.wall_mm,
                "outer_height_mm": height + 4 * board.wall_mm,
                "tare_g": round(area_m2 * board.mass_g_per_m2), "max_weight_g": board.max_weight_g,
                "cost": None if board.cost_per_m2 is None else round(area_m2 * board.cost_per_m2, 6),
            }
        )  # fmt: skip
    return rows
