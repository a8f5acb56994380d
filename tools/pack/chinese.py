"""Chinese names."""
from __future__ import annotations
from leafmark.factors.importers.base import Row


def with_name(row: Row) -> Row:
    """Return the row with `name_zh`."""
    return row
