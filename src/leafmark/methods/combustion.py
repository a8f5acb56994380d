"""Fuel burnt in an inventory: Scope 1, and its well-to-tank in category 3."""

import dataclasses

from leafmark.methods.consolidated import SHARE, consolidated
from leafmark.methods.model import Check, Column, Method, Part, Vintage

COMBUSTION = Method(
    id="combustion.direct",
    version=1,
    title="Fuel burnt on site or in own vehicles",
    title_zh="燃料燃烧(直接排放)",
    book="inventory",
    reference="GHG Protocol Corporate Standard (revised edition, 2004), chapter 4 (Scope 1: stationary and mobile "
    "combustion); Scope 3 Standard (2011), category 3 (upstream of purchased fuels)",
    boundary="Scope 1: combustion; category 3: well to tank, where the publisher gives it",
    docs="""\
`Scope 1 = amount x direct factor`; `category 3 = amount x well-to-tank factor`, kg CO2e; the amount in the unit the
key's end says (litres, tonnes, net or gross energy: net and gross do not convert), the factors per that unit. Where the
publisher gives combustion alone (IPCC 2006, US EPA hub) no category 3 entry is made: it is not assessed, never zero. A
product's footprint needs the chain, so `product.bill` takes no such factor. IPCC's figures are CO2 alone. CO2 of
biogenic carbon is in no figure here: it is the factor's memo `biogenic_co2_kg`, which the Corporate Standard has
reported apart from the scopes.

Fuels change slowly, so the nearest edition within 5 years serves; IPCC's defaults stand without an end. The chapter and
the category were cited from the standards' contents; the wording was not compared with the texts.""",
    columns=(
        Column("site_id", "id", meaning="where it is burnt: a site, a boiler, a vehicle"),
        Column("fuel", "text", meaning="factor key of the fuel, e.g. fuel.natural_gas.energy_gross, fuel.diesel"),
        Column("amount", "float", low=0, high=1e10, cap_reason="more than a large country burns in a day"),
        Column("unit", "text", meaning="unit of the amount"),
        Column("region", "text", required=False),
        Column("date", "date", required=False),
        Column("activity_id", "id", required=False),
    ),
    subject="site_id",
    stage="'use'",
    key="fuel",
    amount="amount",
    unit="unit",
    parts=(
        Part("combustion", (("direct",),), 1, None),
        Part("upstream", (("wtt",), ("upstream",)), 3, 3, optional=True),
    ),
    vintage=Vintage("nearest", 5),
    checks=(
        Check(
            "unknown_key", "fuel", "SUBSTRING(fuel, 1, 5) = 'fuel.'",
            "a key that begins with fuel. (electricity is electricity.location, a gas that escapes refrigerant.leak)",
        ),
    ),
)  # fmt: skip

COMBUSTION_2 = dataclasses.replace(
    COMBUSTION,
    version=2,
    docs=COMBUSTION.docs
    + """

Version 2 takes the company's consolidated `share` of the amount, 1 where the cell is empty.""",
    columns=(*COMBUSTION.columns, SHARE),
    amount=consolidated("amount"),
)
