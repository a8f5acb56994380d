"""What others operate for the company or with its things: leased assets, franchises, processing of what it sold."""

import dataclasses

from leafmark.methods.consolidated import LAST, READ, consolidated, energy_of_others, site
from leafmark.methods.model import Check, Column, Method, Vintage

_HOW = """\
A row is one kind of energy or leak of an asset in a period (`electricity.grid` in kWh, `fuel.natural_gas.energy_gross`,
`heat.district`, `refrigerant.r410a` in kg), or the operator's own Scope 1 and 2 (`declared.co2e.unstated` in kg). Where only
the whole building is metered, the part is `leased_m2 / (building_m2 x occupancy)`: empty space is shared by those who are
there.

Operation, upstream and losses are entries of their own: the first is what table 5.4 of the Scope 3 Standard asks for. Where
a place has only a life-cycle factor of electricity, nothing upstream is added."""

LEASED_UPSTREAM = Method(
    id="leased.upstream",
    version=1,
    title="Leased assets used, outside Scope 1 and 2",
    title_zh="上游租赁资产",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 8; Technical Guidance (2013), chapter 8: asset-specific and "
    "lessor-specific methods",
    boundary="the lessor's Scope 1 and 2 for the asset, and the provision of its energy",
    docs=f"""\
`category 8 = amount x leased part x share x (direct + upstream + losses)`, kg CO2e, for assets that the company leases and
that its approach leaves out of Scope 1 and 2 (an operating lease under financial control or equity share; under operational
control most leased assets are its own Scope 1 and 2, and this category is empty).

{_HOW}

{READ}""",
    columns=(
        site("the leased site or asset"),
        Column("key", "text", meaning="factor key: electricity.grid, fuel.*, heat.*, refrigerant.*, declared.co2e.unstated"),
        Column("amount", "float", low=0, high=1e11, cap_reason="more than a large country's month"),
        Column("unit", "text", meaning="unit of the amount"),
        Column("leased_m2", "float", required=False, low=0, high=1e8, cap_reason="the largest buildings have a few million",
               meaning="floor area leased; empty: the amount is of the asset alone"),
        Column("building_m2", "float", required=False, low=1e-3, high=1e8, cap_reason="the largest buildings have a few million",
               meaning="floor area that the amount is for"),
        Column("occupancy", "float", required=False, low=0.01, high=1, cap_reason="no more than all of it is let",
               meaning="part of the building that is let; empty: all"),
        *LAST,
    ),
    subject="site_id",
    stage="'use'",
    key="key",
    amount=consolidated("amount * COALESCE(leased_m2 / (building_m2 * COALESCE(occupancy, 1)), 1)"),
    unit="unit",
    parts=energy_of_others(8, ("unit",)),
    vintage=Vintage("nearest", 5),
    checks=(
        Check("missing_value", "leased_m2", "(leased_m2 IS NULL) = (building_m2 IS NULL)", "both areas, or neither"),
        Check("above_bound", "leased_m2", "leased_m2 IS NULL OR leased_m2 <= building_m2 * COALESCE(occupancy, 1)",
              "at most the area that is let"),
    ),
)  # fmt: skip

LEASED_DOWNSTREAM = dataclasses.replace(
    LEASED_UPSTREAM,
    id="leased.downstream",
    title="Assets let to others",
    title_zh="下游租赁资产",
    reference="GHG Protocol Scope 3 Standard (2011), category 13; Technical Guidance (2013), chapter 13",
    boundary="the lessee's Scope 1 and 2 for the asset, and the provision of its energy",
    docs=f"""\
`category 13 = amount x leased part x share x (direct + upstream + losses)`, kg CO2e, for assets that the company owns and
lets, and that its approach leaves out of Scope 1 and 2. Products that are let like products sold belong to category 11.

{_HOW}

{READ}""",
    parts=energy_of_others(13, ("unit",)),
)

FRANCHISE_OPERATION = dataclasses.replace(
    LEASED_UPSTREAM,
    id="franchise.operation",
    title="Franchises' operation",
    title_zh="特许经营",
    reference="GHG Protocol Scope 3 Standard (2011), category 14; Technical Guidance (2013), chapter 14: franchise-specific "
    "and average-data methods",
    boundary="the franchisees' Scope 1 and 2, and the provision of their energy",
    docs=f"""\
`category 14 = amount x leased part x share x (direct + upstream + losses)`, kg CO2e: for a franchisor, what its franchisees
operate. `share` stays empty unless the franchise is counted by equity.

{_HOW} By floor area alone (the guidance's average data) a factor per m2 and year is needed; the built-in pack has none.

{READ}""",
    parts=energy_of_others(14, ("unit",)),
)

PROCESSING_SOLD = Method(
    id="processing.sold",
    version=1,
    title="Processing of intermediate products sold",
    title_zh="售出中间产品的加工",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 10; Technical Guidance (2013), chapter 10: site-specific and "
    "average-data methods",
    boundary="the processor's Scope 1 and 2 and its waste, and the provision of its energy",
    docs=f"""\
`category 10 = units_sold x amount x share x (direct + upstream + losses)`, kg CO2e, for what others make of intermediate
goods that the company sold. `amount` is what processing one unit takes (kWh, fuel, waste treated), as the processor tells;
or a processing factor by mass of the company's own pack, or `declared.co2e.unstated` with the processor's kg per unit.
Missing `units_sold` is 1: the amount is then of all that was sold. A retailer of final goods has no such row, and says so.

Operation, upstream and losses are entries of their own. {READ}""",
    columns=(
        site("the site or shop that sold it"),
        Column("key", "text", meaning="factor key: electricity.grid, fuel.*, waste.*, processing.* of an own pack"),
        Column("amount", "float", low=0, high=1e11, cap_reason="more than a large country's month",
               meaning="what processing takes, for one unit sold or for all"),
        Column("unit", "text", meaning="unit of the amount"),
        Column("units_sold", "float", required=False, low=0, high=1e12, cap_reason="more than any company sells in a year"),
        *LAST,
    ),
    subject="site_id",
    stage="'manufacturing'",
    key="key",
    amount=consolidated("amount * COALESCE(units_sold, 1)"),
    unit="unit",
    parts=energy_of_others(10, ("end_of_life",), ("unit",)),
    vintage=Vintage("nearest", 5),
)  # fmt: skip
