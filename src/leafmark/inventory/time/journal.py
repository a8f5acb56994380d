"""A journal that only grows: JSON lines, each with the hash of the line before it, so that nothing in it can be changed unseen.

{"number": 1, "kind": ..., "at": ..., "content": {...}, "previous": "", "sha256": ...}
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leafmark.inventory.book import InventoryError


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal."""

    number: int
    kind: str
    at: str
    content: Mapping[str, Any]
    previous: str
    sha256: str


def _hash(number: int, kind: str, at: str, content: Mapping[str, Any], previous: str) -> str:
    plain = json.dumps([number, kind, at, content, previous], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def read(path: Path) -> list[Entry]:
    """All entries, checked; none where there is no file yet.

    Raises
    ------
    InventoryError : a line is not readable, is missing, or was changed after it was written.
    """
    if not path.is_file():
        return []
    entries: list[Entry] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError) as fault:
            raise InventoryError(f"{path}: line {number}: not readable ({fault}); restore the file") from fault
        previous = entries[-1].sha256 if entries else ""
        sound = _hash(entry.number, entry.kind, entry.at, entry.content, entry.previous)
        if entry.number != number or entry.previous != previous or entry.sha256 != sound:
            raise InventoryError(
                f"{path}: line {number}: was changed after it was written, or a line before it is gone; restore the file"
            )
        entries.append(entry)
    return entries


def append(path: Path, kind: str, content: Mapping[str, Any], at: str | None = None) -> Entry:
    """Add an entry at the end, on disk when this returns."""
    entries = read(path)
    previous = entries[-1].sha256 if entries else ""
    # as JSON gives it back, so that the hash is of what will be read
    plain = json.loads(json.dumps(content, ensure_ascii=False))
    at = at or dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    entry = Entry(len(entries) + 1, kind, at, plain, previous, _hash(len(entries) + 1, kind, at, plain, previous))
    line = {name: getattr(entry, name) for name in Entry.__slots__}
    with path.open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(line, ensure_ascii=False) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    return entry


def sha256_of(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
