"""The factors that the site packs by: those that the engine would take today, looked up once a day in each process."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

import pyarrow as pa

from leafmark.parcels.factors_used import MATERIAL_KEY, HaulFactor, haul_factor, material_factors

DAYS_KEPT = 2
SETS_KEPT = 64
"""Sets of materials that are remembered."""


def van_factor() -> HaulFactor:
    """An average diesel van, well to wheel."""
    return _van(dt.datetime.now(dt.UTC).date())


@lru_cache(maxsize=DAYS_KEPT)
def _van(day: dt.date) -> HaulFactor:
    return haul_factor(known_on=day)


def materials_of(cartons: Any) -> dict[str, float]:
    """kg CO2e per kg of every material that a table or a list of cartons names, and of board for those that name none.

    Raises
    ------
    ParcelsError : materials without a factor, by name.
    """
    if isinstance(cartons, pa.Table):
        named = cartons.column("material").to_pylist() if "material" in cartons.column_names else []
    else:
        named = [row.get("material") for row in cartons]
    keys = {str(each).strip() for each in named if each is not None and str(each).strip()} | {MATERIAL_KEY}
    return dict(_materials(tuple(sorted(keys)), dt.datetime.now(dt.UTC).date()))


@lru_cache(maxsize=SETS_KEPT)
def _materials(keys: tuple[str, ...], day: dt.date) -> tuple[tuple[str, float], ...]:
    return tuple((key, factor.kg_co2e_per_kg) for key, factor in material_factors(keys, known_on=day).items())
