"""Columns of Arrow tables as NumPy arrays, with a stand-in for what is missing or cannot be read.

A checker may be given the very table that a packer had to refuse rows of, so nothing here fails for one bad cell.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

WHOLE_MAX = 2**53


def whole(table: pa.Table, name: str, missing: int) -> NDArray[np.int64]:
    """int64 [rows]; `missing` where the cell is empty, no whole number, or there is no such column."""
    if name not in table.column_names:
        return np.full(table.num_rows, missing, np.int64)
    column = table.column(name)
    if pa.types.is_integer(column.type):
        filled = column.cast(pa.int64()).fill_null(missing)
        return np.asarray(filled.to_numpy(), np.int64)
    return np.array([_whole(cell, missing) for cell in column.to_pylist()], np.int64)


def _whole(cell: Any, missing: int) -> int:
    try:
        number = float(cell)
    except (TypeError, ValueError):
        return missing
    return int(number) if number == number // 1 and abs(number) < WHOLE_MAX else missing


def number(table: pa.Table, name: str) -> NDArray[np.float64]:
    """float64 [rows]; NaN where there is none."""
    if name not in table.column_names:
        return np.full(table.num_rows, np.nan)
    return np.asarray(table.column(name).cast(pa.float64()).fill_null(np.nan).to_numpy(), np.float64)


def truth(table: pa.Table, name: str) -> NDArray[np.bool_]:
    """bool [rows]; false where there is none."""
    if name not in table.column_names:
        return np.zeros(table.num_rows, np.bool_)
    column = table.column(name)
    if pa.types.is_boolean(column.type):
        return np.asarray(column.fill_null(False).to_numpy(), np.bool_)
    return np.array([str(cell).strip().lower() in ("true", "1", "yes") for cell in column.to_pylist()], np.bool_)


def words(table: pa.Table, name: str) -> pa.Array:
    """string [rows]; null where there is none."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    return _one(table.column(name)).cast(pa.string())


def codes(*columns: pa.Array) -> list[NDArray[np.int64]]:
    """Words of several columns as numbers, the same word the same number in all of them; -1 for null."""
    together = pa.concat_arrays([column.cast(pa.string()) for column in columns])
    numbers = pc.fill_null(together.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.split(numbers, np.cumsum([len(column) for column in columns])[:-1])


def _one(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return combined if isinstance(combined, pa.Array) else pa.concat_arrays(combined.chunks)
