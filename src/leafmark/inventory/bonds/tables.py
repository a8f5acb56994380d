"""The tables of a folder of bonds, beside `bond.toml`. Money is text (or an exact decimal in Parquet) in the currency of its row."""

from __future__ import annotations

from typing import Final

from leafmark.methods.model import Column

SETTINGS_FILE: Final = "bond.toml"

BONDS: Final[dict[str, tuple[Column, ...]]] = {
    "bonds": (
        Column("bond_id", "id"),
        Column("name", "text"),
        Column("label", "text", meaning="green, social, sustainability or european_green"),
        Column("currency", "text", meaning="ISO 4217"),
        Column("isin", "text", required=False),
        Column("look_back_years", "float", required=False, low=0, high=100, cap_reason="no framework looks back a century"),
        Column("source", "text", required=False, meaning="the document it was read from"),
    ),
    "tranches": (
        Column("tranche_id", "id", meaning="a bond without tranches has one"),
        Column("bond_id", "id"),
        Column("issued_on", "date"),
        Column("matures_on", "date", required=False),
        Column("nominal", "text", required=False, meaning="amount issued"),
        Column("gross_proceeds", "text", required=False, meaning="what investors paid"),
        Column("issuance_costs", "text", required=False, meaning="taken off the gross proceeds"),
        Column("net_proceeds", "text"),
        Column("isin", "text", required=False),
        Column("source", "text", required=False),
    ),
    "projects": (
        Column("project_id", "id"),
        Column("name", "text"),
        Column("category", "text", meaning="of docs/inventory-bonds.md; undisclosed where only a sum was told"),
        Column("region", "text", required=False),
        Column("description", "text", required=False),
        Column("projects", "float", required=False, low=1, high=1e6, cap_reason="a row is a project or a group of them"),
        Column("cost", "text", required=False, meaning="whole cost; empty: not told, and no share is financed"),
        Column("currency", "text", required=False, meaning="of the cost: that of the bonds that finance it"),
        Column("eu_activity", "text", required=False, meaning="economic activity of the EU taxonomy"),
        Column("nace", "text", required=False),
        Column("eu_objective", "text", required=False, meaning="environmental objective, Regulation (EU) 2020/852 article 9"),
        Column("eu_criteria", "text", required=False, meaning="delegated act of the technical screening criteria, and its day"),
        Column("eu_kind", "text", required=False, meaning="enabling or transitional, where it is one"),
    ),
    "allocations": (
        Column("allocation_id", "id"),
        Column("tranche_id", "id"),
        Column("project_id", "id"),
        Column("amount", "text", meaning="in the bond's currency"),
        Column("allocated_on", "date"),
        Column("ended_on", "date", required=False, meaning="first day it no longer counts, e.g. the asset was sold"),
        Column("kind", "text", meaning="new, refinancing or not_told"),
        Column("spent_on", "date", required=False, meaning="day of the expenditure; a refinancing has to say it"),
        Column("nature", "text", required=False, meaning="capex, opex, fixed_asset, financial_asset or household"),
        Column("eu_aligned", "text", required=False, meaning="of the amount, aligned with the EU taxonomy"),
        Column("eu_article_5", "text", required=False, meaning="a or b: point of article 5(1) for what is not aligned"),
        Column("document", "text", required=False, meaning="tells two rows apart that are alike"),
        Column("source", "text", required=False),
    ),
    "unallocated": (
        Column("tranche_id", "id"),
        Column("on", "date", meaning="the day, at its end"),
        Column("held_in", "text", meaning="cash, deposits, treasury bills, own liquidity portfolio, ..."),
        Column("amount", "text"),
        Column("source", "text", required=False),
    ),
    "indicators": (
        Column("indicator_id", "id"),
        Column("project_id", "id"),
        Column("indicator", "text", meaning="what is measured, e.g. annual GHG emissions avoided"),
        Column("unit", "text"),
        Column("value", "text", meaning="of the whole project, as exact decimal; below zero is worse than the baseline"),
        Column("from", "date"),
        Column("until", "date", meaning="the first day after the period"),
        Column("result", "text", meaning="expected or actual"),
        Column("baseline", "text", required=False, meaning="against what"),
        Column("method", "text", meaning="how it was worked out"),
        Column("run_id", "text", required=False, meaning="the run whose entries it cites"),
        Column("address", "text", required=False, meaning="subject or address that `leafmark explain` opens"),
        Column("source", "text", required=False),
    ),
    "reviews": (
        Column("bond_id", "id"),
        Column("kind", "text", meaning="of REVIEWS"),
        Column("reviewer", "text"),
        Column("reviewed_on", "date"),
        Column("opinion", "text", required=False, meaning="positive, qualified or negative"),
        Column("source", "text", required=False),
    ),
}  # fmt: skip
"""File name -> columns. `bonds`, `tranches`, `projects` and `allocations` are needed."""

NEEDED: Final = ("bonds", "tranches", "projects", "allocations")

KINDS: Final = ("new", "refinancing", "not_told")
"""Financing in the year of issuance or after it is new, before it refinancing (Regulation (EU) 2023/2631, Annex II, table A, row 3)."""

RESULTS: Final = ("expected", "actual")

REVIEWS: Final = (
    "second_party_opinion", "verification", "certification", "rating", "pre_issuance_review", "post_issuance_review",
    "impact_report_review",
)  # fmt: skip
"""ICMA's four types of external review (Guidelines for External Reviews), and the three of Regulation (EU) 2023/2631."""

OPINIONS: Final = ("positive", "qualified", "negative")
