"""What a check of a run folder finds, and how its questions are asked: plain SQL over the Parquet files.

No check reads a whole table into Python: DuckDB counts what should not be there, within a limit of memory, and only the
first rows of it come here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from leafmark.engine import tables
from leafmark.engine.run_folder import Run

SHOWN = 20
"""Faults of one question that are named one by one; all are counted."""
MEMORY_LIMIT = "1GB"


@dataclass(frozen=True)
class Finding:
    """One fault: which check, file, row (its id, as `product_id 17`) and column, what was found and expected."""

    check: str
    file: str
    row: str | None
    column: str | None
    found: str
    expected: str

    def __str__(self) -> str:
        place = ", ".join(each for each in (self.file, self.row, self.column) if each)
        return f"{place}: found {self.found}, expected {self.expected}"


@dataclass
class Audit:
    """A run being checked: its tables by DuckDB, and what was found so far."""

    run: Run
    connection: duckdb.DuckDBPyConnection
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    """Check -> its faults; a check that found none stands here with 0."""
    check: str = ""

    @property
    def record(self) -> dict[str, Any]:
        """`run.json`."""
        return self.run.record

    def begin(self, check: str) -> None:
        """What follows belongs to this check."""
        self.check = check
        self.counts.setdefault(check, 0)

    def fault(self, file: str, row: str | None, column: str | None, found: object, expected: object) -> None:
        """Note one fault."""
        self.counts[self.check] += 1
        self.findings.append(Finding(self.check, file, row, column, _said(found), _said(expected)))

    def same(self, file: str, column: str, found: object, expected: object, row: str | None = None) -> None:
        """Note a fault unless the two are equal."""
        if found != expected:
            self.fault(file, row, column, found, expected)

    def none(self, file: str, column: str, sql: str) -> None:
        """Note a fault for every row of a query of (row, found, expected); the first are named, all are counted."""
        rows = self.ask(f"SELECT CAST(r AS VARCHAR), CAST(f AS VARCHAR), CAST(e AS VARCHAR), COUNT(*) OVER () FROM ({sql}) AS x(r, f, e) ORDER BY r LIMIT {SHOWN}")  # fmt: skip
        for row, found, expected, _ in rows:
            self.fault(file, row, column, found, expected)
        if rows:
            self.counts[self.check] += int(rows[0][3]) - len(rows)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(sql).fetchall()

    def one(self, sql: str) -> tuple[Any, ...]:
        """The one row of a query."""
        return self.ask(sql)[0]

    def view(self, table: str) -> bool:
        """Give a table of the run its name; where it is not there, or not readable, that is a fault."""
        path = self.run.path / f"{table}.parquet"
        try:
            self.connection.execute(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM {tables.scan(path)}")
            for part in tables.parts(path):
                tables.rows(part)
        except FileNotFoundError:
            self.fault(f"{table}.parquet", None, None, "no such table", "the table that this run wrote")
            return False
        except (duckdb.Error, OSError, ValueError) as error:
            self.fault(f"{table}.parquet", None, None, str(error).splitlines()[0], "a readable Parquet table")
            return False
        return True

    def has(self, table: str, columns: dict[str, str]) -> bool:
        """Whether a named table has the columns, each of the type; a lack is a fault."""
        there = {name: kind for name, kind, *_ in self.ask(f"DESCRIBE {table}")}
        lacking = {name: kind for name, kind in columns.items() if there.get(name) != kind}
        for name, kind in lacking.items():
            self.fault(f"{table}.parquet", None, name, there.get(name, "no such column"), f"a column of {kind}")
        return not lacking


Check = Callable[[Audit], None]


def connect(spill: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB in constant memory, spilling beside."""
    connection = duckdb.connect()
    for setting in (
        f"memory_limit = '{MEMORY_LIMIT}'", "autoinstall_known_extensions = false", "preserve_insertion_order = false",
        "enable_progress_bar = false", "temp_directory = '" + str(spill).replace("'", "''") + "'",
    ):  # fmt: skip
        connection.execute(f"SET {setting}")
    return connection


def _said(value: object) -> str:
    return "nothing" if value is None else str(value)
