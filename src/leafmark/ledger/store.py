"""What a store of the ledger does, whichever database it is: transactions that add rows and seal them.

A `Transaction` is one batch: all it adds gets one batch number, and its records one link of the writer's chain, or nothing of
it happened. The statements here are of single rows and the same for both databases; what is done by the ten thousand is in
`sqlite.py` and `postgresql.py`.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from leafmark.ledger import merkle
from leafmark.ledger.catalogue import Action, Catalogue
from leafmark.ledger.columns import STATEMENT_OF, EventColumns, TallyColumns, day_of, stored_day
from leafmark.ledger.ingest import Found, Names
from leafmark.ledger.intake import Int64s
from leafmark.ledger.prepare import Bools
from leafmark.ledger.record import order, record
from leafmark.ledger.rows import AdjustmentRow, CreditRow, EventRow, RedemptionRow, Row, ShareRow
from leafmark.ledger.rules import lot_of, period_start
from leafmark.ledger.schema import StoreError
from leafmark.ledger.seal import Link, seal
from leafmark.ledger.state import HELD

T = TypeVar("T")

LeafOrder = tuple[int, int, int, str]


class TermsChanged(StoreError):
    """What was judged by older terms is not posted: judge it again."""


def leaf_of(row: Row) -> tuple[LeafOrder, bytes]:
    """Where a row stands in its batch, and its hash there."""
    return order(row), merkle.leaf_hash(record(row).encode())


class Transaction(ABC):
    """One open transaction. Placeholders are `?`."""

    expect_known: bool

    def __init__(self, writer: str, today: dt.date) -> None:
        self.writer, self.today = writer, today
        self.leaves: list[tuple[LeafOrder, bytes]] = []
        self.event_leaves: list[tuple[EventColumns, list[bytes]]] = []
        self.terms: str | None = None
        """SHA-256 of the catalogue that what is added was judged by; those of another one are for another transaction."""
        self.body: bytes | None = None
        """SHA-256 of acts that went in whole, by which the same acts are known when they come again."""
        self._batch: int | None = None

    @abstractmethod
    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement; its rows."""

    @abstractmethod
    def new_batch(self) -> int:
        """A batch number that nobody else has."""

    @abstractmethod
    def lock(self, account_id: int) -> None:
        """Keep an account's rows from being changed by others until the end; makes its row in `balance`."""

    @abstractmethod
    def insert_events(self, events: EventColumns) -> Bools:
        """As `ingest.EventTable`."""

    @abstractmethod
    def known_by_id(self, account_id: Int64s, event_id: Int64s) -> Found:
        """As `ingest.EventTable`."""

    @abstractmethod
    def known_by_fingerprint(self, account_id: Int64s, fingerprint: Int64s) -> Found:
        """As `ingest.EventTable`."""

    @abstractmethod
    def add_tallies(self, tallies: TallyColumns) -> None:
        """As `ingest.EventTable`."""

    @abstractmethod
    def add_rows(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to a table as they are, for putting back what was exported."""

    def lock_posting(self, alone: bool = False) -> None:
        """Post beside others who post, or `alone`: to change what all of those are judged by. Held until the end.

        Where one transaction runs at a time there is nobody to wait for.
        """
        return

    def judged_by(self, catalogue_sha256: str) -> None:
        """Say by which catalogue what is added here is judged: the link names it, and until the end it stays the newest.

        Raises
        ------
        TermsChanged : another one was loaded a moment ago, or something in the same transaction was judged by another.
        """
        self.lock_posting()
        newest = self.rows("SELECT sha256 FROM catalogue ORDER BY number DESC LIMIT 1")
        if newest not in ([], [(catalogue_sha256,)]) or self.terms not in (None, catalogue_sha256):
            raise TermsChanged("new terms were loaded at this moment; nothing was posted, post it again")
        self.terms = catalogue_sha256

    @property
    def batch(self) -> int:
        """This transaction's batch number."""
        if self._batch is None:
            self._batch = self.new_batch()
        return self._batch

    def erased_among(self, account_id: Int64s) -> set[int]:
        """As `ingest.EventTable`. Few accounts are ever erased, so all of those are looked at."""
        erased = [row[0] for row in self.rows("SELECT account_id FROM erased")]
        return set(np.intersect1d(account_id, np.array(erased, np.int64)).tolist()) if erased else set()

    def append(self, row: Row) -> None:
        """Add a row that the rules made, with what follows from it. Events go by `insert_events`."""
        match row:
            case AdjustmentRow():
                self._adjustment(row)
            case RedemptionRow():
                self.redemption(row)
                self.redemption_sealed(row)
            case ShareRow():
                self._share(row)
            case CreditRow():
                self._credit(row)
            case EventRow():
                raise TypeError("events are posted in batches")
        self.leaves.append(leaf_of(row))

    def _events_in_order(self) -> list[bytes]:
        if len(self.event_leaves) <= 1:
            return self.event_leaves[0][1] if self.event_leaves else []
        account, event = (
            np.concatenate([getattr(each, name) for each, _ in self.event_leaves])
            for name in ("account_id", "event_id")
        )
        leaves = [leaf for _, each in self.event_leaves for leaf in each]
        return [leaves[place] for place in np.lexsort((event, account)).tolist()]

    def _adjustment(self, row: AdjustmentRow) -> None:
        self.rows(
            "INSERT INTO adjustment (account_id, adjustment_id, event_id, co2e_mg, points, batch, day, kind, reason, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row.account_id, row.adjustment_id, row.event_id, row.co2e_mg, row.points, self.batch, stored_day(row.day), row.kind,
             row.reason, row.body),
        )  # fmt: skip
        if row.event_id is None:
            self.rows("UPDATE balance SET ended = ended - ? WHERE account_id = ?", (row.points, row.account_id))
            if row.kind == "erasure":
                self.rows("INSERT INTO erased (account_id, day) VALUES (?, ?)", (row.account_id, stored_day(row.day)))
                for table in ("identity", "account_key", "detail"):
                    self.rows(f"DELETE FROM {table} WHERE account_id = ?", (row.account_id,))
            return
        found = self.rows(
            "SELECT e.terms, e.occurred_day, t.cap_period FROM event e JOIN terms t ON t.terms = e.terms "
            "WHERE account_id = ? AND event_id = ?",
            (row.account_id, row.event_id),
        )
        (terms, day, period), = found  # fmt: skip
        cap_from = stored_day(period_start(day_of(day), period))
        self.rows(
            "UPDATE tally SET co2e_mg = co2e_mg + ?, points = points + ? WHERE account_id = ? AND terms = ? AND cap_from = ?",
            (row.co2e_mg, row.points, row.account_id, terms, cap_from),
        )

    def redemption(self, row: RedemptionRow) -> None:
        """Add a step of a redemption, and hold or free its points."""
        self.rows(
            "INSERT INTO redemption (account_id, redemption_id, step, points, day, reward) VALUES (?, ?, ?, ?, ?, ?)",
            (row.account_id, row.redemption_id, row.step, row.points, stored_day(row.day), row.reward),
        )
        change = row.points if row.step == "pending" else 0 if row.step in HELD else -row.points
        if change:
            self.rows("UPDATE balance SET held = held + ? WHERE account_id = ?", (change, row.account_id))

    def _share(self, row: ShareRow) -> None:
        share = row.share
        self.rows(
            "INSERT INTO share (account_id, share_id, step, event_id, co2e_mg, batch, day, share_type, role, party, serial) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (share.account_id, share.share_id, row.step, share.event_id, share.co2e_mg, self.batch, stored_day(row.day),
             share.share_type, share.role, share.party, share.serial),
        )  # fmt: skip

    def _credit(self, row: CreditRow) -> None:
        self.rows(
            "INSERT INTO credit (account_id, share_id, number, batch, day, step, serial, owner, registry) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row.account_id, row.share_id, row.number, self.batch, stored_day(row.day), row.step, row.serial, row.owner,
             row.registry),
        )  # fmt: skip

    def redemption_sealed(self, row: RedemptionRow) -> None:
        """Note that a step is in this batch."""
        self.rows(
            "INSERT INTO redemption_seal (account_id, redemption_id, step, batch) VALUES (?, ?, ?, ?)",
            (row.account_id, row.redemption_id, row.step, self.batch),
        )

    def seal_redemption(self, row: RedemptionRow) -> None:
        """Put a step that stands in no batch yet into this one."""
        self.redemption_sealed(row)
        self.leaves.append(leaf_of(row))

    def last_link(self) -> Link | None:
        """The writer's last link."""
        found = self.rows(
            f"SELECT {LINK_COLUMNS} FROM batch WHERE writer = ? ORDER BY number DESC LIMIT 1", (self.writer,)
        )
        return link_of(found[0]) if found else None

    def seal(self, catalogue_sha256: str) -> Link | None:
        """Seal what was added as the writer's next link; None where nothing was."""
        if not self.event_leaves and not self.leaves:
            return None
        leaves = self._events_in_order() + [leaf for _, leaf in sorted(self.leaves)]
        link = seal(self.writer, self.last_link(), leaves, catalogue_sha256, self.today)
        self.rows(
            f"INSERT INTO batch (batch, {LINK_COLUMNS}, link, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self.batch, link.writer, link.number, link.previous, link.root, link.records, catalogue_sha256,
             stored_day(link.day), link.hash, self.body),
        )  # fmt: skip
        return link


def rows_seen(transaction: Transaction) -> tuple[int, ...]:
    """What grows with every row that a sum could miss: counts of batches, steps of redemptions and balances."""
    sql = "SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM redemption), (SELECT count(*) FROM balance)"
    return tuple(transaction.rows(sql)[0])


LINK_COLUMNS = "writer, number, previous, root, records, catalogue, posted_on"


def link_of(row: Sequence[Any]) -> Link:
    """A row of `LINK_COLUMNS`."""
    writer, number, previous, root, records, catalogue, day = row
    return Link(writer, number, bytes(previous), bytes(root), records, bytes.fromhex(catalogue), day_of(day))


class Store(ABC):
    """A database that holds the ledger."""

    address: str
    """Path or URL, without a password."""
    batch_rows = 10_000
    """Acts of a batch, unless the caller says otherwise."""
    expect_known = False
    """Whether the last batch held many acts that were there before."""

    @abstractmethod
    def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run work in one transaction, seal what it added, commit; after a clash with another, again from the start.

        When this returns, what was added survives a crash.
        """

    @abstractmethod
    def submit(self, work: Callable[[Transaction], T]) -> Future[T]:
        """As `transact`; where the store writes in a thread of its own, the caller need not wait."""

    @abstractmethod
    def redeem(self, row: RedemptionRow) -> bool:
        """Charge points and log a pending redemption; False if it is there, or points lack, or the account was erased."""

    @abstractmethod
    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Read rows. Placeholders are `?`."""

    @abstractmethod
    def replace_tallies(self, tallies: pa.Table, balances: pa.Table, seen: Sequence[int] | None = None) -> bool:
        """Put recomputed sums in the place of those that are kept.

        `seen`: `rows_seen` when the sums were made; where that is not so any more nothing is done, and the answer is False.
        """

    @abstractmethod
    def size_bytes(self) -> dict[str, int]:
        """Bytes on disk, by table with its indexes."""

    def wipe(self) -> None:
        """See that the bytes of what was erased are gone, where a store can: see `sqlite.SqliteStore.wipe`."""
        return

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""


def names_of(rows: Callable[[str], list[tuple[Any, ...]]]) -> Names:
    """A store's numbers for terms and sources."""
    actions = {
        number: Action(**Catalogue.action_fields(body)) for number, body in rows("SELECT terms, body FROM terms")
    }
    return Names(
        {(each.programme, each.action, each.version): number for number, each in actions.items()},
        dict(rows("SELECT name, source FROM source")),
        actions,
    )


EVENT_COLUMNS = (
    "account_id", "event_id", "fingerprint", "co2e_mg", "points", "quantity", "batch", "occurred_day", "terms", "source",
    "evidence", "statement",
)  # fmt: skip
"""Of table `event`, in its order."""


def found_events(asked: list[int], rows: Sequence[Sequence[Any]]) -> Found:
    """Rows of `EVENT_COLUMNS` as the answer to questions."""
    columns = list(zip(*rows, strict=True)) or [()] * len(EVENT_COLUMNS)
    by_name = dict(zip(EVENT_COLUMNS, columns, strict=True))
    numbers = {name: np.array(by_name[name], np.int64) for name in EVENT_COLUMNS[:-2]}
    letters = {name: np.array([_letter(each) for each in by_name[name]], "S1") for name in EVENT_COLUMNS[-2:]}
    events = EventColumns(
        numbers["batch"], numbers["account_id"], numbers["event_id"], numbers["fingerprint"], numbers["co2e_mg"],
        numbers["points"], numbers["quantity"], numbers["occurred_day"], numbers["terms"], numbers["source"],
        letters["evidence"], letters["statement"],
    )  # fmt: skip
    return Found(np.array(asked, np.int64), events)


def _letter(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def event_row_of(names: Names, events: EventColumns, at: int) -> EventRow:
    """An event that a store holds, as the rules made it."""
    terms = names.actions[int(events.terms[at])]
    act = names.act(events, at)
    cap_from = period_start(act.occurred_day, terms.cap_period)
    statement = STATEMENT_OF[events.statement[at].decode()]
    return EventRow(act, terms.version, statement, int(events.points[at]), cap_from, terms.cap_points,
                    lot_of(cap_from, terms.cap_period))  # fmt: skip
