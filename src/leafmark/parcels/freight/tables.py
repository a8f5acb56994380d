"""The table of legs, its closed words and bounds, and why a leg is refused."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from leafmark.parcels.cells import ParcelsError

KINDS: Final = ("transport", "hub")
DISTANCE_TYPES: Final = ("sfd", "gcd", "actual")
"""Shortest feasible distance, great circle distance, distance actually driven."""

ALLOCATION_KEYS: Final = ("mass", "parcel")
DATA_TYPES: Final = ("primary", "modelled", "default")
TEMPERATURES: Final = ("ambient", "refrigerated")

MASS_KG_MAX: Final = 4e8
"""The largest bulk carriers take 400,000 t (as in the method `freight.transport`)."""

DISTANCE_KM_MAX: Final = 45_000.0
"""The way round the earth is 40,000 km (as in the method)."""

ADJUSTMENT_MAX: Final = 3.0
"""No way is three times the shortest one (as in the method)."""

AMOUNT_MAX: Final = 1e10
"""kWh, kg or parcels of one hub in a period: more than the largest port's year."""

LEGS_SCHEMA: Final = pa.schema(
    [
        pa.field("chain_id", pa.string(), nullable=False),  # the shipment, the order, the parcel
        pa.field("leg_no", pa.int64(), nullable=False),  # 1, 2, ... along the chain
        pa.field("kind", pa.string()),  # one of KINDS; missing = transport
        pa.field("from_place", pa.string(), nullable=False),
        pa.field("to_place", pa.string()),  # a hub's may be missing: it is where it is
        pa.field("mode", pa.string()),  # factor key of the vehicle; a transport's
        pa.field("mass_kg", pa.float64(), nullable=False),  # goods with packaging
        pa.field("distance_km", pa.float64()),  # missing: great circle of the coordinates, where they are given
        pa.field("distance_type", pa.string()),  # one of DISTANCE_TYPES
        pa.field("intensity_distance_type", pa.string()),  # of the factor; known for the built-in pack's
        pa.field("distance_adjustment_factor", pa.float64()),  # actual over planned, 1 to 3
        pa.field("from_latitude", pa.float64()),
        pa.field("from_longitude", pa.float64()),
        pa.field("to_latitude", pa.float64()),
        pa.field("to_longitude", pa.float64()),
        pa.field("temperature", pa.string()),  # one of TEMPERATURES; missing = as the factor's
        pa.field("fuel", pa.string()),  # missing = as the factor's
        pa.field("data_type", pa.string()),  # one of DATA_TYPES; missing = as the factor's
        pa.field("allocation_key", pa.string()),  # one of ALLOCATION_KEYS; missing = mass; a hub has to say
        pa.field("region", pa.string()),
        pa.field("date", pa.date32()),
        pa.field("hub_kwh", pa.float64()),  # all electricity the hub used in the period, own sun included
        pa.field("solar_generated_kwh", pa.float64()),
        pa.field("solar_used_kwh", pa.float64()),  # of it, used on site: taken off hub_kwh, once
        pa.field("solar_exported_kwh", pa.float64()),  # of it, sold, or claimed by anybody else: no credit here
        pa.field("refrigerant", pa.string()),  # factor key of the gas
        pa.field("refrigerant_kg", pa.float64()),  # that escaped in the period
        pa.field("throughput_kg", pa.float64()),  # through the hub in the period, for allocation by mass
        pa.field("throughput_parcels", pa.float64()),  # for allocation by parcel
        pa.field("parcels", pa.float64()),  # of this chain; missing = 1
    ]
)

ALREADY_INSIDE: Final = ("empty_share", "empty_running", "empty_km", "load_factor", "return_trip")
"""Columns that a leg may not have: they are in the intensity, and would count twice."""

REASONS: Final[dict[str, str]] = {
    "": "sound",
    "missing_value": "a required cell is empty",
    "unreadable": "the cell could not be read as its column's type (text in a number, NaN, infinity)",
    "unknown_word": "the word is not one of the closed list",
    "negative": "below zero; 0 is taken as it stands",
    "too_large": "past the largest figure that is read: a unit or a decimal point is wrong",
    "not_positive": "a throughput has to be above zero",
    "duplicate_leg": "the chain has this leg number already",
    "gap_in_legs": "the numbers of the chain's legs do not run 1, 2, 3, ...: a leg is missing before this one",
    "not_connected": "the leg begins elsewhere than the one before it ended",
    "missing_distance": "a transport without a distance, and without coordinates for a great circle",
    "missing_intensity_type": "it is not known which distance the factor's tonne-kilometre has: say it in intensity_distance_type",
    "distance_type_differs": "the distance has another type than the intensity's tonne-kilometre, and the two do not convert",
    "missing_adjustment": "exactly one of distance and intensity is actual: the adjustment factor has to be stated",
    "needless_adjustment": "an adjustment factor beside a distance of the intensity's own type would change it twice",
    "temperature_differs": "the factor is of another temperature than the leg says",
    "fuel_differs": "the factor is of another fuel than the leg says",
    "data_type_differs": "a published default factor was called primary or modelled",
    "allocation_differs": "a tonne-kilometre is allocated by mass; by the parcel there is the method parcel.network",
    "solar_twice": "more sun used and exported than generated, or more used than the hub used at all",
    "no_hub_figure": "a hub without kWh and without refrigerant: a 0 must be written",
    "no_factor": "the packs have no factor of the key for the place and day, tank to wheel and well to tank",
}
"""Code -> what it means, of this sub-room; a leg that the engine refuses has the engine's own code (docs/reasons.md)."""

REASON_CODES: Final = {code: number for number, code in enumerate(REASONS)}

REFUSED_SCHEMA: Final = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),  # of the table of legs, from 0
        pa.field("chain_id", pa.string()),
        pa.field("leg_no", pa.int64()),
        pa.field("field", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("found", pa.string()),
        pa.field("expected", pa.string(), nullable=False),
    ]
)

CHAINS_SCHEMA: Final = pa.schema(
    [
        pa.field("chain_id", pa.string()),
        pa.field("from_place", pa.string()),
        pa.field("to_place", pa.string()),
        pa.field("legs", pa.int64(), nullable=False),
        pa.field("refused_legs", pa.int64(), nullable=False),
        pa.field("state", pa.string(), nullable=False),  # complete, or incomplete: a leg was refused
        pa.field("tonne_km", pa.float64()),  # of its intensities' own types
        pa.field("ttw_ug", pa.int64()),  # operation: tank to wheel, and the hubs' direct part
        pa.field("wtt_ug", pa.int64()),  # provision of the energy: well to tank, upstream, the grid's losses
        pa.field("wtw_ug", pa.int64()),  # ttw + wtt; missing where incomplete: a part is no total
        pa.field("computed_ug", pa.int64(), nullable=False),  # of the sound legs
        pa.field("hub_ug", pa.int64(), nullable=False),  # the hubs' part of it
    ]
)


class FreightError(ParcelsError):
    """A table or a setting that leaves nothing to compute with: what was found, where, and what to do."""
