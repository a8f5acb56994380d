"""Retail purchases in tiers: mass, then count, then spend."""

import dataclasses

from leafmark.methods.bill import FULL_CHAIN, FULL_CHAIN_2
from leafmark.methods.model import Column, Method, Part, Tier, Vintage

TIERS = ("mass", "count", "spend")

RETAIL_PURCHASE = Method(
    id="retail.purchase",
    version=1,
    title="Retail purchases by mass, count or spend",
    title_zh="零售采购(按质量、件数或金额)",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 1: average-data and spend-based methods; "
    "Technical Guidance (2013), chapter 1",
    boundary="cradle to shelf, as each factor states",
    docs="""\
`grams = pieces x mass x factor` where the product's mass is known; else `pieces x typical mass or count x factor`;
else `spend x price index x factor`. The tier used is kept on every entry. Spend of another year than the factor's goes
through a cited price index first. A line whose pieces are missing falls to spend; a line with neither is rejected.""",
    columns=(
        Column("order_id", "id"),
        Column("product_id", "id"),
        Column("pieces", "float", required=False, low=0, high=10_000, cap_reason="no basket holds ten thousand pieces"),
        Column("spend", "float", required=False, low=0, high=1e6, cap_reason="no line of a basket costs a million"),
        Column("date", "date"),
        Column("activity_id", "id", required=False),
    ),
    subject="order_id",
    stage="NULL",
    key="product_id",
    amount="pieces",
    unit="'item'",
    parts=(Part("purchase", FULL_CHAIN, 3, 1),),
    vintage=Vintage("nearest", 10),
    tier="mass, count, spend",
)

RETAIL_PURCHASE_2 = dataclasses.replace(
    RETAIL_PURCHASE,
    version=2,
    boundary="as each factor states: cradle to gate, to shelf, or to plate",
    docs=f"""\
{RETAIL_PURCHASE.docs}

Version 2 also meets factors of the boundary `cradle_to_plate` (food with its preparation at home). They hold more than
the purchase; they are met only where a key has no factor to the gate or the shop, and each entry names its factor, so
that their share can be told. And the tiers are part of the identity: their order and formulas stand in the table below.
A tier serves a product where its cells and its factor are there for the date; the first that does is taken. Version 1
named the tiers and no more.""",
    parts=(Part("purchase", FULL_CHAIN_2, 3, 1),),
    tiers=(
        Tier("mass", "pieces * mass_kg", "kg", "mass_key"),
        Tier("count", "pieces * count_amount", "count_unit", "count_key"),
        Tier("spend", "spend * price_index(currency, year of the date -> price year of the factor)", "currency",
             "spend_key"),
    ),
)  # fmt: skip
