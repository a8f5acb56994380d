"""Tables of people made into arrays: what cannot be read is put aside with its row, field and reason, the other rows go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafmark.parcels.cells import ParcelsError, coded, figures, read_file
from leafmark.parcels.fulfilment.tables import REFUSED_SCHEMA

Table: TypeAlias = "pa.Table | str | Path"
FOUND_MAX: Final = 60
"""Characters of a cell that a refusal shows."""


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
        try:
            given = read_file(Path(given), about)
        except ParcelsError as error:
            raise FulfilmentError(str(error)) from error
    required = [each.name for each in schema if not each.nullable]
    lacking = [each for each in required if each not in given.column_names]
    if lacking:
        raise FulfilmentError(
            f"{about}: lacks the column {', '.join(lacking)}; found {', '.join(given.column_names) or 'none'}, expected "
            f"{', '.join(schema.names)}"
        )
    return given


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
        codes, names = coded(self.table.column(column))
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
        values, missing, unreadable = figures(self.table.column(column))
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


Progress: TypeAlias = Callable[[int, int, str], None]
"""(done, whole, what)."""


def silent(done: int, whole: int, what: str) -> None:
    """Progress that nobody watches."""
