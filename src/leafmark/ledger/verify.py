"""Whether the books balance: all of a store read once and everything about it made again by another path.

    rows of one moment -> DuckDB -> what must hold between rows     checks.py
                                 -> points and statements           rates.py
                                 -> tallies and balances            recompute.py
                                 -> records, roots, links           chains.py

A finding names table, writer, batch and account, what was found and what was expected. Nothing stops the walk: a table that
cannot be read is a finding, and whatever does not need it is still checked.

Cost of 1 million events, in seconds of CPU: reading 1.2 of the server's and 0.3 (PostgreSQL) or 2 (SQLite, in a process of its own),
records and their hashes 1.8, trees 1.1, what must hold 1.2, sums 0.4; SQLite's own check of its pages 1.5. Trees and pages are
made beside the rest.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from leafmark.ledger import chains, rates, recompute
from leafmark.ledger.checks import BAD, CHECKS, ORPHANS, WORTH, Check
from leafmark.ledger.schema import VERSION_TABLE
from leafmark.ledger.snapshot import TABLES, duckdb_of, sqlite_reader
from leafmark.ledger.sqlite import SqliteStore
from leafmark.ledger.store import Store

if TYPE_CHECKING:
    from leafmark.ledger.ledger import Ledger

NAMED_MAX = 20
"""Findings of one check that are named; beyond, they are counted."""

READ = {name: schema for name, schema in TABLES.items() if name != "identity"}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong."""

    table: str
    found: str
    expected: str
    writer: str = ""
    batch: int | None = None
    account_id: int | None = None
    id: int | None = None

    def __str__(self) -> str:
        where = (
            ("writer", self.writer or None), ("batch", self.batch), ("account", self.account_id), ("id", self.id),
        )  # fmt: skip
        named = "".join(f", {name} {value}" for name, value in where if value is not None)
        return f"{self.table}{named}: {self.found}; expected {self.expected}"


@dataclass
class Verification:
    """What `verify` saw. `notes` are no breaks; `rows` counts what was read, `checks` what was asked."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    checks: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


Progress = Callable[[str], None]
Checkpoint = Mapping[str, Any] | str | Path


def verify(
    of: Store | Ledger, checkpoints: Iterable[Checkpoint] = (), progress: Progress | None = None
) -> Verification:
    """Make everything again from the rows, and say what differs.

    Parameters
    ----------
    checkpoints : published ones, as read or as paths of their files; those that the store holds are checked anyway, but only
        one from elsewhere shows that a store was put back to an earlier day.
    progress : told what is being done.
    """
    return _Walk(of if isinstance(of, Store) else of.store, progress or (lambda _: None)).run(list(checkpoints))


class _Walk:
    def __init__(self, store: Store, say: Progress) -> None:
        self.store, self.say, self.seen = store, say, Verification()
        self.damaged: set[str] = set()
        self.writers: dict[int, str] = {}

    def run(self, checkpoints: list[Checkpoint]) -> Verification:
        with ThreadPoolExecutor(2) as pool:
            pages = pool.submit(_faults_of_file, self.store)
            self.say("reading the tables")
            with duckdb_of(self.store, READ, self._damage) as database:
                self._rows(database, checkpoints, pool)
            self.say("waiting for the check of the file's pages")
            self.seen.findings += pages.result()
        return self.seen

    def _damage(self, table: str, what: str) -> None:
        self.damaged.update(READ if table == "store" else (table,))
        self._find(table, what, "a whole table")

    def _find(self, table: str, found: str, expected: str, batch: int | None = None, **where: int | None) -> None:
        self.seen.findings.append(Finding(table, found, expected, self.writers.get(batch or 0, ""), batch, **where))

    def _rows(
        self, database: duckdb.DuckDBPyConnection, checkpoints: list[Checkpoint], pool: ThreadPoolExecutor
    ) -> None:
        for table in READ:
            self.seen.rows[table] = _count(database, table)
        batches = database.sql("SELECT * FROM batch").to_arrow_table().to_pylist()
        self.writers = {batch["batch"]: batch["writer"] for batch in batches}
        made: Future[dict[int, tuple[int, bytes]]] | None = None
        with self._asking("records", chains.RECORDS):
            self.say("making the records")
            chains.make_leaves(database)
            made = pool.submit(_roots, database.cursor())
        self.say("checking the rows")
        with self._asking("terms", rates.NEEDED):
            for table, found, expected in rates.lay_out(database):
                self._find(table, found, expected)
            database.execute(BAD)
            database.execute(WORTH)
        with self._asking("sums", recompute.NEEDED):
            recompute.recompute(database)
        with self._asking("leg", ()):
            _make_views(database)
        for check in (*ORPHANS, *CHECKS):
            self._ask(database, check)
        self.say("checking the chains")
        with self._asking("batch", ("batch",)):
            self._chains(batches)
        if made is not None:
            with self._asking("batch", ("batch",)):
                self._roots(batches, made.result())
        self._checkpoints(database, batches, checkpoints)
        self._notes(database, batches)

    @contextlib.contextmanager
    def _asking(self, about: str, needs: Iterable[str]) -> Iterator[None]:
        """A part of the walk: damage in it is a finding, and one that tables are missing for is left out with a note."""
        self.seen.checks += 1
        try:
            yield
        except (duckdb.Error, ValueError, OverflowError, KeyError, TypeError) as error:
            lost = sorted(self.damaged.intersection(needs))
            if lost:
                self.seen.notes.append(f"{about}: not checked, for {', '.join(lost)} cannot be read")
            else:
                self._find(about, f"cannot be checked ({str(error).splitlines()[0]})", "rows that can be summed up")

    def _ask(self, database: duckdb.DuckDBPyConnection, check: Check) -> None:
        lost = sorted(self.damaged.intersection(check.needs))
        if lost:
            self.seen.notes.append(f"{check.about}: a check was left out, for {', '.join(lost)} cannot be read")
            return
        with self._asking(check.about, check.needs):
            sql = f"SELECT *, count(*) OVER () FROM ({check.sql}) LIMIT {NAMED_MAX}"
            rows = database.execute(sql).fetchall()
            for batch, account, identity, found, expected, _ in rows:
                self._find(check.about, found, expected, batch, account_id=account, id=identity)
            if rows and rows[0][-1] > len(rows):
                self._find(check.about, f"{rows[0][-1] - len(rows)} more rows like the last one", "none")

    def _chains(self, batches: list[dict[str, Any]]) -> None:
        for number, found, expected in chains.faults_of_chains(batches):
            self._find("batch", found, expected, number)

    def _roots(self, batches: list[dict[str, Any]], made: dict[int, tuple[int, bytes]]) -> None:
        empty = (0, chains.root_of(b""))
        for batch in batches:
            records, root = made.get(batch["batch"], empty)
            if records != batch["records"] or not records:
                self._find("batch", f"{records} rows name it", f"{batch['records']}, as it was sealed", batch["batch"])
            elif root != batch["root"]:
                self._find("batch", f"its rows make root {root.hex()[:16]}", f"{batch['root'].hex()[:16]}, as it was sealed: a row of it was changed",
                           batch["batch"])  # fmt: skip

    def _checkpoints(
        self, database: duckdb.DuckDBPyConnection, batches: list[dict[str, Any]], given: list[Checkpoint]
    ) -> None:
        links = {(batch["writer"], batch["number"]): batch["link"] for batch in batches}
        kept = database.execute(
            "SELECT (DATE '2000-01-01' + day::INTEGER)::VARCHAR, body FROM checkpoint ORDER BY day"
        ).fetchall()
        for day, text in kept:
            checkpoint = _parsed(text)
            if isinstance(checkpoint, dict) and checkpoint.get("day") != day:
                self._find("checkpoint", f"one of {checkpoint.get('day')} is kept under {day}", "its own day")
            if text != json.dumps(checkpoint, indent=2) + "\n":
                self._find(
                    "checkpoint", f"that of {day} is laid out otherwise: {text[:200]!r}", "its text as it was made"
                )
            self._checkpoint(checkpoint, links)
        for each in given:
            self._checkpoint(_read(each) if isinstance(each, str | Path) else each, links)
        self.seen.checks += len(kept) + len(given)

    def _checkpoint(self, checkpoint: Any, links: dict[tuple[str, int], bytes]) -> None:
        for found, expected in chains.faults_of_checkpoint(checkpoint, links):
            self._find("checkpoint", found, expected)

    def _notes(self, database: duckdb.DuckDBPyConnection, batches: list[dict[str, Any]]) -> None:
        for writer, number, days in chains.steps_back(batches):
            self.seen.notes.append(
                f"writer {writer}: batch {number} is {days} days before the one before it; a clock was put back"
            )
        unsealed = database.execute(
            "SELECT count(*) FROM redemption ANTI JOIN redemption_seal USING (account_id, redemption_id, step)"
        ).fetchall()[0][0]
        if unsealed:
            self.seen.notes.append(
                f"{unsealed} steps of redemptions are in no batch yet; the next checkpoint seals them"
            )


def _roots(database: duckdb.DuckDBPyConnection) -> dict[int, tuple[int, bytes]]:
    with contextlib.closing(database):
        return chains.roots(database)


def _count(database: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def _make_views(database: duckdb.DuckDBPyConnection) -> None:
    """The double-entry view, as the stores have it."""
    from leafmark.ledger.migrations.versions.v0001_ledger import TYPES, VIEWS

    day = TYPES["postgresql"]["day"].format("e.occurred_day::INTEGER")
    for statement in VIEWS.replace("{day:e.occurred_day}", day).split(";"):
        database.execute(statement)


def _read(path: str | Path) -> Any:
    try:
        return _parsed(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        return {"unreadable": f"{path}: {error}"}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _faults_of_file(store: Store) -> list[Finding]:
    """What SQLite finds in its own pages, indexes and types, and where the schema is not the one we made."""
    if not isinstance(store, SqliteStore):
        return []
    try:
        with contextlib.closing(sqlite_reader(store)) as connection:
            told = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
            found = [Finding("file", text, "a whole SQLite file") for text in told if text != "ok"]
            found += _faults_of_schema(connection)
    except sqlite3.Error as error:
        return [Finding("file", f"cannot be checked ({error})", "a whole SQLite file")]
    return found


def _faults_of_schema(connection: sqlite3.Connection) -> list[Finding]:
    """Whether tables, indexes and views are those of this Leafmark."""
    from leafmark.ledger.migrations.versions.v0001_ledger import statements

    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        for statement in statements("sqlite"):
            fresh.execute(statement)
        sql = f"SELECT name, type, tbl_name, sql FROM sqlite_master WHERE tbl_name <> '{VERSION_TABLE}' ORDER BY type, name"
        expected, found = ({row[0]: row[1:] for row in each.execute(sql)} for each in (fresh, connection))
    return [
        Finding("file", f"{name}: {found.get(name, 'is not there')}", str(expected.get(name, "nothing of that name")))
        for name in sorted(expected.keys() | found.keys(), key=repr)  # a damaged name may be no text
        if expected.get(name) != found.get(name)
    ]
