"""Files of a company folder: CSV and Parquet by the engine's own door; a sheet of an XLSX workbook as a table of texts, by the same.

A workbook may hold several sheets; a sheet is named as its table or template is. Rows are counted from 1 below the header.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from leafmark.engine import memory_database
from leafmark.engine.inputs import InputError, Source, open_input
from leafmark.inventory.company import blank_rows
from leafmark.inventory.company.fetched import fetched
from leafmark.inventory.company.flags import flag
from leafmark.methods.model import Column

SUFFIXES: Final = (".csv", ".csv.gz", ".tsv", ".parquet", ".xlsx")
UNPACKED_MAX: Final = 1 << 30
"""Bytes that a workbook may unpack to: a workbook of a million rows unpacks to some 200 MB."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file, or a sheet of a workbook."""

    path: Path
    sheet: str | None = None

    def shown(self, folder: Path) -> str:
        """How messages call it, from the company folder."""
        name = str(self.path.relative_to(folder)) if self.path.is_relative_to(folder) else str(self.path)
        return f"{name}[{self.sheet}]" if self.sheet else name

    def open(self, columns: tuple[Column, ...], staging: Path) -> Source:
        """Make it ready.

        Raises
        ------
        InputError : it cannot be read.
        """
        if self.sheet is None:
            if suffix_of(self.path) == ".parquet":
                return open_input(self.path, columns, staging)
            return blank_rows.open_text(self.path, columns, staging)
        rows, table = read_sheet(self.path, self.sheet)
        return blank_rows.without(open_input(table, columns, staging, f"{self.path}[{self.sheet}]"), lambda: rows)


def suffix_of(path: Path) -> str | None:
    """Which of SUFFIXES a file has, in any case."""
    return next((each for each in sorted(SUFFIXES, key=len, reverse=True) if path.name.lower().endswith(each)), None)


def stem_of(path: Path) -> str:
    """A file's name without its suffix."""
    return path.name[: len(path.name) - len(suffix_of(path) or "")]


def sheets(path: Path) -> tuple[str, ...]:
    """Names of a workbook's visible sheets.

    Raises
    ------
    InputError : it is no workbook.
    """
    return tuple(each.name for each in _opened(path).sheets_metadata if "Visible" in str(each.visible))


def read_sheet(path: Path, sheet: str) -> tuple[list[list[str]], pa.Table]:
    """A sheet's rows below the first that is not empty, all their cells as texts; and the columns with a heading as a table.

    Raises
    ------
    InputError : it is no workbook, or has no such sheet.
    """
    try:
        rows = _opened(path).get_sheet_by_name(sheet).to_python(skip_empty_area=True)
    except (CalamineError, KeyError, ValueError) as error:
        raise InputError(f"{path}: sheet {sheet!r} is not readable: {error}") from error
    texts = [[_text(cell) for cell in row] for row in rows]
    while texts and not any(texts[-1]):
        texts.pop()
    if not texts:
        raise InputError(f"{path}[{sheet}]: the sheet is empty; expected a header row")
    head, body = texts[0], texts[1:]
    used = [number for number, name in enumerate(head) if name.strip()]
    arrays = [pa.array([row[number] for row in body], pa.string()) for number in used]
    return body, pa.Table.from_arrays(arrays, names=[head[number] for number in used])


def _opened(path: Path) -> CalamineWorkbook:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > UNPACKED_MAX:
            raise InputError(
                f"{path}: the workbook unpacks to {size:,} bytes, expected at most {UNPACKED_MAX:,}: give CSV or Parquet"
            )
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise InputError(f"{path}: not readable as an XLSX workbook: {error}") from error


def _text(cell: Any) -> str:
    """A cell as the text that a CSV would hold: whole numbers without `.0`, days without midnight."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time(0):
        return cell.date().isoformat()
    return str(cell)


def rows_of(
    table: Table, columns: tuple[Column, ...], folder: Path, staging: Path
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A small table's sound rows, each with all columns and its `_file` and `_row`; and a flag for each row that is refused.

    Raises
    ------
    InputError : the table cannot be read as a whole.
    """
    source = table.open(columns, staging)
    name = table.shown(folder)
    connection = memory_database.connect()
    try:
        found = fetched(connection, f"SELECT * FROM ({source.sql}) ORDER BY _row").to_pylist()
    finally:
        connection.close()
    sound, flags = [], []
    for row in found:
        fault = _fault(row, columns)
        if fault is None:
            cells = {column.name: row.get(column.name) for column in columns}
            ids = {c.name: str(cells[c.name]) for c in columns if c.type == "id" and cells[c.name] is not None}
            sound.append({**cells, **ids, "_file": name, "_row": row["_row"]})
        else:
            reason, field, value, expected = fault
            flags.append(flag(reason, name, row["_row"], field, value, expected))
    return sound, flags


def _fault(row: dict[str, Any], columns: tuple[Column, ...]) -> tuple[str, str, Any, str] | None:
    """The first thing that is wrong with a row, as the engine's reasons say it."""
    if row.get("_bad"):
        return row["_bad_reason"], row["_bad"], row["_bad_found"], row["_bad_expected"]
    for column in columns:
        value = row.get(column.name)
        if value is None:
            if column.required:
                return "missing_value", column.name, None, column.expected
            continue
        bounds = f"{column.low} to {column.high}: {column.cap_reason}"
        if column.low is not None and value < column.low:
            return "below_bound", column.name, value, bounds
        if column.high is not None and not value <= column.high:
            return "above_bound", column.name, value, bounds
    return None
