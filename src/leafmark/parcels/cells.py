"""Cells of the room's tables: read, checked one by one, and refused with their reason.

Text numbers are read, so CSV read as text does; a float that is a whole number is one. NaN and infinity are unreadable, an empty cell
is missing, and neither is ever a 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyarrow import csv

from leafmark.parcels.reasons import REASONS


class PackingError(ValueError):
    """A table or a setting that leaves nothing to compute with: what was found, where, and what to do."""


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
            raise PackingError(
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
        """A column of words as numbers, in the order of first appearance, -1 where blank, and the words; for columns that repeat."""
        if name not in self.table.column_names or self.table.column(name).null_count == self.rows:
            return np.full(self.rows, -1, np.int64), []
        column = self.table.column(name).combine_chunks()
        trimmed = pc.utf8_trim_whitespace(column.cast(pa.string()))
        encoded = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed).dictionary_encode()
        return np.asarray(pc.fill_null(encoded.indices, -1), np.int64), encoded.dictionary.to_pylist()

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
        values, there = np.zeros(self.rows), np.zeros(self.rows, np.bool_)
        if name not in self.table.column_names:
            return values, there
        column = self.table.column(name).combine_chunks()
        kind = column.type
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            there = np.asarray(column.is_valid())
            values = np.asarray(pc.fill_null(column.cast(pa.float64(), safe=False), 0.0), np.float64).copy()
        else:
            for row, word in enumerate(self.text(name)):
                if word is None or word.lower() in ("-", "na", "n/a", "null"):
                    continue
                there[row] = True
                try:
                    values[row] = float(word)
                except ValueError:
                    self.refuse(row, name, "unreadable", word, "a whole number" if whole else "a number")
        for row in np.flatnonzero(there & ~np.isfinite(values)).tolist():
            self.refuse(row, name, "unreadable", values[row], "a finite number")
            values[row] = 1.0  # refused already; any figure inside the bounds
        return values, there


def shown(value: float) -> str:
    """A number as found, without a machine's last digits."""
    return f"{value:.15g}"


def as_table(given: Any, name: str) -> pa.Table:
    """Arrow from Arrow, a path to Parquet or CSV, or a list of rows.

    Raises
    ------
    PackingError : what cannot be read, and as what.
    """
    if isinstance(given, pa.Table):
        return given
    if isinstance(given, pa.RecordBatch):
        return pa.Table.from_batches([given])
    if isinstance(given, list):
        names = list(dict.fromkeys(key for row in given for key in row))
        return pa.table({key: _column([row.get(key) for row in given]) for key in names})
    path = Path(given)
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return pq.read_table(path)
        with path.open(encoding="utf-8-sig") as file:
            header = file.readline().rstrip("\r\n").split(",")
        as_text = csv.ConvertOptions(
            column_types={h.strip('"'): pa.string() for h in header}, strings_can_be_null=True, null_values=[""]
        )
        return csv.read_csv(path, convert_options=as_text)
    except (OSError, UnicodeDecodeError, pa.ArrowInvalid) as fault:
        raise PackingError(
            f"{name} {path}: cannot be read: {fault}. Expected Parquet (.parquet) or CSV in UTF-8 with a header."
        ) from fault


def _column(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([None if v is None else str(v) for v in values], pa.string())
