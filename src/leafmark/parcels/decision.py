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
from typing import Final

METHOD_ID: Final = "parcels.decision"
METHOD_VERSION: Final = 1

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


def haul_co2e_mg(gross_g: float, outer_mm3: float, distance_km: float, haul: Haul) -> float:
    """Milligrams of CO2e for carrying one parcel: by mass, or by the room it takes where that is more."""
    chargeable_kg = max(gross_g / 1e3, outer_mm3 / 1e9 * haul.density_kg_per_m3)
    return chargeable_kg * distance_km * haul.kg_co2e_per_tkm * 1e3  # kg/1000 t x km x kg/tkm = kg/1000; x 1e6 mg


def packaging_co2e_mg(tare_g: float, kg_co2e_per_kg: float, use_count: float, return_co2e_mg: float) -> float:
    """Milligrams of CO2e for the carton of one parcel: its making over its uses, and its way back."""
    return tare_g * kg_co2e_per_kg * 1e3 / use_count + return_co2e_mg
