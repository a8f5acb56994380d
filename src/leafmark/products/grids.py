"""What one kilowatt-hour of other grids emits, by the very packs, method and day of a run of `appliance.use`: a what-if, never a figure.

    what if = kWh a year x years x the other grid's kgCO2e per kWh

A run's own figures stay what they are. A grid is given only where the pack has one of that region itself: the world's mean in its place
would say nothing about it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from leafmark.engine.line_factors import LineFactors
from leafmark.engine.pinned import open_pinned
from leafmark.engine.run import Run, open_run
from leafmark.engine.schema import UG_PER_KG

from .footprint import Z95
from .saving_from_run import METHOD

KEY: Final = "electricity.grid"


@dataclass(frozen=True, slots=True)
class Grid:
    """A region's grid: kgCO2e per kWh with its relative standard deviation, the factor and the year of its data."""

    region: str
    kg_per_kwh: float
    relative_sd: float
    factor_id: str
    data_year: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The use of an appliance on another grid: micrograms CO2e over `years`, with its 95 % range, all of it the grid's."""

    grid: Grid
    kwh_per_year: float
    years: float
    co2e_ug: int
    low_ug: int
    high_ug: int


def grids_of_run(run: Run | str | Path, regions: Iterable[str]) -> dict[str, Grid]:
    """The grids of regions as this run would have met them; none where the run is of another method or the pack lacks it."""
    finished = run if isinstance(run, Run) else open_run(run)
    if finished.record["method"]["id"] != METHOD:
        return {}
    pinned = open_pinned(finished)
    factors = LineFactors(pinned.packs, pinned.method, pinned.settings)
    found = {}
    for region in regions:
        met = factors.meet(KEY, region, pinned.settings.default_date, 0)
        if met is None or met.level:
            continue
        used = [factors.used(each) for each in met.factor_ids]
        found[region] = Grid(
            region, sum(each.co2e_kg for each in used), met.rel_sd, ", ".join(met.factor_ids),
            ", ".join(sorted({str(each.factor.data_year) for each in used})),
        )  # fmt: skip
    return found


def what_if(grid: Grid, kwh_per_year: float, years: float) -> WhatIf:
    """The use stage on another grid; a lognormal range of the grid's own spread.

    Raises
    ------
    ValueError
        Energy or years are no positive numbers.
    """
    for name, value in (("kwh_per_year", kwh_per_year), ("years", years)):
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"what if: {name}: expected a number above 0, found {value!r}")
    value = kwh_per_year * years * grid.kg_per_kwh * UG_PER_KG
    sigma = math.sqrt(math.log1p(grid.relative_sd**2))
    low, high = (value * math.exp(-(sigma**2) / 2 + sign * Z95 * sigma) for sign in (-1, 1))
    return WhatIf(grid, kwh_per_year, years, round(value), round(min(low, value)), round(max(high, value)))
