"""Business travel and the ways to work: categories 6 and 7."""

import dataclasses

from leafmark.methods.consolidated import LAST, READ, consolidated, site
from leafmark.methods.model import Check, Column, Method, Part, Vintage


def _parts(category: int, *more: tuple[str, ...]) -> tuple[Part, ...]:
    return (
        Part("travel", (("ttw",), ("direct",), *more), 3, category),
        Part("wtt", (("wtt",), ("upstream",)), 3, category, optional=True),
        Part("td_loss", (("td_loss",),), 3, category, optional=True),
    )


_SHARING = Column(
    "sharing", "float", required=False, low=1, high=100, cap_reason="more is a bus, which has its own factor by passenger",
    meaning="how many share the vehicle or the room; empty: 1",
)  # fmt: skip

TRAVEL_BUSINESS = Method(
    id="travel.business",
    version=1,
    title="Business travel and hotel nights",
    title_zh="商务差旅与酒店住宿",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 6; Technical Guidance (2013), chapter 6: distance-, fuel- and "
    "spend-based methods, hotel nights",
    boundary="tank to wheel and, where the publisher has it, well to tank; hotel nights as the publisher counts them",
    docs=f"""\
`category 6 = amount x travellers / sharing x share x factor`, kg CO2e. Flights, trains, buses, taxis and ferries by
passenger-km (`travel.flight.long_haul.economy`), cars by vehicle-km (`travel.car.average.petrol`) shared by `sharing`
people, hotels by room night (`travel.hotel`, by country), rental fuel by litre (`fuel.petrol`), what is known by money alone by
spend (`spend.naics_481111`), and a carrier's own statement by `declared.co2e.unstated` in kg.

The non-CO2 effects of flying are kept apart. The plain key counts the fuel alone, and its factor's column
`aviation_non_co2_kg` says how much they would add; the key that ends in `.with_rf` has them in the total, as UK DESNZ
publishes both. Use one of the two for a whole inventory and say which.

Tank to wheel, well to tank and the grid's losses of electric cars are entries of their own. Publishers that give combustion alone
(US EPA) serve too: table 5.4 of the Scope 3 Standard asks for the carrier's Scope 1 and 2, and what is upstream is then not
assessed, never zero. Own and leased vehicles are Scope 1 or category 8. {READ}""",
    columns=(
        site("the department or site that travelled"),
        Column("key", "text", meaning="factor key: travel.*, fuel.*, spend.* or declared.co2e.unstated"),
        Column("amount", "float", low=0, high=1e12, cap_reason="more than the largest companies travel or spend in a year",
               meaning="of one traveller, or of all where travellers is empty"),
        Column("unit", "text", meaning="unit of the amount: passenger_km, vehicle_km, room_night, L"),
        Column("travellers", "float", required=False, low=0, high=1e7, cap_reason="more than the largest employers have"),
        _SHARING,
        *LAST,
    ),
    subject="site_id",
    stage="'transport'",
    key="key",
    amount=consolidated("amount * COALESCE(travellers, 1) / COALESCE(sharing, 1)"),
    unit="unit",
    parts=_parts(6, ("supply_chain",), ("unit",)),
    vintage=Vintage("nearest", 5),
    checks=(
        Check(
            "unknown_key", "key",
            "SUBSTRING(key, 1, 7) = 'travel.' OR SUBSTRING(key, 1, 5) = 'fuel.' OR SUBSTRING(key, 1, 6) = 'spend.' "
            "OR SUBSTRING(key, 1, 9) = 'declared.'",
            "a key that begins with travel., fuel., spend. or declared.",
        ),
    ),
)  # fmt: skip

COMMUTING_EMPLOYEE = dataclasses.replace(
    TRAVEL_BUSINESS,
    id="commuting.employee",
    title="Employees' ways to work, and work at home",
    title_zh="员工通勤与居家办公",
    reference="GHG Protocol Scope 3 Standard (2011), category 7; Technical Guidance (2013), chapter 7: distance-based and "
    "average-data methods",
    boundary="tank to wheel and, where the publisher has it, well to tank; homeworking as the publisher counts it",
    docs=f"""\
`category 7 = amount x employees x days / sharing x share x factor`, kg CO2e. `amount` is of one employee on one day, there
and back: passenger-km of a train or bus, vehicle-km of a car that `sharing` people share, litres of fuel. Missing `employees`
and `days` are 1, so that a survey's totals can be given as they are. Walking and cycling need no row: they burn no fuel.

Work at home is optional by the Scope 3 Standard: `homeworking.total` (UK DESNZ: office equipment and heating) by
`fte_hour`, hours of one employee on one day. It is what home work adds, not the household.

A survey of part of the staff is scaled before; say so in `origin` (`estimated`). Company cars are Scope 1 or category 8.
{READ}""",
    columns=(
        site("the site they work at"),
        Column("key", "text", meaning="factor key: travel.*, fuel.*, homeworking.* or declared.co2e.unstated"),
        Column("amount", "float", low=0, high=1e12, cap_reason="more than all employees of a large country go in a day",
               meaning="of one employee on one day, both ways; or of all where the next two are empty"),
        Column("unit", "text", meaning="unit of the amount: passenger_km, vehicle_km, fte_hour, L"),
        Column("employees", "float", required=False, low=0, high=1e7, cap_reason="more than the largest employers have"),
        Column("days", "float", required=False, low=0, high=366, cap_reason="a year has 366 days at most"),
        _SHARING,
        *LAST,
    ),
    amount=consolidated("amount * COALESCE(employees, 1) * COALESCE(days, 1) / COALESCE(sharing, 1)"),
    parts=_parts(7, ("unit",)),
    checks=(
        Check(
            "unknown_key", "key",
            "SUBSTRING(key, 1, 7) = 'travel.' OR SUBSTRING(key, 1, 5) = 'fuel.' OR SUBSTRING(key, 1, 12) = 'homeworking.' "
            "OR SUBSTRING(key, 1, 9) = 'declared.'",
            "a key that begins with travel., fuel., homeworking. or declared.",
        ),
    ),
)  # fmt: skip
