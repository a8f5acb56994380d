"""A starting company folder: company.toml with comments, every table and every activity file with its header, a README that says it all.

The columns come from the tables and from the methods themselves, so a new version of a method has its columns here. What is written can be
checked at once (`leafmark inventory check`): one entity, one site, no activities.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Final

from leafmark.inventory.company.columns import columns_of, method_of
from leafmark.inventory.company.folder import ACTIVITIES, WORKBOOK
from leafmark.inventory.company.organisation import COMPANY_FILE, CompanyError
from leafmark.inventory.tables import COMPANY, LEASES, ORIGINS, TEMPLATES
from leafmark.methods.model import Column

README: Final = "README.md"
ORGANISATION: Final = "own"
ROWS: Final[dict[str, dict[str, str]]] = {
    "entities": {"entity_id": ORGANISATION, "name": "Our Company", "region": "GB"},
    "sites": {
        "site_id": "head-office",
        "entity_id": ORGANISATION,
        "name": "Head office",
        "region": "GB",
        "held": "owned",
    },
}
"""Rows that stand in the starting folder."""
EXAMPLES: Final[dict[str, dict[str, str]]] = {
    **ROWS,
    "ownership": {
        "owner_id": ORGANISATION, "entity_id": "subsidiary", "share_percent": "80", "financial_control": "true", "operational_control": "true",
        "accounted_as": "subsidiary",
    },
    "fleets": {"fleet_id": "vans", "entity_id": ORGANISATION, "name": "Delivery vans", "region": "GB", "held": "finance_lease"},
    "meters": {"meter_id": "meter-1", "site_id": "head-office", "carrier": "electricity", "unit": "kWh", "expected_months": "12"},
    "rates": {"currency": "GBP", "per_usd": "0.79", "valid_from": "{year}-01-01", "valid_to": "{next}-01-01", "source": "central bank, mean of the year"},
    "contracts": {
        "contract_id": "goo-1", "kind": "certificate", "region": "GB", "valid_from": "{year}-01-01", "valid_to": "{next}-01-01", "kwh": "100000",
        "kg_per_kwh": "0", "technology": "wind", "registry": "REGO", "serial": "1000-1099", "retired_on": "{next}-02-01",
    },
    "exclusions": {"scope": "3", "category": "14", "what": "franchises", "why": "the company has no franchisees", "share_percent": "0"},
}  # fmt: skip
"""One row of each table, shown in the README."""


def start(folder: str | Path, *, xlsx: bool = False, year: int | None = None) -> list[Path]:
    """Write a starting company folder; the files written, in order.

    Parameters
    ----------
    folder : a new or an empty one.
    xlsx : one workbook company.xlsx with a sheet for each table and template in place of the CSV files.
    year : the reporting year; the last whole one by default.

    Raises
    ------
    CompanyError : the folder has files.
    """
    path = Path(folder)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise CompanyError(f"{path}: is not empty; name a new folder, so that nothing of yours is written over")
    reporting = year or dt.date.today().year - 1
    (path / ACTIVITIES).mkdir(parents=True, exist_ok=True)
    texts = {COMPANY_FILE: company_toml(reporting), README: readme(reporting)}
    tables = {name: _table(columns, ROWS.get(name)) for name, columns in COMPANY.items()}
    templates = {template.name: _table(columns_of(template.name), None) for template in TEMPLATES}
    if not xlsx:
        texts |= {f"{name}.csv": _csv(rows) for name, rows in tables.items()}
        texts |= {f"{ACTIVITIES}/{name}.csv": _csv(rows) for name, rows in templates.items()}
    for name, text in texts.items():
        (path / name).write_text(text, encoding="utf-8")
    written = [path / name for name in texts]
    if xlsx:
        written.append(path / f"{WORKBOOK}.xlsx")
        _workbook(written[-1], {**tables, **templates})
    return written


def _table(columns: tuple[Column, ...], row: dict[str, str] | None) -> list[list[str]]:
    head = [column.name for column in columns]
    return [head, *([[row.get(name, "") for name in head]] if row else [])]


def _csv(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def _workbook(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    """Sheets with a fixed header row; cells stay text, so that ids keep their zeros."""
    try:
        import xlsxwriter
    except ModuleNotFoundError as error:
        raise CompanyError(
            "a workbook needs xlsxwriter: pip install 'leafmark[inventory]', or leave --xlsx out"
        ) from error
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, column in enumerate(rows[0]):
                sheet.set_column(number, number, max(12, len(column) + 2), text if column.endswith("_id") else None)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row, None if number else bold)


def company_toml(year: int) -> str:
    """`company.toml` of a calendar year, with comments."""
    return f"""\
# Who reports, for which year, and how. Every field has to stay; docs/inventory-company.md explains them.

[organisation]
id = "{ORGANISATION}"              # an entity_id of the table entities: the reporting company
name = "Our Company"

[year]
first_day = {year}-01-01   # a fiscal year may begin on any day
months = 12               # a year has twelve months; anything else is refused

[inventory]
# GHG Protocol Corporate Standard, chapter 3: equity_share, financial_control or operational_control
approach = "operational_control"
gwp = "AR6"               # AR4, AR5 or AR6
currency = "USD"          # ISO 4217
known_on = {year + 1}-12-31    # only factors published by this day count
"""


def readme(year: int) -> str:
    """What every table and activity file holds, column by column, with an example row of each table."""
    parts = [
        f"""\
# Our company's inventory

Fill the tables, put activity files into `{ACTIVITIES}/`, then:

    leafmark inventory check FOLDER     what is refused or doubted, row by row

Files may be CSV, Parquet or XLSX. A file of activities begins with its template's name (`fuel.csv`, `fuel-2025-q1.parquet`); a workbook's
sheets do. There may be any number of files for a template. Tables without rows may be deleted, except `entities` and `sites`.

`held`: {", ".join(LEASES)}. `origin`: {"; ".join(f"`{name}` {origin.meaning}" for name, origin in ORIGINS.items())}.

## Tables
"""
    ]
    for name, columns in COMPANY.items():
        example = {key: cell.format(year=year, next=year + 1) for key, cell in EXAMPLES[name].items()}
        parts.append(
            f"### `{name}`\n\n{_columns(columns)}\n\nFor example:\n\n```csv\n{_csv(_table(columns, example))}```\n"
        )
    parts.append("## Activities\n")
    for template in TEMPLATES:
        used = method_of(template.name)
        by = f"method `{used.name}`" if used else f"method `{template.method}`, which this Leafmark does not have yet"
        goes = ", ".join(
            f"Scope {scope}" + (f" category {category}" if category else "") for scope, category in template.rows
        )
        parts.append(
            f"### `{template.name}`: {template.what}\n\n{goes}; {by}.\n\n{_columns(columns_of(template.name))}\n"
        )
    return "\n".join(parts)


def _columns(columns: tuple[Column, ...]) -> str:
    lines = ["| column | holds | needed | |", "|---|---|---|---|"]
    for column in columns:
        meaning = (column.meaning or "").replace("|", "/")
        lines.append(f"| `{column.name}` | {column.type} | {'yes' if column.required else ''} | {meaning} |")
    return "\n".join(lines)
