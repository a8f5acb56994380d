"""Waste of own operations, treated by others: category 5."""

from leafmark.methods.consolidated import LAST, READ, consolidated, site
from leafmark.methods.model import Check, Column, Method, Part, Vintage

WASTE_CHECK = Check(
    "unknown_key", "key",
    "SUBSTRING(key, 1, 6) = 'waste.' OR SUBSTRING(key, 1, 15) = 'water.treatment' OR SUBSTRING(key, 1, 9) = 'declared.'",
    "a key that begins with waste., or water.treatment",
)  # fmt: skip

WASTE_OPERATIONS = Method(
    id="waste.operations",
    version=1,
    title="Waste generated in operations",
    title_zh="运营产生的废物处置",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 5; Technical Guidance (2013), chapter 5: waste-type-specific "
    "and average-data methods, table 5.1",
    boundary="treatment, and transport to it where the publisher has it; no avoided burden",
    docs=f"""\
`category 5 = amount x fraction x share x factor`, kg CO2e; a row for each material and treatment
(`waste.landfill.food_and_drink`, `waste.recycling_closed_loop.glass`, `waste.energy_recovery.mixed`), the amount in kg, t or
short tons; waste water by `water.treatment` in m3. Where only a total and its routes are known, `fraction` is a route's
share of it. A year's waste counts with all that it will give off, landfill's methane of later years too.

Nothing is subtracted: material that somebody else recycles, or heat that a plant sells, is in the account of whoever uses
it (the guidance's recycled content method; table 5.1). So recycling and burning for energy hold at most the way to the plant and
the sorting. A factor that has an avoided burden in it has no place here, and the pack refuses a negative one.

The United Kingdom's and the United States' factors of one route differ in boundary and year of GWP set: choose one family.
Waste treated on own sites is Scope 1. {READ}""",
    columns=(
        site("the site that gave it away"),
        Column("key", "text", meaning="factor key of treatment and material, e.g. waste.landfill.mixed"),
        Column("amount", "float", low=0, high=1e11, cap_reason="more than a large country's waste of a year"),
        Column("unit", "text", meaning="unit of the amount: kg, t, short_ton, m3 of waste water"),
        Column("fraction", "float", required=False, low=0, high=1, cap_reason="a route takes no more than all of it",
               meaning="share of the amount that goes this way; empty: all"),
        *LAST,
    ),
    subject="site_id",
    stage="'end_of_life'",
    key="key",
    amount=consolidated("amount * COALESCE(fraction, 1)"),
    unit="unit",
    parts=(Part("treatment", (("end_of_life",), ("unit",)), 3, 5),),
    vintage=Vintage("nearest", 5),
    checks=(WASTE_CHECK,),
)  # fmt: skip
