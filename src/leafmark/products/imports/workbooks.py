"""An XLSX workbook's first sheet as a table of texts, opened only after what it would unpack to has been counted.

A workbook is a zip of XML. Two kinds of bomb are cheap to make: parts that inflate to gigabytes, and a sheet of two
cells, A1 and XFD1048576, for which a reader holds all the empty ones between. So every part is inflated once, in pieces
that are thrown away, its checksum and the sum of all sizes held, and every cell's address is looked at; only a workbook
within the limits is given to calamine. Cost: about a second per million cells, beside the two that reading takes.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from .limits import ImportRefusedError, Limits, refusal
from .numbers import number_text
from .raw import RawTable
from .said import say

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PIECE_BYTES = 1 << 20
_OVERLAP_BYTES = 512
"""Longer than any start tag of a cell up to its address."""
_PARTS_MAX = 10_000
_BATCH_ROWS = 20_000
_CELL = re.compile(rb"""<(?:[A-Za-z]\w*:)?c\b[^>]{0,300}?\br=["']\$?([A-Za-z]{1,9})\$?(\d{1,9})["']""")
_ROW = re.compile(rb"""<(?:[A-Za-z]\w*:)?row\b[^>]{0,300}?\br=["'](\d{1,9})["']""")
_CELLS_WITHOUT_ADDRESS = re.compile(rb"<(?:[A-Za-z]\w*:)?c(?![^>]*\br=)[\s/>]")
_ERROR = re.compile(rb"""\bt=["']e["']""")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)


def read_workbook(path: Path, limits: Limits, tell: Callable[[str], None]) -> RawTable:
    """Read the first visible sheet that holds a row.

    Raises
    ------
    ImportRefusedError
        No workbook, encrypted, an old or another format, not whole, larger than the limits, or empty.
    """
    errors = _inspect(path, limits)
    tell("reading the workbook")
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = [each.name for each in workbook.sheets_metadata if "Visible" in str(each.visible)]
        for name in names:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.end is not None and sheet.end[0] > (sheet.start or (0, 0))[0]:
                return _table(path, sheet, name, len(names), errors, limits)
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, ImportRefusedError):
            raise
        raise _corrupt(path, error) from error
    raise refusal("no_sheet", path)


def refuse_old_or_encrypted(path: Path, data: bytes) -> ImportRefusedError:
    """The error of an OLE file: an XLSX under a password, or a workbook of before 2007 (MS-OFFCRYPTO 2.3.4.4)."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return refusal("encrypted", path)
    return refusal("xls", path)


def _inspect(path: Path, limits: Limits) -> int:
    """Count what the workbook would unpack to; the number of cells that hold a spreadsheet's error."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _refuse_format(path, {part.filename for part in parts})
            if len(parts) > _PARTS_MAX:
                raise refusal("parts", path, count=len(parts), most=_PARTS_MAX)
            whole = sum(part.file_size for part in parts)
            if whole > limits.inflated_bytes_max:
                raise refusal("workbook_unpacks", path, bytes=whole, most=limits.inflated_bytes_max)
            if any(part.flag_bits & 1 for part in parts):
                raise refusal("encrypted", path)
            return sum(_inspect_part(path, archive, part, limits) for part in parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        if isinstance(error, OSError) and error.filename:
            raise
        raise _corrupt(path, error) from error


def _refuse_format(path: Path, names: set[str]) -> None:
    if "[Content_Types].xml" in names and any(_SHEET.fullmatch(name) for name in names):
        return
    if any(name.endswith(".bin") and "worksheets" in name for name in names):
        raise refusal("xlsb", path)
    if "content.xml" in names and "mimetype" in names:
        raise refusal("ods", path)
    raise refusal("zip", path)


def _inspect_part(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo, limits: Limits) -> int:
    """Inflate a part, which holds its checksum and its stated size; of a sheet, look at the addresses."""
    is_sheet = _SHEET.fullmatch(part.filename) is not None
    width = height = errors = 0
    for window, fresh in _windows(archive, part):
        if not is_sheet:
            continue
        if b"\x00" in window:
            raise refusal("not_utf8", path, part=part.filename)
        if _CELLS_WITHOUT_ADDRESS.search(window):
            raise refusal("no_address", path, part=part.filename)
        width, height = _used(window, width, height)
        errors += len(_ERROR.findall(fresh))
        if width > limits.columns_max:
            raise refusal("columns", path, count=width, most=limits.columns_max)
        if height > limits.rows_max or width * height > limits.sheet_cells_max:
            raise refusal(
                "sheet_size",
                path,
                rows=height,
                columns=width,
                rows_most=limits.rows_max,
                cells_most=limits.sheet_cells_max,
            )
    return errors


def _windows(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, bytes]]:
    """A part's bytes in pieces: each with the end of the one before, so that no tag is missed between two."""
    kept = b""
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE_BYTES):
            whole = kept + piece
            end = len(whole) if len(piece) < _PIECE_BYTES else max(whole.rfind(b"<"), 1)
            yield whole[:end], whole[len(kept) : end]
            kept = whole[end:][-_PIECE_BYTES:]
    if kept:
        yield kept, kept


def _used(window: bytes, width: int, height: int) -> tuple[int, int]:
    cells = _CELL.findall(window)
    if cells:
        letters = {letter.upper() for letter, _ in cells}
        width = max(width, *map(_column, letters))
        height = max(height, max(int(row) for row in {row for _, row in cells}))
    rows = _ROW.findall(window)
    return width, max(height, int(rows[-1]) if rows else 0)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _table(path: Path, sheet: CalamineSheet, name: str, sheets: int, errors: int, limits: Limits) -> RawTable:
    rows = sheet.iter_rows()
    header: list[str] = []
    header_row = 0
    for header_row, cells in enumerate(rows, 1):  # noqa: B007
        header = [_text(cell) for cell in cells]
        if any(header):
            break
    if len(header) > limits.columns_max:
        raise refusal("columns", path, count=len(header), most=limits.columns_max)
    batches = list(_batches(rows, len(header)))
    schema = pa.schema([(str(place), pa.string()) for place in range(len(header))])
    table = pa.Table.from_batches([pa.record_batch(batch, schema=schema) for batch in batches], schema)
    if not table.num_rows:
        raise refusal("sheet_empty", path, sheet=name)
    notes = [say("note.sheet", sheet=name, count=sheets)] if sheets > 1 else []
    if errors:
        notes.append(say("note.sheet_errors", count=errors))
    numbers = np.arange(header_row + 1, header_row + 1 + table.num_rows, dtype=np.int64)
    return RawTable(str(path), "xlsx", header, table, numbers, (), tuple(notes))


def _batches(rows: Iterator[Sequence[object]], width: int) -> Iterator[list[pa.Array]]:
    held: list[Sequence[object]] = []
    for cells in rows:
        held.append(cells)
        if len(held) == _BATCH_ROWS:
            yield _columns(held, width)
            held = []
    if held:
        yield _columns(held, width)


def _columns(rows: list[Sequence[object]], width: int) -> list[pa.Array]:
    return [pa.array([_text(row[place]) for row in rows], pa.string()) for place in range(width)]


def _text(cell: object) -> str:
    """A cell as its text: whole numbers without a point, days without a time."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return str(cell)


def _corrupt(path: Path, error: Exception) -> ImportRefusedError:
    return refusal("workbook", path, why=str(error))
