"""One transaction of a PostgreSQL store: rows in and out by binary COPY, and known acts by a staging table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import psycopg
from psycopg import errors

from leafmark.ledger.columns import EventColumns, TallyColumns
from leafmark.ledger.ingest import Found
from leafmark.ledger.intake import Int64s
from leafmark.ledger.prepare import Bools
from leafmark.ledger.seal import Link
from leafmark.ledger.store import EVENT_COLUMNS, Transaction

POSTING, SEALING = 5_321_684_332, 532_168
"""Numbers of the server's locks: of all who post, and of each writer's chain."""
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
WIDTHS = {
    "account_id": 8, "event_id": 8, "fingerprint": 8, "co2e_mg": 8, "points": 8, "cap_points": 8, "held": 8, "ended": 8, "other_id": 8, "quantity": 4,
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
