"""Rows that other rows make wrong: an id that came before, freight that is here as fuel; and words that name an offset.

All by set. Ids are compared as 64-bit hashes in one sorted array, which costs a fraction of a hash table; only hashes that occur twice are
looked at by name, so two ids of one hash are never taken for one.
"""

from __future__ import annotations

from typing import Final

import duckdb
import numpy as np
import pyarrow as pa

from leafmark.engine.inputs import identifier
from leafmark.inventory.company import rows
from leafmark.inventory.company.fetched import fetched
from leafmark.inventory.company.rows import MARKS, Reading
from leafmark.inventory.credit_words import named_in_sql

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


def _carrier() -> str:
    """A carrier's name, however it is written."""
    return "lower(trim(i.carrier))"


def carried(connection: duckdb.DuckDBPyConnection, reading: Reading) -> pa.Table:
    """Which carriers' freight stands, by site, from which month to which."""
    first, last = rows.months_of(reading)
    sql = f"""
        SELECT DISTINCT i.site_id, {first} AS first_month, {last} AS last_month, {_carrier()} AS carrier {rows.joins(reading)}
        WHERE i.carrier IS NOT NULL AND {rows.fault(reading)} = 0"""
    return fetched(connection, sql)


def carried_twice(connection: duckdb.DuckDBPyConnection, reading: Reading, standing: pa.Table) -> pa.Table:
    """Rows of fuel whose carrier's freight stands already for the site and a month of theirs; of a template with keys, those of fuels."""
    connection.register("carried", standing)
    first, last = rows.months_of(reading)
    fuels = "WHERE starts_with(i.key, 'fuel.')" if reading.has("key") else ""
    read = "LEFT JOIN meters AS m ON m.meter_id = i.meter_id" if reading.meters else ""
    sql = f"""
        SELECT i.file_no, i.row_no FROM input AS i {read} SEMI JOIN carried AS c
        ON c.site_id = i.site_id AND c.carrier = {_carrier()} AND {first} <= c.last_month AND c.first_month <= {last} {fuels}"""
    return marks(connection, sql, "counted_twice")


def offsets_named(connection: duckdb.DuckDBPyConnection, words: str, column: str) -> list[str]:
    """Distinct words of a text column that name an offset or a removal credit; `words` is a table of the columns' distinct words."""
    word = identifier(column)
    sql = f"SELECT DISTINCT {word} AS word FROM {words} WHERE {named_in_sql(word)} ORDER BY word"
    found: list[str] = fetched(connection, sql).column("word").to_pylist()
    return found
