"""Rows that other rows make wrong: an id that came before, freight that is here as fuel; and words that name an offset.

All by set. Ids are compared as 64-bit hashes in one sorted array, which costs a fraction of a hash table; only hashes that occur twice are
looked at by name, so two ids of one hash are never taken for one.
"""

from __future__ import annotations

from typing import Final

import duckdb
import numpy as np
import pyarrow as pa

from leafmark.engine.inputs import identifier, quote
from leafmark.inventory.company import rows
from leafmark.inventory.company.fetched import fetched
from leafmark.inventory.company.rows import MARKS, OFFSET_WORDS, PRINTED_WORDS, Reading

MARK: Final = {rule.reason: number for number, rule in enumerate(MARKS)}
MARKS_SCHEMA: Final = pa.schema([
    ("file_no", pa.int32()), ("row_no", pa.int64()), ("mark", pa.int32()),
    ("other_file", pa.int32()), ("other_row", pa.int64()),  # the row that makes this one wrong; NULL where it is not told
])  # fmt: skip


def marks(connection: duckdb.DuckDBPyConnection, sql: str, reason: str, others: bool = False) -> pa.Table:
    """Rows (file_no, row_no) of a query, marked with a reason; with `others` also the row (other_file, other_row) that makes each wrong."""
    told = "other_file, other_row" if others else "NULL AS other_file, NULL AS other_row"
    return fetched(connection, f"SELECT file_no, row_no, {MARK[reason]} AS mark, {told} FROM ({sql})", MARKS_SCHEMA)


def duplicate_ids(connection: duckdb.DuckDBPyConnection, reading: Reading) -> pa.Table | None:
    """Rows whose activity_id stands in a row before, of this file or one before it; None where there is none."""
    sql = "SELECT hash(activity_id) AS h FROM input WHERE activity_id IS NOT NULL"
    hashes = np.array(fetched(connection, sql).column("h").to_numpy())
    hashes.sort()
    twice = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
    if not len(twice):
        return None
    connection.register("twice", pa.table({"h": twice}))
    again = """
        SELECT file_no, row_no FROM (
          SELECT i.file_no, i.row_no, row_number() OVER (PARTITION BY i.activity_id ORDER BY i.file_no, i.row_no) AS nth
          FROM input AS i SEMI JOIN twice ON twice.h = hash(i.activity_id)) WHERE nth > 1"""
    return marks(connection, again, "duplicate_id")


def carried(connection: duckdb.DuckDBPyConnection, reading: Reading) -> pa.Table:
    """Which carriers' freight stands, by site and month."""
    sql = f"""
        SELECT DISTINCT i.site_id, {rows.month_code(reading)} AS month_no, i.carrier {rows.joins(reading)}
        WHERE i.carrier IS NOT NULL AND {rows.fault(reading)} = 0"""
    return fetched(connection, sql)


def carried_twice(connection: duckdb.DuckDBPyConnection, reading: Reading, standing: pa.Table) -> pa.Table:
    """Rows of fuel whose carrier's freight stands already for the site and month; of a template with keys, those of fuels."""
    connection.register("carried", standing)
    fuels = "WHERE starts_with(i.key, 'fuel.')" if reading.has("key") else ""
    sql = f"""
        SELECT i.file_no, i.row_no FROM input AS i SEMI JOIN carried AS c
        ON c.site_id = i.site_id AND c.month_no = {rows.month_code(reading)} AND c.carrier = i.carrier {fuels}"""
    return marks(connection, sql, "counted_twice")


def offsets_named(connection: duckdb.DuckDBPyConnection, words: str, column: str) -> list[str]:
    """Distinct words of a text column that name an offset or a removal credit; `words` is a table of the columns' distinct words."""
    word = f"lower({identifier(column)})"
    sql = f"""
        SELECT DISTINCT {identifier(column)} AS word FROM {words}
        WHERE regexp_matches({word}, {quote(OFFSET_WORDS)}) AND NOT regexp_matches({word}, {quote(PRINTED_WORDS)}) ORDER BY word"""
    found: list[str] = fetched(connection, sql).column("word").to_pylist()
    return found
