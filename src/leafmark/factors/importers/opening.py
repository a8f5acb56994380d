"""How a publisher's file is opened: a workbook's sheets as rows of cells, a CSV as its header and lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from leafmark.factors.importers.base import UnreadableFile

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
