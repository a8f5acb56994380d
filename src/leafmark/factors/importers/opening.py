"""How a publisher's file is opened: a workbook's sheets as rows of cells, a CSV as its header and lines.

No cell of a row that is read is passed over in silence: one under no column's name is a fault, since in a CSV it says
that a comma was meant as text and all cells after it stand one column too far.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from leafmark.factors.fault import Fault
from leafmark.factors.importers.base import UnreadableFile
from leafmark.factors.reading import shown

Cells = list[object]


def sheets(path: Path) -> Iterator[list[Cells]]:
    """Yield the rows of each sheet of a workbook (xls or xlsx), empty rows and columns kept.

    Raises
    ------
    UnreadableFile
        The file is no workbook.
    """
    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise UnreadableFile(f"{path.name}: no spreadsheet ({error})") from error
    for name in workbook.sheet_names:
        yield [list(row) for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)]


def csv_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the header of a CSV (empty if the file is) and the lines below it.

    Raises
    ------
    UnreadableFile
        The file is no CSV in UTF-8.
    """
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"{path.name}: no CSV in UTF-8 ({error})") from error
    return (lines[0], lines[1:]) if lines else ([], [])


def record(
    file: str, row: int, header: Sequence[str], cells: Sequence[str], faults: list[Fault]
) -> dict[str, str] | None:
    """Return a CSV row's cells by column; None, with a fault, where it has a cell too many or too few."""
    fault = nameless_cell(file, row, header, cells)
    if fault is None and len(cells) < len(header):
        fault = Fault(file, row, "", f"{len(cells)} cells", f"{len(header)} cells, as in the header", _MEND)
    if fault is None:
        return dict(zip(header, cells, strict=False))
    faults.append(fault)
    return None


def nameless_cell(file: str, row: int, header: Sequence[object], cells: Sequence[object]) -> Fault | None:
    """Return the fault of the first cell that holds something and stands under no column's name; positions from 1."""
    for at, cell in enumerate(cells):
        if str(cell).strip() and not (at < len(header) and str(header[at]).strip()):
            return Fault(file, row, f"cell {at + 1}", shown(cell), "nothing: the header names no such column", _MEND)
    return None


_MEND = "quote a text that holds a comma or a quote; a remark goes under a column's name"
