"""Gases of processes in an inventory: Scope 1 that no fuel explains."""

from leafmark.methods.consolidated import LAST, consolidated, site
from leafmark.methods.model import Check, Column, Method, Part, Vintage

PROCESS_DIRECT = Method(
    id="process.direct",
    version=1,
    title="Process emissions: chemistry, not burning",
    title_zh="工艺过程排放",
    book="inventory",
    reference="GHG Protocol Corporate Standard (revised edition, 2004), chapter 4 (Scope 1: process emissions); IPCC 2006 "
    "Guidelines, volume 3, chapter 2 (table 2.1; equations 2.4 and 2.8)",
    boundary="Scope 1: the gas that the process itself gives off; the kiln's fuel is combustion.direct",
    docs="""\
`Scope 1 = amount x fraction x share x factor`, kg CO2e. Two kinds of row: a carbonate or a product of a kiln by mass
(`process.calcite`, `process.lime.high_calcium`: kg CO2 per tonne as IPCC 2006 prints them), or a gas by its own mass as a
meter or a mass balance gives it (`refrigerant.methane`, `refrigerant.nitrous_oxide`, `refrigerant.sf6`, `refrigerant.pfc_14`;
restated to the GWP set asked for). `fraction` is the part of a carbonate that was calcined, or of a gas that got out after
abatement; missing is 1. A carbonate and the lime made of it are one emission: state one of them.

IPCC's factors are CO2 alone. Not covered: what needs a plant's own balance (steel, aluminium, chemicals beyond a stated
mass of gas); CO2 that was captured and stored, which is a row of its own beside gross emissions.

The chapter of the Corporate Standard was cited from its contents; IPCC's tables were read through others' transcriptions,
and those of the carbonates compared with the stoichiometry that the guidelines derive them from.""",
    columns=(
        site("the works"),
        Column("key", "text", meaning="process.MATERIAL, or refrigerant.GAS for a gas by its own mass"),
        Column("amount", "float", low=0, high=1e11, cap_reason="more than a large country's kilns take in a day"),
        Column("unit", "text", meaning="unit of the amount: kg, t"),
        Column("fraction", "float", required=False, low=0, high=1, cap_reason="no more than all of it is given off",
               meaning="calcined, or let out after abatement; empty: all"),
        *LAST,
    ),
    subject="site_id",
    stage="'manufacturing'",
    key="key",
    amount=consolidated("amount * COALESCE(fraction, 1)"),
    unit="unit",
    parts=(Part("process", (("direct",),), 1, None),),
    vintage=Vintage("nearest", 100),
    checks=(
        Check(
            "unknown_key", "key", "SUBSTRING(key, 1, 8) = 'process.' OR SUBSTRING(key, 1, 12) = 'refrigerant.'",
            "a key that begins with process. or refrigerant. (a fuel is combustion.direct)",
        ),
    ),
)  # fmt: skip
