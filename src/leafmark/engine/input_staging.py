"""Staging: a stream of Arrow batches becomes Parquet with the method's types, in constant memory.

Two steps. Every cell is written as text, with its file and row number; then DuckDB reads the text as the method's
types. A cell that cannot be read does not stop the file: it becomes NULL, and `_bad` keeps its column, reason and text,
so that the row is rejected by name. `-` and the empty text are missing values.
"""

from __future__ import annotations

import errno
import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.engine import memory_database
from leafmark.methods.model import Column

_SQL_TYPES = {"text": "VARCHAR", "float": "DOUBLE", "date": "DATE", "bool": "BOOLEAN"}
_MISSING = pa.array(["", "-", "NA", "N/A", "null", "NULL"])
_BLANKS = " \t\r\n\u00a0"
DAY_FIRST, DAY_LAST = "0001-01-01", "9999-12-31"
"""The days Python and Spark hold; DuckDB holds more, and `infinity`."""

FOUND_MAX = 200
"""Characters of a cell that a rejection quotes."""

BATCH_ROWS = 100_000
"""Rows of a table in memory or of a file that are text at one time."""

STAGING_MEMORY = "400MB"
"""Of DuckDB while it types a staged input; past it, it spills beside it."""

SMALL_BYTES = 8_000_000
"""Cells of an input so small that typing it needs no bound on memory, and no database of its own."""


class InputError(ValueError):
    """An input that cannot be read at all: which file, what was found, what was expected."""


@dataclass(frozen=True)
class Source:
    """One input ready to run: Parquet files, their columns, and what identifies it.

    `sql` reads it (DuckDB), with `_file` and `_row`; `digest` is the sha256 of the original file, or of the staged
    rows where there was no file.
    """

    name: str
    sql: str
    paths: tuple[str, ...]
    columns: frozenset[str]
    digest: str
    rows: int


@dataclass(frozen=True)
class Stream:
    """A table on its way in: the method's columns by their own names, with the types its file or files give them.

    `batches` yields (file, batch) with the columns in the order of `types`; rows are numbered from 1 in each file.
    `digest` is None where only the rows themselves identify the input.
    """

    name: str
    types: dict[str, tuple[pa.DataType, ...]]
    batches: Iterator[tuple[str, pa.RecordBatch]]
    digest: str | None = None


def quote(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A SQL identifier, so that a column called `primary` is no keyword."""
    return '"' + name.replace('"', '""') + '"'


def match_columns(columns: Sequence[Column], found: Sequence[str], name: str) -> dict[str, int]:
    """Which of the names found serves each column, by position.

    The same name, else the one that differs from it in case, spaces or hyphens only; other columns are left alone.

    Raises
    ------
    InputError
        A required column is missing, or two serve the same.
    """
    folded = [re.sub(r"[\s-]+", "_", each.strip()).casefold() for each in found]
    chosen: dict[str, int] = {}
    missing = []
    for column in columns:
        places = [n for n, each in enumerate(found) if each == column.name]
        places = places or [n for n, each in enumerate(folded) if each == column.name]
        if len(places) > 1:
            which = ", ".join(repr(found[n]) for n in places)
            raise InputError(f"{name}: column {column.name} occurs twice ({which}); expected one: rename the other")
        if places:
            chosen[column.name] = places[0]
        elif column.required:
            missing.append(column.name)
    if missing:
        raise InputError(
            f"{name}: column {', '.join(missing)} is missing; found: {', '.join(found) or 'none'}; "
            f"expected: {', '.join(column.name for column in columns)}"
        )
    return chosen


def refuse_shapes(columns: Sequence[Column], types: dict[str, tuple[pa.DataType, ...]], name: str) -> None:
    """A list, struct, map or span of time has no reading as one value of a column."""
    for column in columns:
        for kind in types.get(column.name, ()):
            odd = pa.types.is_nested(kind) or pa.types.is_duration(kind) or pa.types.is_interval(kind)
            if odd or isinstance(kind, pa.BaseExtensionType):
                raise InputError(f"{name}: column {column.name} is of type {kind}; expected one {column.type} per row")


@contextmanager
def room_on_disk(folder: Path) -> Iterator[None]:
    """Say of a full disk which folder it holds and what to do; every other error passes."""
    try:
        yield
    except (OSError, duckdb.IOException) as error:
        if getattr(error, "errno", None) != errno.ENOSPC and "No space left" not in str(error):
            raise
        told = "the disk is full; make room and start the same command again: nothing half-written counts"
        raise OSError(errno.ENOSPC, told, str(folder)) from error


def as_text(array: pa.Array, column: Column) -> pa.Array:
    """Cells as text; broken UTF-8 becomes the replacement character, which marks the row."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_floating(kind):  # through 64 bits, as Parquet read in place: 0.1 in 32 bits is not 0.1
        return array.cast(pa.float64()).cast(pa.string())
    if pa.types.is_timestamp(kind):
        text = (pc.local_timestamp(array) if kind.tz else array).cast(pa.string())
        return pc.utf8_slice_codeunits(text, 0, len(DAY_FIRST)) if column.type == "date" else text
    if not _is_characters(kind):
        return array.cast(pa.string())
    array = array.cast(pa.binary())
    try:
        return array.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([None if v is None else v.decode("utf-8", "replace") for v in array.to_pylist()], pa.string())


def _cleaned(array: pa.Array) -> pa.Array:
    """Text without blanks around it; NULL where that leaves a word for a missing value."""
    array = pc.utf8_trim(array, _BLANKS)
    return pc.if_else(pc.is_in(array, value_set=_MISSING), pa.scalar(None, pa.string()), array)


def _is_characters(kind: pa.DataType) -> bool:
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_binary,
             pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary)  # fmt: skip
    return any(test(kind) for test in tests)


class _Digest:
    """sha256 of a table's columns by name: the same for the same cells however they came in batches."""

    def __init__(self, names: Sequence[str]) -> None:
        self._columns = {name: (hashlib.sha256(), hashlib.sha256()) for name in names}

    def add(self, name: str, array: pa.Array) -> None:
        """Take in the next cells of a column: their bytes, and their lengths (-1: missing)."""
        values, lengths = self._columns[name]
        sizes = pc.fill_null(pc.binary_length(array), -1)
        lengths.update(sizes.cast(pa.int64()).to_numpy(zero_copy_only=False).tobytes())
        filled = pc.fill_null(array, "").cast(pa.binary())
        offsets, data = filled.buffers()[1:]
        if data is not None:
            ends = memoryview(offsets).cast("i")
            values.update(memoryview(data)[ends[filled.offset] : ends[filled.offset + len(filled)]])

    def hexdigest(self) -> str:
        """The digest of all columns in the order of their names."""
        whole = hashlib.sha256()
        for name, hashes in sorted(self._columns.items()):
            whole.update(f"{len(name)} {name} {' '.join(each.hexdigest() for each in hashes)}\n".encode())
        return whole.hexdigest()


def stage(stream: Stream, columns: Sequence[Column], staging: Path) -> Source:
    """Write a stream as Parquet with the method's types.

    Raises
    ------
    InputError
        The stream broke off, or holds a list or struct where one value is expected.
    OSError
        The disk is full (ENOSPC) or fails.
    """
    refuse_shapes(columns, stream.types, stream.name)
    have = [column for column in columns if column.name in stream.types]
    stem = hashlib.sha256("\n".join([stream.name, *stream.types]).encode()).hexdigest()[:12]
    raw, typed = staging / f"{stem}.text.parquet", staging / f"{stem}.parquet"
    with room_on_disk(staging):
        staging.mkdir(parents=True, exist_ok=True)
        rows, size_bytes, digest = _write_text(stream, have, raw)
        connection = _bounded(staging / "spill") if size_bytes > SMALL_BYTES else memory_database.connect()
        try:
            select = _typed(have, raw, stream.types)
            connection.execute(f"COPY ({select}) TO {quote(str(typed))} (FORMAT parquet, COMPRESSION zstd)")
        finally:
            connection.close()
        raw.unlink()
    names = frozenset(column.name for column in have) | {"_bad", "_bad_reason", "_bad_found", "_bad_expected"}
    sql = f"SELECT * FROM read_parquet({quote(str(typed))})"
    return Source(stream.name, sql, (str(typed),), names, stream.digest or digest, rows)


def _bounded(spill: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute(f"SET memory_limit = '{STAGING_MEMORY}'")
    connection.execute(f"SET temp_directory = {quote(str(spill))}")
    connection.execute("SET enable_progress_bar = false")  # it would write to stdout, where only JSON belongs
    return connection


def _write_text(stream: Stream, have: Sequence[Column], raw: Path) -> tuple[int, int, str]:
    """Write every cell as text; the number of rows, the bytes of all cells in memory, and their digest."""
    schema = pa.schema([*((c.name, pa.string()) for c in have), ("_file", pa.string()), ("_row", pa.int64())])
    digest = _Digest([column.name for column in have])
    position = {name: number for number, name in enumerate(stream.types)}
    rows, row, size_bytes, last = 0, 0, 0, None
    with pq.ParquetWriter(raw, schema, compression="zstd") as writer:
        for file, whole in stream.batches:
            row, last = (row if file == last else 0), file
            for start in range(0, whole.num_rows, BATCH_ROWS):
                batch = whole.slice(start, BATCH_ROWS)
                arrays = [_cleaned(as_text(batch.column(position[column.name]), column)) for column in have]
                if stream.digest is None:
                    for column, array in zip(have, arrays, strict=True):
                        digest.add(column.name, array)
                size_bytes += sum(array.nbytes for array in arrays)
                files = pa.repeat(pa.scalar(file, pa.string()), batch.num_rows)
                numbers = pa.array(range(row + 1, row + 1 + batch.num_rows), pa.int64())
                writer.write_batch(pa.record_batch([*arrays, files, numbers], schema=schema))
                row += batch.num_rows
            rows += whole.num_rows
    return rows, size_bytes, digest.hexdigest()


def _typed(have: Sequence[Column], raw: Path, types: dict[str, tuple[pa.DataType, ...]]) -> str:
    """SQL that reads the staged text as the method's types and names the first cell that could not be read."""
    values, unreadable, broken = [], [], []
    for number, column in enumerate(have):
        cell, value = identifier(column.name), f"v{number}"
        kind, reading = _reading(column, cell, types[column.name])
        values.append(f"{reading} AS {value}")
        if kind == "VARCHAR":
            broken.append((f"contains({cell}, chr(65533))", column.name, "broken_text", "valid UTF-8"))
        else:
            expected = "a whole number, as the other ids" if kind == "BIGINT" else column.expected
            unreadable.append((f"{value} IS NULL AND {cell} IS NOT NULL", column.name, "unreadable", expected))
    faults = unreadable + broken
    tests = " ".join(f"WHEN {fault[0]} THEN {number}" for number, fault in enumerate(faults))

    def pick(texts: Sequence[str]) -> str:
        return f"CASE fault {' '.join(f'WHEN {number} THEN {text}' for number, text in enumerate(texts))} END"

    return (
        f"SELECT {', '.join(f'v{number} AS {identifier(column.name)}' for number, column in enumerate(have))}, "
        f"{pick([quote(fault[1]) for fault in faults])} AS _bad, {pick([quote(fault[2]) for fault in faults])} AS _bad_reason, "
        f"{pick([f'left({identifier(fault[1])}, {FOUND_MAX})' for fault in faults])} AS _bad_found, "
        f"{pick([quote(fault[3]) for fault in faults])} AS _bad_expected, _file, _row "
        f"FROM (SELECT *, CASE {tests} END AS fault FROM (SELECT *, {', '.join(values)} FROM read_parquet({quote(str(raw))})))"
    )


def _reading(column: Column, cell: str, types: tuple[pa.DataType, ...]) -> tuple[str, str]:
    """(SQL type, expression) of a cell: NULL where its text does not read as the column's type."""
    if column.type == "id":
        if all(pa.types.is_integer(kind) for kind in types):
            return "BIGINT", f"TRY_CAST({cell} AS BIGINT)"
        if all(pa.types.is_floating(kind) or pa.types.is_integer(kind) for kind in types):
            number = f"TRY_CAST({cell} AS DOUBLE)"  # ids that pandas made floats, since one was missing
            return "BIGINT", f"CASE WHEN {number} = floor({number}) THEN TRY_CAST({number} AS BIGINT) END"
        return "VARCHAR", cell
    kind = _SQL_TYPES[column.type]
    value = f"TRY_CAST({cell} AS {kind})"
    if column.type == "date":
        day = f"coalesce({value}, CAST(TRY_CAST({cell} AS TIMESTAMP) AS DATE))"
        value = f"CASE WHEN {day} BETWEEN DATE '{DAY_FIRST}' AND DATE '{DAY_LAST}' THEN {day} END"
    if column.type == "float":
        value = f"CASE WHEN isfinite({value}) THEN {value} END"
    return kind, value
