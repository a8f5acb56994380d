"""How much of its minute a client has used, counted by all processes of a machine in one small file beside the database.

It is not in the site's own database: there every request would wait for a long import's transaction. Losing the file loses a
minute's counts and the days of last use, and nothing else. Sites of several machines count on each of them apart.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
import time
from pathlib import Path
from typing import Final

FILE: Final = "api-use.db"
MINUTE_S: Final = 60
_WAIT_S: Final = 5.0
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS use (key INTEGER PRIMARY KEY, minute INTEGER NOT NULL, requests INTEGER NOT NULL)"
)
_COUNT: Final = """
INSERT INTO use VALUES (?, ?, 1) ON CONFLICT (key) DO UPDATE SET
  requests = CASE WHEN minute = excluded.minute THEN requests + 1 ELSE 1 END, minute = excluded.minute
RETURNING requests
"""
_held = threading.local()


def count(folder: Path, key: int, now_s: float | None = None) -> tuple[int, int]:
    """Count one request of a key: how many it has sent in this minute, and the seconds until the next."""
    now = int(time.time() if now_s is None else now_s)
    (requests,) = _connection(folder).execute(_COUNT, (key, now // MINUTE_S)).fetchone()
    return requests, MINUTE_S - now % MINUTE_S


def last_used(folder: Path) -> dict[int, dt.datetime]:
    """When each key was last used, to the minute."""
    rows = _connection(folder).execute("SELECT key, minute FROM use").fetchall()
    return {key: dt.datetime.fromtimestamp(minute * MINUTE_S, dt.UTC) for key, minute in rows}


def close() -> None:
    """Let go of this thread's file."""
    held = getattr(_held, "connection", None)
    if held is not None:
        held.close()
        _held.connection = None


def _connection(folder: Path) -> sqlite3.Connection:
    path = str(folder / FILE)
    if getattr(_held, "connection", None) is None or _held.path != path:
        close()
        made = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("PRAGMA synchronous=OFF")
        made.execute(_TABLE)
        _held.connection, _held.path = made, path
    return _held.connection
