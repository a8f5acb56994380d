"""Cells of the room's tables: read, checked one by one, and refused with their reason.

Text numbers are read, so CSV read as text does; a float that is a whole number is one. NaN and infinity are unreadable, an empty cell
is missing, and neither is ever a 0.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from leafmark.parcels.reasons import REASONS

MISSING_WORDS: Final = ("", "-", "na", "n/a", "null")
"""Words that stand for an empty cell, in any case."""

NUMBER: Final = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"


class ParcelsError(ValueError):
    """A table or a setting of parcels that leaves nothing to compute with: what was found, where, and what to do."""


@dataclass(frozen=True)
class Refusal:
    """One refused row: which, which field, what was found and what was expected."""

    row: int
    field: str
    reason: str
    found: str
    expected: str


class Reader:
    """Columns of one table, read cell by cell where a whole column does not convert."""

    def __init__(self, table: pa.Table, schema: pa.Schema, name: str) -> None:
        unknown = [c for c in table.column_names if c not in schema.names]
        required = [f.name for f in schema if not f.nullable]
        absent = [c for c in required if c not in table.column_names]
        if absent:
            raise ParcelsError(
                f"{name}: the column{'s' if len(absent) > 1 else ''} {', '.join(absent)} {'are' if len(absent) > 1 else 'is'} missing; "
                f"found {', '.join(table.column_names) or 'no column'}. Needed: {', '.join(required)}."
            )
        self.table, self.schema, self.rows, self.unknown = table, schema, table.num_rows, unknown
        self.bad: dict[int, Refusal] = {}

    def refuse(self, row: int, field: str, reason: str, found: Any, expected: str) -> None:
        assert reason in REASONS
        self.bad.setdefault(row, Refusal(row, field, reason, "" if found is None else str(found), expected))

    def text(self, name: str) -> list[str | None]:
        """A column of words; blank is missing."""
        if name not in self.table.column_names:
            return [None] * self.rows
        column = self.table.column(name)
        if column.null_count == self.rows:
            return [None] * self.rows
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            column = column.cast(pa.string())
        trimmed = pc.utf8_trim_whitespace(column)
        words: list[str | None] = pc.if_else(pc.equal(trimmed, ""), None, trimmed).to_pylist()
        return words

    def coded(self, name: str) -> tuple[NDArray[np.int64], list[str]]:
        """As `coded`, of a column by its name."""
        if name not in self.table.column_names:
            return np.full(self.rows, -1, np.int64), []
        return coded(self.table.column(name))

    def whole(self, name: str, *, least: int, most: int, missing: int | None) -> NDArray[np.int64]:
        """Whole numbers from `least` to `most`; `missing` for empty cells (None: the cell is required)."""
        values, there = self._floats(name, whole=True)
        out = np.zeros(self.rows, np.int64)
        ok = there & (values >= least) & (values <= most) & (values == np.floor(values))
        out[ok] = values[ok].astype(np.int64)
        for row in np.flatnonzero(there & ~ok).tolist():
            value = values[row]
            if value < least:
                reason = "negative" if least == 0 else "not_positive"
                self.refuse(row, name, reason, shown(value), f"{least} or more")
            elif value > most:
                self.refuse(row, name, "too_large", shown(value), f"at most {most:,}")
            else:
                self.refuse(row, name, "unreadable", shown(value), "a whole number (mm, g or pieces)")
        self._empty(name, there, missing is None)
        if missing is not None:
            out[~there] = missing
        return out

    def number(self, name: str, *, least: float, most: float, required: bool = False) -> NDArray[np.float64]:
        """Numbers from `least` to `most`; NaN where the cell is empty."""
        values, there = self._floats(name, whole=False)
        for row in np.flatnonzero(there & ~((values >= least) & (values <= most))).tolist():
            reason = "negative" if values[row] < least else "too_large"
            self.refuse(row, name, reason, shown(values[row]), f"{least:g} to {most:g}")
        self._empty(name, there, required)
        return np.where(there, values, np.nan)

    def truth(self, name: str) -> NDArray[np.bool_]:
        """Yes or no; an empty cell is no."""
        if name in self.table.column_names and pa.types.is_boolean(self.table.column(name).type):
            return np.asarray(pc.fill_null(self.table.column(name), False), np.bool_)
        out = np.zeros(self.rows, np.bool_)
        for row, word in enumerate(self.text(name)):
            if word is None:
                continue
            if word.lower() in ("true", "yes", "1"):
                out[row] = True
            elif word.lower() not in ("false", "no", "0"):
                self.refuse(row, name, "unreadable", word, "true or false")
        return out

    def _empty(self, name: str, there: NDArray[np.bool_], required: bool) -> None:
        if required:
            for row in np.flatnonzero(~there).tolist():
                self.refuse(row, name, "missing_value", None, "a number; 0 only where it is one")

    def _floats(self, name: str, whole: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """A column's figures, and which cells hold one; what cannot be read is refused, and its figure is 1, inside any bounds."""
        if name not in self.table.column_names:
            return np.zeros(self.rows), np.zeros(self.rows, np.bool_)
        values, missing, unreadable = figures(self.table.column(name))
        unreadable |= ~missing & ~np.isfinite(values)
        if unreadable.any():
            cells = self.table.column(name).take(pa.array(np.flatnonzero(unreadable))).to_pylist()
            for row, cell in zip(np.flatnonzero(unreadable).tolist(), cells, strict=True):
                self.refuse(row, name, "unreadable", cell, "a whole number" if whole else "a number")
        return np.where(missing, 0.0, np.where(unreadable, 1.0, values)), ~missing


def figures(column: pa.ChunkedArray) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Figures of a column of numbers or of text: float64 values, NaN where there is none; which are missing; which cannot be read.

    Missing is an empty cell, or one of `MISSING_WORDS`. NaN and infinity as numbers are values here; as words they cannot be read.
    """
    cells = column.combine_chunks()
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.chunk(0) if cells.num_chunks else pa.array([], column.type)
    cells = cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells
    nothing = np.zeros(len(cells), np.bool_)
    if not len(cells) or pa.types.is_null(cells.type):
        return np.full(len(cells), np.nan), ~nothing, nothing
    if pa.types.is_boolean(cells.type) or pa.types.is_temporal(cells.type) or pa.types.is_nested(cells.type):
        return np.full(len(cells), np.nan), _flags(cells.is_null()), ~_flags(cells.is_null())
    if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
        cells = pc.utf8_trim_whitespace(cells)
        missing = _flags(pc.is_in(pc.utf8_lower(cells), value_set=pa.array(MISSING_WORDS, cells.type)))
        missing |= _flags(cells.is_null())
        readable = _flags(pc.match_substring_regex(cells, NUMBER).fill_null(False)) & ~missing
        values = pc.if_else(pa.array(readable), cells, None).cast(pa.float64())
        return _values(values), missing, ~readable & ~missing
    return _values(cells.cast(pa.float64(), safe=False)), _flags(cells.is_null()), nothing


def coded(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], list[str]]:
    """Words of a column as numbers, int64 in the order of first appearance, -1 where blank; and the words, trimmed."""
    if column.null_count == len(column):
        return np.full(len(column), -1, np.int64), []
    trimmed = pc.utf8_trim_whitespace(column.cast(pa.string()).combine_chunks())
    encoded = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed).dictionary_encode()
    return np.array(pc.fill_null(encoded.indices, -1), np.int64), encoded.dictionary.to_pylist()


def _flags(flags: pa.Array) -> NDArray[np.bool_]:
    return np.array(flags.to_numpy(zero_copy_only=False), np.bool_)


def _values(cells: pa.Array) -> NDArray[np.float64]:
    return np.array(cells.to_numpy(zero_copy_only=False), np.float64)


def shown(value: float) -> str:
    """A number as found, without a machine's last digits."""
    return f"{value:.15g}"


def as_table(given: Any, name: str) -> pa.Table:
    """Arrow from Arrow, a path to Parquet or CSV, or a list of rows.

    Raises
    ------
    ParcelsError : what cannot be read, and as what.
    """
    if isinstance(given, pa.Table):
        return given
    if isinstance(given, pa.RecordBatch):
        return pa.Table.from_batches([given])
    if isinstance(given, list):
        names = list(dict.fromkeys(key for row in given for key in row))
        return pa.table({key: _column([row.get(key) for row in given]) for key in names})
    return read_file(Path(given), f"{name} {given}")


def read_file(path: Path, about: str) -> pa.Table:
    """A Parquet file, or a CSV file whose cells stay text.

    Raises
    ------
    ParcelsError : it cannot be read as either; the message begins with `about`.
    """
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return pq.read_table(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file), [])
        if not header:
            raise ParcelsError(f"{about}: the file is empty; expected a row of column names.")
        as_text = pcsv.ConvertOptions(
            column_types={name: pa.string() for name in header}, strings_can_be_null=True, null_values=[""]
        )
        return pcsv.read_csv(path, convert_options=as_text)
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowInvalid, pa.ArrowNotImplementedError) as fault:
        raise ParcelsError(
            f"{about} cannot be read: not readable as CSV in UTF-8 with a header, or as Parquet (.parquet): {fault}"
        ) from fault


def _column(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([None if v is None else str(v) for v in values], pa.string())
