"""Reading a pack's files into typed rows: whatever is wrong with a cell becomes a fault, and the reading goes on.

A broken byte, a text in a column of numbers or a row with a cell too many must not hide the faults of the rows below
it; so nothing here raises for what a file holds. Rows count as in a spreadsheet: the header is row 1.
"""

from __future__ import annotations

import csv
import datetime
import io
import math
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leafmark.factors.columns import PACK_FIELDS, Column
from leafmark.factors.fault import Fault

MAX_ROWS = 500_000
MAX_FILE_BYTES = 512 * 1024 * 1024
MAX_CELL_CHARS = 4_000
_SHOWN_CHARS = 60
_BROKEN = "\ufffd"
_NUMBER = re.compile(r"^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?$")
_INTEGER = re.compile(r"^-?(0|[1-9]\d*)$")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MISSING_WORDS = frozenset({"-", "–", "—", "n/a", "na", "nan", "null", "none", "..", "...", "?"})


@dataclass(slots=True)
class TableRead:
    """A file as read: `rows` are dictionaries of typed cells, `numbers` their row numbers, `columns` those present."""

    file: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    columns: frozenset[str] = frozenset()
    faults: list[Fault] = field(default_factory=list)


def shown(value: object) -> str:
    """Return a value as a fault shows it: quoted, shortened."""
    text = str(value)
    return repr(text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "...")


def read_table(path: Path, columns: tuple[Column, ...]) -> TableRead:
    """Read one CSV file of known columns. Faults: `TableRead.faults`."""
    table = TableRead(path.name)
    text = _text_of(path, table.faults)
    if text is None:
        return table
    records = _records(text, table)
    if not records:
        table.faults.append(Fault(path.name, 0, "", "an empty file", "a header and rows", "export the table again"))
        return table
    header = [name.strip() for name in records[0][1]]
    _check_header(header, columns, table)
    typed = [(at, column) for column in columns if column.name in header for at in [header.index(column.name)]]
    table.columns = frozenset(column.name for _, column in typed)
    if len(records) == 1:
        table.faults.append(Fault(path.name, 0, "", "no rows under the header", "at least one row"))
    for number, cells in records[1:]:
        if len(cells) != len(header):
            found, expected = f"{len(cells)} cells", f"{len(header)} cells, as in the header"
            table.faults.append(Fault(path.name, number, "", found, expected, "quote a text that holds a comma"))
        row = {column.name: None for column in columns}
        for at, column in typed:
            if at < len(cells):
                row[column.name] = _typed(cells[at], column, number, table)
        table.rows.append(row)
        table.numbers.append(number)
    return table


def _text_of(path: Path, faults: list[Fault]) -> str | None:
    """Return a file's text; broken UTF-8 becomes U+FFFD, which `_typed` reports with row and column."""
    try:
        size_bytes = path.stat().st_size
        if size_bytes > MAX_FILE_BYTES:
            faults.append(Fault(path.name, 0, "", f"{size_bytes} bytes", f"at most {MAX_FILE_BYTES}", "split the pack"))
            return None
        return path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        hint = f"a pack folder holds pack.toml, factors.csv and sources.csv: {path.parent}"
        faults.append(Fault(path.name, 0, "", error.strerror or "unreadable", "a readable file", hint))
        return None


def _records(text: str, table: TableRead) -> list[tuple[int, list[str]]]:
    """Split CSV into numbered records, blank lines left out; a broken one is a fault, and the reading goes on."""
    records: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return records
        except csv.Error as error:
            hint = "a quote inside a quoted text is written twice"
            table.faults.append(Fault(table.file, number, "", f"broken CSV ({error})", "closed quotes", hint))
            continue
        if number > MAX_ROWS + 1:
            found = f"more than {MAX_ROWS} rows"
            table.faults.append(Fault(table.file, number, "", found, f"at most {MAX_ROWS}", "split the pack"))
            return records
        if any(cell.strip() for cell in cells):
            records.append((number, cells))


def _check_header(header: list[str], columns: tuple[Column, ...], table: TableRead) -> None:
    expected_names = [column.name for column in columns]
    for name in expected_names:
        if name not in header:
            hint = "add the column, empty where the value is missing"
            table.faults.append(Fault(table.file, 1, name, "no such column", "the column in the header", hint))
        elif header.count(name) > 1:
            table.faults.append(Fault(table.file, 1, name, f"{header.count(name)} columns of this name", "one"))
    for name in dict.fromkeys(header):
        if name not in expected_names:
            hint = "remove or rename it; remarks go into the column note"
            table.faults.append(Fault(table.file, 1, name, f"unknown column {shown(name)}", "known columns only", hint))


def _typed(cell: str, column: Column, number: int, table: TableRead) -> Any:
    """Return a cell's value, or None and a fault."""
    text = cell.strip()

    def fault(found: str, expected: str, hint: str = "") -> None:
        table.faults.append(Fault(table.file, number, column.name, found, expected, hint))

    if not text:
        if column.required:
            fault("an empty cell", f"a {_TYPE_WORDS[column.type]}")
        return None
    if _BROKEN in text:
        fault(f"broken UTF-8 in {shown(text)}", "UTF-8", "save the file as UTF-8, or mend the damaged letters")
        return None
    if len(text) > MAX_CELL_CHARS:
        fault(f"{len(text)} characters", f"at most {MAX_CELL_CHARS}")
        return None
    if column.type == "text":
        if _CONTROL.search(text):
            fault(f"a line break or control character in {shown(text)}", "one line of plain text")
            return None
        return text
    if text.casefold() in _MISSING_WORDS:
        fault(shown(text), f"a {_TYPE_WORDS[column.type]}", "leave the cell empty where the value is missing")
        return None
    value, hint = _PARSERS[column.type](text)
    if value is None:
        fault(shown(text), f"a {_TYPE_WORDS[column.type]}", hint)
    elif column.type != "date" and not column.low <= value <= column.high:
        fault(text, f"a {_TYPE_WORDS[column.type]} from {column.low:g} to {column.high:g}")
        return None
    return value


def _parse_float(text: str) -> tuple[float | None, str]:
    if _NUMBER.match(text):
        value = float(text)
        return (value, "") if math.isfinite(value) else (None, "the number is too large")
    if re.match(r"^-?0\d", text):
        return None, "a leading zero: was a decimal point lost?"
    if "," in text:
        return None, "write a decimal point, and no separator of thousands"
    return None, "write digits, a decimal point and if need be an exponent (1.5e-06)"


def _parse_int(text: str) -> tuple[int | None, str]:
    return (int(text), "") if _INTEGER.match(text) and len(text) < 12 else (None, "write digits only")


def _parse_date(text: str) -> tuple[datetime.date | None, str]:
    if _DATE.match(text):
        try:
            return datetime.date.fromisoformat(text), ""
        except ValueError:
            return None, "there is no such day"
    return None, "write YYYY-MM-DD"


_TYPE_WORDS = {"text": "text", "float": "number", "int": "whole number", "date": "date YYYY-MM-DD"}
_PARSERS: dict[str, Any] = {"float": _parse_float, "int": _parse_int, "date": _parse_date}


def read_toml(path: Path) -> tuple[dict[str, str], list[Fault]]:
    """Read `pack.toml`: the five texts of `PACK_FIELDS`, and faults."""
    faults: list[Fault] = []
    text = _text_of(path, faults)
    if text is None:
        return {}, faults
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return {}, [Fault(path.name, 0, "", f"broken TOML ({error})", "TOML")]
    for name in PACK_FIELDS:
        if name not in content:
            faults.append(Fault(path.name, 0, name, "no such field", f'{name} = "..."'))
        elif not isinstance(content[name], str) or not content[name].strip() or _BROKEN in content[name]:
            faults.append(Fault(path.name, 0, name, shown(content[name]), "a text in UTF-8, not empty"))
    for name in content:
        if name not in PACK_FIELDS:
            faults.append(Fault(path.name, 0, name, "an unknown field", f"only {', '.join(PACK_FIELDS)}"))
    return {name: str(content[name]) for name in PACK_FIELDS if name in content}, faults
