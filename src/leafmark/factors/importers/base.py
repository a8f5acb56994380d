"""What every importer gives back: factor rows in the columns of `factors.csv`, their source, and the faults met.

An importer reads one publisher's file and decides nothing about other files: it names keys, boundaries and units, keeps
the publisher's row id in `locator` and the file's sha256 in the source. A row that cannot be read becomes a `Fault`
(row, field, found, expected) and the rest go on; only a file that is no such file at all raises `UnreadableFile`.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from leafmark.factors.columns import FACTOR_COLUMNS, SOURCE_COLUMNS
from leafmark.factors.fault import Fault

FACTOR_NAMES = tuple(column.name for column in FACTOR_COLUMNS)
SOURCE_NAMES = tuple(column.name for column in SOURCE_COLUMNS)

# 100-year GWPs by which publishers turned gases into CO2e: IPCC SAR, AR4 (2007, table 2.14), AR5 (2013, table 8.A.1,
# without climate-carbon feedbacks). Used only to undo a publisher's own multiplication.
METHANE_GWP = {"SAR": 21.0, "AR4": 25.0, "AR5": 28.0}
NITROUS_OXIDE_GWP = {"SAR": 310.0, "AR4": 298.0, "AR5": 265.0}

Value = str | float | int | None
Row = dict[str, Value]


class UnreadableFile(ValueError):
    """The file is not what this importer reads. The message says what was looked for."""


@dataclass(slots=True)
class Imported:
    """The outcome of reading one file.

    Attributes
    ----------
    rows : list of dict
        Factors, every dict with all columns of `factors.csv`; None is a missing value.
    sources : list of dict
        Rows of `sources.csv`, `file_sha256` of the file as read.
    faults : list of Fault
        Rows (or cells) that became no factor, with the reason.
    skipped : dict
        How many of the file's rows were left out knowingly, by reason.
    """

    rows: list[Row] = field(default_factory=list)
    sources: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)

    def skip(self, reason: str, count: int = 1) -> None:
        """Count rows left out for a reason."""
        self.skipped[reason] = self.skipped.get(reason, 0) + count


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def slug(text: str) -> str:
    """Return text as one part of a key: lower case ASCII, digits and underscores."""
    folded = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("–", " to ").replace("+", " plus "))
    ascii_text = folded.encode("ascii", "ignore").decode().lower().replace(",", "").replace("'", "")
    return re.sub(r"[^a-z0-9]+", "_", ascii_text).strip("_")


def number(cell: object) -> float | None:
    """Return a cell as a finite number, or None where it is empty.

    Raises
    ------
    ValueError
        The cell holds something else: `-`, `< 1`, `NA`, NaN, infinity.
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise ValueError(f"{cell!r} is no number")
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(f"{cell!r} is not finite")
    return value


def factor_row(**cells: Value) -> Row:
    """Return a row with every column of `factors.csv`, and `factor_id` made from its parts where it is not given.

    Raises
    ------
    KeyError
        A cell names no column.
    """
    unknown = set(cells) - set(FACTOR_NAMES)
    if unknown:
        raise KeyError(f"no such columns: {sorted(unknown)}")
    row: Row = {column: cells.get(column) for column in FACTOR_NAMES}
    if not row["factor_id"]:
        row["factor_id"] = f"{row['key']}@{row['region']}:{row['boundary']}:{row['data_year']}"
    return row


def calendar_year(year: int) -> dict[str, Value]:
    """Return `valid_from` and `valid_to` (half open) of a calendar year."""
    return {"valid_from": date(year, 1, 1).isoformat(), "valid_to": date(year + 1, 1, 1).isoformat()}


def source_row(path: Path, cells: Mapping[str, Value]) -> Row:
    """Return a row of `sources.csv` for a file, its sha256 included."""
    row: Row = {column: cells.get(column) for column in SOURCE_NAMES}
    row["file_sha256"] = file_sha256(path)
    return row
