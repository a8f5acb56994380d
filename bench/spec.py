"""What every contender computes, in one place: units, stages, grades, the range, and the shape of the answers.

One line's grams, in int64 micrograms CO2e: the unit's multiplier goes to the factor first, once, as the engine does it;
float64, and a half rounds up (no line is negative, none is near 2^52)::

    ug = round(amount * (to_factor_unit * (co2e_kg * 1e9)))

An order line's: the product's micrograms a piece (or a unit of money) are made first, once per product and year::

    ug = round(pieces * (amount_a_piece * (to_factor_unit * (co2e_kg * 1e9))))
    ug = round(spend * (price_index * (co2e_kg * 1e9)))

Every total is an integer sum of lines. The spread of a product groups by factor before it squares::

    variance = sum over factors of (sum of ug)^2 * (exp(ln(gsd)^2) - 1)
    s = sqrt(ln(1 + variance / total^2))
    low, high = total / sqrt(1 + variance / total^2) * exp(-+ 1.959963984540054 * s)

Factor of a line: the most specific region that has one for (key, date): the place, its country, WORLD. All contenders
write the same columns, named as in docs/formats.md.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path

UG_PER_KG = 1e9
Z_95 = 1.959963984540054
"""Two-sided 95 % point of the standard normal."""

STAGES = ("materials", "manufacturing", "packaging", "transport", "use", "end_of_life")
STATUSES = ("complete", "unknown")
TIERS = ("mass", "count", "spend")
GRADES = ("A", "B", "C", "D", "E", "unknown")
GRADE_LIMITS_UG = (6_000_000_000, 10_000_000_000, 14_500_000_000, 21_500_000_000)
"""Upper limits of A to D: frozen near the quintiles of the generated products, as a benchmark table would be."""

FACTOR_UNIT = {
    "kg": "kg", "g": "kg", "t": "kg",
    "kWh": "kWh", "MJ": "kWh",
    "t_km": "t_km",
    "m3": "m3", "L": "m3",
    "item": "item",
    "USD": "USD_2021_purchaser",
}  # fmt: skip
"""Unit in the data -> unit of the factors it meets."""

TO_FACTOR_UNIT = {
    "kg": 1.0, "g": 0.001, "t": 1000.0,
    "kWh": 1.0, "MJ": 10 / 36,
    "t_km": 1.0,
    "m3": 1.0, "L": 0.001,
    "item": 1.0,
    "USD": 1.0,
}  # fmt: skip
"""Multiplier from the unit in the data to the factor's unit."""

PRICE_INDEX = {2024: 270.970 / 313.689, 2025: 270.970 / 313.689}
"""Dollars of the year -> dollars of 2021, by annual CPI-U (US BLS, CUUR0000SA0); 2025 has none yet and takes 2024's."""

FIRST_YEAR, LAST_YEAR = 2022, 2025
EPOCH = date(1970, 1, 1)
NO_FACTOR = "factor_missing"
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Factor:
    """One row of a pack's factors.csv, as far as the benchmarks use it."""

    factor_id: str
    key: str
    region: str
    unit: str
    co2e_kg: float
    valid_from: date
    valid_to: date
    gsd: float


def read_pack(folder: Path) -> list[Factor]:
    """Read a pack's factors, sorted by factor_id, so that the smaller index is the smaller id."""
    with (folder / "factors.csv").open(encoding="utf-8", newline="") as file:
        factors = [
            Factor(
                row["factor_id"], row["key"], row["region"], row["unit"], float(row["co2e_kg"]),
                date.fromisoformat(row["valid_from"]), date.fromisoformat(row["valid_to"]), float(row["gsd"]),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    return sorted(factors, key=lambda factor: factor.factor_id)


def region_chain(region: str | None) -> list[str]:
    """Regions to try, most specific first; the position in the list is the factor_level."""
    if region is None or region == "WORLD":
        return ["WORLD"]
    country = region.split("-")[0]
    return [region, "WORLD"] if country == region else [region, country, "WORLD"]


def relative_variance(gsd: float) -> float:
    """Variance of a lognormal of mean 1 with this geometric standard deviation: exp(ln(gsd)^2) - 1."""
    return math.expm1(math.log(gsd) ** 2)


def lognormal_range(total_ug: int, variance: float) -> tuple[int, int]:
    """2.5 % and 97.5 % points (int micrograms) of the lognormal with this mean and variance (Fenton-Wilkinson)."""
    if total_ug == 0:
        return 0, 0
    ratio = 1.0 + variance / float(total_ug) ** 2
    median = total_ug / math.sqrt(ratio)
    spread = Z_95 * math.sqrt(math.log(ratio))
    return round(median * math.exp(-spread)), round(median * math.exp(spread))


def grade_of(total_ug: int, rejected_lines: int) -> str:
    """Grade of a product by the frozen limits; a product with a rejected line is unknown."""
    if rejected_lines:
        return "unknown"
    return GRADES[sum(total_ug > limit for limit in GRADE_LIMITS_UG)]
