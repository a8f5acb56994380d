"""Files as inputs: Parquet is read where it lies if its columns already have the method's types; CSV is staged.

A folder's Parquet files are one table. Files that differ in their columns or types are staged, so that none is read by
another's schema: DuckDB would round 2.5 to 3 where the first file of a folder holds whole numbers.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from leafmark.engine import memory_database
from leafmark.engine.input_staging import (
    DAY_FIRST,
    DAY_LAST,
    InputError,
    Source,
    Stream,
    identifier,
    match_columns,
    quote,
    refuse_shapes,
    stage,
)
from leafmark.engine.unreadable import OTHER_FORMATS
from leafmark.methods.model import Column

CSV_COLUMNS_MAX = 10_000
_HEAD_BYTES = 1 << 20
_BLOCK_BYTES = 8 << 20
_END = "\x1eend of file"
"""A last record of our own: where it does not come out as a record, a quote was opened and never closed."""

_ADDED_BY_DUCKDB = frozenset({"filename", "file_row_number", "_file", "_row"})


def parquet_files(path: Path) -> tuple[Path, ...]:
    """The Parquet files of a folder at any depth, or the one file.

    Names that begin with `_` or `.` are what Spark leaves behind, and are no data. A folder that may not be read is an
    error, since its rows would be missing from every total.
    """
    if not path.is_dir():
        return (path,)

    def refuse(error: OSError) -> None:
        raise InputError(f"{error.filename}: {error.strerror}; give this user leave to read it") from error

    found = []
    for folder, inner, files in os.walk(path, onerror=refuse):
        inner[:] = [name for name in inner if not name.startswith(("_", "."))]
        found += [Path(folder, name) for name in files if name.endswith(".parquet") and not name.startswith(("_", "."))]
    return tuple(sorted(found))


def sha256_file(path: Path) -> str:
    """Hex sha256 of a file, or of the sorted (name, sha256) pairs of a folder's Parquet files."""
    if path.is_dir():
        inner = hashlib.sha256()
        for part in parquet_files(path):
            inner.update(f"{part.relative_to(path)} {sha256_file(part)}\n".encode())
        return inner.hexdigest()
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


@dataclass(frozen=True)
class _Head:
    """What a Parquet file's footer says."""

    path: Path
    schema: pa.Schema
    rows: int
    places: dict[str, int]

    @property
    def types(self) -> dict[str, pa.DataType]:
        """The method's columns that this file has."""
        return {name: self.schema.field(place).type for name, place in self.places.items()}

    @property
    def exact(self) -> bool:
        """Whether DuckDB, to which names in another case are the same, finds the very columns by name."""
        lower = [name.lower() for name in self.schema.names]
        own = all(self.schema.names[n] == name and lower.count(name.lower()) == 1 for name, n in self.places.items())
        return own and not _ADDED_BY_DUCKDB & set(lower)


def open_parquet(path: Path, columns: tuple[Column, ...], staging: Path) -> Source:
    """Parquet, file or folder: in place where the types fit, else staged.

    Raises
    ------
    InputError
        No file, not whole, not allowed, or a required column missing: which file.
    """
    files = parquet_files(path)
    if not files:
        raise InputError(f"{path}: no .parquet file in this folder")
    heads = [_head(file, columns) for file in files]
    names = [column.name for column in columns if any(column.name in head.places for head in heads)]
    types = {name: tuple(head.types[name] for head in heads if name in head.places) for name in names}
    refuse_shapes(columns, types, str(path))
    alike = all(head.exact and head.types == heads[0].types for head in heads)
    if not alike or not all(_type_fits(c, heads[0].types[c.name]) for c in columns if c.name in names):
        return stage(Stream(str(path), types, _batches(heads, names), sha256_file(path)), columns, staging)
    listing = "[" + ", ".join(quote(_no_glob(str(file))) for file in files) + "]"
    dates = [c.name for c in columns if c.type == "date" and c.name in names]
    if not all(_dates_told(file, dates) for file in files) and not _dates_fit(listing, dates, path):
        return stage(Stream(str(path), types, _batches(heads, names), sha256_file(path)), columns, staging)
    sql = (
        f"SELECT {', '.join(map(identifier, names))}, filename AS _file, file_row_number + 1 AS _row "
        f"FROM read_parquet({listing}, filename = true, file_row_number = true, hive_partitioning = false)"
    )
    rows = sum(head.rows for head in heads)
    return Source(str(path), sql, tuple(map(str, files)), frozenset(names), sha256_file(path), rows)


def _head(file: Path, columns: tuple[Column, ...]) -> _Head:
    try:
        with pq.ParquetFile(file) as opened:
            schema, rows = opened.schema_arrow, opened.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise _unreadable_parquet(file, error) from error
    return _Head(file, schema, rows, match_columns(columns, schema.names, str(file)))


def _unreadable_parquet(path: Path, error: Exception) -> InputError:
    if isinstance(error, PermissionError):
        return InputError(f"{path}: {error.strerror}; give this user leave to read it")
    return InputError(f"{path}: not readable as Parquet ({str(error).splitlines()[0]}); is the file whole?")


def _no_glob(path: str) -> str:
    """DuckDB takes `*`, `?` and `[` in a path as a pattern; in brackets they mean themselves."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in path)


def _dates_told(file: Path, names: Sequence[str]) -> bool:
    """Whether the file's own statistics say that all dates lie in the years 1 to 9999; without them nothing is told."""
    with pq.ParquetFile(file) as opened:
        meta = opened.metadata
        places = [place for place in range(meta.num_columns) if meta.schema.column(place).path in names]
        groups = [meta.row_group(number) for number in range(meta.num_row_groups)]
        return len(places) == len(names) and all(_within(group.column(place)) for group in groups for place in places)


def _within(column: pq.ColumnChunkMetaData) -> bool:
    told = column.statistics
    if told is None or not told.has_min_max:
        return told is not None and told.has_null_count and told.null_count == column.num_values
    try:
        return bool(isinstance(told.min, dt.date) and isinstance(told.max, dt.date))  # those are of the years 1 to 9999
    except (OverflowError, ValueError):  # past them
        return False


def _dates_fit(listing: str, names: Sequence[str], path: Path) -> bool:
    """Whether all dates lie in the years 1 to 9999; the row groups' statistics answer it without reading them."""
    if not names:
        return True
    outside = " OR ".join(f"{identifier(n)} < DATE '{DAY_FIRST}' OR {identifier(n)} > DATE '{DAY_LAST}'" for n in names)
    connection = memory_database.connect()
    try:
        sql = f"SELECT 1 FROM read_parquet({listing}, hive_partitioning = false) WHERE {outside} LIMIT 1"
        return connection.execute(sql).fetchone() is None
    except duckdb.Error as error:
        raise _unreadable_parquet(path, error) from error
    finally:
        connection.close()


def _type_fits(column: Column, kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    fits = {
        "id": pa.types.is_integer(kind) or text,
        "text": text,
        "float": pa.types.is_floating(kind) or pa.types.is_integer(kind),
        "date": pa.types.is_date(kind),
        "bool": pa.types.is_boolean(kind),
    }
    return bool(fits[column.type])


def _batches(heads: Sequence[_Head], names: Sequence[str]) -> Iterator[tuple[str, pa.RecordBatch]]:
    for head in heads:
        try:
            with pq.ParquetFile(head.path) as opened:
                for batch in opened.iter_batches():
                    arrays = [
                        batch.column(head.places[name])
                        if name in head.places
                        else pa.nulls(batch.num_rows, pa.string())
                        for name in names
                    ]
                    yield str(head.path), pa.record_batch(arrays, names=list(names))
        except (pa.ArrowException, OSError) as error:
            raise _unreadable_parquet(head.path, error) from error


class _Body(io.RawIOBase):
    """The records after a CSV's header, and `_END` as the last."""

    def __init__(self, first: bytes, stream: pa.NativeFile, end: bytes) -> None:
        self._waiting, self._stream, self._end = first, stream, end

    def readable(self) -> bool:
        """As a file says it."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with what comes next."""
        if not self._waiting:
            self._waiting = bytes(self._stream.read(len(buffer)))
        if not self._waiting:
            self._waiting, self._end = self._end, b""
        piece, self._waiting = self._waiting[: len(buffer)], self._waiting[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def open_csv(path: Path, columns: tuple[Column, ...], digest: str) -> Stream:
    """CSV, or tab-separated where the name says .tsv, gzipped where it says .gz; UTF-8 with or without its mark.

    Raises
    ------
    InputError
        Empty, another format or encoding, another separator, or a record with another number of cells than the header.
    """
    delimiter = "\t" if ".tsv" in path.name.lower() else ","
    try:
        stream = pa.input_stream(str(path), compression="gzip" if path.suffix.lower() == ".gz" else None)
        head = bytes(stream.read(_HEAD_BYTES))
    except (pa.ArrowException, OSError) as error:
        raise _unreadable_csv(path, error) from error
    names, length = _header(path, head, delimiter)
    places = match_columns(columns, names, str(path))
    if len(names) > CSV_COLUMNS_MAX:
        raise InputError(f"{path}: {len(names)} columns; at most {CSV_COLUMNS_MAX}")
    types = {name: (pa.binary(),) for name in places}
    numbered = [str(number) for number in range(len(names))]
    end = "\n" + delimiter.join([_END] * len(names)) + "\n"
    body = _Body(head[length:], stream, end.encode())
    wanted = [str(place) for place in places.values()]

    def batches() -> Iterator[tuple[str, pa.RecordBatch]]:
        rows = 0
        held: pa.RecordBatch | None = None
        try:
            reader = pa_csv.open_csv(
                body,
                read_options=pa_csv.ReadOptions(column_names=numbered, block_size=_BLOCK_BYTES),
                parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                convert_options=pa_csv.ConvertOptions(
                    column_types={name: pa.binary() for name in numbered}, include_columns=wanted,
                    strings_can_be_null=False,
                ),
            )  # fmt: skip
            for batch in reader:
                if held is not None and held.num_rows:
                    yield str(path), held
                    rows += held.num_rows
                held = batch if batch.num_rows else held
        except (pa.ArrowException, OSError) as error:
            raise _unreadable_csv(path, error, rows) from error
        finally:
            stream.close()
        if held is None or held.column(0)[-1].as_py() != _END.encode():
            raise InputError(f'{path}: not readable as CSV: a quote (") is opened and never closed after row {rows}')
        yield str(path), held.slice(0, held.num_rows - 1)

    return Stream(str(path), types, batches(), digest)


def _unreadable_csv(path: Path, error: Exception, rows: int = 0) -> InputError:
    if isinstance(error, PermissionError):
        return InputError(f"{path}: {error.strerror}; give this user leave to read it")
    text = str(error).splitlines()[0]
    if "straddling object" in text:
        text = f"one record is longer than {_BLOCK_BYTES >> 20} MB: is a quote opened and never closed?"
    return InputError(f"{path}: not readable as CSV: {text} (after row {rows})")


def _header(path: Path, head: bytes, delimiter: str) -> tuple[list[str], int]:
    """The column names, and the number of bytes they take."""
    for start, what in OTHER_FORMATS:
        if head.startswith(start):
            raise InputError(f"{path}: this is {what}")
    lines = head.splitlines(keepends=True)
    if any(b"\0" in line for line in lines[:1]):
        raise InputError(f"{path}: the header holds zero bytes: is the file in UTF-16, or no text? save it as UTF-8")
    decoded = (line.decode("utf-8-sig" if n == 0 else "utf-8", "replace") for n, line in enumerate(lines))
    reader = csv.reader(decoded, delimiter=delimiter)
    try:
        names = [cell.strip() for cell in next((row for row in reader if any(map(str.strip, row))), [])]
    except csv.Error as error:
        raise InputError(f"{path}: the header is not readable as CSV: {error}") from error
    if not names:
        raise InputError(f"{path}: the file is empty; expected a header row")
    if len(names) == 1:
        for other, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if other in names[0] and other != delimiter:
                raise InputError(
                    f"{path}: the cells are separated by {called}; expected {'tabs' if delimiter != ',' else 'commas'}: "
                    f"save it so{', with points in decimal numbers' if other == ';' else ''}"
                    f"{', or name it .tsv' if other == chr(9) else ''}"
                )
    return names, sum(map(len, lines[: reader.line_num]))
