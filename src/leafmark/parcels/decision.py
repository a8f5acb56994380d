"""Decision grams: what one more parcel costs the climate at the margin, to choose by; never posted to a book.

    packaging = tare_g x EF_material / use_count + return trip           (mg CO2e)
    haul      = max(gross kg, outer m3 x density) x km x EF_haul         (mg CO2e)

A van is full by weight or by volume, whichever comes first; so a parcel takes up room as if it weighed at least its outer volume
times a *dimensional density*. 167 kg/m3 is the parcel trade's own rule (6,000 cm3 a kg: IATA TACT Rules 3.9.4, and the divisor of
most express carriers). Booked grams are another thing: the methods of freight and packaging, allocated by mass or by parcel
as their standards say, computed by the engine (`leafmark.parcels.booked`); both are shown side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

METHOD_ID: Final = "parcels.decision"
METHOD_VERSION: Final = 1

Figures: TypeAlias = Any
"""A number, or float64 of any one shape."""

MG_PER_TKM_KG: Final = 1e3
"""Milligrams a kg and km at 1 kg CO2e per tonne-kilometre: 1e6 mg over 1,000 kg."""

MG_PER_G_KG_PER_KG: Final = 1e3
"""Milligrams a gram at 1 kg CO2e per kg."""

DENSITY_KG_PER_M3: Final = 1000 / 6
"""Dimensional density: 6,000 cm3 count as a kilogram."""


@dataclass(frozen=True)
class Haul:
    """The way that parcels go.

    Parameters
    ----------
    distance_km : of orders that give none of their own.
    kg_co2e_per_tkm : well to wheel, per tonne-kilometre; van or lorry, from the pack.
    density_kg_per_m3 : dimensional density; 0 counts mass alone.
    """

    distance_km: float
    kg_co2e_per_tkm: float
    density_kg_per_m3: float = DENSITY_KG_PER_M3


def haul_co2e_mg(gross_g: Figures, outer_mm3: Figures, distance_km: Figures, haul: Haul) -> Figures:
    """Milligrams of CO2e for carrying parcels, a figure or an array each: by mass, or by the room a parcel takes where that is more."""
    chargeable_kg = np.maximum(np.asarray(gross_g) / 1e3, np.asarray(outer_mm3) / 1e9 * haul.density_kg_per_m3)
    return chargeable_kg * distance_km * haul.kg_co2e_per_tkm * MG_PER_TKM_KG


def packaging_co2e_mg(tare_g: Figures, kg_co2e_per_kg: Figures, use_count: Figures, return_co2e_mg: Figures) -> Figures:
    """Milligrams of CO2e for the cartons of parcels, a figure or an array each: their making over their uses, and their way back."""
    return np.asarray(tare_g) * kg_co2e_per_kg * MG_PER_G_KG_PER_KG / use_count + return_co2e_mg
