"""The tables that the room exchanges: a company in, an inventory out.

    company (who, where, how much owned) x activities (what happened) --run--> lines (grams) + flags + completeness

A *company* is a folder of small tables (`COMPANY`) beside `company.toml`, and `activities/` with a file or more for each template
(`TEMPLATES`). An *inventory* is a folder too: `lines` is the book, one row for everything that is alike in the columns before
`amount`, so every total of it is an integer sum; `flags` has each row that was refused or doubted; `completeness` says of every scope
and category what is in, estimated, excluded and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import pyarrow as pa

from leafmark.engine.gases import GASES_TYPE
from leafmark.methods.model import Column

Approach: TypeAlias = Literal["equity_share", "financial_control", "operational_control"]
APPROACHES: Final[tuple[Approach, ...]] = ("equity_share", "financial_control", "operational_control")
"""How operations are consolidated (GHG Protocol Corporate Standard, chapter 3)."""

Statement: TypeAlias = Literal["both", "location", "market"]
STATEMENTS: Final[tuple[Statement, ...]] = ("both", "location", "market")
"""Which of the two Scope 2 statements a line is in. A total by location is `both` + `location`, by market `both` + `market`."""

LEASES: Final = ("owned", "finance_lease", "operating_lease", "leased_out", "finance_leased_out")
"""How a site or fleet is held: owned, leased from others, or let to others under an operating (`leased_out`) or a finance lease; by whom its
emissions are counted depends on it (Corporate Standard, appendix F)."""

OUTSIDE: Final = ("biogenic_co2", "aviation_non_co2", "other_gases")
"""What is reported beside the scopes and in no total: CO2 of biogenic carbon; what aircraft do to the climate beside their gases; gases
outside the Kyoto Protocol."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an activity's amount comes from: its data-quality score (1 best, 5 worst) and whether it is primary data."""

    score: int
    primary: bool
    meaning: str


ORIGINS: Final[dict[str, Origin]] = {
    "measured": Origin(1, True, "a meter, a scale or a counter of our own"),
    "invoiced": Origin(2, True, "a supplier's invoice or statement of the amount"),
    "supplier": Origin(2, True, "a figure that a supplier gave for this very activity"),
    "calculated": Origin(3, False, "worked out from other data of the same activity"),
    "estimated": Origin(4, False, "extrapolated from another period or place"),
    "proxy": Origin(5, False, "an average or a spend in place of the activity"),
}
"""Five steps from our own meter to a stand-in; primary and secondary as Scope 3 Standard (2011), 7.3 tells them apart."""


@dataclass(frozen=True, slots=True)
class Template:
    """An activity file of the company: what it holds, its method, and the scopes and categories it leads to."""

    name: str
    method: str
    rows: tuple[tuple[int, int | None], ...]
    what: str


TEMPLATES: Final[tuple[Template, ...]] = (
    Template("fuel", "combustion.direct", ((1, None), (3, 3)), "fuel burnt at sites and in own vehicles"),
    Template("refrigerants", "refrigerant.leak", ((1, None),), "gases that escaped"),
    Template("process", "process.direct", ((1, None),), "gases of processes: chemistry, not burning"),
    Template("electricity", "electricity.location", ((2, None), (3, 3)), "electricity bought"),
    Template("heat", "heat.purchased", ((2, None), (3, 3)), "heat, steam and cooling bought"),
    Template("purchases", "purchase.goods", ((3, 1),), "goods and services bought"),
    Template("capital_goods", "purchase.capital", ((3, 2),), "capital goods bought, all in the year they are bought"),
    Template("freight", "freight.upstream", ((3, 4),), "transport that was paid for, by tonne-kilometres"),
    Template("logistics", "logistics.upstream", ((3, 4),), "logistics paid for, by fuel, leak, store or spend"),
    Template("waste", "waste.operations", ((3, 5),), "waste of own operations, treated by others"),
    Template("travel", "travel.business", ((3, 6),), "business travel and nights in hotels"),
    Template("commuting", "commuting.employee", ((3, 7),), "employees' ways to work, and work at home"),
    Template("leased_in", "leased.upstream", ((3, 8),), "leased assets that are in no Scope 1 or 2 of ours"),
    Template("freight_out", "freight.downstream", ((3, 9),), "transport after the sale that others pay for"),
    Template("logistics_out", "logistics.downstream", ((3, 9),), "other logistics after the sale, likewise"),
    Template("processing", "processing.sold", ((3, 10),), "processing of intermediate products that were sold"),
    Template("products_sold", "product.sold", ((3, 11),), "products sold: their use"),
    Template("products_discarded", "product.end_of_life", ((3, 12),), "products sold: their end of life"),
    Template("leased_out", "leased.downstream", ((3, 13),), "assets let to others"),
    Template("franchises", "franchise.operation", ((3, 14),), "what franchisees operate"),
    Template("investments", "investment.share", ((3, 15),), "equity, debt and projects financed"),
)
"""Every scope and category has a template; entries of other rooms (cloud, packaging, freight chains) come as entry tables besides."""

SCOPE_ROWS: Final[tuple[tuple[int, int | None], ...]] = (
    (1, None),
    (2, None),
    *((3, category) for category in range(1, 16)),
)
"""What a completeness table speaks of, in order."""

COMPANY: Final[dict[str, tuple[Column, ...]]] = {
    "entities": (
        Column("entity_id", "id", meaning="a legal entity; the reporting company is one too"),
        Column("name", "text"),
        Column("region", "text", required=False, meaning="where it is registered"),
    ),
    "ownership": (
        Column("owner_id", "id", meaning="the entity that owns"),
        Column("entity_id", "id", meaning="the entity that is owned"),
        Column("share_percent", "float", low=0, high=100, cap_reason="nobody owns more than the whole"),
        Column("financial_control", "bool", meaning="the owner directs its financial and operating policies for its own gain"),
        Column("operational_control", "bool", meaning="the owner has full authority over its operating policies"),
        Column("accounted_as", "text", required=False, meaning="in the owner's financial accounts: subsidiary, associate, joint_venture (joint "
               "financial control) or fixed_asset; empty: subsidiary where financial_control, else associate"),
        Column("valid_from", "date", required=False),
        Column("valid_to", "date", required=False, meaning="the first day it no longer holds"),
    ),
    "sites": (
        Column("site_id", "id", meaning="an office, a warehouse, a data centre, a shop"),
        Column("entity_id", "id"),
        Column("name", "text"),
        Column("region", "text", meaning="where its electricity comes from: country or province"),
        Column("held", "text", required=False, meaning="owned, finance_lease, operating_lease, leased_out or finance_leased_out; empty: owned"),
        Column("valid_from", "date", required=False),
        Column("valid_to", "date", required=False, meaning="the first day it is no longer ours"),
    ),
    "fleets": (
        Column("fleet_id", "id", meaning="vehicles that are counted together; its activities name it in site_id"),
        Column("entity_id", "id"),
        Column("name", "text"),
        Column("region", "text"),
        Column("held", "text", required=False, meaning="as of sites"),
        Column("valid_from", "date", required=False),
        Column("valid_to", "date", required=False),
    ),
    "meters": (
        Column("meter_id", "id"),
        Column("site_id", "id"),
        Column("carrier", "text", meaning="electricity, heat, steam, cooling or a fuel's key"),
        Column("unit", "text"),
        Column("expected_months", "float", required=False, low=1, high=12, cap_reason="a year has twelve months",
               meaning="of a meter read by month: of how many months of the year; empty: not read by month"),
        Column("behind", "id", required=False, meaning="the meter that this one hangs behind: what it reads is in that one's readings already"),
    ),
    "rates": (
        Column("currency", "text", meaning="ISO 4217, e.g. CNY"),
        Column("per_usd", "float", low=1e-9, high=1e9, cap_reason="units of the currency for one US dollar"),
        Column("valid_from", "date"),
        Column("valid_to", "date", required=False),
        Column("source", "text"),
    ),
    "contracts": (
        Column("contract_id", "id", meaning="a certificate batch, a PPA, a supplier's tariff, a residual mix"),
        Column("kind", "text", meaning="certificate, ppa, supplier or residual"),
        Column("region", "text", meaning="the market it was issued in"),
        Column("valid_from", "date", meaning="first day of the generation it stands for"),
        Column("valid_to", "date", meaning="the first day after it"),
        Column("kwh", "float", required=False, low=0, high=1e12, cap_reason="more than a large country's year"),
        Column("kg_per_kwh", "float", low=0, high=3, cap_reason="no grid emits more than 3 kg per kWh"),
        Column("technology", "text", required=False),
        Column("registry", "text", required=False),
        Column("serial", "text", required=False, meaning="first and last serial number, e.g. 1000-1999"),
        Column("retired_on", "date", required=False),
        Column("entity_id", "id", required=False, meaning="on whose behalf; empty: any of the company"),
        Column("site_id", "id", required=False, meaning="for one site only"),
        Column("source", "text", required=False),
    ),
    "exclusions": (
        Column("scope", "float", low=1, high=3, cap_reason="there are three scopes"),
        Column("category", "float", required=False, low=1, high=15, cap_reason="Scope 3 has fifteen categories"),
        Column("entity_id", "id", required=False),
        Column("what", "text"),
        Column("why", "text"),
        Column("share_percent", "float", required=False, low=0, high=100, cap_reason="a share of the scope or category"),
    ),
}  # fmt: skip
"""The company's tables by file name, and their columns. `entities`, `ownership` and `sites` are needed; the others where there are any."""

COMMON_COLUMNS: Final[tuple[Column, ...]] = (
    Column("activity_id", "id", required=False),
    Column("site_id", "id", meaning="a site or a fleet of the company"),
    Column("date", "date", required=False, meaning="the day, or the first day of the period"),
    Column("until", "date", required=False, meaning="the first day after the period; empty: one day or one month"),
    Column("origin", "text", required=False, meaning="measured, invoiced, supplier, calculated, estimated or proxy"),
    Column("source", "text", required=False, meaning="the document it was read from"),
)
"""Columns that every activity file may have, beside those of its method."""

LINES_SCHEMA: Final = pa.schema([
    pa.field("entity_id", pa.string(), nullable=False),
    pa.field("site_id", pa.string(), nullable=False),
    pa.field("template", pa.string(), nullable=False),  # of TEMPLATES, or the name of the room that gave entries
    pa.field("month", pa.date32()),                     # its first day; NULL: not told
    pa.field("origin", pa.string(), nullable=False),    # of ORIGINS
    pa.field("scope", pa.int8()),                       # NULL: outside the scopes
    pa.field("category", pa.int8()),
    pa.field("statement", pa.string(), nullable=False),  # of STATEMENTS
    pa.field("outside", pa.string()),                    # of OUTSIDE: in no total
    pa.field("run_id", pa.string(), nullable=False),
    pa.field("method_id", pa.string(), nullable=False),
    pa.field("method_version", pa.int32(), nullable=False),
    pa.field("key", pa.string(), nullable=False),        # of the factor
    pa.field("factor_id", pa.string(), nullable=False),
    pa.field("unit", pa.string()),                       # of the factor
    pa.field("amount", pa.float64()),                    # in that unit, consolidated: the company's share of it
    pa.field("activities", pa.int64(), nullable=False),  # rows of activity files in it
    pa.field("co2e_ug", pa.int64(), nullable=False),
    pa.field("sd_ug", pa.int64(), nullable=False),       # standard deviation by the factor: adds up within a factor, squares between
    pa.field("own_sd_ug", pa.int64()),                   # of the amounts' own errors: squared at once; NULL: they have none
    pa.field("low_ug", pa.int64(), nullable=False),
    pa.field("high_ug", pa.int64(), nullable=False),
    pa.field("gases", GASES_TYPE),
])  # fmt: skip
"""`lines.parquet`: int64 micrograms of CO2e, the range 95 %."""

FLAGS_SCHEMA: Final = pa.schema([
    pa.field("file", pa.string(), nullable=False),
    pa.field("row", pa.int64()),                        # counted from 1 below the header; NULL: the file as a whole
    pa.field("activity_id", pa.string()),
    pa.field("template", pa.string()),
    pa.field("field", pa.string()),
    pa.field("reason", pa.string(), nullable=False),    # of leafmark.inventory.reasons, or of the engine
    pa.field("found", pa.string()),
    pa.field("expected", pa.string()),
    pa.field("effect", pa.string(), nullable=False),    # refused: not in the figures; doubted: in them
])  # fmt: skip
"""`flags.parquet`: what was refused or doubted, row by row, and by which rule."""

COMPLETENESS_SCHEMA: Final = pa.schema([
    pa.field("scope", pa.int8(), nullable=False),
    pa.field("category", pa.int8()),
    pa.field("status", pa.string(), nullable=False),    # of STATUSES
    pa.field("what", pa.string(), nullable=False),
    pa.field("why", pa.string()),
    pa.field("activities", pa.int64(), nullable=False),
    pa.field("refused", pa.int64(), nullable=False),
    pa.field("estimated_share", pa.float64()),          # of the grams; NULL: no grams
    pa.field("months", pa.int64()),                     # of the year that have activities; NULL: not by month
])  # fmt: skip
"""`completeness.parquet`: a row for each of SCOPE_ROWS at least, and one for each exclusion."""

STATUSES: Final = ("included", "partly", "estimated", "excluded", "not_applicable", "missing")
