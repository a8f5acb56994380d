"""Where a piece's number stands in a picture: on that part of its three seen sides that no other piece hides, as large as fits."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .painting import Boxes, X, Y, Z, hides

POINTS: Final = 9
"""Points of a side are looked at in a square of so many by so many."""
POINTS_OF_MANY: Final = 5
MANY: Final = 120
DIGIT: Final = 0.6
"""Width of a digit as a share of the size of its type."""
SIDES: Final = ((Z, X, Y), (X, Y, Z), (Y, X, Z))
"""The axis that looks out of each side seen (top, left, right), and the two that lie in it."""


class Spot(NamedTuple):
    """A point on a side (0 top, 1 left, 2 right) of a piece, and the half lengths in millimetres that are free about it."""

    side: int
    at: tuple[float, float, float]
    half_mm: tuple[float, float]


def spots(boxes: Boxes) -> list[Spot | None]:
    """For each box the spot with the most room that is seen, or None where nothing of it is seen (at the points looked at)."""
    before = hides(boxes)
    points = POINTS if len(boxes) <= MANY else POINTS_OF_MANY
    return [_spot(boxes[place], boxes[before[place]], points) for place in range(len(boxes))]


def _spot(box: NDArray[np.int64], others: Boxes, points: int) -> Spot | None:
    best, most = None, 0.0
    share = (np.arange(points) + 0.5) / points
    for side, (out, one, two) in enumerate(SIDES):
        at = np.empty((points, points, 3))
        at[..., out] = box[3 + out]
        lengths = box[3 + one] - box[one], box[3 + two] - box[two]
        at[..., one] = (box[one] + share * lengths[0])[:, None]
        at[..., two] = (box[two] + share * lengths[1])[None, :]
        seen = ~_hidden(at.reshape(-1, 3), others).reshape(points, points)
        reach = _reach(seen)
        place = np.unravel_index(int(np.argmax(reach)), reach.shape)
        if reach[place] == 0:
            continue
        half = tuple(float(reach[place] - 0.5) / points * float(each) for each in lengths)
        if min(half) > most:
            x, y, z = (float(each) for each in at[place])
            best, most = Spot(side, (x, y, z), (half[0], half[1])), min(half)
    return best


def _hidden(at: NDArray[np.float64], others: Boxes) -> NDArray[np.bool_]:
    """Whether each point is hidden by one of the boxes, looked at along (1, 1, 1)."""
    if not len(others):
        return np.zeros(len(at), np.bool_)
    first = (others[None, :, :3] - at[:, None, :]).max(axis=2)
    last = (others[None, :, 3:] - at[:, None, :]).min(axis=2)
    hidden: NDArray[np.bool_] = ((first < last) & (last > 0)).any(axis=1)
    return hidden


def _reach(seen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many steps from each point every point is seen, counting itself and the side's edge; 0 where it is not seen."""
    reach = np.zeros(seen.shape, np.int64)
    now = seen
    while now.any():
        reach += now
        padded = np.pad(now, 1)
        now = np.logical_and.reduce([padded[a : a + len(seen), b : b + len(seen)] for a in range(3) for b in range(3)])
    return reach


def type_size(spot: Spot, digits: int, scale: float) -> float:
    """The largest type, in pixels, whose number stands upright within the free part of its side."""
    one, two = (half * scale for half in spot.half_mm)
    if spot.side == 0:  # a rhombus 1.73 across and 1 down for each pixel of its half side
        return min(one, two) / (DIGIT * digits / 2 / 1.73 + 0.5)
    return min(two / (0.5 + DIGIT * digits / 2 * 0.577), one * 0.866 / (DIGIT * digits / 2))
