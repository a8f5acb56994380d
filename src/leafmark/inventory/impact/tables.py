"""The tables of a folder of impact, beside `impact.toml`: what is counted, for whom, against what, and how the gates were answered."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from leafmark.methods.model import Column

SETTINGS_FILE: Final = "impact.toml"

STATEMENTS: Final = ("avoided", "participant_reduction")
"""Types of rows, subtotalled apart: against a counterfactual; a fall in a named participant's own inventory."""

AUDITED: Final = ("A", "B", "C")
EVIDENCE: Final = (*AUDITED, "D")
"""A payment, ticket gate or weighbridge; B partner API; C device sensor; D self-declared, in no audited total."""

MINTS: Final[tuple[Column, ...]] = (
    Column("mint_id", "id", meaning="the event that minted the grams"),
    Column("programme", "text"),
    Column("action", "text"),
    Column(
        "participant", "text", required=False, meaning="whose emissions fell; a participant_reduction has to name it"
    ),
    Column("day", "date"),
    Column("statement", "text", meaning="avoided or participant_reduction"),
    Column("evidence", "text", meaning="A, B, C or D"),
    Column("co2e_mg", "float", meaning="whole milligrams, signed, corrections in it"),
    Column("method_id", "text"),
    Column("run_id", "text", required=False, meaning="the run whose entries it was made of"),
    Column("subject_id", "text", required=False, meaning="the act in that run"),
)
"""`mints.csv` or `.parquet`, one row a minted event; or `[ledger] archive` of impact.toml names a folder of `leafmark ledger export`."""

FOLDER: Final[dict[str, tuple[Column, ...]]] = {
    "programmes": (
        Column("programme", "id"),
        Column("name", "text"),
        Column("solution", "text", meaning="what does the avoiding"),
        Column("timeframe", "text", meaning="step 1: the period of the effect, and whether year by year or ahead of time"),
        Column("reference_scenario", "text", meaning="step 2: the baseline, what would have happened without it"),
        Column("life_cycle_solution", "text", meaning="step 3: what of the solution's life cycle is counted"),
        Column("life_cycle_reference", "text", meaning="step 3: the same of the reference"),
        Column("difference", "text", meaning="step 4: how the difference is worked out"),
        Column("company_scale", "text", required=False, meaning="step 5: how it is scaled to the company"),
        Column("solution_data", "text", meaning="specific, average or generic"),
        Column("reference_data", "text", meaning="specific, average or generic"),
    ),
    "answers": (
        Column("question", "text", meaning="of docs/inventory-impact.md"),
        Column("programme", "text", required=False, meaning="empty: of the whole company"),
        Column("answer", "text", required=False, meaning="yes or no; empty: open"),
        Column("evidence", "text", required=False, meaning="the document that shows it"),
        Column("answered_on", "date", required=False),
        Column("answered_by", "text", required=False),
    ),
    "participants": (
        Column("programme", "text"),
        Column("action", "text", required=False, meaning="empty: every action of the programme"),
        Column("participant", "text"),
    ),
    "comparisons": (
        Column("file", "text", meaning="Parquet file of entries of book impact, in the folder"),
        Column("programme", "text"),
        Column("participant", "text", required=False),
        Column("statement", "text"),
        Column("evidence", "text"),
    ),
}  # fmt: skip
"""File name -> columns. `programmes` is needed; an unanswered question is an open gate."""

DATA: Final = ("specific", "average", "generic")
"""How specific the data of the solution and of the reference are, each told by itself."""

PEOPLE: Final = "people"
"""Participant of avoided emissions where none is named: consumers, of whom the book names nobody."""

AMBITION_SCHEMA: Final = pa.schema([
    pa.field("year", pa.int32(), nullable=False),
    pa.field("kind", pa.string(), nullable=False),          # of STATEMENTS
    pa.field("ug", pa.decimal128(38, 0), nullable=False),   # audited, evidence A to C; 1.5 Gt does not fit int64
    pa.field("assured", pa.bool_(), nullable=False),        # somebody independent assured the year's figure, by impact.toml
])  # fmt: skip
"""Actual by year and type; D is in none of it. `targets.ambition` reads the same as CSV, in grams (`for_targets`)."""
