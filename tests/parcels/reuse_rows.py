"""Pools and events that the tests of reuse share."""

from __future__ import annotations

import datetime as dt
from typing import Any

from leafmark.parcels.reuse import Book, open_book

DAY = dt.date(2026, 5, 3)
KNOWN = dt.date(2026, 11, 1)
PP, BOARD = "material.plastic_pp", "material.corrugated_board"

POOL: dict[str, Any] = {
    "pool_id": "totes", "box_kg": 0.8, "material": PP, "single_use_kg": 0.3, "single_use_material": BOARD, "return_km": 30.0,
    "cleaning_kwh": 0.02, "use_cap": 50, "lost_after_days": 30, "region": "GB",
}  # fmt: skip


def book(pools: list[dict[str, Any]], events: Any = None, counts: Any = None, **settings: Any) -> Book:
    """A book as known on one day, whatever the day of the test."""
    settings = {"known_on": KNOWN} | ({} if events or counts else {"on_day": DAY}) | settings
    return open_book(pools, events, counts, **settings)


def happened(text: str, box: str = "b", pool: str = "totes", **more: Any) -> list[dict[str, Any]]:
    """Events of one box: `0 buy, 1 issue` on the days after the first of January 2026."""
    first = dt.date(2026, 1, 1)
    rows = []
    for part in text.split(","):
        day, event = part.split()
        rows.append({"pool_id": pool, "box_id": box, "event": event, "date": first + dt.timedelta(int(day)), **more})
    return rows


def reasons(found: Book, table: str = "events") -> list[tuple[int, str]]:
    """(row, reason) of what was refused in a table."""
    return [(row["row"], row["reason"]) for row in found.refused.to_pylist() if row["table"] == table]
