"""The average of a category's estimates: what products of it typically emit per unit, with its range.

An estimate is its category's figure and no product's own, so products are never ranked by it. Whole categories of one purpose may stand
beside each other (DESIGN, "Like with like"), by the plain mean over their products of grams per unit, where all else of the basis agrees.

Products of a category rest on few factors, and one factor's error is the same in all of them. So standard deviations add up within a
factor and variances between factors. A doubt about a product's mass is none about its grams per kg; so of the products on one factor the
narrowest spread is taken for the factor's own. Where all of them have a doubt of their own besides, the range comes out too wide.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from .footprint import Z95, Basis, Footprint, lognormal


@dataclass(frozen=True, slots=True)
class Estimate:
    """One product's estimate: micrograms CO2e, of so many units (kg), and the factor it rests on."""

    footprint: Footprint
    units: float
    factor_id: str | None


@dataclass(frozen=True, slots=True)
class Average:
    """The mean of a category's estimates, micrograms CO2e per unit, with its 95 % range; `count` products went in."""

    count: int
    mean_ug: int
    low_ug: int
    high_ug: int


APART: Final = ("category", "functional_unit")
"""Of a basis: what differs between categories. Their purpose stands for it; all else must agree."""


def basis_key(basis: Basis) -> str:
    """A hash of all that two categories' averages must share besides their purpose: boundary, stages, method, GWP set, ..."""
    shared = {name: value for name, value in asdict(basis).items() if name not in APART}
    return hashlib.sha256(json.dumps(shared, sort_keys=True).encode()).hexdigest()


def units_of(row: Mapping[str, Any], per: str) -> float | None:
    """How many units of `per` (kg) a product is, by its catalogue's row; None where that is not stated."""
    for amount, unit in (("mass_kg", "kg"), ("count_amount", row.get("count_unit"))):
        value = row.get(amount)
        if unit == per and value is not None and math.isfinite(float(value)) and float(value) > 0:
            return float(value)
    return None


def average(estimates: Iterable[Estimate]) -> Average | None:
    """Average estimates of one category, purpose and basis; None where none has a figure.

    Returns
    -------
    The mean of grams per unit, each product counting once, and the central 95 % of a lognormal of that mean and of the standard
    deviation s: s^2 = sum over factors of (the factor's least relative deviation x the sum of its products' values / n)^2.
    """
    values: list[float] = []
    of_factor: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for each in estimates:
        footprint = each.footprint
        if not footprint.known or footprint.co2e_ug is None:
            continue
        value = footprint.co2e_ug / each.units
        values.append(value)
        fitted = lognormal(footprint)
        spread = 0.0 if fitted is None else math.sqrt(math.expm1(fitted[1] ** 2))
        of_factor[each.factor_id or f"of {footprint.product_id}"].append((spread, value))
    if not values:
        return None
    count = len(values)
    mean = math.fsum(values) / count
    shares = (min(group)[0] * math.fsum(value for _, value in group) / count for group in of_factor.values())
    deviation = math.sqrt(math.fsum(each**2 for each in shares))
    low = high = mean
    if mean > 0 and deviation > 0:
        sigma = math.sqrt(math.log1p((deviation / mean) ** 2))
        low, high = (mean * math.exp(-(sigma**2) / 2 + sign * Z95 * sigma) for sign in (-1, 1))
    return Average(count, round(mean), round(min(low, mean)), round(max(high, mean)))
