"""Trips by public transport, bicycle or on foot: what the same way would have emitted, less what it did.

    ER = BE - PE,  BE = BD x s / o x EF_car,  PE = PD x EF_mode                        (kg CO2e)

`PD` the distance travelled and `BD` that of the baseline (km; the same unless the act says otherwise: a detour makes the
act worse), `s` the share of the baseline that is car travel, `o` people in a car, `EF_car` in kg per vehicle-km and
`EF_mode` in kg per passenger-km, both well to wheel, of one place and one year. Source of the form: DB11/T 3043-2024
(Beijing, Tianjin, Hebei), baseline less project, conservative, one reduction under one mechanism only.

**Baseline.** Public transport: the average way of the region (`s` = the car's share of the distance travelled; the
average-mode method needs less survey than asking each rider, and gave 0.5155 against 0.5419 kg a trip in Guangzhou). The
rest of the average way (buses, trains, walking) counts as 0 on the baseline's side, which is conservative. Bicycle and
foot: the share of such trips that replace a car; a walk is never a whole car trip. Where a region has a published
*difference* (Shenzhen, Guangzhou, China's shared bikes) that stands alone, and no factor is added to it.

**Left out.** Building vehicles, roads and bicycles, and moving shared bikes about: no source at hand gives them per km.
The human's food. **Evidence.** A ticket gate or payment for public transport, the partner's record for shared bikes;
own bicycles and walks come from a device or from the person and are what is farmed. **Cap.** The published caps of Ant
Forest where there are any; they touch points, never grams.
"""

from __future__ import annotations

from leafmark.methods.acts import WELL_TO_WHEEL, act_method
from leafmark.methods.model import Check, Column, Counterfactual, Parameter, Term

_REFERENCE = (
    "DB11/T 3043-2024 (baseline less project, conservative); GHG Protocol, Estimating and Reporting the Comparative "
    "Emissions Impacts of Products (2019); WBCSD, Guidance on Avoided Emissions (2023)"
)
_CAR = "coalesce(car_key, 'travel.car.average.unknown_fuel')"
_MODE = "coalesce(mode, action)"
_PUBLISHED = "difference IS NOT NULL OR difference_trip IS NOT NULL"

_COLUMNS = (
    Column("mode", "text", required=False, meaning="what was ridden, where the action leaves it open"),
    Column("baseline_distance_km", "float", required=False, low=0, high=2_000, cap_reason="no daily trip by car is longer",
           meaning="the way a car would have taken; missing = the distance travelled"),
    Column("car_key", "text", required=False, meaning="factor of the baseline's car; missing = the average car"),
)  # fmt: skip
_CAR_ONLY = Check(
    "unknown_key", "car_key", "car_key IS NULL OR substring(car_key, 1, 11) = 'travel.car.'", "a key of travel.car."
)
_NOT_DRIVEN = Term(
    "car not driven", "baseline", "transport", _CAR,
    "coalesce(baseline_distance_km, amount) * car_share / occupancy", "'vehicle_km'", f"NOT ({_PUBLISHED})",
)  # fmt: skip
_DIFFERENCE = Term(
    "published difference", "baseline", "transport", f"'travel.avoided.' || {_MODE}", "amount * difference",
    "'passenger_km'", "difference IS NOT NULL",
)  # fmt: skip
_DIFFERENCE_TRIP = Term(
    "published difference of a trip", "baseline", "transport", f"'travel.avoided_per_trip.' || {_MODE}", "difference_trip",
    "'person_trip'", "difference IS NULL AND difference_trip IS NOT NULL",
)  # fmt: skip


def _parameters(share: str) -> tuple[Parameter, ...]:
    return (
        Parameter("difference", f"'trip.published_difference.' || {_MODE}", "FALSE"),
        Parameter("difference_trip", f"'trip.published_difference_per_trip.' || {_MODE}", "FALSE"),
        Parameter("car_share", share, f"NOT ({_PUBLISHED})"),
        Parameter("occupancy", "'trip.car_occupancy'", f"NOT ({_PUBLISHED})"),
    )


PUBLIC_TRANSPORT = act_method(
    "trip.public_transport", "Trip by public transport, against the average way", "公共交通出行",
    _REFERENCE, "well to wheel on both sides; vehicles and ways themselves are left out",
    """\
`avoided = BD x s / o x EF_car - PD x EF_mode`, kg CO2e: the car's share `s` of the average way, `o` people in a car, well
to wheel. The rest of the average way counts as 0, which is conservative. A bus that emits more per passenger than the
average way gives a result below zero, and keeps it. Where a region has a published difference per passenger-kilometre or
per trip, that alone is used.

Baseline: the average way of the region. Evidence: ticket gate or payment. Timing: two days after, checked against
ticketing.""",
    Counterfactual(
        unit="km",
        columns=(
            *_COLUMNS,
            Column("ride_key", "text", required=False, meaning="factor of this line or city per passenger-km; missing = the mode's"),
        ),
        parameters=_parameters("'trip.car_share.average_way'"),
        terms=(
            _NOT_DRIVEN,
            Term(
                "ride", "project", "transport",
                f"coalesce(ride_key, CASE {_MODE} WHEN 'metro' THEN 'travel.rail.underground' WHEN 'light_rail' THEN 'travel.rail.light' "
                "WHEN 'train' THEN 'travel.rail.national' WHEN 'coach' THEN 'travel.coach' "
                "WHEN 'london_bus' THEN 'travel.bus.local_london' WHEN 'bus' THEN 'travel.bus.local_average' END)",
                "amount", "'passenger_km'", f"NOT ({_PUBLISHED})",
            ),
            _DIFFERENCE,
            _DIFFERENCE_TRIP,
        ),
        checks=(
            _CAR_ONLY,
            Check("unknown_key", "ride_key", "ride_key IS NULL OR substring(ride_key, 1, 7) = 'travel.'", "a key of travel."),
            Check(
                "unknown_mode", "mode",
                "CASE action WHEN 'metro' THEN coalesce(mode, 'metro') IN ('metro', 'light_rail') "
                "WHEN 'bus' THEN coalesce(mode, 'bus') IN ('bus', 'london_bus', 'electric_bus', 'coach') "
                "WHEN 'train' THEN coalesce(mode, 'train') IN ('train', 'light_rail') END",
                "metro: metro, light_rail; bus: bus, london_bus, electric_bus, coach; train: train, light_rail",
            ),
        ),
        alike="travel",
    ),
    WELL_TO_WHEEL,
)  # fmt: skip

CYCLING = act_method(
    "trip.cycling", "Trip by bicycle, for the share that replaces a car", "骑行",
    _REFERENCE, "well to wheel; making bicycles and moving shared ones about is left out",
    """\
`avoided = BD x s / o x EF_car - kWh x grid`, kg CO2e: `s` the share of rides with this kind of bicycle that replace a car
(about 23 % of shared bikes, 2.6 % of electric ones; own bicycles: the low end of 25 to 86 %), so a ride is never a whole
car trip. An electric bicycle's charging is a line of its own and has to be given. Where a region has a published
difference per kilometre, that alone is used.

Evidence: the partner's record of a shared bicycle, a device's track of one's own.""",
    Counterfactual(
        unit="km",
        columns=(
            *_COLUMNS,
            Column("energy_kwh", "float", required=False, low=0, high=10, cap_reason="no bicycle's battery holds more",
                   meaning="electricity charged for the ride"),
        ),
        parameters=_parameters(f"'trip.car_share.' || {_MODE}"),
        terms=(
            _NOT_DRIVEN,
            Term("charging", "project", "transport", "'electricity.grid'", "energy_kwh", "'kWh'",
                 f"energy_kwh > 0 AND NOT ({_PUBLISHED})"),
            _DIFFERENCE,
        ),
        checks=(
            _CAR_ONLY,
            Check("unknown_mode", "mode",
                  "CASE action WHEN 'cycling' THEN mode IN ('own_bike', 'own_e_bike') "
                  "WHEN 'shared_bike' THEN coalesce(mode, 'shared_bike') IN ('shared_bike', 'shared_e_bike') END",
                  "cycling: own_bike, own_e_bike; shared_bike: shared_bike, shared_e_bike"),
            Check("missing_value", "energy_kwh",
                  "difference IS NOT NULL OR energy_kwh IS NOT NULL OR coalesce(mode, action) IN ('own_bike', 'shared_bike')",
                  "the electricity of an electric bicycle: a 0 must be written"),
        ),
        alike="travel",
    ),
    WELL_TO_WHEEL,
)  # fmt: skip

WALKING = act_method(
    "trip.walking", "Trip on foot, for the share that replaces a car", "步行",
    _REFERENCE, "well to wheel",
    """\
`avoided = BD x s / o x EF_car`, kg CO2e: `s` the share of walks for a purpose that replace a car, the low end of a
published range of 25 to 86 %. A walk emits nothing here; the walker's food is left out, as it is on the driver's side.

Evidence: a device or the person; the weakest there is, so audited totals leave class D out and the cap is low.""",
    Counterfactual(
        unit="km",
        columns=_COLUMNS[1:],
        parameters=(
            Parameter("car_share", "'trip.car_share.walking'"),
            Parameter("occupancy", "'trip.car_occupancy'"),
        ),
        terms=(
            Term("car not driven", "baseline", "transport", _CAR,
                 "coalesce(baseline_distance_km, amount) * car_share / occupancy", "'vehicle_km'"),
        ),
        checks=(_CAR_ONLY,),
        alike="travel",
    ),
    WELL_TO_WHEEL,
)  # fmt: skip
