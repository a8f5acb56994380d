"""The way of a parcel where nobody says another: an average diesel van, well to wheel, by the pack's newest factors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from leafmark.factors.model import builtin

KEY: Final = "freight.van.average.diesel"
REGION: Final = "GB"
WELL_TO_WHEEL: Final = ("ttw", "wtt")
"""The two boundaries whose sum is well to wheel (ISO 14083: WTW = TTW + WTT)."""


@dataclass(frozen=True)
class VanFactor:
    """Kilograms CO2e per tonne-kilometre with their source: its publisher and title, and the year of the data."""

    kg_co2e_per_tkm: float
    factor_ids: tuple[str, ...]
    source: str
    data_year: int


@cache
def van_factor() -> VanFactor:
    """The built-in pack's newest factor of a van.

    Raises
    ------
    LookupError : the pack has no year in which both parts are given.
    """
    pack = builtin()
    ids = [each for each in pack.ids if each.startswith(f"{KEY}@{REGION}:")]
    for year in sorted({each.rpartition(":")[2] for each in ids}, reverse=True):
        wanted = tuple(f"{KEY}@{REGION}:{boundary}:{year}" for boundary in WELL_TO_WHEEL)
        if all(each in ids for each in wanted):
            found = [pack.factor(each) for each in wanted]
            source = pack.source_of(found[0])
            return VanFactor(
                round(sum(each.co2e_kg for each in found), 9),
                wanted,
                f"{source.publisher}: {source.title}",
                int(found[0].data_year or source.year),
            )
    raise LookupError(f"the pack has no {KEY}@{REGION} with {' and '.join(WELL_TO_WHEEL)} of one year")
