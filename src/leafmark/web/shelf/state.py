"""One row that is another one after each change of the shelf: what is made of the shelf is kept by its stamp."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import connection

from leafmark.web.shelf.models import ShelfState

NOW: Final = 'SELECT "stamp" FROM "shelf_shelfstate"'
GRADING: Final = 'SELECT "grading_id" FROM "shelf_shelfstate"'
SAY: Final = """
INSERT INTO shelf_shelfstate (id, stamp, grading_id) VALUES (1, %s, {new}) ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp{set}
"""
_KEEP: Final = object()


def version() -> str:
    """What the shelf shows, as a value that is another one after each change. A stamp and no count: two databases share none."""
    return _asked(NOW) or ""


def grading_now() -> str | None:
    """The hash of what new publications are graded by; None where they declare."""
    return _asked(GRADING)


def hold() -> str | None:
    """Hold the shelf till the end of the transaction, so that nothing else comes to count; what new publications are graded by.

    It is held before any product is, by whoever writes to both. SQLite's transactions hold it from their beginning.
    """
    state = ShelfState.objects.select_for_update().first()
    return None if state is None else state.grading_id


def say_changed(*, grading: str | object | None = _KEEP) -> None:
    """Say, within the transaction that changes it, that the shelf is another one, and what it is graded by where that changes too."""
    keeps = grading is _KEEP
    statement = SAY.format(new="NULL" if keeps else "%s", set="" if keeps else ", grading_id = excluded.grading_id")
    with connection.cursor() as cursor:
        cursor.execute(statement, [uuid.uuid4().hex, *(() if keeps else (grading,))])


def _asked(statement: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchone()
    return None if found is None else found[0]
