"""Columns of a table of legs as NumPy arrays, a column at a time: words as small integers, numbers as float64.

A word is coded once and compared as an integer ever after; of a column that Parquet keeps as a dictionary the coding costs nothing.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leafmark.parcels.cells import MISSING_WORDS, figures

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_EPOCH = dt.date(1970, 1, 1).toordinal()


def words(columns: list[pa.ChunkedArray]) -> tuple[list[Codes], list[str]]:
    """One coding of the words of several columns.

    Returns
    -------
    int32 codes of each column, -1 where the cell is blank; and the words, trimmed, by code.
    """
    chunks = [chunk for column in columns for chunk in column.chunks]
    plain = pa.types.is_string(columns[0].type) or pa.types.is_large_string(columns[0].type)
    if any(column.type != columns[0].type for column in columns) or not (
        plain or pa.types.is_dictionary(columns[0].type)
    ):
        chunks = [chunk.cast(pa.string()) for chunk in chunks]
    whole = pa.chunked_array(chunks, chunks[0].type if chunks else pa.string())
    encoded = whole.dictionary_encode().unify_dictionaries()
    if encoded.num_chunks == 0:
        return [np.zeros(0, np.int32) for _ in columns], []
    found = [None if word is None else str(word).strip() for word in encoded.chunk(0).dictionary.to_pylist()]
    number_of: dict[str, int] = {}
    # -1 at the end stands for null: NumPy reads it by the index -1.
    codes = np.array(
        [-1 if w is None or w.lower() in MISSING_WORDS else number_of.setdefault(w, len(number_of)) for w in found]
        + [-1],
        np.int32,
    )
    indices = np.concatenate([np.asarray(pc.fill_null(chunk.indices.cast(pa.int32()), -1)) for chunk in encoded.chunks])
    coded = codes[indices] if len(number_of) < len(found) or -1 in codes[:-1] else indices
    cuts = np.cumsum([len(column) for column in columns])[:-1]
    return list(np.split(coded, cuts)), list(number_of)


def numbers(column: pa.ChunkedArray) -> tuple[Floats, Flags]:
    """Numbers of a column: float64, NaN where the cell is empty or unreadable, and which cells are unreadable."""
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        values = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), np.float64)
        unreadable = ~np.isfinite(values)
        if column.null_count:
            unreadable &= np.asarray(column.is_valid().to_numpy(), np.bool_)
        if unreadable.any():
            values = np.where(unreadable, np.nan, values)
        return values, unreadable
    values, missing, unreadable = figures(column)
    unreadable |= ~missing & ~np.isfinite(values)
    return np.where(unreadable, np.nan, values), unreadable


def dates(column: pa.ChunkedArray, missing: dt.date) -> tuple[Codes, list[dt.date], Flags]:
    """Days of a column: a code a row, the days by code, and which cells are no date; an empty cell is the day `missing`."""
    if not pa.types.is_date32(column.type):
        return _text_dates(column, missing)
    filled = pc.fill_null(column, missing) if column.null_count else column
    days = np.asarray(filled.cast(pa.int32()).to_numpy(), np.int64)
    if not len(days):
        return np.zeros(0, np.int32), [missing], np.zeros(0, np.bool_)
    first = int(days.min())
    there = np.flatnonzero(np.bincount(days - first))
    code_of = np.zeros(int(there[-1]) + 1, np.int32)
    code_of[there] = np.arange(len(there))
    return (
        code_of[days - first],
        [dt.date.fromordinal(int(d) + first + _EPOCH) for d in there],
        np.zeros(len(days), np.bool_),
    )


def _text_dates(column: pa.ChunkedArray, missing: dt.date) -> tuple[Codes, list[dt.date], Flags]:
    (codes,), found = words([column])
    days: list[dt.date] = [missing]
    of_word, bad = np.zeros(len(found) + 1, np.int32), np.zeros(len(found) + 1, np.bool_)
    for number, word in enumerate(found):
        try:
            days.append(dt.date.fromisoformat(word[:10]))
            of_word[number] = len(days) - 1
        except ValueError:
            bad[number] = True
    return of_word[codes], days, bad[codes]


def runs(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Where each run of equal cells begins; a null is equal to a null."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], column.type)
    if len(array) == 0:
        return np.zeros(0, np.int64)
    if pa.types.is_dictionary(array.type):
        array = array.indices
    differs = pc.fill_null(pc.not_equal(array.slice(1), array.slice(0, len(array) - 1)), True)
    return np.concatenate(
        [[0], np.flatnonzero(np.asarray(differs.to_numpy(zero_copy_only=False), np.bool_)) + 1]
    ).astype(np.int64)
