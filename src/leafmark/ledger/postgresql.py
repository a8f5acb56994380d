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
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from leafmark.ledger import postgresql_sums
from leafmark.ledger.columns import stored_day
from leafmark.ledger.per_thread import PerThread
from leafmark.ledger.postgresql_transaction import STAGES, PostgresqlTransaction
from leafmark.ledger.rows import RedemptionRow
from leafmark.ledger.schema import HEAD, VERSION_TABLE, StoreError, no_ledger, one_line, upgrade, without_password
from leafmark.ledger.store import Store, T, Transaction, rows_seen

ATTEMPTS_MAX = 12
PAUSE_SECONDS = 0.005
LOST = (
    "the connection was lost, so whether it was posted is not known; post it again: what is there already counts once"
)
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
            for name, sums in (("tally", tallies), ("balance", balances)):
                postgresql_sums.replace(transaction, self.connect, name, sums)
            return True

        return self.transact(work)

    def size_bytes(self) -> dict[str, int]:
        return dict(self.rows(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        ))  # fmt: skip

    def close(self) -> None:
        self._closed = True
        self._connections.close()
