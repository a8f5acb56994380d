"""The file of rejected rows: what the sender sent, cell by cell, with what is wrong in front, in the format it came in.

Texts that a spreadsheet would compute get an apostrophe in front (`spreadsheet.inert`); the import takes it off again. Parquet is no
spreadsheet's format and keeps its texts as they are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.products.spreadsheet import inert

from .findings import Texts
from .raw import Ints, Ragged, RawTable
from .workbook_writing import write_workbook

_BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Rejected:
    """The rows of a file that were not taken, with why."""

    raw: RawTable
    places: Ints
    faults: Texts
    ragged: tuple[tuple[Ragged, str], ...]

    def __len__(self) -> int:
        return len(self.places) + len(self.ragged)

    def header(self) -> list[str]:
        """The columns of the file: the fault, the row it had, then the sender's own."""
        return ["fault", "row_before", *self.raw.header]

    def lines(self) -> Iterator[list[str]]:
        """Yield the rows in the order of the file; those of another length with the cells they have."""
        aside = list(self.ragged)
        for start in range(0, len(self.places), _BATCH_ROWS):
            places = self.places[start : start + _BATCH_ROWS]
            cells = zip(*(column.to_pylist() for column in self.raw.table.take(pa.array(places)).columns), strict=True)
            for fault, place, line in zip(self.faults[start : start + _BATCH_ROWS], places, cells, strict=True):
                number = int(self.raw.numbers[place])
                while aside and aside[0][0].row < number:
                    yield _aside(*aside.pop(0))
                yield [str(fault), str(number), *("" if cell is None else cell for cell in line)]
        yield from (_aside(*each) for each in aside)

    def write(self, path: Path) -> int:
        """Write the file, in the format of the one that was sent; the number of rows."""
        if self.raw.format == "parquet":
            self._write_parquet(path)
        elif self.raw.format == "xlsx":
            write_workbook(path, (list(map(inert, line)) for line in (self.header(), *self.lines())))
        else:
            self._write_csv(path)
        return len(self)

    def _write_csv(self, path: Path) -> None:
        with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as handle:
            writer = csv.writer(handle, delimiter=self.raw.separator or ",")
            writer.writerow(map(inert, self.header()))
            writer.writerows([inert(cell) for cell in line] for line in self.lines())

    def _write_parquet(self, path: Path) -> None:
        table = self.raw.table.take(pa.array(self.places))
        rows = pa.array(self.raw.numbers[self.places].astype(str).tolist(), pa.string())
        columns = [pa.array([str(fault) for fault in self.faults], pa.string()), rows, *table.columns]
        pq.write_table(pa.Table.from_arrays(columns, names=self.header()), path)


def _aside(record: Ragged, fault: str) -> list[str]:
    return [fault, str(record.row), *record.cells]
