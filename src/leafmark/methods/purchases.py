"""Goods, services and capital goods bought: categories 1 and 2, by a supplier's figure, by mass or count, or by spend."""

import dataclasses

from leafmark.methods.consolidated import LAST, READ, consolidated, site
from leafmark.methods.model import Check, Column, Method, Part, Vintage

_BY_SUPPLIER = "supplier_kg_per_unit IS NOT NULL"
GOODS = (("cradle_to_gate",), ("cradle_to_retail",), ("supply_chain",), ("unit",), ("cradle_to_plate",))
"""Cradle to the company's gate; `unit` is a figure that somebody else states, the last holds a kitchen besides."""

PURCHASE_GOODS = Method(
    id="purchase.goods",
    version=1,
    title="Goods and services purchased",
    title_zh="外购商品与服务",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 1; Technical Guidance (2013), chapter 1: supplier-specific, "
    "average-data and spend-based methods",
    boundary="cradle to gate, as each factor states",
    docs=f"""\
`category 1 = amount x share x factor`, kg CO2e. Three tiers, the best that a row allows:

- *supplier-specific*: `supplier_kg_per_unit`, kg CO2e per unit of the amount, cradle to gate, as the supplier states it; its
  spread is `supplier_gsd`, else the default of figures without a range. It counts as primary data.
- *average data*: a factor by mass, volume or count (`material.paper`, `food.milk`, `water.supply`).
- *spend*: an industry's factor (`spend.naics_541511`), the amount in the factor's own money: currency, year and price basis
  (`USD_2021_purchaser`). Money of another year or currency goes through dated rates and a cited price index before.

An order line of own retail is `retail.purchase`, which finds the tier by itself; packaging of parcels is
`parcel.packaging`. Energy has no factor here: what is burnt or drawn is Scope 1, 2 and category 3. Spend factors hold
transport and trade margins to the purchaser, so freight paid by the seller is in them already.

{READ}""",
    columns=(
        site("the department, shop or site that bought it"),
        Column("key", "text", required=False, meaning="factor key; may be empty where the supplier gives a figure"),
        Column("amount", "float", low=0, high=1e13, cap_reason="more than the largest companies spend in a year"),
        Column("unit", "text", meaning="unit of the amount: kg, m3, item, USD_2021_purchaser"),
        Column("supplier_kg_per_unit", "float", required=False, low=0, high=1e6, cap_reason="no unit of goods is a thousand tonnes",
               meaning="the supplier's own figure, kg CO2e per unit of the amount, cradle to gate"),
        Column("supplier_gsd", "float", required=False, low=1, high=100, cap_reason="a GSD starts at 1",
               meaning="spread of the supplier's figure; empty: the default of figures without a range"),
        *LAST,
    ),
    subject="site_id",
    stage="'materials'",
    key="CASE WHEN supplier_kg_per_unit IS NULL THEN key WHEN supplier_gsd IS NULL THEN 'declared.co2e.unstated' ELSE 'declared.co2e' END",
    amount=consolidated("amount * COALESCE(supplier_kg_per_unit, 1)"),
    unit=f"CASE WHEN {_BY_SUPPLIER} THEN 'kg' ELSE unit END",
    primary=_BY_SUPPLIER,
    amount_gsd="supplier_gsd",
    parts=(Part("purchase", GOODS, 3, 1),),
    vintage=Vintage("nearest", 10),
    checks=(
        Check("missing_value", "key", f"key IS NOT NULL OR {_BY_SUPPLIER}", "a factor key, or the supplier's own figure"),
        Check("missing_value", "supplier_kg_per_unit", f"supplier_gsd IS NULL OR {_BY_SUPPLIER}", "a figure beside its spread"),
        Check("unit_mismatch", "unit", f"NOT ({_BY_SUPPLIER} AND SUBSTRING(unit, 1, 4) = 'USD_')",
              "mass, volume or count beside a supplier's figure: money changes its unit on the way"),
    ),
)  # fmt: skip

PURCHASE_CAPITAL = dataclasses.replace(
    PURCHASE_GOODS,
    id="purchase.capital",
    title="Capital goods purchased",
    title_zh="外购资本货物",
    reference="GHG Protocol Scope 3 Standard (2011), category 2; Technical Guidance (2013), chapter 2",
    docs=f"""\
`category 2 = amount x share x factor`, kg CO2e, all of it in the year the goods are bought: nothing is depreciated or
spread over years of use, whatever the balance sheet does. The tiers are those of `purchase.goods`; besides, a server of the
cloud tables meets its embodied factor (`cloud.aws.m5_large`, unit `server`).

Buildings, vehicles, machines, shelves and servers that the company keeps. What it consumes or sells on is category 1;
cloud capacity that is rented is a service, with its embodied share there.

{READ}""",
    parts=(Part("purchase", (*GOODS, ("embodied",)), 3, 2),),
)
