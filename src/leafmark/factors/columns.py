"""The columns of a pack's two tables: their names, order, types and which cells may be empty.

An empty cell means *missing*, which is never zero. `docs/formats.md` says what each column means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

ColumnType = Literal["text", "float", "int", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type, whether a cell must be filled, and the bounds of its numbers (inclusive)."""

    name: str
    type: ColumnType = "text"
    required: bool = False
    low: float = -1e12
    high: float = 1e12


def _mass(name: str, required: bool = False) -> Column:
    """A column of kg per unit that is never negative."""
    return Column(name, "float", required, low=0.0, high=1e9)


def _year(name: str) -> Column:
    return Column(name, "int", required=True, low=1900, high=2100)


FACTOR_COLUMNS: tuple[Column, ...] = (
    Column("factor_id", required=True),
    Column("key", required=True),
    Column("theme", required=True),
    Column("name_en", required=True),
    Column("name_zh"),
    Column("region", required=True),
    Column("boundary", required=True),
    Column("unit", required=True),
    _mass("co2e_kg", required=True),
    _mass("co2_kg"),
    _mass("ch4_fossil_kg"),
    _mass("ch4_biogenic_kg"),
    _mass("n2o_kg"),
    Column("f_gases"),
    Column("other_co2e_kg", "float"),
    Column("biogenic_co2_kg", "float"),
    Column("removal_co2_kg", "float"),
    Column("land_use_change_co2e_kg", "float"),
    Column("aviation_non_co2_kg", "float"),
    Column("gwp_set", required=True),
    _year("data_year"),
    Column("valid_from", "date", required=True),
    Column("valid_to", "date"),
    Column("published_on", "date", required=True),
    Column("superseded_on", "date"),
    Column("gsd", "float", required=True, low=1.0, high=100.0),
    Column("gsd_basis", required=True),
    Column("source_id", required=True),
    Column("locator", required=True),
    Column("outlier_reason"),
    Column("note"),
)

SOURCE_COLUMNS: tuple[Column, ...] = (
    Column("source_id", required=True),
    Column("publisher", required=True),
    Column("title", required=True),
    _year("year"),
    Column("url"),
    Column("licence", required=True),
    Column("licence_class", required=True),
    Column("file_sha256"),
    Column("note"),
)

PACK_FIELDS = ("id", "version", "title", "licence_note", "gwp_note")

THEMES = (
    "grid", "fuel", "process", "freight", "travel", "material", "waste", "water", "refrigerant", "food", "spend", "cloud",
    "declared",
)  # fmt: skip
BOUNDARIES = (
    "direct", "generation", "upstream", "td_loss", "td_loss_upstream", "life_cycle", "ttw", "wtt", "wtw",
    "cradle_to_gate", "cradle_to_retail", "cradle_to_plate", "end_of_life", "embodied", "supply_chain", "unit",
)  # fmt: skip
LICENCE_CLASSES = ("open", "share-alike", "cite-only", "private")

_ARROW_TYPES = {"text": pa.string(), "float": pa.float64(), "int": pa.int32(), "date": pa.date32()}
FACTOR_SCHEMA = pa.schema([pa.field(column.name, _ARROW_TYPES[column.type]) for column in FACTOR_COLUMNS])
