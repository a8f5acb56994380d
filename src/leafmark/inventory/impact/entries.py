"""Entries of the book `impact`: seen to be of no other, and the ranges that follow from them.

A factor's error is the same in every entry it is in, on the side of the baseline as on that of the act: if it is high, all its entries
move together, the baseline's up and the act's (which are below zero) down. So the deviations of a factor's entries are added with their
signs, high and low apart, and only then, between factors, as roots of sums of squares. (Low and high of an entry are its 95 % range.)
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.engine.inputs import quote
from leafmark.engine.schema import ENTRY_SCHEMA
from leafmark.engine.statement import BOOKS, MixedBooksError
from leafmark.engine.unreadable import unreadable
from leafmark.inventory.book import InventoryError

BOOK: Final = "impact"
GROUP: Final = ("programme", "participant", "statement")


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory that downloads nothing."""
    connection = duckdb.connect()
    connection.execute("SET autoinstall_known_extensions = false")
    return connection


def check_entries(file: Path) -> None:
    """See that a file holds entries of the book `impact` and of no other.

    Raises
    ------
    InventoryError : it is missing or holds no entries. MixedBooksError : entries of another book.
    """
    try:
        names = pq.read_schema(file).names
    except (OSError, pa.ArrowInvalid) as fault:
        raise InventoryError(unreadable(file, fault, "entries.parquet of a run")) from fault
    lacking = [name for name in ENTRY_SCHEMA.names if name not in names and name != "gases"]
    if lacking:
        raise InventoryError(f"{file}: lacks {', '.join(lacking)}; expected entries.parquet of a run")
    with connect() as connection:
        books = {
            row[0]
            for row in connection.execute(f"SELECT DISTINCT book FROM read_parquet({quote(str(file))})").fetchall()
        }
    others = sorted(str(book) for book in books - {BOOK})
    if others:
        told = "; ".join(f"{book} ({BOOKS.get(book, 'no book of ours')})" for book in others)
        raise MixedBooksError(
            f"{file}: holds entries of {told}; an impact statement is of the book impact alone, and books are never summed"
        )


def event_id_of(programme: str, subject_id: str) -> str:
    """Id of the ledger's event of an act: the first 8 bytes of SHA-256 over programme and act, signed (docs/ledger.md)."""
    digest = hashlib.sha256(f"{programme}\x1f{subject_id}".encode()).digest()
    return str(int.from_bytes(digest[:8], "big", signed=True))


def load_entries(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], programmes: Sequence[str]) -> None:
    """Make `entries` of files, and `cited`: which effect each entry is of.

    A mint of a ledger's export names no run; its event's id follows from programme and act, and is looked up by it.
    """
    connection.register("no_entries", ENTRY_SCHEMA.empty_table())
    scan = (
        f"read_parquet([{', '.join(quote(str(file)) for file in files)}], union_by_name = true)"
        if files
        else "no_entries"
    )
    connection.execute(
        f"CREATE TABLE entries AS SELECT run_id, subject_id, factor_id, co2e_ug, low_ug, high_ug FROM {scan}"
    )
    subjects = connection.execute(
        "SELECT DISTINCT run_id, subject_id FROM entries WHERE subject_id IS NOT NULL"
    ).fetchall()
    acts = [
        (run, subject, programme, event_id_of(programme, subject))
        for run, subject in subjects
        for programme in programmes
    ]
    names = ("run_id", "subject_id", "programme", "event_id")
    connection.register(
        "acts", pa.table({name: pa.array([row[at] for row in acts], pa.string()) for at, name in enumerate(names)})
    )
    connection.execute("""
        CREATE TABLE cited AS
        SELECT e.id, e.run_id, e.subject_id FROM effects AS e WHERE e.run_id IS NOT NULL AND e.subject_id IS NOT NULL
        UNION ALL SELECT e.id, a.run_id, a.subject_id FROM effects AS e JOIN acts AS a
          ON a.programme = e.programme AND a.event_id = split_part(e.id, '/', 2) WHERE e.run_id IS NULL""")


def ranges(
    connection: duckdb.DuckDBPyConnection, where: str, group: Sequence[str] = GROUP
) -> dict[tuple[Any, ...], tuple[int, int, int]]:
    """By group of effects: micrograms of the entries found, and how far the group may lie below and above its value.

    Groups of which an effect has no entries are there too; whether any has none is told by `without_entries`.
    """
    cut = ", ".join(f"e.{name}" for name in group)
    rows = connection.execute(f"""
        SELECT {cut}, x.factor_id, sum(x.co2e_ug)::HUGEINT,
          sum(CASE WHEN x.co2e_ug >= 0 THEN x.high_ug - x.co2e_ug ELSE x.low_ug - x.co2e_ug END)::HUGEINT,
          sum(CASE WHEN x.co2e_ug >= 0 THEN x.low_ug - x.co2e_ug ELSE x.high_ug - x.co2e_ug END)::HUGEINT
        FROM effects AS e JOIN cited AS c ON c.id = e.id JOIN entries AS x ON x.run_id = c.run_id AND x.subject_id = c.subject_id
        WHERE {where} GROUP BY {cut}, x.factor_id""").fetchall()
    found: dict[tuple[Any, ...], list[tuple[int, int, int]]] = {}
    for *key, _, ug, high, low in rows:
        found.setdefault(tuple(key), []).append((int(ug), int(high), int(low)))
    return {key: combined(factors) for key, factors in found.items()}


def combined(factors: Sequence[tuple[int, int, int]]) -> tuple[int, int, int]:
    """Value, and how far below and above it: of factors by value, and change where the factor is high and where it is low."""
    value = sum(ug for ug, _, _ in factors)
    down = math.sqrt(sum(min(high, low, 0) ** 2 for _, high, low in factors))
    up = math.sqrt(sum(max(high, low, 0) ** 2 for _, high, low in factors))
    return value, math.ceil(down), math.ceil(up)


def without_entries(
    connection: duckdb.DuckDBPyConnection, where: str, group: Sequence[str] = GROUP
) -> dict[tuple[Any, ...], int]:
    """By group: how many effects have no entries, so that no range of the group can be told."""
    cut = ", ".join(f"e.{name}" for name in group)
    rows = connection.execute(f"""
        SELECT {cut}, count(*) FROM effects AS e WHERE {where} AND NOT EXISTS (
          SELECT 1 FROM cited AS c JOIN entries AS x ON x.run_id = c.run_id AND x.subject_id = c.subject_id WHERE c.id = e.id)
        GROUP BY {cut}""").fetchall()
    return {tuple(row[:-1]): int(row[-1]) for row in rows}
