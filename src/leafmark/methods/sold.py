"""Products sold: their use (category 11) and their end of life (category 12)."""

import dataclasses

from leafmark.methods.consolidated import LAST, READ, consolidated, site
from leafmark.methods.model import Check, Column, Method, Part, Vintage
from leafmark.methods.waste import WASTE_CHECK

_DECLARED = "kg_per_unit IS NOT NULL"
_KEY = (
    "CASE WHEN kg_per_unit IS NULL THEN key WHEN kg_gsd IS NULL THEN 'declared.co2e.unstated' ELSE 'declared.co2e' END"
)
_PRODUCT = Column("product_id", "text", required=False, meaning="the product of the product book, for the record")
_UNITS = Column("units_sold", "float", low=0, high=1e12, cap_reason="more than any company sells in a year")
_ENTRY = Column(
    "kg_per_unit", "float", required=False, low=0, high=1e7, cap_reason="no product is ten thousand tonnes",
    meaning="the stage's kg CO2e of one unit over its life, from an entry of the product book",
)  # fmt: skip
_SPREAD = Column(
    "kg_gsd", "float", required=False, low=1, high=100, cap_reason="a GSD starts at 1",
    meaning="spread of kg_per_unit, of the entry's range; empty: the default of figures without a range",
)  # fmt: skip
_SPREAD_CHECK = Check("missing_value", "kg_per_unit", f"kg_gsd IS NULL OR {_DECLARED}", "a figure beside its spread")

PRODUCT_SOLD = Method(
    id="product.sold",
    version=1,
    title="Use of products sold",
    title_zh="售出产品的使用",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 11, tables 5.4 and 5.8; Technical Guidance (2013), chapter 11: "
    "direct use phase",
    boundary="direct use phase over the product's life: the users' Scope 1 and 2; upstream of electricity and losses apart",
    docs=f"""\
`category 11 = units sold x uses x amount x share x factor`, kg CO2e, all of it in the year of the sale. Two kinds of row:

- from the product book: `kg_per_unit`, the use stage of one unit over its life (`appliance.use`, `product.declared`), as the
  run of the product book found it. The inventory takes the figure; it adds nothing and computes no use stage of its own;
- directly: what one use takes (`electricity.grid` in kWh, a fuel, a gas it releases), times `uses` over the life.

Only products that use energy or give off gases while they are used are asked for (table 5.8: direct use phase); clothes to wash, food to
cook are the indirect use phase, which is optional: state it in rows of its own or not at all. Of a fuel only its combustion
counts. Of electricity, generation is the first entry; upstream and losses stand apart where a publisher has them, and where a
place has only a life-cycle factor nothing is added. The grid is held at the year of the sale: a decarbonising grid is a
scenario of its own.

For a marketplace these are the goods of its own retail. What third-party sellers sell is not its product
([inventory-boundary.md](../inventory-boundary.md)). {READ}""",
    columns=(
        site("the shop or entity that sold it"),
        _PRODUCT,
        _UNITS,
        _ENTRY,
        _SPREAD,
        Column("key", "text", required=False, meaning="factor key of what one use takes, where kg_per_unit is empty"),
        Column("amount", "float", required=False, low=0, high=1e9, cap_reason="no product takes that in one use",
               meaning="what one use takes; or its whole life where uses is empty"),
        Column("unit", "text", required=False, meaning="unit of the amount"),
        Column("uses", "float", required=False, low=0, high=1e9, cap_reason="thirty uses a second for a year",
               meaning="uses over the product's life; empty: 1"),
        *LAST,
    ),
    subject="site_id",
    stage="'use'",
    key=_KEY,
    amount_gsd="kg_gsd",
    amount=consolidated("units_sold * COALESCE(kg_per_unit, amount * COALESCE(uses, 1))"),
    unit=f"CASE WHEN {_DECLARED} THEN 'kg' ELSE unit END",
    parts=(
        Part("use", (("direct",), ("life_cycle",), ("unit",)), 3, 11),
        Part("upstream", (("upstream",),), 3, 11, optional=True, beside="direct"),
        Part("td_loss", (("td_loss",),), 3, 11, optional=True, beside="direct"),
        Part("td_loss_upstream", (("td_loss_upstream",),), 3, 11, optional=True, beside="direct"),
    ),
    vintage=Vintage("latest", 3),
    checks=(
        Check("missing_value", "kg_per_unit", f"({_DECLARED}) <> (key IS NOT NULL)",
              "either kg_per_unit of the product book, or key, amount and unit"),
        Check("missing_value", "amount", f"({_DECLARED}) <> (amount IS NOT NULL)", "an amount beside a key, and only there"),
        _SPREAD_CHECK,
    ),
)  # fmt: skip

_END_CHECK = dataclasses.replace(WASTE_CHECK, must=f"{_DECLARED} OR {WASTE_CHECK.must}")

PRODUCT_END_OF_LIFE = Method(
    id="product.end_of_life",
    version=1,
    title="End of life of products sold",
    title_zh="售出产品的废弃处置",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 12; Technical Guidance (2013), chapter 12, table 5.1",
    boundary="treatment, and transport to it where the publisher has it; no avoided burden",
    docs=f"""\
`category 12 = units sold x (mass x fraction x treatment factor, or the product book's kg) x share`, kg CO2e, all of it in the
year of the sale. A row is one material and route of a product (`waste.landfill.clothing`, `mass_kg` of one unit with its
packaging, `fraction` that goes this way), or `kg_per_unit`, the end-of-life stage of an entry of the product book.

Nothing is subtracted for recycling, as in category 5: the next user's account holds it. A product book whose rules credit
recycling (its end of life may be negative) cannot be taken over as it is, and a negative figure is refused.

{READ}""",
    columns=(
        site("the shop or entity that sold it"),
        _PRODUCT,
        _UNITS,
        _ENTRY,
        _SPREAD,
        Column("key", "text", required=False, meaning="factor key of treatment and material, where kg_per_unit is empty"),
        Column("mass_kg", "float", required=False, low=0, high=1e6, cap_reason="no product is a thousand tonnes",
               meaning="mass of the material in one unit"),
        Column("fraction", "float", required=False, low=0, high=1, cap_reason="a route takes no more than all of it",
               meaning="share of the mass that goes this way; empty: all"),
        *LAST,
    ),
    subject="site_id",
    stage="'end_of_life'",
    key=_KEY,
    amount_gsd="kg_gsd",
    amount=consolidated("units_sold * COALESCE(kg_per_unit, mass_kg * COALESCE(fraction, 1))"),
    unit="'kg'",
    parts=(Part("treatment", (("end_of_life",), ("unit",)), 3, 12),),
    vintage=Vintage("nearest", 5),
    checks=(
        Check("missing_value", "kg_per_unit", f"({_DECLARED}) <> (key IS NOT NULL)",
              "either kg_per_unit of the product book, or key and mass_kg"),
        Check("missing_value", "mass_kg", f"({_DECLARED}) <> (mass_kg IS NOT NULL)", "a mass beside a key, and only there"),
        _END_CHECK,
        _SPREAD_CHECK,
    ),
)  # fmt: skip
