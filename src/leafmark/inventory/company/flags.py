"""Flags: what was refused or doubted, row by row, collected while the rest is computed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa

from leafmark.inventory.tables import FLAGS_SCHEMA

Effect = Literal["refused", "doubted"]
FOUND_MAX: Final = 200
"""Characters of what was found that a flag quotes."""


def flag(
    reason: str, file: str, row: int | None = None, field: str | None = None, found: Any = None, expected: str | None = None,
    effect: Effect = "refused", template: str | None = None, activity_id: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A row of `FLAGS_SCHEMA`."""
    text = None if found is None else str(found)[:FOUND_MAX]
    return {
        "file": file, "row": row, "activity_id": activity_id, "template": template, "field": field, "reason": reason, "found": text,
        "expected": expected, "effect": effect,
    }  # fmt: skip


def within(folder: Path, error: Exception) -> str:
    """What an error says, without where the company's folder lies: that is of one machine, and the flag stands in every report."""
    return str(error).replace(f"{folder.resolve()}/", "").replace(f"{folder}/", "")


def flags_table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Flags as a table."""
    return pa.Table.from_pylist(list(rows), schema=FLAGS_SCHEMA)
