"""What makes a leg unsound, and a chain not connect; and the tonne-kilometres of those that stand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.freight.legs import ACTUAL, HUB_NUMBERS, Legs
from leafmark.parcels.freight.tables import ADJUSTMENT_MAX, AMOUNT_MAX, DISTANCE_KM_MAX, MASS_KG_MAX

Flags = NDArray[np.bool_]


def check(legs: Legs) -> None:
    """Mark the legs that cannot stand, and set `tonne_km` of those that can."""
    _bounds(legs)
    _distances(legs)
    _chains(legs)
    if legs.hub.any():
        _hubs(legs)
    legs.tonne_km = tonne_km(legs)


def _bounds(legs: Legs) -> None:
    carried = ~legs.hub
    missing_id = np.asarray(legs.table.column("chain_id").is_null().to_numpy(), np.bool_)
    legs.refuse(missing_id, "chain_id", "missing_value")
    legs.refuse(np.isnan(legs.leg_no), "leg_no", "missing_value")
    legs.refuse(legs.leg_no != np.floor(legs.leg_no), "leg_no", "unreadable")
    legs.refuse(legs.from_place < 0, "from_place", "missing_value")
    legs.refuse(legs.to_place < 0, "to_place", "missing_value")
    legs.refuse(carried & (legs.mode < 0), "mode", "missing_value")
    legs.refuse(np.isnan(legs.mass_kg), "mass_kg", "missing_value")
    legs.refuse(legs.mass_kg < 0, "mass_kg", "negative")
    legs.refuse(legs.mass_kg > MASS_KG_MAX, "mass_kg", "too_large")


def _distances(legs: Legs) -> None:
    carried, km = ~legs.hub, legs.distance_km
    legs.refuse(carried & np.isnan(km), "distance_km", "missing_distance")
    legs.refuse(carried & (km < 0), "distance_km", "negative")
    legs.refuse(carried & (km > DISTANCE_KM_MAX), "distance_km", "too_large")
    own, of_factor, factor = legs.distance_type, legs.intensity_type, legs.adjustment
    legs.refuse(carried & (own < 0), "distance_type", "missing_value")
    legs.refuse(carried & (of_factor < 0), "intensity_distance_type", "missing_intensity_type")
    differs = carried & (own != of_factor)
    legs.refuse(differs & (own != ACTUAL) & (of_factor != ACTUAL), "distance_type", "distance_type_differs")
    none = np.isnan(factor)
    legs.refuse(differs & none, "distance_adjustment_factor", "missing_adjustment")
    legs.refuse(differs & (factor < 1), "distance_adjustment_factor", "negative")
    legs.refuse(differs & (factor > ADJUSTMENT_MAX), "distance_adjustment_factor", "too_large")
    legs.refuse(carried & ~differs & ~none & (factor != 1), "distance_adjustment_factor", "needless_adjustment")


def _chains(legs: Legs) -> None:
    """Numbers run 1, 2, 3, ..., and each leg begins where the last one ended."""
    if not legs.rows:
        return
    first = np.zeros(legs.rows, np.bool_)
    first[legs.starts] = True
    before = np.zeros(legs.rows)
    before[1:] = legs.leg_no[:-1]
    before[first] = 0
    legs.refuse(~first & (legs.leg_no == before), "leg_no", "duplicate_leg")  # first: the first reason stands
    legs.refuse(legs.leg_no != before + 1, "leg_no", "gap_in_legs")
    ended = np.empty(legs.rows, np.int32)
    ended[0] = -1
    ended[1:] = legs.to_place[:-1]
    known = ~first & (ended >= 0) & (legs.from_place >= 0)
    legs.refuse(known & (legs.from_place != ended), "from_place", "not_connected")


def _hubs(legs: Legs) -> None:
    hub, n = legs.hub, legs.hub_numbers
    legs.refuse(hub & (legs.to_place != legs.from_place), "to_place", "not_connected")
    for name in HUB_NUMBERS:
        legs.refuse(hub & (n[name] < 0), name, "negative")
        legs.refuse(hub & (n[name] > AMOUNT_MAX), name, "too_large")
    sun_used, sun_sold, sun = (np.nan_to_num(n[f"solar_{what}_kwh"]) for what in ("used", "exported", "generated"))
    legs.refuse(hub & (sun_used + sun_sold > sun), "solar_used_kwh", "solar_twice")
    legs.refuse(hub & (sun_used > np.nan_to_num(n["hub_kwh"])), "solar_used_kwh", "solar_twice")
    leaks = ~np.isnan(n["refrigerant_kg"])
    legs.refuse(hub & np.isnan(n["hub_kwh"]) & ~leaks, "hub_kwh", "no_hub_figure")
    legs.refuse(hub & leaks & (legs.refrigerant < 0), "refrigerant", "missing_value")
    for name, mine in (("throughput_kg", ~legs.by_parcel), ("throughput_parcels", legs.by_parcel)):
        legs.refuse(hub & mine & np.isnan(n[name]), name, "missing_value")
        legs.refuse(hub & mine & (n[name] <= 0), name, "not_positive")
        legs.refuse(hub & mine & (taken(legs) > n[name]), name, "too_large")


def taken(legs: Legs) -> NDArray[np.float64]:
    """Of a hub's throughput, the chain's: its parcels (1 where not said), or its mass in kg."""
    parcels = legs.hub_numbers["parcels"]
    out: NDArray[np.float64] = np.where(legs.by_parcel, np.where(np.isnan(parcels), 1.0, parcels), legs.mass_kg)
    return out


def adjusted(legs: Legs) -> tuple[Flags, Flags]:
    """Whose actual distance is divided by the adjustment factor, and whose planned one is multiplied by it."""
    own, of_factor = legs.distance_type == ACTUAL, legs.intensity_type == ACTUAL
    return own & ~of_factor, ~own & of_factor & ~legs.hub


def tonne_km(legs: Legs) -> NDArray[np.float64]:
    """mass / 1000 x distance in the intensity's type; in the order of the method's own expression, so that both round alike."""
    out: NDArray[np.float64] = legs.mass_kg / 1000 * legs.distance_km
    down, up = adjusted(legs)
    if down.any():
        out /= np.where(down, legs.adjustment, 1.0)
    if up.any():
        out *= np.where(up, legs.adjustment, 1.0)
    return out
