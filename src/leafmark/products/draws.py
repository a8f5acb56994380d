"""Fixed low-discrepancy draws of standard normal values, so that a range from paired draws is the same on every replay."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import Final

DRAWS: Final = 4_000
BASES: Final = (2, 3, 5)


def _halton(index: int, base: int) -> float:
    """Give one term of the van der Corput sequence in `base` (Halton 1960), in (0, 1)."""
    fraction, result = 1.0, 0.0
    while index:
        fraction /= base
        result += fraction * (index % base)
        index //= base
    return result


@lru_cache(maxsize=len(BASES))
def normals(dimensions: int) -> tuple[tuple[float, ...], ...]:
    """Give `DRAWS` points of 1 to 3 independent standard normal values."""
    inverse = NormalDist().inv_cdf
    return tuple(tuple(inverse(_halton(i, base)) for base in BASES[:dimensions]) for i in range(1, DRAWS + 1))
