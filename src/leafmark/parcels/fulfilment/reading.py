"""Tables of people made into arrays: what cannot be read is put aside with its row, field and reason, the other rows go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from leafmark.parcels.fulfilment.tables import REFUSED_SCHEMA

Table: TypeAlias = "pa.Table | str | Path"
FOUND_MAX: Final = 60
"""Characters of a cell that a refusal shows."""
NUMBER: Final = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"


class FulfilmentError(ValueError):
    """A table or a setting that cannot be worked with; the message says which, what was found and what was expected."""


def opened(given: Table, name: str, schema: pa.Schema) -> pa.Table:
    """A table, or a CSV or Parquet file by its path. Cells of a CSV stay text until each is read.

    Raises
    ------
    FulfilmentError : it cannot be read, or lacks a column that is required.
    """
    about = name
    if not isinstance(given, pa.Table):
        about = f"{name} ({given})"
        given = _file(Path(given), about)
    required = [each.name for each in schema if not each.nullable]
    lacking = [each for each in required if each not in given.column_names]
    if lacking:
        raise FulfilmentError(
            f"{about}: lacks the column {', '.join(lacking)}; found {', '.join(given.column_names) or 'none'}, expected "
            f"{', '.join(schema.names)}"
        )
    return given


def _file(path: Path, about: str) -> pa.Table:
    try:
        if path.suffix.lower() == ".parquet":
            return pq.read_table(path)
        if path.stat().st_size == 0:
            raise FulfilmentError(f"{about}: the file is empty; expected a row of column names")
        with path.open("rb") as file:
            names = file.readline().decode("utf-8-sig").strip().split(",")
        columns = {each.strip('"'): pa.string() for each in names}
        return pcsv.read_csv(
            path, convert_options=pcsv.ConvertOptions(column_types=columns, strings_can_be_null=True, null_values=[""])
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError) as error:
        raise FulfilmentError(f"{about}: not readable as CSV in UTF-8 or Parquet: {error}") from error


@dataclass
class Reader:
    """One table's columns as arrays, and which of its rows are good so far; a row is refused once, by its first fault."""

    table: pa.Table
    name: str
    good: NDArray[np.bool_] = field(init=False)
    refusals: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.good = np.ones(self.table.num_rows, np.bool_)

    def refuse(self, rows: NDArray[np.bool_], reason: str, column: str, expected: str) -> None:
        """Put aside those of the rows that are still good."""
        hit = np.flatnonzero(rows & self.good)
        self.good[hit] = False
        if not len(hit):
            return
        cells = self.table.column(column).take(pa.array(hit)).to_pylist() if column in self.table.column_names else []
        for place, row in enumerate(hit):
            found = None if place >= len(cells) or cells[place] is None else str(cells[place])[:FOUND_MAX]
            self.refusals.append(
                {"table": self.name, "row": int(row), "reason": reason, "field": column, "found": found, "expected": expected}
            )  # fmt: skip

    def text(self, column: str, required: bool = True) -> tuple[NDArray[np.int64], list[str]]:
        """A column of names -> a code of each row (-1 where there is none), and the names in the order they come."""
        if column not in self.table.column_names:
            return np.full(self.table.num_rows, -1), []
        cells = _combined(self.table.column(column)).cast(pa.string())
        if not len(cells):
            return np.zeros(0, np.int64), []
        cells = pc.utf8_trim_whitespace(cells)
        coded = cells.dictionary_encode()
        names = coded.dictionary.to_pylist()
        codes = np.asarray(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
        if "" in names:
            codes[codes == names.index("")] = -1
        if required:
            self.refuse(codes < 0, "missing_value", column, "a name")
        return codes, names

    def number(
        self, column: str, most: float, required: bool = True, integral: bool = False, missing_reason: str = "missing_value",
        unit: str = "",
    ) -> NDArray[np.float64]:  # fmt: skip
        """A column of figures from 0 to `most`; NaN where there is none and none is required."""
        kind = f"a {'whole ' if integral else ''}number from 0 to {most:,.0f}{unit and ' '}{unit}"
        if column not in self.table.column_names:
            return np.full(self.table.num_rows, np.nan)
        cells = _combined(self.table.column(column))
        values, missing, unreadable = _figures(cells)
        if required:
            self.refuse(missing, missing_reason, column, kind)
        with np.errstate(invalid="ignore"):
            self.refuse(unreadable | ~(np.isfinite(values) | missing), "unreadable", column, kind)
            self.refuse(values < 0, "negative", column, kind)
            self.refuse(values > most, "too_large", column, kind)
            if integral:
                self.refuse(values != np.floor(values), "unreadable", column, kind)
        return np.where(self.good, values, np.nan)

    def repeated(self, keys: NDArray[np.int64], column: str, expected: str) -> None:
        """Refuse good rows whose key an earlier good row has."""
        rows = np.flatnonzero(self.good)
        _, first = np.unique(keys[rows], return_index=True)
        again = np.zeros(len(self.good), np.bool_)
        again[rows] = True
        again[rows[first]] = False
        self.refuse(again, "repeated_row", column, expected)


def whole_numbers(values: NDArray[np.float64], missing: int) -> NDArray[np.int64]:
    """Checked figures as integers; what is missing becomes the number given."""
    return np.where(np.isnan(values), missing, np.nan_to_num(values)).astype(np.int64)


def refused_table(readers: list[Reader]) -> pa.Table:
    """All refusals, table by table and row by row."""
    rows = [each for reader in readers for each in sorted(reader.refusals, key=lambda each: each["row"])]
    return pa.Table.from_pylist(rows, schema=REFUSED_SCHEMA)


def _combined(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) and whole.num_chunks else whole
    return whole.dictionary_decode() if pa.types.is_dictionary(whole.type) else whole


def _figures(cells: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Values, which are missing, which cannot be read."""
    nothing = np.zeros(len(cells), np.bool_)
    if not len(cells) or pa.types.is_null(cells.type):
        return np.full(len(cells), np.nan), ~nothing, nothing
    if pa.types.is_boolean(cells.type) or pa.types.is_temporal(cells.type) or pa.types.is_nested(cells.type):
        return np.full(len(cells), np.nan), _mask(cells.is_null()), ~_mask(cells.is_null())
    if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
        cells = pc.utf8_trim_whitespace(cells)
        missing = _mask(pc.or_kleene(cells.is_null(), pc.equal(cells, "")).fill_null(True))
        readable = _mask(pc.match_substring_regex(cells, NUMBER).fill_null(False))
        values = pc.if_else(pa.array(readable), cells, None).cast(pa.float64())
        return _values(values), missing, ~readable & ~missing
    missing = _mask(cells.is_null())
    return _values(cells.cast(pa.float64(), safe=False)), missing, nothing


def _mask(flags: pa.Array) -> NDArray[np.bool_]:
    return np.array(flags.to_numpy(zero_copy_only=False), np.bool_)


def _values(cells: pa.Array) -> NDArray[np.float64]:
    return np.array(cells.to_numpy(zero_copy_only=False), np.float64)


Progress: TypeAlias = Callable[[int, int, str], None]
"""(done, whole, what)."""


def silent(done: int, whole: int, what: str) -> None:
    """Progress that nobody watches."""
