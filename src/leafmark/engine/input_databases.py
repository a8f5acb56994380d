"""Tables of databases as inputs: `DATABASE::TABLE` over a DuckDB or SQLite file, or a `postgresql://` address.

Rows come in Arrow batches (PostgreSQL over ADBC's COPY, SQLite over ADBC, DuckDB in process), so memory does not grow
with the table; no DuckDB extension is needed. Only the method's columns are asked for. Names of tables become quoted
identifiers: `schema.table`, and `"a name with.dots"` in quotes; nothing in them is ever SQL.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import pyarrow as pa

from leafmark.engine.input_staging import BATCH_ROWS, InputError, Stream, identifier, match_columns
from leafmark.methods.model import Column

_POSTGRESQL = ("postgresql://", "postgres://")
_NAME = re.compile(r'"((?:[^"]|"")*)"|([^."]+)')
_TABLES_TOLD_MAX = 20
_PASSWORD_PARAMETER = re.compile(r"((?:ssl)?password=)[^&]*")


def is_database(text: str) -> bool:
    """Whether a path means a table of a database."""
    return "::" in text or text.startswith(_POSTGRESQL)


def shown(text: str) -> str:
    """The address without its password, as runs record it and messages print it."""
    for scheme in _POSTGRESQL:
        if text.startswith(scheme):
            before, at, after = text.removeprefix(scheme).rpartition("@")
            return scheme + before.partition(":")[0] + at + _PASSWORD_PARAMETER.sub(r"\1***", after)
    return text


def open_table(text: str, columns: tuple[Column, ...]) -> Stream:
    """A table as a stream.

    Raises
    ------
    InputError
        No such database or table, no right to it, a missing driver, or a missing column. No password is printed.
    """
    address, found, table = text.rpartition("::")
    if not found or not table.strip() or ("/" in table and not table.startswith('"')):
        raise InputError(f"{shown(text)}: names no table; expected DATABASE::TABLE, or DATABASE::SCHEMA.TABLE")
    try:
        if address.startswith(_POSTGRESQL):
            return _postgresql(address, table, columns)
        path = Path(address)
        if not path.is_file():
            raise InputError(f"{address}: no such database file")
        with path.open("rb") as handle:
            duck = handle.read(12)[8:] == b"DUCK"
        return _duckdb(path, table, columns) if duck else _sqlite(path, table, columns)
    except PermissionError as error:
        raise InputError(f"{address}: {error.strerror}; give this user leave to read it") from error
    except ImportError as error:
        extra = "postgresql" if address.startswith(_POSTGRESQL) else "sqlite"
        raise InputError(f"{shown(address)}: needs the driver: pip install 'leafmark[{extra}]'") from error


def quoted_name(table: str) -> str:
    """`schema.table` or `"any name"` as quoted SQL identifiers; what does not read as either is one name."""
    pieces, end = [], 0
    while match := _NAME.match(table, end):
        pieces.append(match[2] if match[1] is None else match[1].replace('""', '"'))
        end = match.end()
        if end == len(table):
            return ".".join(map(identifier, pieces))
        if table[end] != ".":
            break
        end += 1
    return identifier(table)


def _no_table(name: str, table: str, message: str, tables: Sequence[str]) -> InputError:
    told = ", ".join(tables[:_TABLES_TOLD_MAX]) + (", ..." if len(tables) > _TABLES_TOLD_MAX else "")
    return InputError(f"{name}: cannot read table {table!r}: {message}; tables there: {told or 'none'}")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _duckdb(path: Path, table: str, columns: tuple[Column, ...]) -> Stream:
    name, source = f"{path}::{table}", quoted_name(table)
    config: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    try:
        connection = duckdb.connect(str(path), read_only=True, config=config)
    except duckdb.Error as error:
        raise InputError(f"{path}: not readable as a DuckDB database: {_first_line(error)}") from error
    try:
        connection.execute("SET enable_progress_bar = false")
        schema = connection.sql(f"SELECT * FROM {source} LIMIT 0").to_arrow_table().schema
        picked = match_columns(columns, schema.names, name)
        listing = ", ".join(identifier(schema.names[place]) for place in picked.values())
        reader = connection.sql(f"SELECT {listing} FROM {source}").to_arrow_reader(BATCH_ROWS)
    except duckdb.Error as error:
        tables = [str(row[0]) for row in connection.sql("SELECT table_name FROM information_schema.tables").fetchall()]
        connection.close()
        raise _no_table(str(path), table, _first_line(error), tables) from error
    except InputError:
        connection.close()
        raise
    types: dict[str, tuple[pa.DataType, ...]] = {each: (schema.field(n).type,) for each, n in picked.items()}
    return Stream(name, types, _read(name, reader, (connection,), (duckdb.Error,)))


def _sqlite(path: Path, table: str, columns: tuple[Column, ...]) -> Stream:
    """SQLite's cells have types of their own, and ADBC takes a column's from its first rows: so they are asked first."""
    import adbc_driver_sqlite.dbapi as sqlite
    from adbc_driver_manager import Error as AdbcError

    name, source = f"{path}::{table}", quoted_name(table)
    address = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as looking:
        try:
            found = [each[0] for each in looking.execute(f"SELECT * FROM {source} LIMIT 0").description]
            picked = match_columns(columns, found, name)
            cells = {each: identifier(found[place]) for each, place in picked.items()}
            kinds = [f"max(typeof({cell}) = '{kind}')" for cell in cells.values() for kind in ("text", "blob", "real")]
            seen = looking.execute(f"SELECT {', '.join(kinds)} FROM {source}").fetchone()
        except sqlite3.OperationalError as error:
            tables = [
                row[0] for row in looking.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
            ]
            raise _no_table(str(path), table, str(error), tables) from error
        except sqlite3.Error as error:
            raise InputError(f"{path}: not readable as a SQLite or DuckDB database: {error}") from error
    types: dict[str, tuple[pa.DataType, ...]] = {}
    listing, firsts = [], []
    for number, (each, cell) in enumerate(cells.items()):
        text, blob, real = (bool(flag) for flag in seen[3 * number : 3 * number + 3])
        if text or blob:
            listing.append(
                f"CASE typeof({cell}) WHEN 'real' THEN printf('%!.17g', {cell}) ELSE CAST({cell} AS TEXT) END"
            )
        else:
            listing.append(f"CAST({cell} AS REAL)" if real else cell)
        firsts.append("''" if text or blob else "0.0" if real else "0")
        types[each] = (pa.string() if text or blob else pa.float64() if real else pa.int64(),)
    # A first row of our own gives each column its type even where all of the table's first rows are NULL.
    query = f"SELECT {', '.join(firsts)} UNION ALL SELECT {', '.join(listing)} FROM {source}"
    connection = sqlite.connect(address)
    cursor = connection.cursor()
    try:
        cursor.execute(query)
        reader = cursor.fetch_record_batch()
    except AdbcError as error:
        cursor.close()
        connection.close()
        raise InputError(f"{path}: cannot read table {table!r}: {_first_line(error)}") from error
    return Stream(name, types, _without_first(_read(name, reader, (cursor, connection), (AdbcError,))))


def _without_first(batches: Iterator[tuple[str, pa.RecordBatch]]) -> Iterator[tuple[str, pa.RecordBatch]]:
    waiting = 1
    for file, batch in batches:
        yield file, batch.slice(waiting)
        waiting = max(0, waiting - batch.num_rows)


def _postgresql(address: str, table: str, columns: tuple[Column, ...]) -> Stream:
    """Cells are cast to text by the server, which knows every type of its own; integers of ids stay integers."""
    from adbc_driver_manager import Error as AdbcError
    from adbc_driver_postgresql import dbapi

    name, source = f"{shown(address)}::{table}", quoted_name(table)
    try:
        connection = dbapi.connect(address)
    except AdbcError as error:
        raise InputError(f"{shown(address)}: {_without_secrets(error, address)}") from error
    cursor = connection.cursor()
    try:
        # Rows come in the same order each time, and values in the same spelling, whatever the server's defaults are.
        for setting in ("synchronize_seqscans = off", "max_parallel_workers_per_gather = 0", "datestyle = 'ISO, YMD'",
                        "timezone = 'UTC'", "extra_float_digits = 1", "default_transaction_read_only = on"):  # fmt: skip
            cursor.execute(f"SET {setting}")
        connection.commit()
        cursor.execute(f"SELECT * FROM {source} LIMIT 0")
        schema = cursor.fetch_arrow_table().schema
        picked = match_columns(columns, schema.names, name)
        types: dict[str, tuple[pa.DataType, ...]] = {}
        listing = []
        for column in (column for column in columns if column.name in picked):
            field = schema.field(picked[column.name])
            whole = column.type == "id" and pa.types.is_integer(field.type)
            types[column.name] = (pa.int64() if whole else pa.string(),)
            listing.append(f"{identifier(field.name)}::{'bigint' if whole else 'text'}")
        cursor.execute(f"SELECT {', '.join(listing)} FROM {source}")
        reader = cursor.fetch_record_batch()
    except AdbcError as error:
        connection.rollback()
        cursor.execute(
            "SELECT CASE WHEN schemaname = 'public' THEN '' ELSE schemaname || '.' END || name FROM "
            "(SELECT schemaname, tablename AS name FROM pg_tables UNION ALL SELECT schemaname, viewname FROM pg_views) AS t "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )
        tables = [str(row[0]) for row in cursor.fetchall()]
        cursor.close()
        connection.close()
        raise _no_table(shown(address), table, _without_secrets(error, address), tables) from error
    except InputError:
        cursor.close()
        connection.close()
        raise
    return Stream(name, types, _read(name, reader, (cursor, connection), (AdbcError,)))


def _without_secrets(error: Exception, address: str) -> str:
    """libpq's sentence without the password, which it may quote where it could not read the address."""
    secret = address.partition("://")[2].rpartition("@")[0].partition(":")[2]
    if re.search(r"[@/?#\[\]\s]", secret):
        return "the address cannot be read: write @ as %40, / as %2F, ? as %3F and # as %23 in the password, or set PGPASSWORD"
    text = str(error)
    for piece in (secret, unquote(secret), *re.findall(r"password=([^&]*)", address)):
        text = text.replace(piece, "***") if piece else text
    if said := re.search(r"(?:ERROR|FATAL):\s*(.+)", text):
        return said[1].strip()
    return " ".join(text.removeprefix("IO: ").replace("[libpq] ", "").split())


def _read(
    name: str, reader: Any, opened: Sequence[Any], errors: tuple[type[Exception], ...]
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The batches; then, or when their reader gives up, what was opened is closed."""
    try:
        for batch in reader:
            yield name, batch
    except (*errors, pa.ArrowException, OSError) as error:
        raise InputError(f"{name}: the table broke off: {_first_line(error)}") from error
    finally:
        for each in opened:
            each.close()
