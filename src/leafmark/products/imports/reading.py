"""A file's table against the columns of a kind of import: mapped, read by kind, blank rows taken out, faults collected."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .columns import BLANKS, Field, read
from .findings import Finding
from .headers import map_columns
from .limits import ImportRefusedError, Limits
from .numbers import Decimal
from .opening import open_table
from .raw import Bools, Ragged, RawTable
from .result import Reading
from .said import Said, renamed, say

Progress = Callable[[int, int, str], None]
MEND_LENGTH = say("quote_text")


def silent(done: int, whole: int, what: str) -> None:
    """Progress that nobody watches."""


def read_file(
    kind: str, path: str | Path, fields: Sequence[Field], limits: Limits, decimal: Decimal | None, progress: Progress,
    needed: Sequence[str], called: str = "",
) -> Reading:  # fmt: skip
    """Open and read a file; `needed` are the columns it cannot do without, `called` what its sender calls it.

    Raises
    ------
    ImportRefusedError
        The file cannot be read at all.
    """
    source = Path(path)
    name = called or source.name
    progress(0, len(fields) + 1, f"reading {name}")
    raw = _opened(source, called, limits, lambda what: progress(0, len(fields) + 1, what))
    mapped = map_columns(raw, [field.name for field in fields], needed)
    raw, blank = _without_blank(raw)
    typed: dict[str, pa.Array] = {}
    findings: list[Finding] = []
    notes: list[Said] = []
    at = {each.column: each.place - 1 for each in mapped if each.column}
    for done, field in enumerate(fields, 1):
        if field.name in at:
            reading = read(field, raw.table.column(at[field.name]), decimal, limits.cell_chars_max)
            typed[field.name] = reading.values
            findings += reading.findings
            notes += reading.notes
        progress(done, len(fields) + 1, f"checking {name}")
    table = pa.table(typed) if typed else raw.table.select([])
    aside = tuple((record, MEND_LENGTH) for record in raw.ragged)
    return Reading(kind, raw, blank, table, mapped, tuple(findings), aside, tuple(notes), limits)


def _opened(source: Path, called: str, limits: Limits, say: Callable[[str], None]) -> RawTable:
    """The file's table; every message names the file as its sender does, where that is known."""
    if not called:
        return open_table(source, limits, say)
    try:
        return dataclasses.replace(open_table(source, limits, say), file=called)
    except ImportRefusedError as error:
        raise ImportRefusedError(renamed(error.said, str(source), called)) from None


def _without_blank(raw: RawTable) -> tuple[RawTable, int]:
    """Without rows of empty cells, which a spreadsheet leaves below a table; and records set aside that are blank."""
    ragged = tuple(record for record in raw.ragged if any(cell.strip() for cell in record.cells))
    blank = _blank(raw.table)
    count = int(blank.sum()) + len(raw.ragged) - len(ragged)
    if not count:
        return raw, 0
    table = raw.table.filter(pa.array(~blank)) if blank.any() else raw.table
    return dataclasses.replace(raw, table=table, numbers=raw.numbers[~blank], ragged=ragged), count


def _blank(table: pa.Table) -> Bools:
    blank = np.ones(table.num_rows, bool)
    places = np.arange(table.num_rows)
    for column in table.columns:
        if not len(places):
            break
        few = column.take(pa.array(places)) if len(places) < table.num_rows else column
        empty = pc.fill_null(pc.equal(pc.utf8_trim(few, BLANKS), ""), True).to_numpy()
        blank[places[~empty]] = False
        places = places[empty]
    return blank


def ragged_cell(record: Ragged, place: int | None) -> str | None:
    """The cell of a record of another length at a column's place: which product's it is, if anything can be said."""
    if place is None or place >= len(record.cells):
        return None
    return record.cells[place].strip(BLANKS) or None
