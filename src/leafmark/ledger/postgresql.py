"""The store for more than one machine's worth of clients: PostgreSQL, 14 or later.

A batch that holds nothing known goes in by COPY as it is: its keys are sorted, so two writers wait for each other and never
in a ring. Where COPY meets a known id or fingerprint it is taken back to its savepoint and the batch goes by a staging table
and one INSERT that leaves out what is there; the next batches go that way at once until one is clean again. A batch that clashes
with another (serialisation, deadlock, its writer's number) is tried again whole.

Cost of a batch of 10,000, in ms of the server: COPY into the table and its two indexes 90, tallies 40, commit 8.
"""

from __future__ import annotations

import datetime as dt
import random
import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from leafmark.ledger.columns import EventColumns, TallyColumns, stored_day
from leafmark.ledger.ingest import Found
from leafmark.ledger.intake import Int64s
from leafmark.ledger.per_thread import PerThread
from leafmark.ledger.prepare import Bools
from leafmark.ledger.rows import RedemptionRow
from leafmark.ledger.schema import HEAD, VERSION_TABLE, StoreError, no_ledger, one_line, upgrade, without_password
from leafmark.ledger.seal import Link
from leafmark.ledger.store import EVENT_COLUMNS, Store, T, Transaction, rows_seen

ATTEMPTS_MAX = 12
PAUSE_SECONDS = 0.005
POSTING, SEALING = 5_321_684_332, 532_168
"""Numbers of the server's locks: of all who post, and of each writer's chain."""
LOST = (
    "the connection was lost, so whether it was posted is not known; post it again: what is there already counts once"
)
_COPY_BEGIN, _COPY_END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"

STAGES = """
CREATE TEMP TABLE IF NOT EXISTS stage_event (LIKE event) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stage_tally (LIKE tally) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS asked (asked INTEGER, account_id BIGINT, other_id BIGINT) ON COMMIT DELETE ROWS
"""
INSERT_STAGED = f"""
INSERT INTO event ({", ".join(EVENT_COLUMNS)}) SELECT {", ".join(EVENT_COLUMNS)} FROM stage_event
ORDER BY account_id, event_id ON CONFLICT DO NOTHING RETURNING account_id, event_id
"""
ADD_TALLIES = """
INSERT INTO tally AS kept (account_id, terms, cap_from, co2e_mg, points, cap_points, statement)
SELECT account_id, terms, cap_from, co2e_mg, points, cap_points, statement FROM stage_tally
ON CONFLICT (account_id, terms, cap_from) DO UPDATE SET co2e_mg = kept.co2e_mg + excluded.co2e_mg, points = kept.points + excluded.points
"""
REDEEM = """
WITH counted AS MATERIALIZED (
  SELECT coalesce(sum(least(points, cap_points)), 0)::BIGINT AS points FROM tally WHERE account_id = %(account_id)s),
charged AS (
  INSERT INTO balance AS kept (account_id, held, ended)
  SELECT %(account_id)s::BIGINT, %(points)s::BIGINT, 0 FROM counted
  WHERE points >= %(points)s AND NOT EXISTS (SELECT 1 FROM erased WHERE account_id = %(account_id)s)
  ON CONFLICT (account_id) DO UPDATE SET held = kept.held + excluded.held
    WHERE kept.held + kept.ended + excluded.held <= (SELECT points FROM counted)
  RETURNING account_id)
INSERT INTO redemption (account_id, redemption_id, step, points, day, reward)
SELECT account_id, %(redemption_id)s, 'pending', %(points)s, %(day)s, %(reward)s FROM charged RETURNING 1
"""
"""Charge and log in one statement: what is logged was charged, and what was not charged is not logged."""

WIDTHS = {
    "account_id": 8, "event_id": 8, "fingerprint": 8, "co2e_mg": 8, "points": 8, "cap_points": 8, "other_id": 8, "quantity": 4,
    "batch": 4, "asked": 4, "occurred_day": 2, "terms": 2, "source": 2, "cap_from": 2, "evidence": 1, "statement": 1,
}  # fmt: skip
"""Bytes of the columns that are copied."""


def copied_type(names: Iterable[str]) -> np.dtype[np.void]:
    """A row of some columns in binary COPY: a count, and a width before each value."""
    kinds: list[tuple[str, str]] = [("count", ">i2")]
    for name in names:
        kinds += [(f"{name} width", ">i4"), (name, "S1" if WIDTHS[name] == 1 else f">i{WIDTHS[name]}")]
    return np.dtype(kinds)


def copied(columns: dict[str, Any]) -> bytes:
    """Columns as PostgreSQL's binary COPY takes them."""
    pattern = np.zeros((), copied_type(columns))
    pattern["count"] = len(columns)
    for name in columns:
        pattern[f"{name} width"] = WIDTHS[name]
    rows = np.full(len(next(iter(columns.values()))), pattern)
    for name, values in columns.items():
        rows[name] = values
    return _COPY_BEGIN + rows.tobytes() + _COPY_END


class PostgresqlTransaction(Transaction):
    """One transaction on one connection."""

    def __init__(self, connection: psycopg.Connection[Any], writer: str, today: dt.date, expect_known: bool) -> None:
        super().__init__(writer, today)
        self._connection, self._cursor = connection, connection.cursor()
        self.expect_known = self.staged = expect_known

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self._cursor.execute(sql.replace("?", "%s"), parameters)
        return self._cursor.fetchall() if self._cursor.description else []

    def lock_posting(self, alone: bool = False) -> None:
        self.rows(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}({POSTING})")

    def last_link(self) -> Link | None:
        # Others who seal on the same chain wait here until the end, instead of failing there.
        self.rows("SELECT pg_advisory_xact_lock(?, hashtext(?))", (SEALING, self.writer))
        return super().last_link()

    def new_batch(self) -> int:
        return int(self.rows("SELECT nextval('batch_number')")[0][0])

    def add_rows(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        with self._cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as out:
            for row in rows:
                out.write_row(row)
        if table == "batch":  # the next batch takes a number after these
            self.rows("SELECT setval('batch_number', (SELECT max(batch) FROM batch))")

    def lock(self, account_id: int) -> None:
        self.rows(
            "INSERT INTO balance (account_id, held, ended) VALUES (?, 0, 0) ON CONFLICT DO NOTHING", (account_id,)
        )
        self.rows("SELECT 1 FROM balance WHERE account_id = ? FOR UPDATE", (account_id,))

    def copy(self, table: str, columns: dict[str, Any]) -> None:
        """COPY columns into a table."""
        with self._cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as out:
            out.write(copied(columns))

    def insert_events(self, events: EventColumns) -> Bools:
        columns = {name: getattr(events, name) for name in EVENT_COLUMNS if name != "batch"}
        columns = {
            name: columns[name] if name in columns else np.full(len(events), self.batch) for name in EVENT_COLUMNS
        }
        if not self.staged:
            self.rows("SAVEPOINT events")
            try:
                self.copy("event", columns)
            except errors.UniqueViolation:
                self.rows("ROLLBACK TO SAVEPOINT events")
                self.staged = True
            else:
                self.rows("RELEASE SAVEPOINT events")
                return np.ones(len(events), np.bool_)
        self.rows("TRUNCATE stage_event")
        self.copy("stage_event", columns)
        went_in = set(self.rows(INSERT_STAGED))
        keys = zip(events.account_id.tolist(), events.event_id.tolist(), strict=True)
        return np.array([key in went_in for key in keys], np.bool_)

    def known_by_id(self, account_id: Int64s, event_id: Int64s) -> Found:
        return self._known("event_id", account_id, event_id)

    def known_by_fingerprint(self, account_id: Int64s, fingerprint: Int64s) -> Found:
        return self._known("fingerprint", account_id, fingerprint)

    def _known(self, column: str, account_id: Int64s, other_id: Int64s) -> Found:
        self.rows("TRUNCATE asked")
        # The planner knows nothing of a table that was filled a moment ago, and would read all of `event`.
        self.rows("SET LOCAL enable_hashjoin = off")
        self.rows("SET LOCAL enable_mergejoin = off")
        self.copy("asked", {"asked": np.arange(len(account_id)), "account_id": account_id, "other_id": other_id})
        names = ("asked", *EVENT_COLUMNS)
        sql = (
            f"COPY (SELECT a.asked, {', '.join(f'e.{name}' for name in EVENT_COLUMNS)} FROM asked a JOIN event e "
            f"ON e.account_id = a.account_id AND e.{column} = a.other_id) TO STDOUT (FORMAT BINARY)"
        )
        with self._cursor.copy(sql) as out:
            body = b"".join(out)
        rows = np.frombuffer(body[len(_COPY_BEGIN) : -len(_COPY_END)], copied_type(names))
        found: dict[str, Any] = {
            name: rows[name] if WIDTHS[name] == 1 else rows[name].astype(np.int64) for name in names
        }
        asked, batch = found.pop("asked"), found.pop("batch")
        return Found(asked, EventColumns(batch, **found))

    def add_tallies(self, tallies: TallyColumns) -> None:
        names = ("account_id", "terms", "cap_from", "co2e_mg", "points", "cap_points", "statement")
        self.copy("stage_tally", {name: getattr(tallies, name) for name in names})
        self.rows(ADD_TALLIES)


class PostgresqlStore(Store):
    """A ledger in a PostgreSQL database. Each thread has a connection of its own.

    Raises
    ------
    StoreError : the server cannot be reached, or the database is not a ledger of this Leafmark.
    """

    def __init__(
        self,
        url: str,
        writer: str,
        today: Callable[[], dt.date],
        terms: Callable[[Transaction], str],
        make: bool = True,
    ) -> None:
        self._url, self._writer, self._today, self._terms = url, writer, today, terms
        self.address = without_password(url)
        self._connections = PerThread(self._set_up)
        self._staged: weakref.WeakSet[psycopg.Connection[Any]] = weakref.WeakSet()
        self._closed = False
        try:
            self._open(make)
        except BaseException:
            self.close()
            raise

    def _open(self, make: bool) -> None:
        found = self._connection().execute(f"SELECT to_regclass('{VERSION_TABLE}')").fetchone()
        revision = self.rows(f"SELECT version_num FROM {VERSION_TABLE}") if found and found[0] else []
        if not revision and not make:
            raise no_ledger(self.address)
        if revision != [(HEAD,)]:
            upgrade(self._url)
        self._stages()

    def connect(self) -> psycopg.Connection[Any]:
        """A connection of its own, in autocommit; whoever asked closes it.

        Raises
        ------
        StoreError : the server cannot be reached, or the address cannot be read. The driver's words for that would show it whole,
            with its password.
        """
        try:
            conninfo_to_dict(self._url)
        except psycopg.ProgrammingError:
            raise StoreError(
                f"{self.address}: the address cannot be read; write % in a user or password as %25, / as %2F, @ as %40, : as %3A"
            ) from None
        try:
            return psycopg.connect(self._url, autocommit=True, application_name="leafmark ledger", prepare_threshold=2)
        except psycopg.Error as error:
            raise StoreError(f"{self.address}: cannot be reached ({one_line(error)})") from error

    def _set_up(self) -> psycopg.Connection[Any]:
        found = self.connect()
        found.execute("SET synchronous_commit = on")
        found.execute("SET client_min_messages = warning")
        return found

    def _connection(self) -> psycopg.Connection[Any]:
        if self._closed:
            raise StoreError(f"{self.address}: the ledger is closed")
        found = self._connections.get()
        if found.closed:
            self._connections.drop()
            found = self._connections.get()
        return found

    def _stages(self) -> psycopg.Connection[Any]:
        connection = self._connection()
        if connection not in self._staged:
            connection.execute(STAGES)
            self._staged.add(connection)
        return connection

    def transact(self, work: Callable[[Transaction], T]) -> T:
        for attempt in range(ATTEMPTS_MAX):
            try:
                return self._transact(work)
            except (
                errors.SerializationFailure,
                errors.DeadlockDetected,
                errors.UniqueViolation,
                errors.LockNotAvailable,
            ) as error:
                if attempt == ATTEMPTS_MAX - 1:
                    raise StoreError(
                        f"{self.address}: nothing was posted after {ATTEMPTS_MAX} attempts ({one_line(error)})"
                    ) from error
                time.sleep(PAUSE_SECONDS * 2 ** min(attempt, 6) * random.random())  # so that two do not meet again
            except psycopg.Error as error:
                raise StoreError(f"{self.address}: {self._what_became(error)}") from error
        raise AssertionError("unreachable")

    def submit(self, work: Callable[[Transaction], T]) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(self.transact(work))
        except BaseException as error:
            done.set_exception(error)
        return done

    def _transact(self, work: Callable[[Transaction], T]) -> T:
        connection = self._stages()
        with connection.transaction():
            transaction = PostgresqlTransaction(connection, self._writer, self._today(), self.expect_known)
            answer = work(transaction)
            transaction.seal(transaction.terms or self._terms(transaction))
        self.expect_known = transaction.expect_known
        return answer

    def redeem(self, row: RedemptionRow) -> bool:
        fields = {"account_id": row.account_id, "redemption_id": row.redemption_id, "points": row.points,
                  "day": stored_day(row.day), "reward": row.reward}  # fmt: skip
        try:
            return self._connection().execute(REDEEM, fields).fetchone() is not None
        except errors.UniqueViolation:
            return False
        except psycopg.Error as error:
            raise StoreError(f"{self.address}: {self._what_became(error)}") from error

    def _what_became(self, error: psycopg.Error) -> str:
        return f"{LOST if self._connections.get().closed else 'nothing was posted'} ({one_line(error)})"

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            cursor = self._connection().execute(sql.replace("?", "%s"), parameters)
            return cursor.fetchall() if cursor.description else []
        except psycopg.OperationalError as error:
            raise StoreError(f"{self.address}: cannot be read ({one_line(error)})") from error

    def replace_tallies(self, tallies: pa.Table, balances: pa.Table, seen: Sequence[int] | None = None) -> bool:
        def work(transaction: Transaction) -> bool:
            assert isinstance(transaction, PostgresqlTransaction)
            transaction.rows("LOCK TABLE tally, balance IN EXCLUSIVE MODE")
            if seen is not None and rows_seen(transaction) != tuple(seen):
                return False
            for name, table in (("tally", tallies), ("balance", balances)):
                transaction.rows(f"DELETE FROM {name}")  # after TRUNCATE whoever reads an older moment sees nothing
                if table.num_rows:
                    transaction.copy(name, {column: _copyable(table[column]) for column in table.column_names})
            return True

        return self.transact(work)

    def size_bytes(self) -> dict[str, int]:
        return dict(self.rows(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        ))  # fmt: skip

    def close(self) -> None:
        self._closed = True
        self._connections.close()


def _copyable(column: pa.ChunkedArray) -> Any:
    return np.array(column.to_pylist(), "S1") if pa.types.is_string(column.type) else column.to_numpy()


WIDTHS |= {"held": 8, "ended": 8}
