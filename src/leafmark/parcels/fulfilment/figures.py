"""Whole numbers of the sub-room: how a figure is rounded, and the limits within which no sum of 64 bits runs over."""

from __future__ import annotations

import math
from typing import Final

FORBIDDEN: Final = 2**61
"""Cost where no lane leads: above every figure that a plan can have."""

SUM_MAX: Final = 2**60
"""The largest product of pieces and cost that is let in; what the kernels add up stays below twice that."""

QUANTITY_MAX: Final = 10_000_000
"""Most pieces of one row: past it a quantity is a typing error."""

DISTANCE_KM_MAX: Final = 40_075.0
"""Longest lane: once round the Earth at the equator (WGS 84: 40,075 km)."""

RATE_MAX: Final = 100.0
"""Most kilograms CO2e of a tonne-kilometre; a cargo bike's to an airfreight parcel's are 0.0 to 3."""

MILLI: Final = 1000
"""Money is counted in thousandths of the unit that the lanes are given in, so that sums of it are exact."""


def whole(value: float) -> int:
    """The nearest whole number, halves up: the same in Python, NumPy and Numba."""
    return math.floor(value + 0.5)
