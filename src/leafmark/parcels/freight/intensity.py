"""Intensities of your own from primary data: fuel, payload, load and empty running of a round trip, per tonne-kilometre.

    intensity = fuel per km x factor / (payload x load factor x (1 - empty share))        kg CO2e per tonne-kilometre

`fuel per km` is over all kilometres, loaded and empty; the tonne-kilometres are only those of the loaded ones. So empty running and
load are in the figure, once, and a leg has no column to bring them in again.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from leafmark.factors.model import Pack
from leafmark.parcels.freight.tables import ADJUSTMENT_MAX, DISTANCE_TYPES, FreightError

PAYLOAD_T_MAX: Final = 400_000.0
GSD_PRIMARY: Final = 1.1
"""Of measured fuel over weighed freight: a choice of ours, since nobody publishes it; `gsd` takes your own."""


@dataclass(frozen=True)
class Intensity:
    """kg CO2e per tonne-kilometre, tank to wheel and well to tank; of which kilometre, and from what data."""

    key: str
    ttw_kg_per_tkm: float
    wtt_kg_per_tkm: float
    distance_type: str
    data_type: str
    period: tuple[dt.date, dt.date]
    said: str
    gsd: float = GSD_PRIMARY

    @property
    def wtw_kg_per_tkm(self) -> float:
        """Well to wheel."""
        return self.ttw_kg_per_tkm + self.wtt_kg_per_tkm


def intensity(
    key: str, *, fuel: float, km: float, payload_t: float, load_factor: float, empty_share: float, ttw_kg_per_unit: float,
    wtt_kg_per_unit: float, period: tuple[dt.date, dt.date], distance_type: str = "actual", distance_adjustment_factor: float | None = None,
    data_type: str = "primary", gsd: float = GSD_PRIMARY,
) -> Intensity:  # fmt: skip
    """The intensity of a vehicle, or of a fleet, over a period.

    Parameters
    ----------
    key : of the factor it will be, e.g. own.van.north; not one of the built-in pack.
    fuel : units (L, kWh, kg) burnt over all `km`, loaded and empty, there and back. km : actual kilometres.
    payload_t : what the vehicle may carry, tonnes. load_factor : 0 to 1, of the payload, on the loaded kilometres.
    empty_share : 0 to 1, of all kilometres run empty.
    ttw_kg_per_unit, wtt_kg_per_unit : kg CO2e per unit of the fuel.
    distance_type : of the tonne-kilometre that comes out. `sfd` or `gcd` need the adjustment factor: actual over planned distance;
        fewer planned than actual kilometres, so the figure is the larger by it.

    Raises
    ------
    FreightError : a figure outside its range, by name.
    """
    for name, value, low, high in (
        ("fuel", fuel, 0.0, 1e12), ("km", km, 1e-9, 1e12), ("payload_t", payload_t, 1e-6, PAYLOAD_T_MAX), ("load_factor", load_factor, 1e-6, 1.0),
        ("empty_share", empty_share, 0.0, 1 - 1e-6), ("ttw_kg_per_unit", ttw_kg_per_unit, 0.0, 1e5), ("wtt_kg_per_unit", wtt_kg_per_unit, 0.0, 1e5),
        ("distance_adjustment_factor", 1.0 if distance_adjustment_factor is None else distance_adjustment_factor, 1.0, ADJUSTMENT_MAX),
        ("gsd", gsd, 1.0, 100.0),
    ):  # fmt: skip
        if not math.isfinite(value) or not low <= value <= high:
            raise FreightError(f"intensity {key}: {name} is {value:g}; {low:g} to {high:g} is expected.")
    if distance_type not in DISTANCE_TYPES:
        raise FreightError(f"intensity {key}: distance_type {distance_type!r}; {', '.join(DISTANCE_TYPES)} are known.")
    if (distance_type == "actual") != (distance_adjustment_factor is None):
        raise FreightError(
            f"intensity {key}: the fuel is of actual kilometres; a distance adjustment factor goes with sfd or gcd, and only with them."
        )
    factor = 1.0 if distance_adjustment_factor is None else distance_adjustment_factor
    tonne_km = payload_t * load_factor * km * (1 - empty_share) / factor
    return Intensity(
        key, fuel * ttw_kg_per_unit / tonne_km, fuel * wtt_kg_per_unit / tonne_km, distance_type, data_type, period,
        f"fuel {fuel:g} over {km:g} km, payload {payload_t:g} t, load factor {load_factor:g}, empty share {empty_share:g}, "
        f"distance adjustment factor {factor:g}; empty running and load are inside",
        gsd,
    )  # fmt: skip


def intensity_pack(
    made: Sequence[Intensity], *, region: str, known_on: dt.date, gwp_set: str = "AR5", publisher: str = "own records", pack_id: str = "own-freight",
) -> Pack:  # fmt: skip
    """A private pack of intensities, for `pack=[builtin(), ...]`; `gwp_set` is that of the fuel factors they were made with."""
    rows: list[dict[str, Any]] = []
    for each in made:
        for boundary, value in (("ttw", each.ttw_kg_per_tkm), ("wtt", each.wtt_kg_per_tkm)):
            rows.append({
                "factor_id": f"{each.key}@{region}:{boundary}:{each.period[0].year}", "key": each.key, "theme": "freight",
                "name_en": each.key, "region": region, "boundary": boundary, "unit": "t_km", "co2e_kg": value, "gwp_set": gwp_set,
                "data_year": each.period[0].year, "valid_from": each.period[0], "valid_to": each.period[1], "published_on": known_on,
                "gsd": each.gsd, "gsd_basis": "default:primary_records", "source_id": "own", "locator": each.said,
                "note": f"{each.data_type}; per tonne-km of {each.distance_type} distance",
            })  # fmt: skip
    source = {
        "source_id": "own", "publisher": publisher, "title": "Fuel and freight records", "year": known_on.year, "licence": "private",
        "licence_class": "private",
    }  # fmt: skip
    fields = {
        "id": pack_id,
        "version": known_on.isoformat(),
        "title": "Own freight intensities",
        "licence_note": "private",
        "gwp_note": gwp_set,
    }
    return Pack.from_rows(fields, rows, [source])
