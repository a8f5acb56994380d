"""The embedded store: one SQLite file, one writer thread with group commit, every commit on the disk.

All writing passes through one thread of the process (`_write`): it takes what waits, up to `GROUP_MAX` pieces of work, runs
each behind a savepoint, seals the group as one batch and commits once, so 32 clients that redeem share one wait for the disk.
Several processes may write: each transaction takes the file's lock before it reads.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from leafmark.ledger.per_thread import PerThread
from leafmark.ledger.rows import RedemptionRow
from leafmark.ledger.schema import HEAD, VERSION_TABLE, StoreError, no_ledger, upgrade
from leafmark.ledger.sqlite_transaction import SqliteTransaction
from leafmark.ledger.store import Store, T, Transaction, rows_seen

GROUP_MAX, GATHER_SECONDS = 256, 0.002
BUSY_SECONDS = 30
CHECKPOINT_PAGES, WRITER_CACHE_KIB, READER_CACHE_KIB = 24_000, 1_048_576, 16_384
"""100 MB of WAL before it goes into the file, and as many pages of the file in memory as a large batch changes: it touches most
of them, and again and again. Pages are SQLite's own 4 KiB. With 8 KiB a commit of 32 redemptions writes twice as much (measured:
4,567 redemptions a second against 5,308), and large batches gain 3 %.
"""

_Work = tuple[Callable[[Transaction], Any] | RedemptionRow, "Future[Any]"]


class SqliteStore(Store):
    """A ledger in one file.

    Raises
    ------
    StoreError : the file is no ledger, or one of another Leafmark; or the extra `ledger` is missing to make it.
    """

    batch_rows = 200_000
    """Each batch writes every page it touches to the log and then to the file, and 50,000 acts touch nearly as many as 200,000.
    Measured at 5 M events: 13,000 a second by 50,000, 30,000 by 200,000; at 1 M 56,000 and 67,000. Clients that redeem meanwhile
    wait for a batch, 3 to 7 s; where that is too long, give `batch_rows`.
    """

    def __init__(
        self,
        path: Path,
        writer: str,
        today: Callable[[], dt.date],
        terms: Callable[[Transaction], str],
        make: bool = True,
    ) -> None:
        self.address, self._path = str(path), path
        self._writer, self._today, self._terms = writer, today, terms
        self._closed = False
        self._open(make)
        writer_connection = self._connect(WRITER_CACHE_KIB)
        writer_connection.execute(
            "CREATE TEMP TABLE asked (asked INTEGER PRIMARY KEY, account_id INTEGER, other_id INTEGER)"
        )
        self._readers = PerThread(self._reader)
        self._handing = threading.Lock()
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(
            target=self._write, args=(writer_connection,), name=f"ledger {path.name}", daemon=True
        )
        self._thread.start()

    def _open(self, make: bool) -> None:
        if not make and not self._path.is_file():
            raise no_ledger(self.address)
        if not self._path.parent.is_dir():
            raise StoreError(f"{self._path}: there is no folder {self._path.parent}")
        try:
            with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as found:  # a look, which changes nothing
                tables = [name for (name,) in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                if tables and VERSION_TABLE not in tables:
                    raise StoreError(
                        f"{self._path}: a database, but not a ledger; it holds {', '.join(sorted(tables)[:5])}"
                    )
                revision = found.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone() if tables else None
        except (sqlite3.DatabaseError, UnicodeError) as error:
            raise StoreError(f"{self._path}: not a ledger, or damaged ({error})") from error
        if revision is None and not make:
            raise no_ledger(self.address)
        if revision != (HEAD,):
            upgrade(str(self._path))
        self._use_log()

    def _use_log(self) -> None:
        """Make the file write a log ahead, as it stays. Of several processes that open a new file, SQLite lets none wait for it."""
        ends = time.monotonic() + BUSY_SECONDS
        with closing(sqlite3.connect(self._path, isolation_level=None, timeout=BUSY_SECONDS)) as connection:
            while True:
                with contextlib.suppress(sqlite3.OperationalError):
                    if connection.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",):
                        return
                if time.monotonic() > ends:
                    raise StoreError(
                        f"{self._path}: locked by another process for {BUSY_SECONDS} s; end that, and try again"
                    )
                time.sleep(0.02)

    def _connect(self, cache_kib: int = READER_CACHE_KIB) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False, cached_statements=256
        )
        for pragma in (
            "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON", f"cache_size = -{cache_kib}",
            "temp_store = MEMORY", f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def transact(self, work: Callable[[Transaction], T]) -> T:
        return self.submit(work).result()

    def redeem(self, row: RedemptionRow) -> bool:
        """As `store.Store`."""
        return bool(self._hand_over(row).result())

    def submit(self, work: Callable[[Transaction], T]) -> Future[T]:
        """Hand work to the writer's thread; the future is done when the work is on the disk."""
        return self._hand_over(work)

    def _hand_over(self, work: Callable[[Transaction], Any] | RedemptionRow) -> Future[Any]:
        future: Future[Any] = Future()
        with self._handing:  # so that nothing comes behind the end of the queue
            self._ask_open()
            self._queue.put((work, future))
        return future

    def _ask_open(self) -> None:
        if self._closed:
            raise StoreError(f"{self.address}: the ledger is closed")

    def _write(self, connection: sqlite3.Connection) -> None:
        size = 1
        while (first := self._queue.get()) is not None:
            group = self._gathered(first, size)
            size = len(group)
            self._commit(connection, group)
        connection.close()

    def _gathered(self, first: _Work, last_size: int) -> list[_Work]:
        """What waits, up to `GROUP_MAX`. Those who waited for the last group are about to come again: a moment for them."""
        group, ends = [first], time.monotonic() + GATHER_SECONDS
        while len(group) < GROUP_MAX:
            try:
                left = ends - time.monotonic() if len(group) < last_size else 0
                more = self._queue.get(block=left > 0, timeout=left if left > 0 else None)
            except queue.Empty:
                break
            if more is None:
                self._queue.put(None)
                break
            group.append(more)
        return group

    def _commit(self, connection: sqlite3.Connection, group: list[_Work]) -> None:
        """Run a group as one transaction. A piece that fails takes back its own part; a commit that fails, all."""
        answers: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            transaction = SqliteTransaction(connection, self._writer, self._today())
            transaction.expect_known = self.expect_known
            for work, future in group:
                answers.append((future, *self._one(transaction, work)))
            transaction.log_redemptions()
            transaction.seal(transaction.terms or self._terms(transaction))
            connection.execute("COMMIT")
            self.expect_known = transaction.expect_known
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            told = (
                error if isinstance(error, StoreError) else StoreError(f"{self.address}: nothing was posted ({error})")
            )
            answers = [(future, None, told) for _, future in group]
        for future, answer, failure in answers:
            if failure is not None:
                future.set_exception(failure)
            else:
                future.set_result(answer)

    def _one(
        self, transaction: SqliteTransaction, work: Callable[[Transaction], Any] | RedemptionRow
    ) -> tuple[Any, BaseException | None]:
        if isinstance(work, RedemptionRow):  # it only reads: nothing to take back
            try:
                return transaction.redeem(work), None
            except Exception as error:  # whoever asked is told, and nobody else of the group
                return None, error
        transaction.log_redemptions()
        leaves, events, body = len(transaction.leaves), len(transaction.event_leaves), transaction.body
        transaction.rows("SAVEPOINT piece")
        try:
            answer = work(transaction)
        except Exception as error:
            transaction.rows("ROLLBACK TO piece")
            transaction.rows("RELEASE piece")
            del transaction.leaves[leaves:]
            del transaction.event_leaves[events:]
            transaction.body = body
            if isinstance(error, sqlite3.Error):
                error = StoreError(f"{self.address}: nothing was posted ({error})")
            return None, error
        transaction.rows("RELEASE piece")
        return answer, None

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self._ask_open()
        return self._readers.get().execute(sql, parameters).fetchall()

    def _reader(self) -> sqlite3.Connection:
        found = self._connect()
        found.execute("PRAGMA query_only = ON")
        return found

    def replace_tallies(self, tallies: pa.Table, balances: pa.Table, seen: Sequence[int] | None = None) -> bool:
        def work(transaction: Transaction) -> bool:
            # What others of this group posted is in a batch that has no row yet.
            posted = transaction.leaves or transaction.event_leaves
            if seen is not None and (posted or rows_seen(transaction) != tuple(seen)):
                return False
            for name, table in (("tally", tallies), ("balance", balances)):
                transaction.rows(f"DELETE FROM {name}")
                values = zip(*(column.to_pylist() for column in table.columns), strict=True)
                transaction.add_rows(name, table.column_names, values)
            return True

        return self.transact(work)

    def size_bytes(self) -> dict[str, int]:
        try:
            rows = self.rows("SELECT name, sum(pgsize) FROM dbstat GROUP BY name")
        except sqlite3.OperationalError:  # a SQLite built without dbstat
            return {"all": self._path.stat().st_size}
        found: dict[str, int] = {}
        tables = dict(self.rows("SELECT name, tbl_name FROM sqlite_master"))
        for name, size in rows:
            table = tables.get(name, name)
            found[table] = found.get(table, 0) + size
        return found

    def wipe(self) -> None:
        """Leave no byte of an erased identity or key in the file or its log.

        SQLite's `secure_delete` writes zeros over a deleted row, but not over copies that it made when it moved rows
        from page to page before (measured: 4 of 2,000 deleted texts were still in the file). So the two small tables are
        emptied, which zeroes their pages, and filled again; then the log goes into the file and is cut to nothing.
        Copies of a detail may stay, and are noise without the key. Costs about 8 s for a million accounts.

        Raises
        ------
        StoreError : another process was reading the file all the while.
        """

        def anew(transaction: Transaction) -> None:
            for table in ("identity", "account_key"):
                transaction.rows(f"CREATE TEMP TABLE kept AS SELECT * FROM main.{table}")  # in memory: temp_store
                transaction.rows(f"DELETE FROM main.{table}")
                transaction.rows(f"INSERT INTO main.{table} SELECT * FROM temp.kept ORDER BY account_id")
                transaction.rows("DROP TABLE temp.kept")

        self.transact(anew)
        if self.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]:
            raise StoreError(
                f"{self.address}: erased, but another process is reading the file, so its log could not be wiped; end that "
                "and erase once more"
            )

    def close(self) -> None:
        with self._handing:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._readers.close()
