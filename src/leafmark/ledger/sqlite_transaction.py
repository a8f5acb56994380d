"""What one transaction of a SQLite store does by the ten thousand, and the statements it does it with."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from leafmark.ledger.columns import EventColumns, TallyColumns, stored_day
from leafmark.ledger.ingest import Found
from leafmark.ledger.intake import Int64s
from leafmark.ledger.prepare import Bools
from leafmark.ledger.rows import RedemptionRow
from leafmark.ledger.store import EVENT_COLUMNS, Transaction, found_events, leaf_of

INSERT_EVENT = f"INSERT INTO event ({', '.join(EVENT_COLUMNS)}) VALUES ({', '.join('?' * len(EVENT_COLUMNS))}) ON CONFLICT DO NOTHING"
ADD_TALLY = """
INSERT INTO tally AS kept (account_id, terms, cap_from, co2e_mg, points, cap_points, statement) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (account_id, terms, cap_from) DO UPDATE SET co2e_mg = kept.co2e_mg + excluded.co2e_mg, points = kept.points + excluded.points
"""
AVAILABLE = """
SELECT (SELECT coalesce(sum(min(points, cap_points)), 0) FROM tally WHERE account_id = ?1)
  - coalesce((SELECT held + ended FROM balance WHERE account_id = ?1), 0),
  EXISTS (SELECT 1 FROM redemption WHERE account_id = ?1 AND redemption_id = ?2) OR EXISTS (SELECT 1 FROM erased WHERE account_id = ?1)
"""
CHARGE = """
INSERT INTO balance AS kept (account_id, held, ended) VALUES (?, ?, 0)
ON CONFLICT (account_id) DO UPDATE SET held = kept.held + excluded.held
"""
LOG = "INSERT INTO redemption (account_id, redemption_id, step, points, day, reward) VALUES (?, ?, 'pending', ?, ?, ?)"
LOG_SEAL = "INSERT INTO redemption_seal (account_id, redemption_id, step, batch) VALUES (?, ?, 'pending', ?)"
ASK = "INSERT INTO temp.asked (asked, account_id, other_id) VALUES (?, ?, ?)"


class SqliteTransaction(Transaction):
    """A transaction of the writer's thread."""

    def __init__(self, connection: sqlite3.Connection, writer: str, today: dt.date) -> None:
        super().__init__(writer, today)
        self._connection = connection
        self._charged: dict[tuple[int, int], RedemptionRow] = {}
        self._held: dict[int, int] = {}
        self.expect_known = False

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, parameters).fetchall()

    def new_batch(self) -> int:
        return int(self.rows("SELECT coalesce(max(batch), 0) + 1 FROM batch")[0][0])

    def add_rows(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        places = ", ".join("?" * len(columns))
        self._connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)

    def lock(self, account_id: int) -> None:
        self.rows(
            "INSERT INTO balance (account_id, held, ended) VALUES (?, 0, 0) ON CONFLICT DO NOTHING", (account_id,)
        )

    def insert_events(self, events: EventColumns) -> Bools:
        before = self._connection.total_changes
        self.rows("SAVEPOINT events")
        self._connection.executemany(INSERT_EVENT, _event_rows(events, self.batch))
        if self._connection.total_changes - before == len(events):
            self.rows("RELEASE events")
            return np.ones(len(events), np.bool_)
        self.rows("ROLLBACK TO events")
        self.rows("RELEASE events")
        new = np.ones(len(events), np.bool_)  # nobody else writes meanwhile, so what is not known goes in
        new[self.known_by_id(events.account_id, events.event_id).asked] = False
        new[self.known_by_fingerprint(events.account_id, events.fingerprint).asked] = False
        self._connection.executemany(INSERT_EVENT, _event_rows(events.take(new), self.batch))
        return new

    def known_by_id(self, account_id: Int64s, event_id: Int64s) -> Found:
        return self._known("event_id", account_id, event_id)

    def known_by_fingerprint(self, account_id: Int64s, fingerprint: Int64s) -> Found:
        return self._known("fingerprint", account_id, fingerprint)

    def _known(self, column: str, account_id: Int64s, other_id: Int64s) -> Found:
        self.rows("DELETE FROM temp.asked")
        keys = zip(range(len(account_id)), account_id.tolist(), other_id.tolist(), strict=True)
        self._connection.executemany(ASK, keys)
        found = self.rows(
            f"SELECT a.asked, {', '.join(f'e.{name}' for name in EVENT_COLUMNS)} FROM temp.asked a "
            f"CROSS JOIN event e ON e.account_id = a.account_id AND e.{column} = a.other_id"
        )
        return found_events([row[0] for row in found], [row[1:] for row in found])

    def redeem(self, row: RedemptionRow) -> bool:
        """Charge points for a pending redemption, which `log_redemptions` writes; False if it is there, or points lack, or the account was erased."""
        key = (row.account_id, row.redemption_id)
        (available, refused), = self.rows(AVAILABLE, key)  # fmt: skip
        held = self._held.get(row.account_id, 0)
        if refused or key in self._charged or available < held + row.points:
            return False
        self._charged[key], self._held[row.account_id] = row, held + row.points
        return True

    def log_redemptions(self) -> None:
        """Write what `redeem` charged in this group, in three statements; before any other work, which may look for it."""
        if not self._charged:
            return
        rows = self._charged.values()
        self._connection.executemany(CHARGE, self._held.items())
        self._connection.executemany(LOG, [
            (row.account_id, row.redemption_id, row.points, stored_day(row.day), row.reward) for row in rows
        ])  # fmt: skip
        self._connection.executemany(LOG_SEAL, [(*key, self.batch) for key in self._charged])
        self.leaves += [leaf_of(row) for row in rows]
        self._charged, self._held = {}, {}

    def add_tallies(self, tallies: TallyColumns) -> None:
        columns = (
            tallies.account_id,
            tallies.terms,
            tallies.cap_from,
            tallies.co2e_mg,
            tallies.points,
            tallies.cap_points,
        )
        letters = [each.decode() for each in tallies.statement.tolist()]
        self._connection.executemany(ADD_TALLY, zip(*(column.tolist() for column in columns), letters, strict=True))


def _event_rows(events: EventColumns, batch: int) -> Iterator[tuple[Any, ...]]:
    numbers = (events.account_id, events.event_id, events.fingerprint, events.co2e_mg, events.points, events.quantity)
    codes = (events.occurred_day, events.terms, events.source)
    letters = ([each.decode() for each in column.tolist()] for column in (events.evidence, events.statement))
    return zip(
        *(column.tolist() for column in numbers), [batch] * len(events), *(column.tolist() for column in codes), *letters,
        strict=True,
    )  # fmt: skip
