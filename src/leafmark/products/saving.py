"""The saving panel: what a product avoids, or adds, in use against a reference model. It is no part of any footprint.

    avoided = (reference kWh/yr - product kWh/yr) x years x grid kgCO2e/kWh

Signed: a product that uses more than the reference has a negative saving, which the label heads and states as
additional emissions, disclosed alike. The range comes from
paired draws: the grid's factor is one error shared by both models, each kWh figure has its own, all lognormal with the
published value as the mean. The draws are a fixed low-discrepancy sequence, so a replay is bit-exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Final

from .footprint import Z95
from .words import Words

BOOK: Final = "impact"
DRAWS: Final = 4_000
UG_PER_KG: Final = 1_000_000_000
YEARS_MAX: Final = 100
KWH_YEAR_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SavingPanel:
    """An avoided-emissions claim with its counterfactual; micrograms CO2e over `years`, positive = avoided."""

    reference_model: Words
    reference_kwh_per_year: float
    kwh_per_year: float
    years: float
    use: Words
    grid_region: str
    grid_vintage: str
    grid_factor_id: str
    grid_kg_per_kwh: float
    avoided_ug: int
    low_ug: int
    high_ug: int
    method: str = "leafmark.saving/1"
    reference_why: Words = ""

    @property
    def kind(self) -> str:
        """`avoided`, or `additional` where the product uses more than the reference: that is no saving."""
        return "additional" if self.avoided_ug < 0 else "avoided"

    def in_use_ug(self, kwh_per_year: float, years: float) -> int:
        """Micrograms CO2e of so much electricity a year over so many years, on the panel's grid."""
        return round(kwh_per_year * years * self.grid_kg_per_kwh * UG_PER_KG)


def _halton(index: int, base: int) -> float:
    """Give one term of the van der Corput sequence in `base` (Halton 1960), in (0, 1)."""
    fraction, result = 1.0, 0.0
    while index:
        fraction /= base
        result += fraction * (index % base)
        index //= base
    return result


@lru_cache(maxsize=1)
def _normals() -> tuple[tuple[float, float, float], ...]:
    """Give `DRAWS` triples of standard normal values: grid, product, reference."""
    inverse = NormalDist().inv_cdf
    return tuple((inverse(_halton(i, 2)), inverse(_halton(i, 3)), inverse(_halton(i, 5))) for i in range(1, DRAWS + 1))


def _factor(gsd: float, normal: float) -> float:
    """Give one lognormal draw of mean 1 and geometric standard deviation `gsd`."""
    sigma = math.log(gsd)
    return math.exp(sigma * normal - sigma**2 / 2)


def _check(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError(f"saving: {name}: expected {low} to {high}, found {value!r}")


def saving_panel(
    *,
    reference_model: Words,
    reference_kwh_per_year: float,
    kwh_per_year: float,
    years: float,
    use: Words,
    grid_region: str,
    grid_vintage: str,
    grid_factor_id: str,
    grid_kg_per_kwh: float,
    grid_gsd: float,
    kwh_gsd: float = 1.0,
    reference_kwh_gsd: float = 1.0,
    reference_why: Words = "",
) -> SavingPanel:
    """Work out the saving and its 95 % range.

    Parameters
    ----------
    reference_kwh_per_year, kwh_per_year
        Electricity of the reference model and of this product in the same use, kWh per year.
    years
        The period claimed, years; the grid is held constant over it.
    grid_kg_per_kwh
        Generation + upstream + losses of the grid named, kgCO2e/kWh.
    grid_gsd, kwh_gsd, reference_kwh_gsd
        Geometric standard deviations, >= 1.
    reference_why
        Why this model is the reference, in words.

    Raises
    ------
    ValueError
        If the reference, its use or the grid is not named, or a number is out of its bounds.
    """
    for name, text in (("reference_model", reference_model), ("use", use), ("grid_factor_id", grid_factor_id)):
        if not text:
            raise ValueError(f"saving: {name}: an avoided-emissions claim names its counterfactual; found nothing")
    for name, kwh in (("reference_kwh_per_year", reference_kwh_per_year), ("kwh_per_year", kwh_per_year)):
        _check(name, kwh, 0, KWH_YEAR_MAX)
    _check("years", years, 0, YEARS_MAX)
    _check("grid_kg_per_kwh", grid_kg_per_kwh, 0, 10)
    for name, gsd in (("grid_gsd", grid_gsd), ("kwh_gsd", kwh_gsd), ("reference_kwh_gsd", reference_kwh_gsd)):
        _check(name, gsd, 1, 10)
    scale = years * grid_kg_per_kwh * UG_PER_KG
    value = (reference_kwh_per_year - kwh_per_year) * scale
    if kwh_gsd == reference_kwh_gsd == 1.0:
        sigma = math.log(grid_gsd)
        ends = sorted(value * math.exp(sign * Z95 * sigma - sigma**2 / 2) for sign in (-1, 1))
    else:
        drawn = sorted(
            _factor(grid_gsd, grid)
            * (reference_kwh_per_year * _factor(reference_kwh_gsd, theirs) - kwh_per_year * _factor(kwh_gsd, ours))
            for grid, ours, theirs in _normals()
        )
        ends = [drawn[round(DRAWS * 0.025)] * scale, drawn[round(DRAWS * 0.975) - 1] * scale]
    return SavingPanel(
        reference_model=reference_model,
        reference_kwh_per_year=reference_kwh_per_year,
        kwh_per_year=kwh_per_year,
        years=years,
        use=use,
        grid_region=grid_region,
        grid_vintage=grid_vintage,
        grid_factor_id=grid_factor_id,
        grid_kg_per_kwh=grid_kg_per_kwh,
        avoided_ug=round(value),
        low_ug=round(min(ends[0], value)),
        high_ug=round(max(ends[1], value)),
        reference_why=reference_why,
    )
