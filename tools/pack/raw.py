"""The shared data folder: where its files lie, and its tidy table of factors as dictionaries of text."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class SharedData:
    """The folder of raw material; nothing of it is copied, facts are chosen from it."""

    folder: Path

    def publisher(self, name: str) -> Path:
        """Return the path of a publisher's own file."""
        return self.folder / "publishers" / name

    @cached_property
    def _rows(self) -> list[dict[str, str]]:
        with gzip.open(self.folder / "factors" / "factors.csv.gz", "rt", encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    @cached_property
    def tidy_sha256(self) -> str:
        """sha256 of the tidy table as it lies there."""
        return hashlib.sha256((self.folder / "factors" / "factors.csv.gz").read_bytes()).hexdigest()

    def rows(self, source_id: str) -> Iterator[dict[str, str]]:
        """Yield the tidy table's rows of one source."""
        return (row for row in self._rows if row["source_id"] == source_id)


def half_open(inclusive_end: str) -> str:
    """Return the day after an inclusive end: the tidy table's `valid_to` is the last valid day."""
    return (date.fromisoformat(inclusive_end) + timedelta(days=1)).isoformat()


def gas_kg(cell: str) -> float | None:
    """Return a mass of gas in kg, None where the cell is empty."""
    return float(cell) if cell else None
