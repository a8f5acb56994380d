"""A folder of small tables as rows that know where they stand: CSV or Parquet, each cell read or refused by name.

For tables of tens to thousands of rows that people keep by hand (bonds, programmes, answers). What a file holds in great numbers goes
through the engine's inputs or DuckDB instead. A cell that cannot be read refuses its row, never its file; a file that cannot be read, or
lacks a column, is an error, since nobody can say what is missing of it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.engine.unreadable import unreadable
from leafmark.inventory.book import InventoryError
from leafmark.inventory.tables import FLAGS_SCHEMA
from leafmark.methods.model import Column

ROWS_MAX: Final = 1_000_000
_TRUE, _FALSE = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its file, its number (the first below the header is 1), and its cells read as their columns' types; None is empty."""

    file: str
    number: int
    cells: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.cells[name]

    def text(self, name: str) -> str:
        """A text cell; an empty one is an empty text."""
        value = self.cells[name]
        return "" if value is None else str(value)


@dataclass
class Flags:
    """Rows refused or doubted, in `FLAGS_SCHEMA`, as they come to light."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, row: Row | None, name: str | None, reason: str, found: object, expected: str, effect: str = "refused", *,
        file: str = "", about: str | None = None,
    ) -> None:  # fmt: skip
        """Flag one row (or a file as a whole, where `row` is None)."""
        first = next(iter(row.cells.values()), None) if row else None
        self.rows.append({
            "file": row.file if row else file, "row": row.number if row else None,
            "activity_id": about or (None if first is None else str(first)), "template": None, "field": name, "reason": reason,
            "found": None if found is None else str(found)[:200], "expected": expected, "effect": effect,
        })  # fmt: skip

    def table(self) -> pa.Table:
        """All of them as a table."""
        return pa.Table.from_pylist(self.rows, schema=FLAGS_SCHEMA)

    @property
    def refused(self) -> list[dict[str, Any]]:
        """Those that are in no figure."""
        return [each for each in self.rows if each["effect"] == "refused"]


def settings(folder: Path, name: str, tables: Sequence[str] = (), lists: Sequence[str] = ()) -> dict[str, Any]:
    """The folder's TOML file. `tables` and `lists`: what has to be a table, or a list, where it is there.

    Raises
    ------
    InventoryError : there is none, it is no TOML, or something in it is of another shape.
    """
    file = folder / name
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise InventoryError(f"{file}: there is no such file; expected a folder with {name}") from fault
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise InventoryError(f"{file}: not readable as TOML ({fault})") from fault
    for names, kind, said in ((tables, dict, "a table, [{}]"), (lists, list, "a list")):
        for each in names:
            if not isinstance(found.get(each, kind()), kind):
                raise InventoryError(f"{file}: {each} is {found[each]!r}; expected {said.format(each)}")
    return found


def rows(folder: Path, name: str, columns: Sequence[Column], flags: Flags, needed: bool = True) -> list[Row]:
    """The readable rows of `name`.csv or `name`.parquet.

    Parameters
    ----------
    columns : what is read; `text` cells stay exact (a decimal of a Parquet file too), since money is never read as a float.
    needed : without it a missing file has no rows.

    Raises
    ------
    InventoryError : the file is missing, unreadable, there twice, or lacks a required column.
    """
    found = [file for file in (folder / f"{name}.csv", folder / f"{name}.parquet") if file.is_file()]
    if len(found) > 1:
        raise InventoryError(f"{found[0]} and {found[1]}: expected one of the two; remove the other")
    if not found:
        if needed:
            raise InventoryError(
                f"{folder / name}.csv: there is no such file (nor .parquet); expected columns {', '.join(c.name for c in columns)}"
            )
        return []
    names, raw = _csv(found[0]) if found[0].suffix == ".csv" else _parquet(found[0])
    lacking = [each.name for each in columns if each.required and each.name not in names]
    if lacking:
        raise InventoryError(
            f"{found[0]}: lacks the column {', '.join(lacking)}; expected {', '.join(each.name for each in columns)}"
        )
    kept = []
    for number, cells in enumerate(raw, 1):
        if number > ROWS_MAX:
            raise InventoryError(f"{found[0]}: more than {ROWS_MAX:,} rows; expected a table that people keep")
        row = Row(found[0].name, number, {each.name: cells.get(each.name) for each in columns})
        if _read(row, columns, flags):
            kept.append(row)
    return kept


def texts(file: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV that has these very columns, in any order, all cells as texts without the blanks around them.

    Raises
    ------
    InventoryError : it cannot be read, has other columns, or a row of more or fewer cells.
    """
    names, found = _csv(file)
    if set(names) != set(columns):
        raise InventoryError(f"{file}: expected the columns {', '.join(columns)}, found {', '.join(names)}")
    return [{name: cell.strip() for name, cell in row.items()} for row in found]


def unique(given: Sequence[Row], name: str, flags: Flags) -> dict[str, Row]:
    """Rows by their id; the second of one id is refused."""
    found: dict[str, Row] = {}
    for row in given:
        key = row.text(name)
        if key in found:
            flags.add(row, name, "duplicate_id", key, f"an id that row {found[key].number} does not have")
        else:
            found[key] = row
    return found


def _csv(file: Path) -> tuple[list[str], Iterator[dict[str, Any]]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise InventoryError(unreadable(file, fault, "CSV in UTF-8")) from fault
    # A line ends where CSV says, not at each mark of Unicode.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        table = list(reader)
    except csv.Error as fault:
        raise InventoryError(f"{file}: line {reader.line_num}: {fault}; a quote may be open") from fault
    if not table:
        raise InventoryError(f"{file}: is empty; expected a line of column names first")
    names = [each.strip() for each in table[0]]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InventoryError(f"{file}: the column {', '.join(twice)} stands twice; expected each name once")
    for number, line in enumerate(table[1:], 1):
        if line and len(line) != len(names):
            raise InventoryError(
                f"{file}: row {number} has {len(line)} cells, its header {len(names)}; quote what holds commas"
            )
    return names, (dict(zip(names, line, strict=True)) for line in table[1:] if line)


def _parquet(file: Path) -> tuple[list[str], Iterator[dict[str, Any]]]:
    try:
        table = pq.read_table(file)
    except (OSError, pa.ArrowInvalid) as fault:
        raise InventoryError(unreadable(file, fault, "Parquet")) from fault
    return table.column_names, iter(table.to_pylist())


def _read(row: Row, columns: Sequence[Column], flags: Flags) -> bool:
    for column in columns:
        try:
            row.cells[column.name] = _cell(row.cells[column.name], column.type)
        except ValueError as fault:
            flags.add(row, column.name, "unreadable", row.cells[column.name], str(fault))
            return False
        value = row.cells[column.name]
        if value is None and column.required:
            flags.add(row, column.name, "missing_value", "nothing", f"{column.name}: {column.meaning or column.type}")
            return False
        if isinstance(value, Decimal | float) and column.type == "float":
            if column.low is not None and value < column.low:
                flags.add(row, column.name, "below_bound", value, f"at least {column.low:g}: {column.cap_reason}")
                return False
            if column.high is not None and value > column.high:
                flags.add(row, column.name, "above_bound", value, f"at most {column.high:g}: {column.cap_reason}")
                return False
    return True


def _cell(value: Any, kind: str) -> Any:
    """A cell as its column's type; numbers as exact decimals."""
    if isinstance(value, str):
        value = value.strip() or None
    if value is None:
        return None
    if kind in ("id", "text"):
        return (
            value
            if isinstance(value, str | float)
            else format(value, "f")
            if isinstance(value, Decimal)
            else str(value)
        )
    if kind == "float":
        return _number(value)
    if kind == "date":
        return _day(value)
    word = str(value).lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError("yes or no")


def _number(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as fault:
        raise ValueError("a number with a full stop, without units or grouping") from fault
    if not number.is_finite():
        raise ValueError("a finite number")
    return number


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if not _DAY.fullmatch(str(value)):
        raise ValueError("a day as YYYY-MM-DD")
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as fault:
        raise ValueError("a day of the calendar as YYYY-MM-DD") from fault
