"""Refrigerants that escape, in an inventory: Scope 1."""

import dataclasses

from leafmark.methods.consolidated import SHARE, consolidated
from leafmark.methods.model import Check, Column, Method, Part, Vintage

LEAK = Method(
    id="refrigerant.leak",
    version=1,
    title="Refrigerant that escaped",
    title_zh="制冷剂泄漏",
    book="inventory",
    reference="GHG Protocol Corporate Standard (revised edition, 2004), chapter 4 (Scope 1: fugitive emissions)",
    boundary="Scope 1: the gas that escaped; its production is not in it",
    docs="""\
`Scope 1 = kg escaped x kg CO2e per kg`, the factor being the gas's GWP100 or a blend's by its composition; restated to
the GWP set the run asks for, since the gases are named. What escaped is the mass balance of the equipment: refilled,
plus its charge at the start less that at the end, plus what was not recovered at disposal; a negative mass is refused.
GWPs belong to an assessment report and not to a year: no vintage ends the use of a factor.

CFC and HCFC stand outside the gases of the Kyoto Protocol; the Corporate Standard has them reported apart from the
scopes. Their factors say so in their notes: give them a run of their own. The chapter was cited from the standard's
contents; the wording was not compared with the text.""",
    columns=(
        Column("site_id", "id", meaning="where it escaped: a site, a piece of equipment"),
        Column("gas", "text", meaning="factor key of the gas or blend, e.g. refrigerant.r410a, refrigerant.hfc_134a"),
        Column("mass_kg", "float", low=0, high=1e6, cap_reason="the largest chillers hold some ten tonnes"),
        Column("region", "text", required=False),
        Column("date", "date", required=False),
        Column("activity_id", "id", required=False),
    ),
    subject="site_id",
    stage="'use'",
    key="gas",
    amount="mass_kg",
    unit="'kg'",
    parts=(Part("leak", (("direct",),), 1, None),),
    vintage=Vintage("nearest", 100),
    checks=(
        Check(
            "unknown_key", "gas", "SUBSTRING(gas, 1, 12) = 'refrigerant.'", "a key that begins with refrigerant.",
        ),
    ),
)  # fmt: skip

LEAK_2 = dataclasses.replace(
    LEAK,
    version=2,
    docs=LEAK.docs
    + """

Version 2 takes the company's consolidated `share` of the mass, 1 where the cell is empty.""",
    columns=(*LEAK.columns, SHARE),
    amount=consolidated("mass_kg"),
)
