"""Investments: category 15."""

from leafmark.methods.consolidated import LAST, READ, consolidated, site
from leafmark.methods.model import Check, Column, Method, Part, Vintage

_STATED = "investee_kg IS NOT NULL"
_BASES = ("equity_share", "project_share", "enterprise_value")

INVESTMENT_SHARE = Method(
    id="investment.share",
    version=1,
    title="Investments: the financed share of an investee",
    title_zh="投资(按份额)",
    book="inventory",
    reference="GHG Protocol Scope 3 Standard (2011), category 15, tables 5.9 and 5.10; Technical Guidance (2013), chapter 15: "
    "investment-, project-specific and average-data methods, formulas 15.1 to 15.3",
    boundary="the investee's Scope 1 and 2; by spend its supply chain too, which the row's factor says",
    docs=f"""\
`category 15 = (investee's Scope 1 and 2, or revenue x factor) x attribution x share`, kg CO2e of the reporting year.

`attribution` is the part of the investee or the project that is the company's, and `attribution_basis` says of what:
`equity_share` (of an investee's equity), `project_share` (of a project's costs, equity and debt), or `enterprise_value` (the
amount outstanding over the enterprise value, as lenders and funds do; that basis is not the Technical Guidance's). An
investee that the company's approach consolidates is in its Scope 1 and 2 and has no row here.

By money, the amount is the investee's revenue, or a project's cost in its construction, in the factor's own money
(`spend.naics_221112`, `USD_2021_purchaser`). Such factors hold the supply chain as well as Scope 1 and 2: more than table
5.4 asks for, to be told in the report, as the guidance says. They are per purchaser's dollar, while revenue is the
producer's: on goods that go through shops they are too high or too low by the trade margin.

The lifetime emissions of projects financed for the first time are reported apart and are no part of this. {READ}""",
    columns=(
        site("the entity that invests"),
        Column("investee_kg", "float", required=False, low=0, high=1e13, cap_reason="more than any company emits in a year",
               meaning="the investee's or project's Scope 1 and 2 of the year, kg CO2e"),
        Column("key", "text", required=False, meaning="factor key of its industry, where investee_kg is empty"),
        Column("amount", "float", required=False, low=0, high=1e13, cap_reason="more than any company's revenue",
               meaning="its revenue, or the project's cost"),
        Column("unit", "text", required=False, meaning="money of the factor: USD_2021_purchaser"),
        Column("attribution", "float", low=0, high=1, cap_reason="no more than the whole is financed",
               meaning="the company's part of it"),
        Column("attribution_basis", "text", meaning=", ".join(_BASES)),
        *LAST,
    ),
    subject="site_id",
    stage="'use'",
    key=f"CASE WHEN {_STATED} THEN 'declared.co2e.unstated' ELSE key END",
    amount=consolidated("COALESCE(investee_kg, amount) * attribution"),
    unit=f"CASE WHEN {_STATED} THEN 'kg' ELSE unit END",
    parts=(Part("investment", (("unit",), ("supply_chain",)), 3, 15),),
    vintage=Vintage("nearest", 10),
    checks=(
        Check("missing_value", "investee_kg", f"({_STATED}) <> (key IS NOT NULL)", "either investee_kg, or key, amount and unit"),
        Check("missing_value", "amount", f"({_STATED}) <> (amount IS NOT NULL)", "an amount beside a key, and only there"),
        Check("missing_value", "attribution_basis", f"attribution_basis IN {_BASES}", ", ".join(_BASES)),
    ),
)  # fmt: skip
