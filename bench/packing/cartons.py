"""Cartons of the bench: a suite of sixteen sizes of corrugated board.

A carton is FEFCO 0201, the ordinary slotted case: its blank is (2 L + 2 W + joint) x (H + W), with all flaps W / 2 deep (FEFCO Code,
12th edition, 0201). Its mass is the blank's area times the mean mass of corrugated board as it was sold in Europe, 515 g/m2 (FEFCO,
Annual Statistics 2015, key statistics). Single wall, C flute: 4 mm thick, twice that above and below, where flaps overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from leafmark.parcels.tables import CARTONS_SCHEMA

BOARD_G_PER_M2: Final = 515
WALL_MM: Final = 4
JOINT_MM: Final = 35
"""Lap of the glued joint: 30 to 40 mm is usual."""
PARCEL_WEIGHT_G_MAX: Final = 30_000
"""Of the contents: parcel networks take 31.5 kg gross."""


@dataclass(frozen=True)
class Carton:
    """A carton: its inner size, mass and the mass that it may hold."""

    carton_id: str
    length_mm: int
    width_mm: int
    height_mm: int
    outer_mm: tuple[int, int, int]
    tare_g: int
    max_weight_g: int

    @property
    def inner_mm3(self) -> int:
        """Volume that can be filled."""
        return self.length_mm * self.width_mm * self.height_mm

    def holds(self, sides_mm: Sequence[int], weight_g: int) -> bool:
        """Whether one piece fits, turned at will; its sides sorted, the shortest first."""
        inner_mm = sorted((self.length_mm, self.width_mm, self.height_mm))
        return weight_g <= self.max_weight_g and all(a <= b for a, b in zip(sides_mm, inner_mm, strict=True))


def slotted(length_mm: int, width_mm: int, height_mm: int) -> Carton:
    """A slotted case (FEFCO 0201) of an inner size, length >= width."""
    blank_mm2 = (2 * length_mm + 2 * width_mm + JOINT_MM) * (height_mm + width_mm)
    return Carton(
        f"{length_mm // 10}x{width_mm // 10}x{height_mm // 10}",
        length_mm, width_mm, height_mm,
        (length_mm + 2 * WALL_MM, width_mm + 2 * WALL_MM, height_mm + 4 * WALL_MM),
        round(blank_mm2 / 1e6 * BOARD_G_PER_M2),
        PARCEL_WEIGHT_G_MAX,
    )  # fmt: skip


SIXTEEN: Final = tuple(
    slotted(*sides_mm)
    for sides_mm in (
        (200, 150, 100), (250, 200, 100), (250, 200, 150), (300, 200, 200), (300, 250, 200), (350, 250, 150),
        (400, 300, 150), (400, 300, 200), (300, 300, 300), (400, 300, 300), (450, 350, 250), (500, 400, 300),
        (400, 400, 400), (600, 400, 300), (600, 400, 400), (600, 500, 400),
    )
)  # fmt: skip
"""Three to 120 litres."""


def table(cartons: Sequence[Carton] = SIXTEEN) -> pa.Table:
    """The cartons as `CARTONS_SCHEMA`."""
    rows = [
        {
            "carton_id": carton.carton_id, "kind": "box",
            "inner_length_mm": carton.length_mm, "inner_width_mm": carton.width_mm, "inner_height_mm": carton.height_mm,
            "outer_length_mm": carton.outer_mm[0], "outer_width_mm": carton.outer_mm[1], "outer_height_mm": carton.outer_mm[2],
            "tare_g": carton.tare_g, "max_weight_g": carton.max_weight_g,
        }
        for carton in cartons
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=CARTONS_SCHEMA)
