"""Inputs: any table becomes Parquet with the method's columns, typed, each row with its file and row number.

Parquet whose columns already have the method's types is read where it lies. Everything else (CSV, Arrow, pandas,
polars, tables of DuckDB, SQLite or PostgreSQL) is staged once, in batches, into the run's folder. A cell that cannot be
read does not stop the file: it becomes NULL, and `_bad` keeps its column, reason and text, so that the row is rejected
by name. `-` and the empty text are missing values.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from leafmark.methods.model import Column

_SQL_TYPES = {"text": "VARCHAR", "float": "DOUBLE", "date": "DATE", "bool": "BOOLEAN"}
_MISSING = "('', '-', 'NA', 'N/A', 'null', 'NULL')"
CSV_COLUMNS_MAX = 10_000


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


def sha256_file(path: Path) -> str:
    """Hex sha256 of a file, or of the sorted (name, sha256) pairs of a folder's Parquet files."""
    if path.is_dir():
        inner = hashlib.sha256()
        for part in sorted(path.rglob("*.parquet")):
            inner.update(f"{part.relative_to(path)} {sha256_file(part)}\n".encode())
        return inner.hexdigest()
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def quote(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A SQL identifier, so that a column called `primary` is no keyword."""
    return '"' + name.replace('"', '""') + '"'


def _parquet_files(path: Path) -> tuple[str, ...]:
    files = sorted(str(p) for p in path.rglob("*.parquet")) if path.is_dir() else [str(path)]
    if not files:
        raise InputError(f"{path}: no .parquet file in this folder")
    return tuple(files)


def _type_fits(column: Column, kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if column.type == "id":
        return bool(pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind))
    if column.type == "text":
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
    if column.type == "float":
        return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))
    if column.type == "date":
        return bool(pa.types.is_date(kind))
    return bool(pa.types.is_boolean(kind))


def _header(method_columns: Iterable[Column], found: list[str], name: str) -> None:
    wanted = {column.name for column in method_columns if column.required}
    missing = sorted(wanted - set(found))
    if missing:
        raise InputError(
            f"{name}: column {', '.join(missing)} is missing; found: {', '.join(found)}; "
            f"expected: {', '.join(column.name for column in method_columns)}"
        )
    if len(set(found)) != len(found):
        twice = sorted({column for column in found if found.count(column) > 1})
        raise InputError(f"{name}: column {', '.join(twice)} occurs twice")


def open_input(
    source: Any, columns: tuple[Column, ...], staging: Path, name: str = "input",
    progress: Callable[[str], None] | None = None,
) -> Source:  # fmt: skip
    """Make an input ready.

    Parameters
    ----------
    source : a path (Parquet file or folder, CSV), `file.db::table`, a `postgresql://...::table` URL, an Arrow table or
        reader, or a pandas or polars frame.
    columns : what the method reads; missing required columns are an `InputError`, extra columns are left alone.
    staging : folder for the staged Parquet.
    """
    if isinstance(source, Source):  # opened by an engine that reaches where this machine cannot
        return source
    if isinstance(source, str | os.PathLike):
        text = os.fspath(source)
        if "::" in text:
            return _stage(_database(text), columns, staging, text.rpartition("@")[2], None)
        path = Path(text)
        if not path.exists():
            raise InputError(f"{path}: no such file or folder")
        if path.is_dir() or path.suffix == ".parquet":
            return _parquet(path, columns, staging)
        if path.suffix in (".csv", ".tsv", ".gz"):
            return _stage(_csv(path), columns, staging, str(path), sha256_file(path))
        raise InputError(f"{path}: expected .parquet, .csv, .csv.gz, .tsv, or DATABASE::TABLE")
    return _stage(_arrow(source), columns, staging, name, None)


def _parquet(path: Path, columns: tuple[Column, ...], staging: Path) -> Source:
    files = _parquet_files(path)
    try:
        schema = pq.read_schema(files[0])
        rows = sum(pq.read_metadata(file).num_rows for file in files)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path}: not readable as Parquet ({error}); is the file whole?") from error
    _header(columns, schema.names, str(path))
    fits = all(_type_fits(c, schema.field(c.name).type) for c in columns if c.name in schema.names)
    if not fits:
        batches = (batch for file in files for batch in pq.ParquetFile(file).iter_batches())
        return _stage((schema, batches), columns, staging, str(path), sha256_file(path))
    have = [column.name for column in columns if column.name in schema.names]
    listing = "[" + ", ".join(quote(file) for file in files) + "]"
    sql = (
        f"SELECT {', '.join(map(identifier, have))}, filename AS _file, file_row_number + 1 AS _row "
        f"FROM read_parquet({listing}, filename = true, file_row_number = true, hive_partitioning = false)"
    )
    return Source(str(path), sql, files, frozenset(have), sha256_file(path), rows)


def _csv(path: Path) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    delimiter = "\t" if ".tsv" in path.suffixes else ","
    try:
        with pa.input_stream(str(path)) as stream:
            first = bytes(stream.read(1 << 20)).split(b"\n", 1)[0]
        if not first.strip():
            raise InputError(f"{path}: the file is empty; expected a header row")
        names = [
            cell.strip().strip('"') for cell in first.decode("utf-8-sig", "replace").rstrip("\r\n").split(delimiter)
        ]
        if len(names) > CSV_COLUMNS_MAX:
            raise InputError(f"{path}: {len(names)} columns; at most {CSV_COLUMNS_MAX}")
        reader = pa_csv.open_csv(
            str(path),
            read_options=pa_csv.ReadOptions(column_names=names, skip_rows=1, block_size=8 << 20),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.binary() for name in names}, strings_can_be_null=False,
            ),
        )  # fmt: skip
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            schema = pa.schema([(name, pa.string()) for name in names])
            return schema, iter(())
        raise InputError(f"{path}: not readable as CSV: {error}") from error

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            yield from reader
        except pa.ArrowInvalid as error:
            raise InputError(f"{path}: not readable as CSV: {error}") from error

    return reader.schema, batches()


def _database(text: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    url, _, table = text.rpartition("::")
    quoted = ".".join('"' + piece.replace('"', '""') + '"' for piece in table.split("."))
    query = f"SELECT * FROM {quoted}"
    try:
        if url.startswith(("postgresql://", "postgres://")):
            from adbc_driver_postgresql import dbapi as postgres

            return _adbc(postgres.connect(url), query)
        if not Path(url).exists():
            raise InputError(f"{url}: no such database file")
        if Path(url).suffix in (".duckdb", ".ddb"):
            opened = duckdb.connect(url, read_only=True)
            reader = opened.sql(query).to_arrow_reader(100_000)
            return reader.schema, _closing(reader, opened)
        from adbc_driver_sqlite import dbapi as sqlite

        return _adbc(sqlite.connect(url), query)
    except ImportError as error:
        raise InputError(
            f"{url}: needs the driver: pip install 'leafmark[{'postgresql' if 'postg' in url else 'sqlite'}]'"
        ) from error
    except InputError:
        raise
    except Exception as error:  # drivers raise their own classes; the reader of the message needs table and cause
        raise InputError(f"{url.rpartition('@')[2]}: cannot read table {table!r}: {error}") from error


def _adbc(connection: Any, query: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    cursor = connection.cursor()
    cursor.execute(query)
    reader = cursor.fetch_record_batch()
    return reader.schema, _closing(reader, cursor, connection)


def _closing(reader: Any, *opened: Any) -> Iterator[pa.RecordBatch]:
    """The batches; then, or when their reader gives up, the connection is closed."""
    try:
        yield from reader
    finally:
        for each in opened:
            each.close()


def _arrow(source: Any) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    if isinstance(source, pa.RecordBatchReader):
        return source.schema, iter(source)
    if isinstance(source, pa.Table):
        return source.schema, iter(source.to_batches())
    if hasattr(source, "__arrow_c_stream__"):
        reader = pa.RecordBatchReader.from_stream(source)
        return reader.schema, iter(reader)
    try:
        table = pa.Table.from_pandas(source, preserve_index=False)
    except (TypeError, AttributeError, pa.ArrowInvalid) as error:
        raise InputError(f"input of type {type(source).__name__}: expected a path, Arrow, pandas or polars") from error
    return table.schema, iter(table.to_batches())


def _text(array: pa.Array) -> pa.Array:
    """Any column as text; broken UTF-8 becomes the replacement character, which marks the row."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        try:
            return array.cast(pa.string())
        except pa.ArrowInvalid:
            decoded = [None if v is None else v.decode("utf-8", "replace") for v in array.to_pylist()]
            return pa.array(decoded, pa.string())
    if pa.types.is_string(kind):
        return array
    return array.cast(pa.string())


def _stage(
    stream: tuple[pa.Schema, Iterator[pa.RecordBatch]], columns: tuple[Column, ...], staging: Path, name: str,
    digest: str | None,
) -> Source:  # fmt: skip
    schema, batches = stream
    _header(columns, schema.names, name)
    have = [column for column in columns if column.name in schema.names]
    staging.mkdir(parents=True, exist_ok=True)
    stem = hashlib.sha256(name.encode()).hexdigest()[:12]
    raw, typed = staging / f"{stem}.text.parquet", staging / f"{stem}.parquet"
    text_schema = pa.schema([*((c.name, pa.string()) for c in have), ("_row", pa.int64())])
    rows, content = 0, hashlib.sha256()
    ids_are_integers = {c.name: c.type == "id" and pa.types.is_integer(schema.field(c.name).type) for c in have}
    with pq.ParquetWriter(raw, text_schema, compression="zstd") as writer:
        for batch in batches:
            arrays = [_text(batch.column(batch.schema.get_field_index(c.name))) for c in have]
            numbers = pa.array(range(rows + 1, rows + 1 + batch.num_rows), pa.int64())
            out = pa.record_batch([*arrays, numbers], schema=text_schema)
            if digest is None:
                for array in arrays:
                    content.update("\x1f".join("\x00" if v is None else v for v in array.to_pylist()).encode())
            writer.write_batch(out)
            rows += batch.num_rows
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute(
        f"COPY ({_typed(have, name, str(raw), ids_are_integers)}) TO {quote(str(typed))} (FORMAT parquet, COMPRESSION zstd)"
    )
    connection.close()
    raw.unlink()
    names = frozenset(column.name for column in have) | {"_bad", "_bad_reason", "_bad_found", "_bad_expected"}
    return Source(
        name, f"SELECT * FROM read_parquet({quote(str(typed))})", (str(typed),), names,
        digest or content.hexdigest(), rows,
    )  # fmt: skip


def _typed(have: list[Column], name: str, raw: str, integer_ids: dict[str, bool]) -> str:
    """SQL that reads the staged text as the method's types and names the first cell that could not be read."""
    cells, bad, broken = [], [], []
    for column in have:
        cell = identifier(column.name)
        clean = f"CASE WHEN trim({cell}) IN {_MISSING} THEN NULL ELSE trim({cell}) END"
        kind = "BIGINT" if integer_ids[column.name] else _SQL_TYPES.get(column.type, "VARCHAR")
        value = f"TRY_CAST({clean} AS {kind})"
        if column.type == "date":
            value = f"coalesce({value}, CAST(TRY_CAST({clean} AS TIMESTAMP) AS DATE))"
        if column.type == "float":
            value = f"CASE WHEN isfinite({value}) THEN {value} END"
        cells.append(f"{value} AS {cell}")
        if kind != "VARCHAR":
            bad.append((f"({clean}) IS NOT NULL AND ({value}) IS NULL", column.name, f"a {column.type}"))
        else:
            broken.append((f"contains({cell}, chr(65533))", column.name))
    whens = [(c, n, "unreadable", e) for c, n, e in bad] + [(c, n, "broken_text", "valid UTF-8") for c, n in broken]

    def pick(make: Any) -> str:
        return "CASE " + " ".join(f"WHEN {w[0]} THEN {make(w)}" for w in whens) + " END" if whens else "NULL::VARCHAR"

    return (
        f"SELECT {', '.join(cells)}, {pick(lambda w: quote(w[1]))} AS _bad, {pick(lambda w: quote(w[2]))} AS _bad_reason, "
        f"{pick(lambda w: f'left({identifier(w[1])}, 200)')} AS _bad_found, {pick(lambda w: quote(w[3]))} AS _bad_expected, "
        f"{quote(name)} AS _file, _row FROM read_parquet({quote(raw)})"
    )
