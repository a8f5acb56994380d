"""The ledger: what is asked of it, over either store.

with open_ledger("ledger.db") as ledger:
    ledger.load(catalogue)
    receipt = ledger.ingest("acts.parquet")
    ledger.balance(account_id)
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from leafmark.ledger import accounts
from leafmark.ledger.accounts import Balance
from leafmark.ledger.catalogue import Catalogue, is_name
from leafmark.ledger.ingest import Ingest, Names, Receipt
from leafmark.ledger.intake import Intake, read, tables
from leafmark.ledger.loading import load
from leafmark.ledger.prepare import Prepared, prepare
from leafmark.ledger.rows import (
    Accepted,
    Act,
    Amend,
    Command,
    Conflict,
    Duplicate,
    Erase,
    ExpirePoints,
    MoveCredit,
    Outcome,
    Redeem,
    RedemptionRow,
    Rejected,
    Row,
    Settle,
    Share,
)
from leafmark.ledger.rules import decide, event_row, unwritable
from leafmark.ledger.schema import StoreError
from leafmark.ledger.sqlite import SqliteStore
from leafmark.ledger.store import Store, T, TermsChanged, Transaction, names_of

if TYPE_CHECKING:
    from leafmark.ledger.verify import Verification

SOURCES_MAX = 30_000
ATTEMPTS_MAX = 10
Progress = Callable[[Receipt], None]
Say = Callable[[str], None]


def today_utc() -> dt.date:
    """The day it is in UTC: a ledger has one day, wherever its clients are."""
    return dt.datetime.now(dt.UTC).date()


def open_ledger(
    address: str | Path,
    writer: str = "main",
    today: Callable[[], dt.date] = today_utc,
    coordinates_allowed: bool = False,
    make: bool = True,
) -> Ledger:
    """Open a ledger, or make one where there is none.

    Parameters
    ----------
    address : path of a SQLite file, or `postgresql://user@host/database`.
    writer : name of the chain that this process seals its batches on. Give each machine its own.
    coordinates_allowed : whether details of acts may hold latitudes and longitudes.
    make : whether to make one; else where there is none is an error, so that a slip of the pen is no empty ledger.

    Raises
    ------
    StoreError : what is there is no ledger, or cannot be reached, or the extra `ledger` is missing.
    """
    if not is_name(writer):
        raise StoreError(f"writer {writer!r}: expected a name of 1 to 255 characters without tabs or line breaks")
    return Ledger(str(address), writer, today, coordinates_allowed, make)


class Ledger:
    """Accounts of grams and points. One object serves many threads."""

    def __init__(
        self,
        address: str,
        writer: str,
        today: Callable[[], dt.date],
        coordinates_allowed: bool = False,
        make: bool = True,
    ) -> None:
        self.writer, self.today, self.coordinates_allowed = writer, today, coordinates_allowed
        self._held = (Catalogue(()), Names({}, {}, {}))
        self.store: Store
        if address.startswith(("postgresql://", "postgres://")):
            try:
                from leafmark.ledger.postgresql import PostgresqlStore
            except ImportError as error:
                raise StoreError(
                    f"PostgreSQL needs the extra `ledger`: pip install 'leafmark[ledger]' ({error})"
                ) from error
            self.store = PostgresqlStore(address, writer, today, self._terms, make)
        else:
            self.store = SqliteStore(Path(address), writer, today, self._terms, make)
        try:
            self._refresh()
        except StoreError:
            self.store.close()
            raise
        except (sqlite3.Error, ValueError, KeyError, TypeError, OverflowError) as error:
            self.store.close()
            if "locked" in str(error):
                raise StoreError(f"{self.store.address}: locked by another process; end that, and try again") from error
            raise StoreError(
                f"{self.store.address}: its terms cannot be read, the store is damaged ({error}); restore a backup"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    @property
    def catalogue(self) -> Catalogue:
        """The terms under which acts are posted now."""
        return self._held[0]

    @property
    def names(self) -> Names:
        """The store's numbers for terms and sources."""
        return self._held[1]

    def _terms(self, _: Transaction) -> str:
        return self.catalogue.sha256

    def _refresh(self) -> None:
        """Take up terms and sources that another process brought."""
        found = self.store.rows(
            "SELECT sha256, (SELECT count(*) FROM source) FROM catalogue ORDER BY number DESC LIMIT 1"
        )
        if found and found[0][0] != self.catalogue.sha256:
            (body,), = self.store.rows("SELECT body FROM catalogue WHERE sha256 = ?", found[0][:1])  # fmt: skip
            self._held = (Catalogue.from_json(body), names_of(self.store.rows))
        elif found and found[0][1] != len(self.names.sources):
            self._held = (self.catalogue, names_of(self.store.rows))

    def load(self, catalogue: Catalogue) -> None:
        """Make these the terms of the ledger from now on.

        Raises
        ------
        CatalogueError : terms that the store holds are changed or left out, or a year that has acts moves into an operator's
            inventory or out of it.
        """

        day = self.today()
        self.store.transact(lambda transaction: load(transaction, catalogue, day))
        self._refresh()

    def ingest(self, acts: Any, batch_rows: int | None = None, progress: Progress | None = None) -> Receipt:
        """Post acts: each once, whole batches or nothing of one.

        Parameters
        ----------
        acts : Arrow table, batch or reader; path of a Parquet file; or an iterable of `Act`s or mappings. Columns as the fields
            of `Act`; ids may be whole numbers, texts or bytes; `document` and `bucket` may stand for `fingerprint`.
        progress : called after each batch with the receipt so far.

        Returns
        -------
        Receipt : how many were accepted, duplicates, conflicts and rejected, and which rows were refused and why.

        Raises
        ------
        StoreError : the file cannot be read or the store not written. Batches acknowledged to `progress` stay; posting the
            same acts again is safe.
        """
        self._refresh()
        receipt, waiting = Receipt(), None
        for table in tables(acts, batch_rows or self.store.batch_rows):
            intake = read(table)
            posted = intake, self._batch(intake)  # made ready while the one before is on its way to the disk
            if waiting:
                self._take(receipt, *waiting, progress)
            waiting = posted
        if waiting:
            self._take(receipt, *waiting, progress)
        return receipt

    def _take(self, receipt: Receipt, intake: Intake, posted: Future[Receipt], progress: Progress | None) -> None:
        try:
            answer = posted.result()
        except TermsChanged:
            answer = self._by_newest_terms(lambda: self._batch(intake).result())
        receipt.add(answer, receipt.rows)
        if progress:
            progress(receipt)

    def _by_newest_terms(self, work: Callable[[], T]) -> T:
        """Do work by the terms that are loaded now; again if others are loaded meanwhile."""
        for _ in range(ATTEMPTS_MAX):
            self._refresh()
            with contextlib.suppress(TermsChanged):
                return work()
        raise StoreError(f"{self.store.address}: new terms were loaded {ATTEMPTS_MAX} times; stop that, and post again")

    def _batch(self, intake: Intake) -> Future[Receipt]:
        catalogue = self.catalogue
        prepared = prepare(intake, catalogue, self.today())
        self._know_sources(intake, prepared)
        body = prepared.body
        leaves = [] if self.store.expect_known else prepared.leaves

        def work(transaction: Transaction) -> Receipt:
            if body and transaction.rows("SELECT 1 FROM batch WHERE body = ?", (body,)):
                return Receipt(rows=len(intake), duplicates=len(intake), batches=1)
            transaction.judged_by(catalogue.sha256)
            receipt, events = Ingest(prepared, transaction, self.names).run()
            if events is not None:
                transaction.event_leaves.append((events, prepared.leaves_ready(events.row, leaves)))
                transaction.body = body if receipt.accepted == receipt.rows else None
            return receipt

        return self.store.submit(work)

    def _know_sources(self, intake: Intake, prepared: Prepared) -> None:
        """Number the sources of acts that may go in; those of refused rows are not kept."""
        sources = intake.texts["source"]
        named = [sources.values[code] for code in np.unique(sources.codes[prepared.allowed]).tolist()]
        new = [name for name in named if name not in self.names.sources]
        if not new:
            return

        def work(transaction: Transaction) -> None:
            (last,) = transaction.rows("SELECT coalesce(max(source), 0) FROM source")[0]
            if last + len(new) > SOURCES_MAX:
                raise StoreError(
                    f"{last + len(new)} sources: expected at most {SOURCES_MAX}; a source names a partner, not an act"
                )
            for number, name in enumerate(new, last + 1):
                transaction.rows(
                    "INSERT INTO source (source, name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (number, name)
                )

        self.store.transact(work)
        self._held = (self.catalogue, names_of(self.store.rows))

    def post(self, command: Command) -> Outcome:
        """Answer one command, as `rules.decide` would."""
        if isinstance(command, Act):
            return self._post_act(command)
        if isinstance(command, Redeem):
            return self._redeem(command)
        return self.post_together([command])[0]

    def post_together(self, commands: Sequence[Command]) -> list[Outcome]:
        """Answer commands that are no acts in one transaction: one wait for the disk, one batch, all or nothing.

        They are decided by account, so that two batches lock accounts in one order, and answered in the order in which they came.
        """
        order = sorted(range(len(commands)), key=lambda place: commands[place].account_id)

        def work(transaction: Transaction) -> list[Outcome]:
            # An act on its way in comes before an erasure, not after it.
            transaction.lock_posting(alone=any(isinstance(command, Erase) for command in commands))
            transaction.judged_by(self.catalogue.sha256)
            decided = {place: self._decided(transaction, commands[place]) for place in order}
            return [decided[place] for place in range(len(commands))]

        return self._by_newest_terms(lambda: self.store.transact(work))

    def _decided(self, transaction: Transaction, command: Command) -> Outcome:
        if refusal := unwritable(command):
            return refusal
        transaction.lock(command.account_id)
        account, catalogue = accounts.account_for(transaction.rows, self.names, command), self.catalogue
        outcome = decide(account, command, catalogue, self.today(), _serials(transaction, command))
        if isinstance(outcome, Accepted):
            for row in outcome.rows:
                transaction.append(row)
        return outcome

    def _post_act(self, act: Act) -> Outcome:
        receipt = self.ingest([act])
        if receipt.accepted:
            terms = self.catalogue.action(act.programme, act.action, act.occurred_day)
            assert terms is not None
            return Accepted((event_row(act, terms, self.catalogue),))
        if receipt.duplicates:
            key = (act.account_id, act.event_id)
            return Duplicate(
                tuple(accounts.events(self.store.rows, self.names, "account_id = ? AND event_id = ?", key))
            )
        _, outcome, why = receipt.named[0]
        return Conflict(tuple(why.field.split(", "))) if outcome == "conflict" else why

    def _redeem(self, command: Redeem) -> Outcome:
        """A redemption charges and logs at once; only where it charged nothing is more asked, to say why."""
        today = self.today()
        row = RedemptionRow(command.account_id, command.redemption_id, "pending", command.points, command.reward, today)
        if refusal := unwritable(command):
            return refusal
        if command.points > 0 and self.store.redeem(row):
            return Accepted((row,))
        account = accounts.account_for(self.store.rows, self.names, command)
        outcome = decide(account, command, self.catalogue, today)
        if isinstance(outcome, Accepted):  # points came in between the two questions
            available = f"at most {max(0, account.points)}"
            return Rejected("not_enough", "points", str(command.points), available)
        return outcome

    def redeem(self, account_id: int, redemption_id: int, points: int, reward: str) -> Outcome:
        """Hold points for a reward."""
        return self.post(Redeem(account_id, redemption_id, points, reward))

    def settle(self, account_id: int, redemption_id: int, step: Literal["posted", "void", "expired"]) -> Outcome:
        """End a pending redemption: `posted`, `void` or `expired`."""
        return self.post(Settle(account_id, redemption_id, step))

    def reverse(
        self,
        account_id: int,
        adjustment_id: int,
        event_id: int,
        reason: str,
        kind: Literal["reversal", "fraud"] = "reversal",
    ) -> Outcome:
        """Take an event back whole: `reversal` or `fraud`."""
        return self.post(Amend(account_id, adjustment_id, kind, event_id, reason))

    def share(self, share: Share) -> Outcome:
        """Give a party its part of an event's grams."""
        return self.post(share)

    def move_credit(self, command: MoveCredit) -> Outcome:
        """Take a credit one step further: issued, sold, exported, retired, cancelled."""
        from leafmark.ledger.credits import move_credit

        return move_credit(self, command)

    def expire(self, account_id: int, adjustment_id: int, through_month: dt.date) -> Outcome:
        """End the points of a month and of those before."""
        return self.post(ExpirePoints(account_id, adjustment_id, through_month))

    def erase(self, account_id: int, adjustment_id: int) -> Outcome:
        """Forget a person: see `privacy.erase`."""
        from leafmark.ledger.privacy import erase

        return erase(self, account_id, adjustment_id)

    def balance(self, account_id: int, at: dt.date | None = None) -> Balance:
        """What an account holds, or held at the end of a day. An account that has no rows holds nothing."""
        self._refresh()
        if at is not None:
            return accounts.balance_at(self.store.rows, self.names, account_id, at)
        return accounts.balance(self.store.rows, self.names, account_id)

    def history(self, account_id: int, since: dt.date, until: dt.date) -> list[Row]:
        """An account's rows of [since, until] by day."""
        self._refresh()
        return accounts.history(self.store.rows, self.names, account_id, since, until)

    def verify(
        self, checkpoints: Iterable[Mapping[str, Any] | str | Path] = (), progress: Say | None = None
    ) -> Verification:
        """Make everything again from the rows by another path, and say what differs (`verify.verify`)."""
        from leafmark.ledger.verify import verify

        return verify(self, checkpoints, progress)

    def rebuild(self, progress: Say | None = None) -> tuple[int, int]:
        """Put sums made from the rows in the place of all tallies and balances; how many (`recompute.rebuild`)."""
        from leafmark.ledger.recompute import rebuild

        return rebuild(self.store, progress)

    def prove(self, account_id: int, event_id: int) -> dict[str, Any]:
        """The way from an event's record to its batch's link, for `docs/check_proof.py` (`proofs.prove`)."""
        from leafmark.ledger.proofs import prove

        self._refresh()
        return prove(self, account_id, event_id)

    def checkpoint(self, day: dt.date, folder: str | Path | None = None) -> dict[str, Any]:
        """The day's small file to publish: the last link of every writer (`proofs.checkpoint`)."""
        from leafmark.ledger.proofs import checkpoint

        return checkpoint(self, day, folder)

    def export(self, folder: str | Path, progress: Say | None = None) -> dict[str, Any]:
        """Write the whole ledger to a new folder; the manifest (`archive.export`)."""
        from leafmark.ledger.archive import export

        return export(self, folder, progress)

    def replay(self, folder: str | Path, progress: Say | None = None) -> dict[str, int]:
        """Put an export into this ledger, which must be empty; rows put into each table (`archive.replay`)."""
        from leafmark.ledger.archive import replay

        return replay(folder, self, progress)


def _serials(transaction: Transaction, command: Command) -> Mapping[str, int]:
    if not isinstance(command, Share) or not command.serial:
        return {}
    rows = transaction.rows("SELECT serial, share_id FROM share WHERE serial = ? AND step = 'given'", (command.serial,))
    return dict(rows)
