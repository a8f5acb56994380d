"""From millimetres in a carton to a picture's plane: true isometric, so all three axes keep one scale and the line of sight is (1, 1, 1).

The carton's back corner is the origin: x runs down to the left, y down to the right, z up, as right-handed axes do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from .painting import Boxes, X, Y, Z

ACROSS: Final = math.cos(math.pi / 6)
DOWN: Final = math.sin(math.pi / 6)

Corner = tuple[float, float, float]
Size = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Plane:
    """Scale in pixels a millimetre, and where the origin lies in the picture."""

    scale: float
    left: float
    top: float

    def place(self, corner: Corner) -> tuple[float, float]:
        """Pixels from the left and the top."""
        across, down = flat(corner)
        return self.left + across * self.scale, self.top + down * self.scale


def flat(corner: Corner) -> tuple[float, float]:
    """A corner on the plane, in millimetres across and down."""
    x, y, z = corner
    return (y - x) * ACROSS, (x + y) * DOWN - z


def turned(boxes: Boxes, inner_mm: Size, turns: int) -> tuple[Boxes, Size]:
    """Boxes and carton turned by quarter turns about the upright, the carton's next corner coming to the front."""
    length, width, height = inner_mm
    for _ in range(turns % 4):
        boxes = np.stack(
            [width - boxes[:, 4], boxes[:, 0], boxes[:, 2], width - boxes[:, 1], boxes[:, 3], boxes[:, 5]], axis=1
        )
        length, width = width, length
    return boxes, (length, width, height)


def pulled_apart(boxes: Boxes, percent: int) -> Boxes:
    """Boxes moved away from the back corner by a share of their distance to it, and twice that upwards, so that layers are seen.

    What lay side by side, or on top, still does, with room between.
    """
    moved = boxes.copy()
    for axis, share in ((X, percent), (Y, percent), (Z, 2 * percent)):
        shift = boxes[:, axis] * share // 100
        moved[:, axis] += shift
        moved[:, 3 + axis] += shift
    return moved
