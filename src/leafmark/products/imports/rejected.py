"""The file of rejected rows: what the sender sent, cell by cell, with what is wrong in front, in the format it came in.

Texts that a spreadsheet would compute get an apostrophe in front (`spreadsheet.inert`); the import takes it off again. Parquet is no
spreadsheet's format and keeps its texts as they are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.products.spreadsheet import inert

from .findings import Finding, Texts, add_texts
from .raw import Ints, Ragged, RawTable
from .said import ENGLISH, Said, in_language
from .workbook_writing import write_workbook

_BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Rejected:
    """The rows of a file that were not taken, with why."""

    raw: RawTable
    places: Ints
    findings: tuple[Finding, ...]
    ragged: tuple[tuple[Ragged, Said], ...]

    def __len__(self) -> int:
        return len(self.places) + len(self.ragged)

    def header(self) -> list[str]:
        """The columns of the file: the fault, the row it had, then the sender's own."""
        return ["fault", "row_before", *self.raw.header]

    def faults(self, lang: str = ENGLISH) -> Texts:
        """What is wrong with each of the rows at `places`, in a language."""
        texts: Texts = np.full(self.raw.table.num_rows, "", object)
        add_texts(texts, self.findings, lang)
        return texts[self.places]

    def lines(self, lang: str = ENGLISH) -> Iterator[list[str]]:
        """Yield the rows in the order of the file; those of another length with the cells they have."""
        aside = [(record, in_language(said, lang)) for record, said in self.ragged]
        faults = self.faults(lang)
        for start in range(0, len(self.places), _BATCH_ROWS):
            places = self.places[start : start + _BATCH_ROWS]
            cells = zip(*(column.to_pylist() for column in self.raw.table.take(pa.array(places)).columns), strict=True)
            for fault, place, line in zip(faults[start : start + _BATCH_ROWS], places, cells, strict=True):
                number = int(self.raw.numbers[place])
                while aside and aside[0][0].row < number:
                    yield _aside(*aside.pop(0))
                yield [str(fault), str(number), *("" if cell is None else cell for cell in line)]
        yield from (_aside(*each) for each in aside)

    def write(self, path: Path, lang: str = ENGLISH) -> int:
        """Write the file, in the format of the one that was sent, its faults in a language; the number of rows."""
        if self.raw.format == "parquet":
            self._write_parquet(path, lang)
        elif self.raw.format == "xlsx":
            write_workbook(path, (list(map(inert, line)) for line in (self.header(), *self.lines(lang))))
        else:
            self._write_csv(path, lang)
        return len(self)

    def _write_csv(self, path: Path, lang: str) -> None:
        with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as handle:
            writer = csv.writer(handle, delimiter=self.raw.separator or ",")
            writer.writerow(map(inert, self.header()))
            writer.writerows([inert(cell) for cell in line] for line in self.lines(lang))

    def _write_parquet(self, path: Path, lang: str) -> None:
        table = self.raw.table.take(pa.array(self.places))
        rows = pa.array(self.raw.numbers[self.places].astype(str).tolist(), pa.string())
        columns = [pa.array([str(fault) for fault in self.faults(lang)], pa.string()), rows, *table.columns]
        pq.write_table(pa.Table.from_arrays(columns, names=self.header()), path)


def _aside(record: Ragged, fault: str) -> list[str]:
    return [fault, str(record.row), *record.cells]
