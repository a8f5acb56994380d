"""CSV and its kin as a table of texts: the encoding, the separator and every record's own number are found, not asked for.

A record is numbered as a spreadsheet numbers its row: a cell with line breaks is one row, an empty line is one, too. A
record with another number of cells than the header is set aside by its number, and the others are read. A quote that is
opened and never closed would swallow the rest of the file, so the file is refused: a last record of our own must come
out whole.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from leafmark.factors.reading import shown

from .encodings import Encoding, detect, pieces
from .limits import Limits, refusal
from .raw import Ragged, RawTable
from .said import Said, say

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_HEAD_BYTES = 1 << 20
_BLOCK_BYTES = 8 << 20
_END = "\x1eend of file"


@dataclass(frozen=True, slots=True)
class _Header:
    names: list[str]
    separator: str
    length: int
    row: int


def read_text(path: Path, data: bytes, limits: Limits) -> RawTable:
    """Read a file of separated texts.

    Raises
    ------
    ImportRefusedError
        No known encoding, no header, too many columns or rows, a quote that is never closed.
    """
    encoding = detect(data)
    if encoding is None:
        raise refusal("encoding", path)
    text = b"".join(pieces(data, encoding))
    header = _header(path, text, limits)
    notes = _notes(encoding, header, text)
    table, ragged = _records(path, text, header, limits)
    numbers = _numbers(header.row, table.num_rows, [each.row for each in ragged])
    if table.num_rows + len(ragged) > limits.rows_max:
        raise refusal("rows_more", path, most=limits.rows_max)
    return RawTable(
        str(path), "csv", header.names, table, numbers, tuple(ragged), tuple(notes), encoding.name, header.separator
    )


def _notes(encoding: Encoding, header: _Header, text: bytes) -> list[Said]:
    notes = []
    if not encoding.sure:
        notes.append(say("note.encoding", encoding=encoding.name))
    if encoding.broken:
        notes.append(say("note.broken"))
    if header.separator != ",":
        notes.append(say("note.separator", separator=say(f"separator.{SEPARATORS[header.separator]}")))
    if not text.endswith((b"\n", b"\r")):
        notes.append(say("note.open_end"))
    return notes


def _header(path: Path, text: bytes, limits: Limits) -> _Header:
    """The first record that holds something; Excel's `sep=;` above it names the separator."""
    start, row, told = 0, 1, ""
    while True:
        head = text[start : start + _HEAD_BYTES]
        if not head.strip(b"\r\n\t ,;|\x00"):
            raise refusal("no_header", path)
        line = head.splitlines()[0]
        if line.lower().startswith(b"sep=") and len(line) == 5 and row == 1:
            told = chr(line[4])
        elif line.strip(b" \t,;|"):
            break
        end = head.find(b"\n")
        start, row = (start + end + 1, row + 1) if end >= 0 else (len(text), row)
    record, length = _first_record(path, head, len(text) - start > _HEAD_BYTES)
    separator = told if told in SEPARATORS else _separator(record)
    if record.count(separator.encode()) >= limits.columns_max:
        count = record.count(separator.encode()) + 1
        raise refusal("columns", path, count=count, most=limits.columns_max)
    decoded = record.decode("utf-8", "replace")
    names = next(csv.reader(io.StringIO(decoded, newline=""), delimiter=separator), [])
    return _Header(names, separator, start + length, row)


def _first_record(path: Path, head: bytes, more: bool) -> tuple[bytes, int]:
    """The bytes of the first record and where it ends: at the first line break outside quotes."""
    end = at = 0
    while True:
        breaks = [place for place in (head.find(b"\n", at), head.find(b"\r", at)) if place >= 0]
        if not breaks:
            if more:
                raise refusal("header_open", path, bytes=_HEAD_BYTES)
            return head, len(head)
        end = min(breaks)
        if head.count(b'"', 0, end) % 2 == 0:
            return head[:end], end + (2 if head[end : end + 2] == b"\r\n" else 1)
        at = end + 1


def _separator(record: bytes) -> str:
    """The candidate that stands most often outside quotes; the comma where none does."""
    outside = b"".join(record.split(b'"')[::2])
    return max(SEPARATORS, key=lambda each: (outside.count(each.encode()), each == ","))


def _records(path: Path, text: bytes, header: _Header, limits: Limits) -> tuple[pa.Table, list[Ragged]]:
    names = [str(number) for number in range(len(header.names))]
    ragged: list[Ragged] = []

    def aside(found: pa_csv.InvalidRow) -> str:
        ragged.append(Ragged(header.row + found.number, _cells(found.text, header.separator), found.actual_columns))
        return "skip"

    end = b"\n" + header.separator.encode().join([_END.encode()] * len(names)) + b"\n"
    body = text[header.length :].rstrip(b"\r\n")
    if not body:
        raise refusal("no_rows", path)
    source = pa.BufferReader(body + end)
    try:
        table = pa_csv.read_csv(
            source,
            read_options=pa_csv.ReadOptions(column_names=names, block_size=_BLOCK_BYTES, use_threads=False),
            parse_options=pa_csv.ParseOptions(
                delimiter=header.separator, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=aside
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid as error:
        if "straddling object" in str(error) or "quote" in str(error):
            raise refusal("quote", path) from error
        raise refusal("not_text", path, why=shown(str(error))) from error
    if not table.num_rows or table.column(0)[-1].as_py() != _END:
        last = header.row + table.num_rows + len(ragged)
        raise refusal("quote_row", path, row=last)
    return table.slice(0, table.num_rows - 1), ragged


def _cells(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    except csv.Error:
        return [text]


def _numbers(header_row: int, rows: int, aside: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The spreadsheet's row of each record that was read: those set aside keep their numbers."""
    whole = np.ones(rows + len(aside) + 1, bool)
    whole[[row - header_row - 1 for row in aside]] = False
    return np.flatnonzero(whole)[:rows].astype(np.int64) + header_row + 1
