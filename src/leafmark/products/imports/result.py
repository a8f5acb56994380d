"""What an import comes to: rows that were taken, rows that were not and why, and how the file was read. Nothing is stored."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from leafmark.factors.fault import Fault

from .columns import cleaned
from .findings import Finding, named
from .headers import Mapped
from .limits import Limits
from .raw import Bools, Ints, Ragged, RawTable
from .rejected import Rejected
from .said import Said, record_of, say


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of the file below its header: rows = accepted + rejected + blank. `faults` counts every fault of every row."""

    rows: int
    accepted: int
    rejected: int
    blank: int
    faults: int
    by_field: dict[str, int]


@dataclass(frozen=True, slots=True)
class Import:
    """One file, read and checked.

    rows : the accepted rows with the columns of docs/import.md, missing cells null, and `_row`, the row in the sender's
        spreadsheet.
    faults : the first ones, each with row, field, what was found and expected; `counts` has them all.
    rejected : the rows that were not taken; `rejected.write(path)` makes the file to mend.
    columns : what each column of the file was taken for. notes : what the sender should look at.
    """

    kind: str
    file: str
    format: str
    encoding: str
    separator: str
    rows: pa.Table
    faults: tuple[Fault, ...]
    rejected: Rejected
    counts: Counts
    columns: tuple[Mapped, ...]
    notes: tuple[Said, ...]
    _reading: Reading

    def without(self, findings: Sequence[Finding]) -> Import:
        """The import with more rows rejected; findings count positions in `rows`."""
        if not findings:
            return self
        places = self._reading.places(self.rows)
        moved = [dataclasses.replace(each, rows=places[each.rows]) for each in findings]
        return self._reading.more(moved).result()

    @property
    def limits(self) -> Limits:
        """The limits it was read under."""
        return self._reading.limits

    def ids(self) -> pa.Array:
        """The `product_id` of every row of the file, rejected ones included."""
        return self._reading.typed.column("product_id").combine_chunks().drop_null()

    def rejected_ids(self) -> pa.Array:
        """The `product_id` of the rejected rows."""
        return (
            self._reading.typed.column("product_id").filter(pa.array(self._reading.bad())).combine_chunks().drop_null()
        )

    def as_record(self) -> dict[str, Any]:
        """The preview as plain data, for JSON and for a page."""
        return {
            "kind": self.kind,
            "file": self.file,
            "format": self.format,
            "encoding": self.encoding or None,
            "separator": self.separator or None,
            "counts": dataclasses.asdict(self.counts),
            "columns": [dataclasses.asdict(each) for each in self.columns],
            "faults": [record_of(fault) for fault in self.faults],
            "notes": [str(note) for note in self.notes],
            "notes_said": [note.plain() for note in self.notes],
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """A file between its cells and its import: typed columns of all rows, and what was found so far."""

    kind: str
    raw: RawTable
    blank: int
    typed: pa.Table
    columns: tuple[Mapped, ...]
    findings: tuple[Finding, ...]
    aside: tuple[tuple[Ragged, Said], ...]
    notes: tuple[Said, ...]
    limits: Limits

    def places(self, rows: pa.Table) -> Ints:
        """Where accepted rows stand in the table: rows are numbered upwards."""
        found: Ints = np.searchsorted(self.raw.numbers, rows.column("_row").to_numpy()).astype(np.int64)
        return found

    def more(self, findings: Sequence[Finding]) -> Reading:
        """With more findings."""
        return dataclasses.replace(self, findings=(*self.findings, *findings))

    def bad(self, *fields: str) -> Bools:
        """Which rows have a fault, in one of these fields where any are named."""
        mask = np.zeros(self.typed.num_rows, bool)
        for each in self.findings:
            if not fields or each.field in fields:
                mask[each.rows] = True
        return mask

    def result(self) -> Import:
        """The import as it stands."""
        bad = self.bad()
        places = np.flatnonzero(bad).astype(np.int64)
        rejected = Rejected(self.raw, places, self.findings, self.aside)
        rows = self.typed.filter(pa.array(~bad)).append_column("_row", pa.array(self.raw.numbers[~bad]))
        return Import(
            self.kind, self.raw.file, self.raw.format, self.raw.encoding, self.raw.separator, rows, self._faults(), rejected,
            self._counts(rejected, rows.num_rows), self.columns, (*self.raw.notes, *self.notes), self,
        )  # fmt: skip

    def _counts(self, rejected: Rejected, accepted: int) -> Counts:
        by_field = Counter({"": len(self.aside)} if self.aside else {})
        for each in self.findings:
            by_field[each.field] += len(each.rows)
        rows = self.typed.num_rows + len(self.aside) + self.blank
        return Counts(rows, accepted, len(rejected), self.blank, sum(by_field.values()), dict(by_field))

    def _faults(self) -> tuple[Fault, ...]:
        limit = self.limits.faults_named
        cells = {each.column: _cells(self.raw.table.column(each.place - 1)) for each in self.columns if each.column}
        found = named(self.raw.file, self.findings, self.raw.numbers, cells, limit)
        width = len(self.raw.header)
        found += [
            Fault(
                self.raw.file,
                record.row,
                "",
                say("cells_found", count=record.found),
                say("cells_expected", count=width),
                expected,
            )
            for record, expected in self.aside[:limit]
        ]
        return tuple(sorted(found, key=lambda fault: fault.row)[:limit])


def _cells(column: pa.ChunkedArray) -> Callable[[int], str | None]:
    """A column's cells by position, each made only when it is asked for: as read, or as sent where nothing is left."""

    def cell(row: int) -> str | None:
        found: str | None = cleaned(column.slice(row, 1))[0].as_py() or column[row].as_py()
        return found

    return cell
