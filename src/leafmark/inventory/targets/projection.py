"""What becomes of the actuals if they go on as they did: a straight trend with a 95 % prediction interval.

    y = a + b x year, by least squares;   y(x0) -+ t(97.5 %, n - 2) x s x sqrt(1 + 1/n + (x0 - mean)^2 / Sxx)

over the amounts (`linear`) or their logarithms (`log`: a constant rate, never below 0). The formula is every textbook's (NIST/SEMATECH
e-Handbook of Statistical Methods, 4.1 and 1.3.6.7.2 for t). A trend is no plan: it knows nothing of what is going to be done.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

YEARS_LOW: Final = 4
"""Fewer years leave one degree of freedom or none, and a range as wide as anything."""
T_975: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""Student's t at 97.5 % for 1 to 30 degrees of freedom (NIST/SEMATECH, 1.3.6.7.2)."""
Z_975: Final = 1.959964


@dataclass(frozen=True, slots=True)
class Projected:
    """A year's trend in micrograms, with its 95 % range."""

    year: int
    middle_ug: float
    low_ug: float
    high_ug: float


@dataclass(frozen=True, slots=True)
class Projection:
    """A trend, or why there is none (`why_not`: too_few_years, not_positive)."""

    trend: str
    years: tuple[int, ...]
    projected: tuple[Projected, ...]
    percent_a_year: float | None
    why_not: str | None = None


def t_975(freedom: int) -> float:
    """Student's t at 97.5 %; past the table by two terms of Cornish and Fisher's expansion."""
    if freedom < 1:
        raise ValueError(f"freedom: expected 1 or more, found {freedom}")
    if freedom <= len(T_975):
        return T_975[freedom - 1]
    z = Z_975
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def project(actuals: Mapping[int, float], years: Iterable[int], trend: str = "log") -> Projection:
    """The trend of `actuals` (year -> micrograms) in `years`."""
    known = tuple(sorted(actuals))
    if len(known) < YEARS_LOW:
        return Projection(trend, known, (), None, "too_few_years")
    if trend == "log" and min(actuals.values()) <= 0:
        return Projection(trend, known, (), None, "not_positive")
    x = np.array(known, np.float64)
    raw = np.array([float(actuals[year]) for year in known])
    y = np.log(raw) if trend == "log" else raw
    centre, spread = float(x.mean()), float(((x - x.mean()) ** 2).sum())
    slope = float(((x - centre) * (y - y.mean())).sum() / spread)
    start = float(y.mean())
    error = math.sqrt(float(((y - start - slope * (x - centre)) ** 2).sum()) / (len(x) - 2))
    quantile = t_975(len(x) - 2)
    found = []
    for year in years:
        middle = start + slope * (year - centre)
        half = quantile * error * math.sqrt(1 + 1 / len(x) + (year - centre) ** 2 / spread)
        ends = (middle, middle - half, middle + half)
        found.append(Projected(year, *(math.exp(end) for end in ends)) if trend == "log" else Projected(year, *ends))
    return Projection(trend, known, tuple(found), 100 * (math.exp(slope) - 1) if trend == "log" else None)
