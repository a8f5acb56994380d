"""A query's result as an Arrow table of a schema."""

from __future__ import annotations

import duckdb
import pyarrow as pa


def fetched(connection: duckdb.DuckDBPyConnection, sql: str, schema: pa.Schema | None = None) -> pa.Table:
    """Run a query; with a schema, its columns in order and of its types."""
    found: pa.Table = connection.sql(sql).to_arrow_table()
    return found if schema is None else found.select(schema.names).cast(schema)
