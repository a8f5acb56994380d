"""Transport and distribution by others: category 4 where the company pays, category 9 where others do."""

import dataclasses

from leafmark.methods.consolidated import LAST, READ, consolidated, energy_of_others, site
from leafmark.methods.freight_chain import FREIGHT_TRANSPORT
from leafmark.methods.model import Check, Column, Method, Vintage

_OWN = ("chain_id", "region", "date", "activity_id")
_TRANSPORT = tuple(column for column in FREIGHT_TRANSPORT.columns if column.name not in _OWN)


def _optional(column: Column) -> Column:
    """A distance has a type where the row states one; a distance without a type counts as the factor means it."""
    return dataclasses.replace(column, required=False) if column.name.endswith("distance_type") else column


FREIGHT_UPSTREAM = Method(
    id="freight.upstream",
    version=1,
    title="Freight paid for, well to wheel",
    title_zh="上游运输与配送(油井到车轮)",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 4; Technical Guidance (2013), chapter 4: distance-based method; "
    "ISO 14083:2023, GLEC Framework v3 (well to wheel)",
    boundary="well to wheel",
    docs=f"""\
`WTW = mass / 1000 x distance x share x (TTW + WTT + T&D loss)`, kg CO2e: the figure of `freight.transport` for the same
leg, by the same factors and the same rules of distances, for a year's legs of a site. One row a leg: mass of the goods
with their packaging in kg, distance in km, vehicle by its factor's key. `distance_type` and `intensity_distance_type`
(shortest feasible, great circle, actual) are stated together or not at all; where they are, only an actual distance converts, by the
factor that the row states.

Category 4 holds all logistics that the company pays for: inbound, between its sites, and outbound to the customer. Freight
that a seller or a customer pays for is category 9 (`freight.downstream`) or in the seller's goods. Fuel, leaks, stores and
spend of logistics are `logistics.upstream`: the same journey as fuel and as tonne-kilometres would count twice. Own
vehicles are Scope 1.

Table 5.4 of the Scope 3 Standard asks for the carrier's Scope 1 and 2; well to tank is more than it asks for and stands in an
entry of its own. A factor that lacks it is not met. {READ}""",
    columns=(site("the site it goes to or comes from"), *(_optional(column) for column in _TRANSPORT), *LAST),
    subject="site_id",
    stage="'transport'",
    key="mode",
    amount=consolidated(FREIGHT_TRANSPORT.amount),
    unit="'t_km'",
    parts=FREIGHT_TRANSPORT.parts,
    vintage=FREIGHT_TRANSPORT.vintage,
    checks=(
        Check("missing_value", "distance_type", "(distance_type IS NULL) = (intensity_distance_type IS NULL)",
              "both types of distance, or neither"),
        *(dataclasses.replace(check, must=f"distance_type IS NULL OR {check.must}") for check in FREIGHT_TRANSPORT.checks[:3]),
        *(dataclasses.replace(check, must=f"COALESCE({check.must}, {check.field} IS NULL)") for check in FREIGHT_TRANSPORT.checks[3:]),
    ),
)  # fmt: skip

FREIGHT_DOWNSTREAM = dataclasses.replace(
    FREIGHT_UPSTREAM,
    id="freight.downstream",
    title="Freight after the sale that others pay for, well to wheel",
    title_zh="下游运输与配送(油井到车轮)",
    reference="GHG Protocol Scope 3 Standard (2011), category 9; Technical Guidance (2013), chapter 9: distance-based method; "
    "ISO 14083:2023, GLEC Framework v3 (well to wheel)",
    docs=f"""\
`WTW = mass / 1000 x distance x share x (TTW + WTT + T&D loss)`, kg CO2e: as `freight.upstream`, for goods on their way
after the sale where somebody else pays the carrier: the customer who orders collection, the next processor's lorries. A
customer's own car to the shop may be counted by its vehicle-kilometres in `logistics.downstream`; the guidance leaves it open.

{READ}""",
    parts=tuple(dataclasses.replace(part, category=9) for part in FREIGHT_UPSTREAM.parts),
)

_MORE = (("ttw", "wtt", "td_loss"), ("ttw", "wtt"), ("supply_chain",), ("unit",))
LOGISTICS_UPSTREAM = Method(
    id="logistics.upstream",
    version=1,
    title="Logistics paid for, by fuel, leak, store or spend",
    title_zh="上游物流(按燃料、泄漏、仓储或金额)",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 4; Technical Guidance (2013), chapter 4: fuel-based, spend-based "
    "and site-specific methods, formulas 4.1 to 4.9",
    boundary="operation, and the provision of its energy",
    docs=f"""\
`category 4 = amount x taken / throughput x share x (direct + upstream + losses)`, kg CO2e, where logistics are known by
something else than tonne-kilometres:

- what a carrier burnt or lost: `fuel.diesel` in litres, `refrigerant.r410a` in kg, `electricity.grid` in kWh;
- what a store or a hub of somebody else used in the period, with the company's share of what lay in it or went through it:
  `taken` of the `throughput`, both in one measure (m3, parcels, kg, pallet days);
- vehicle-kilometres (`freight.van.average.diesel.per_vehicle_km`);
- spend (`spend.naics_492110`) in the factor's own money;
- a carrier's own statement for the shipments: key `declared.co2e.unstated`, the amount in kg.

Operation, upstream and losses are entries of their own; where a place has only a life-cycle factor of electricity, nothing
upstream is added. One journey or store is counted one way: as fuel here or as tonne-kilometres in `freight.upstream`.

{READ}""",
    columns=(
        site("the site it serves"),
        Column("key", "text", meaning="factor key: fuel.diesel, electricity.grid, refrigerant.r410a, spend.naics_492110"),
        Column("amount", "float", low=0, high=1e13, cap_reason="more than the largest companies spend in a year"),
        Column("unit", "text", meaning="unit of the amount"),
        Column("taken", "float", required=False, low=0, high=1e13, cap_reason="more than all ports handle in a year",
               meaning="of the throughput, what is the company's; empty: all"),
        Column("throughput", "float", required=False, low=1e-9, high=1e13, cap_reason="more than all ports handle in a year",
               meaning="what lay in the store or went through the hub in the period, in the same measure"),
        *LAST,
    ),
    subject="site_id",
    stage="'transport'",
    key="key",
    amount=consolidated("amount * COALESCE(taken / throughput, 1)"),
    unit="unit",
    parts=energy_of_others(4, *_MORE),
    vintage=Vintage("nearest", 5),
    checks=(
        Check("missing_value", "taken", "(taken IS NULL) = (throughput IS NULL)", "taken and throughput together, or neither"),
        Check("above_bound", "taken", "taken IS NULL OR taken <= throughput", "at most the throughput"),
    ),
)  # fmt: skip

LOGISTICS_DOWNSTREAM = dataclasses.replace(
    LOGISTICS_UPSTREAM,
    id="logistics.downstream",
    title="Logistics after the sale that others pay for, by fuel, leak, store or spend",
    title_zh="下游物流(按燃料、泄漏、仓储或金额)",
    reference="GHG Protocol Scope 3 Standard (2011), category 9; Technical Guidance (2013), chapter 9",
    docs=f"""\
`category 9 = amount x taken / throughput x share x (direct + upstream + losses)`, kg CO2e: as `logistics.upstream`, for
stores, shops and carriers after the sale that others pay for.

{READ}""",
    parts=energy_of_others(9, *_MORE),
)
