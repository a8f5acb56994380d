"""Rows without any cell, as spreadsheets leave them: they are no activities, so they are neither counted nor refused.

The rows after them keep the numbers that the spreadsheet shows. A row is blank if every cell of the file is empty, not only those of the
template's columns: a row with a remark alone is refused like any other that lacks its values, never lost. Files without a blank row, nearly
all, pay one look for empty lines and one for rows without a value; only the others are read line by line.
"""

from __future__ import annotations

import csv
import dataclasses
import gzip
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Final

from leafmark.engine import memory_database
from leafmark.engine.inputs import InputError, Source, identifier, open_input, sha256_file
from leafmark.inventory.company.fetched import fetched
from leafmark.methods.model import Column

_BLOCK_BYTES: Final = 1 << 20
_EMPTY_LINE: Final = re.compile(rb"\n[ \t]*\r?\n[ \t\r\n]*[^ \t\r\n]")
"""An empty line with something after it; those at the end of a file are none to anybody."""


def open_text(path: Path, columns: tuple[Column, ...], staging: Path) -> Source:
    """Make a CSV or tab-separated file ready, without its blank rows.

    Raises
    ------
    InputError : it cannot be read.
    """
    if not _has_empty_line(path):
        return without(open_input(path, columns, staging), lambda: _rows(path))
    copy = staging / "filled" / path.name
    try:
        _fill(path, copy)
    except (csv.Error, UnicodeError):
        return open_input(path, columns, staging)  # which says what is wrong with it
    try:
        source = open_input(copy, columns, staging)
    except InputError as error:
        raise InputError(str(error).replace(str(copy), str(path))) from error
    finally:
        copy.unlink(missing_ok=True)
    return without(dataclasses.replace(source, name=str(path), digest=sha256_file(path)), lambda: _rows(path))


def without(source: Source, rows: Callable[[], Iterable[Sequence[str]]]) -> Source:
    """A staged input without its blank rows.

    Parameters
    ----------
    rows : called, if some row has no value of the template's columns: all rows below the header with all their cells.
    """
    known = [identifier(name) for name in sorted(source.columns) if not name.startswith("_bad")]
    if not known or "_bad" not in source.columns:
        return source
    empty = " AND ".join([*(f"{name} IS NULL" for name in known), "_bad IS NULL"])
    with memory_database.connect() as connection:
        found = fetched(connection, f"SELECT _row FROM ({source.sql}) WHERE {empty}").column("_row").to_pylist()
    if not found:
        return source
    filled = _with_a_cell(rows(), set(found))
    kept = f" OR _row IN ({', '.join(map(str, filled))})" if filled else ""
    sql = f"SELECT * FROM ({source.sql}) WHERE NOT ({empty}){kept}"
    return dataclasses.replace(source, sql=sql, rows=source.rows - len(found) + len(filled))


def _with_a_cell(rows: Iterable[Sequence[str]], wanted: set[int]) -> list[int]:
    """Those of the wanted rows, counted from 1, that have a cell all the same."""
    return [number for number, row in enumerate(rows, 1) if number in wanted and not is_blank(row)]


def is_blank(row: Sequence[str]) -> bool:
    """Whether no cell of a row holds anything."""
    return not any(cell.strip() for cell in row)


@contextmanager
def _bytes_of(path: Path) -> Iterator[gzip.GzipFile | BufferedReader]:
    with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file:
        yield file


def _has_empty_line(path: Path) -> bool:
    held = b""
    try:
        with _bytes_of(path) as file:
            while block := file.read(_BLOCK_BYTES):
                if _EMPTY_LINE.search(held + block):
                    return True
                held = (held + block)[(held + block).rstrip(b" \t\r\n").rfind(b"\n") + 1 :][-_BLOCK_BYTES:]
    except (OSError, EOFError):
        return False  # the engine says what is wrong with it
    return False


@contextmanager
def _records(path: Path) -> Iterator[Iterator[list[str]]]:
    """Every record of a file, the header among them; an empty line is a record without cells."""
    delimiter = "\t" if ".tsv" in path.name.lower() else ","
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        yield csv.reader(file, delimiter=delimiter, strict=True)


def _rows(path: Path) -> Iterator[list[str]]:
    """The records below the header, which is the first that is not blank."""
    with _records(path) as records:
        begun = False
        for record in records:
            if begun:
                yield record
            begun = begun or not is_blank(record)


def _fill(path: Path, copy: Path) -> None:
    """Copy a file, with as many empty cells in an empty line as the header has, so that it counts as a row."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    delimiter = "\t" if ".tsv" in path.name.lower() else ","
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    with (
        _records(path) as records,
        opened(copy, "wt", encoding="utf-8", errors="surrogateescape", newline="") as file,
    ):
        writer, width = csv.writer(file, delimiter=delimiter, lineterminator="\n"), 0
        for record in records:
            width = width or (0 if is_blank(record) else len(record))
            empty = len(record) <= 1 and is_blank(record)
            writer.writerow([""] * width if empty else record)
