"""All entries of an inventory in files for machines: Parquet, CSV and JSON lines with the same columns, and a dictionary of them.

Each row is a line of the book with whose it is (organisation, year, approach, GWP set), so files of several years can be laid together.
A text of the CSV file that a spreadsheet might compute has an apostrophe in front; Parquet and JSON lines hold texts as they are.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from leafmark.engine import memory_database
from leafmark.engine.inputs import quote
from leafmark.factors.f_gases import FAMILIES
from leafmark.factors.gwp import GASES
from leafmark.inventory import beside, f_gases
from leafmark.inventory.book import Inventory
from leafmark.inventory.report.words import table
from leafmark.inventory.tables import LINES_SCHEMA, ORIGINS, OUTSIDE, STATEMENTS, TEMPLATES

SCHEMA: Final = "leafmark.inventory-entries/1"
FORMATS: Final = ("parquet", "csv", "jsonl")
_WAKES: Final = "^ *[=+@\\t\\r\\n＝＋－＠-]"
"""What a spreadsheet may take for the start of a formula (OWASP, CSV Injection), full width included."""
_UG: Final = "microgram CO2e"
_WHOSE: Final = ("organisation_id", "year", "approach", "gwp", "book")
_MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "organisation_id": ("", "the reporting company"),
    "year": ("", "the reporting year"),
    "approach": ("", "how operations are consolidated (Corporate Standard, chapter 3)"),
    "gwp": ("", "IPCC's set of global warming potentials, 100 years"),
    "book": ("", "always inventory: never to be added to rows of the books product or impact"),
    "entity_id": ("", "the legal entity"),
    "site_id": ("", "the site or fleet"),
    "template": ("", "the activity file, or the room that gave the entries"),
    "month": ("first day of the month", "empty: not told"),
    "origin": ("", "where the amount comes from"),
    "scope": ("", "1, 2 or 3; empty: outside the scopes"),
    "category": ("", "1 to 15, of Scope 3 (Scope 3 Standard, table 5.3)"),
    "statement": ("", "of Scope 2: by location = both + location, by market = both + market; never location + market"),
    "outside": ("", "what is in no total; empty: it is in the totals"),
    "run_id": ("", "the run that computed it: leafmark replay"),
    "method_id": ("", "the method"),
    "method_version": ("", "its version"),
    "key": ("", "the factor's key"),
    "factor_id": ("", "the factor, or factors of a recipe joined by ' + '"),
    "unit": ("", "unit of the amount"),
    "amount": ("as column unit", "consolidated: the company's share of it; empty: not one amount"),
    "activities": ("rows", "rows of activity files behind it"),
    "co2e_ug": (_UG, "the emission; negative: a credit"),
    "sd_ug": (_UG, "standard deviation by the factor: adds up within a factor, squares between factors"),
    "own_sd_ug": (_UG, "standard deviation of the amounts' own errors: squared before it is added; empty: none"),
    "low_ug": (_UG, "lower end of the 95 % range"),
    "high_ug": (_UG, "upper end of the 95 % range"),
    "outside_scope": ("", "of what is outside: the scope its activities are counted in; empty: not told, or not outside"),
    "outside_category": ("", "of what is outside: their category of Scope 3"),
}  # fmt: skip
_GAS_COLUMNS: Final = (*GASES, *FAMILIES)
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "origin": tuple(ORIGINS), "statement": STATEMENTS, "outside": OUTSIDE, "template": tuple(each.name for each in TEMPLATES), "book": ("inventory",),
}  # fmt: skip


def write(
    inventory: Inventory, folder: Path, formats: tuple[str, ...] = FORMATS, lines: pa.Table | None = None
) -> list[Path]:
    """Write `entries.parquet`, `.csv`, `.jsonl` (those asked for) and `entries.dictionary.json` into a folder."""
    made = _flat(inventory, inventory.table("lines") if lines is None else lines)
    out = []
    for form in formats:
        target = folder / f"entries.{form}"
        half = target.with_name(f"{target.name}.part")
        _WRITERS[form](made, half)
        out.append(half.replace(target))
    dictionary = folder / "entries.dictionary.json"
    dictionary.write_text(json.dumps(describe(made), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [*out, dictionary]


def _parquet(made: pa.Table, path: Path) -> None:
    repeated = [
        field.name
        for field in made.schema
        if not pa.types.is_int64(field.type) and not pa.types.is_floating(field.type)
    ]
    pq.write_table(made, path, compression="zstd", use_dictionary=repeated)


def _csv(made: pa.Table, path: Path) -> None:
    for place, field in enumerate(made.schema):
        if pa.types.is_string(field.type) and any(
            re.match(_WAKES, each or "") for each in made[field.name].unique().to_pylist()
        ):
            wakes = pc.match_substring_regex(made[field.name], _WAKES)
            inert = pc.if_else(wakes, pc.binary_join_element_wise("'", made[field.name], ""), made[field.name])
            made = made.set_column(place, field.name, inert)
    csv.write_csv(made, path, csv.WriteOptions(quoting_style="needed"))


def _json_lines(made: pa.Table, path: Path) -> None:
    with memory_database.connect() as connection:
        connection.register("entries", made)
        connection.execute(f"COPY (SELECT * FROM entries) TO {quote(str(path))} (FORMAT JSON)")


_WRITERS: Final = {"parquet": _parquet, "csv": _csv, "jsonl": _json_lines}


def _flat(inventory: Inventory, lines: pa.Table) -> pa.Table:
    """Lines with whose they are in front, and a column for each gas."""
    record, count = inventory.record, lines.num_rows
    whose = (
        str(record["organisation"]["id"]),
        inventory.year,
        str(record.get("approach")),
        str(record.get("gwp")),
        "inventory",
    )
    columns: dict[str, Any] = {
        name: pa.repeat(pa.scalar(value), count) for name, value in zip(_WHOSE, whose, strict=True)
    }
    columns |= {name: lines[name] for name in LINES_SCHEMA.names if name != "gases"}
    gases = lines["gases"].combine_chunks()
    columns |= dict(zip((f"{gas}_ug" for gas in GASES), gases.flatten(), strict=True))
    families, places = f_gases.of_lines(inventory, lines), beside.places(lines)
    columns |= {name: families[name] for name in f_gases.COLUMNS}
    columns |= {f"outside_{name}": places[name] for name in ("scope", "category")}
    return pa.table(columns)


def describe(made: pa.Table) -> dict[str, Any]:
    """The dictionary: each column's type, unit, meaning and words."""
    columns = []
    for field in made.schema:
        gas = field.name.removesuffix("_ug")
        of = "of it" if gas in GASES else "of f_gases_ug"
        unit, meaning = (_UG, f"{of} {table('en')[f'gas.{gas}']}") if gas in _GAS_COLUMNS else _MEANINGS[field.name]
        entry: dict[str, Any] = {"name": field.name, "type": str(field.type), "unit": unit, "meaning": meaning}
        if field.name in _WORDS:
            entry["words"] = list(_WORDS[field.name])
        columns.append(entry)
    return {
        "schema": SCHEMA, "rows": made.num_rows, "columns": columns,
        "csv": "RFC 4180, UTF-8; an empty cell is not told, which is never 0; a text that begins like a formula has an apostrophe in front",
    }  # fmt: skip
