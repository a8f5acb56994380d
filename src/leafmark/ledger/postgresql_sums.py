"""Recomputed sums into a PostgreSQL store: only rows that differ are written.

Writing all of them takes as long as everything before it: every row goes, comes back and is put into the index again. Reading and
comparing takes a fifth of that. Where most rows differ, or a table cannot be trusted to find its own rows, all are written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import psycopg
import pyarrow as pa

from leafmark.ledger import postgresql_read
from leafmark.ledger.postgresql_transaction import PostgresqlTransaction

KEYS = {"tally": ("account_id", "terms", "cap_from"), "balance": ("account_id",)}
WORTH_PICKING = 0.5
"""Part of the rows that may differ before all of them are written."""


def replace(
    transaction: PostgresqlTransaction, connect: Callable[[], psycopg.Connection[Any]], table: str, sums: pa.Table
) -> None:
    """Make a table of sums hold these rows. Nobody else may write to it meanwhile: the caller holds its lock."""
    if not _mended(transaction, connect, table, sums):
        transaction.rows(f"DELETE FROM {table}")  # after TRUNCATE whoever reads an older moment sees nothing
        _copy(transaction, table, sums)


def _mended(
    transaction: PostgresqlTransaction, connect: Callable[[], psycopg.Connection[Any]], table: str, sums: pa.Table
) -> bool:
    """Whether writing what differs was enough."""
    names, keys = sums.column_names, ", ".join(KEYS[table])
    try:
        with postgresql_read.reading(connect) as read:
            batches = list(read(table, names))
    except (psycopg.Error, pa.ArrowException, ValueError):
        return False
    if not batches:
        return False
    kept = pa.Table.from_batches(batches).cast(sums.schema)
    with duckdb.connect() as database:
        database.register("kept", kept).register("sums", sums)
        every = ", ".join(names)
        new = database.sql(f"SELECT {every} FROM sums ANTI JOIN kept USING ({every})").to_arrow_table()
        gone = database.sql(f"SELECT {keys} FROM kept ANTI JOIN sums USING ({every})").to_arrow_table()
    if max(new.num_rows, gone.num_rows) > WORTH_PICKING * sums.num_rows:
        return False
    if kept.num_rows - gone.num_rows + new.num_rows != sums.num_rows:  # a row is there twice: its index is damaged
        return False
    if gone.num_rows:
        transaction.rows(f"CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT {keys} FROM {table} LIMIT 0")
        _copy(transaction, "gone", gone)
        same = " AND ".join(f"s.{key} = g.{key}" for key in KEYS[table])
        found = transaction.rows(
            f"WITH d AS (DELETE FROM {table} s USING gone g WHERE {same} RETURNING 1) SELECT count(*) FROM d"
        )
        transaction.rows("DROP TABLE gone")
        if found[0][0] != gone.num_rows:  # the index does not find what the table holds
            return False
    _copy(transaction, table, new)
    return True


def _copy(transaction: PostgresqlTransaction, table: str, rows: pa.Table) -> None:
    if rows.num_rows:
        transaction.copy(table, {name: _copyable(rows[name]) for name in rows.column_names})


def _copyable(column: pa.ChunkedArray) -> Any:
    return np.array(column.to_pylist(), "S1") if pa.types.is_string(column.type) else column.to_numpy()
