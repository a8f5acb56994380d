"""A store's tables as they stood at one moment, in DuckDB, whatever state they are in.

Checking and rebuilding read a store while others write to it, so all tables are read in one transaction. A table that is
damaged (a page that cannot be read, a number that is none) is *told* and left empty, so that the rest is still checked.

Cost: PostgreSQL is read as `postgresql_read.py` says. SQLite hands rows to Python at 4 to 8 microseconds a row; of a large store, and with the
extra `sqlite`, another process makes them Arrow batches in 1 to 2 (`sqlite_stream.py`). Only the tables of many rows and no
empty cells are read that way, since ADBC guesses a column's type by its first cells.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from leafmark.ledger.schema import StoreError
from leafmark.ledger.sqlite import SqliteStore
from leafmark.ledger.sqlite_stream import can_stream, streaming
from leafmark.ledger.store import EVENT_COLUMNS, Store

ROWS_READ = 65_536
BUSY_MS = 30_000

_BIG, _INT, _SMALL, _TEXT, _BYTES = pa.int64(), pa.int32(), pa.int16(), pa.string(), pa.binary()
_WIDTHS = {
    **dict.fromkeys(("account_id", "event_id", "fingerprint", "adjustment_id", "redemption_id", "share_id", "co2e_mg", "points",
                     "cap_points", "held", "ended"), _BIG),
    **dict.fromkeys(("quantity", "batch", "number", "records", "version"), _INT),
    **dict.fromkeys(("occurred_day", "terms", "source", "cap_from", "day", "posted_on", "loaded_on", "opened_on"), _SMALL),
    **dict.fromkeys(("previous", "root", "link", "body", "secret", "sealed"), _BYTES),
}  # fmt: skip


def _schema(*names: str, **others: pa.DataType) -> pa.Schema:
    return pa.schema([(name, others.get(name, _WIDTHS.get(name, _TEXT))) for name in names])


TABLES: dict[str, pa.Schema] = {
    "catalogue": _schema("sha256", "body", "loaded_on", "number", body=_TEXT),
    "terms": _schema("terms", "programme", "action", "version", "method_id", "cap_points", "cap_period", "body", body=_TEXT),
    "source": _schema("source", "name"),
    "batch": _schema("batch", "writer", "number", "previous", "root", "records", "catalogue", "link", "posted_on", "body"),
    "event": _schema(*EVENT_COLUMNS),
    "adjustment": _schema("account_id", "adjustment_id", "event_id", "co2e_mg", "points", "batch", "day", "kind", "reason",
                          "body"),
    "redemption": _schema("account_id", "redemption_id", "step", "points", "day", "reward"),
    "redemption_seal": _schema("account_id", "redemption_id", "step", "batch"),
    "share": _schema("account_id", "share_id", "step", "event_id", "co2e_mg", "batch", "day", "share_type", "role", "party",
                     "serial"),
    "credit": _schema("account_id", "share_id", "number", "batch", "day", "step", "serial", "owner", "registry"),
    "tally": _schema("account_id", "co2e_mg", "points", "cap_points", "terms", "cap_from", "statement"),
    "balance": _schema("account_id", "held", "ended"),
    "erased": _schema("account_id", "day"),
    "identity": _schema("account_id", "subject", "opened_on"),
    "checkpoint": _schema("day", "body", body=_TEXT),
}  # fmt: skip
"""What can be read, and as what. Secrets and details are nobody's to check."""

Tables = Mapping[str, pa.Schema]
"""Tables to read, and their columns that are wanted."""


def only(table: str, *names: str) -> pa.Schema:
    """Some columns of a table."""
    return pa.schema([TABLES[table].field(name) for name in names])


NULLABLE = {"adjustment": {"event_id"}, "share": {"serial"}, "batch": {"body"}}
_WIDE_TABLES = ("event", "tally")
STREAMED_ROWS_MIN = 200_000
"""Below, another process takes longer to start than it saves."""

Rows = Iterator[pa.RecordBatch]
Damage = Callable[[str, str], None]
"""Told of a table and of what is wrong with it."""

_FAILURES = (StoreError, sqlite3.Error, pa.ArrowException, OverflowError, UnicodeError, TypeError, ValueError, OSError)


@contextlib.contextmanager
def reading(store: Store, tables: Tables) -> Iterator[Callable[[str], Rows]]:
    """A function that reads tables of a store once each, all as of one moment."""
    if isinstance(store, SqliteStore):
        with contextlib.closing(sqlite_reader(store)) as own, contextlib.ExitStack() as streams:
            streamed: dict[str, Rows] = {}
            with _no_writer(store):
                own.execute("BEGIN")
                events = int(own.execute("SELECT coalesce(sum(records), 0) FROM batch").fetchone()[0])
                if events >= STREAMED_ROWS_MIN and can_stream():
                    for table in tables.keys() & set(_WIDE_TABLES):
                        try:
                            streamed[table] = streams.enter_context(
                                streaming(store.address, table, tables[table].names)
                            )
                        except OSError as error:
                            streamed[table] = _failed(error)
            yield lambda table: streamed[table] if table in streamed else _of_sqlite(own, table, tables[table].names)
    else:
        from leafmark.ledger import postgresql_read
        from leafmark.ledger.postgresql import PostgresqlStore

        assert isinstance(store, PostgresqlStore)
        with postgresql_read.reading(store.connect) as read:
            yield lambda table: read(table, tables[table].names)


def load(store: Store, tables: Tables, database: duckdb.DuckDBPyConnection, damage: Damage) -> None:
    """Bring tables of a store into a DuckDB; what cannot be read is told, and its table empty."""
    import_failures: tuple[type[BaseException], ...] = (*_FAILURES, duckdb.Error, *_driver_failures())
    try:
        with reading(store, tables) as read:
            for table, schema in tables.items():
                _load(read, table, schema, database, damage, import_failures)
    except import_failures as error:
        damage("store", f"cannot be read ({_first_line(error)})")
        for table, schema in tables.items():
            database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({_columns(schema)})")


def _load(
    read: Callable[[str], Rows],
    table: str,
    schema: pa.Schema,
    database: duckdb.DuckDBPyConnection,
    damage: Damage,
    failures: tuple[type[BaseException], ...],
) -> None:
    kept: list[BaseException] = []

    def batches(first: pa.RecordBatch | None, rest: Rows) -> Rows:
        try:
            if first is not None:
                yield _typed(first, table, schema)
            for batch in rest:
                yield _typed(batch, table, schema)
        except failures as error:  # DuckDB would tell it in words of its own
            kept.append(error)

    database.execute(f"CREATE TABLE {table} ({_columns(schema)})")
    try:
        rows = read(table)
        first = next(rows, None)  # here, not in a thread of DuckDB: a store has a connection for each thread
        database.register("incoming", pa.RecordBatchReader.from_batches(schema, batches(first, rows)))
        database.execute(f"INSERT INTO {table} SELECT * FROM incoming")
        database.unregister("incoming")
    except failures as error:
        kept.append(error)
    if kept:
        database.execute(f"DELETE FROM {table}")
        damage(table, f"cannot be read ({_first_line(kept[0])})")


def _columns(schema: pa.Schema) -> str:
    kinds = {_BIG: "BIGINT", _INT: "INTEGER", _SMALL: "SMALLINT", _TEXT: "VARCHAR", _BYTES: "BLOB"}
    return ", ".join(f"{field.name} {kinds[field.type]}" for field in schema)


def _typed(batch: pa.RecordBatch, table: str, schema: pa.Schema) -> pa.RecordBatch:
    """The batch with its columns as the schema has them. Numbers are never made of anything else, nor cut.

    Raises
    ------
    ValueError, pa.ArrowException : a cell is not what it must be.
    """
    columns = []
    for field in schema:
        column = batch.column(batch.schema.get_field_index(field.name))
        if column.null_count and field.name not in NULLABLE.get(table, ()):
            raise ValueError(f"column {field.name} has {column.null_count} empty cells")
        if pa.types.is_null(column.type):
            column = pa.nulls(len(column), field.type)
        found = column.type
        if pa.types.is_integer(field.type) != pa.types.is_integer(found) or pa.types.is_floating(found):
            raise ValueError(f"column {field.name} holds {found}, expected {field.type}")
        columns.append(column.cast(field.type))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def sqlite_reader(store: SqliteStore) -> sqlite3.Connection:
    """A connection of its own to a SQLite store, for reading."""
    connection = sqlite3.connect(store.address, isolation_level=None, timeout=BUSY_MS / 1000, check_same_thread=False)
    connection.execute("PRAGMA query_only = ON")
    return connection


@contextlib.contextmanager
def _no_writer(store: SqliteStore) -> Iterator[None]:
    """Keep writers out while two connections begin, so that both see the same moment."""
    connection = sqlite3.connect(store.address, isolation_level=None, timeout=BUSY_MS / 1000)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def _failed(error: OSError) -> Rows:
    raise error
    yield


def _of_sqlite(connection: sqlite3.Connection, table: str, names: list[str]) -> Rows:
    cursor = connection.execute(f"SELECT {', '.join(names)} FROM {table}")
    while rows := cursor.fetchmany(ROWS_READ):
        yield pa.RecordBatch.from_arrays([pa.array(column) for column in zip(*rows, strict=True)], names)


def _driver_failures() -> tuple[type[BaseException], ...]:
    found: list[type[BaseException]] = []
    with contextlib.suppress(ImportError):
        import psycopg

        found.append(psycopg.Error)
    return tuple(found)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


@contextlib.contextmanager
def duckdb_of(store: Store, tables: Tables, damage: Damage) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB with a store's tables as of one moment; past its memory it goes to a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="leafmark-ledger-") as folder:
        database = duckdb.connect(
            config={"temp_directory": str(Path(folder) / "spill"), "preserve_insertion_order": "false"}
        )
        with contextlib.closing(database):
            load(store, tables, database, damage)
            yield database
