"""A file that cannot be read, told in one sentence: which file, what was found in it, what was expected, what to do.

A database tells its own error with the statement that met it, in words for whoever wrote the statement. Whoever gave the file needs to know
what it is instead, and its first bytes mostly say.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from pathlib import Path
from typing import IO, Final, cast

import duckdb

OTHER_FORMATS: Final = (
    (b"PAR1", "a Parquet file: name it .parquet"),
    (b"PK\x03\x04", "a zip or an Excel workbook: save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: save the sheet as CSV"),
    (b"\x1f\x8b", "compressed with gzip: name it .csv.gz"),
    (b"SQLite format 3", "a SQLite database: write DATABASE::TABLE"),
    (b"\xff\xfe", "in UTF-16: save it as UTF-8"),
    (b"\xfe\xff", "in UTF-16: save it as UTF-8"),
)
"""First bytes of what is no CSV, and what that is: what to do."""

FAULTS: Final = (duckdb.Error, OSError, EOFError, zlib.error, ValueError)
"""What libraries raise over such a file: Arrow's and the decoder's errors are `ValueError`s."""

_HEAD_BYTES: Final = 1 << 16
_BLOCK_BYTES: Final = 1 << 20
_PARQUET: Final = b"PAR1"
_GZIP: Final = b"\x1f\x8b"
_CLASS: Final = re.compile(r"^(?:[A-Z][A-Za-z-]+ )+Error: ")
_AGAIN: Final = "copy or export it again, whole"


def unreadable(path: str | Path, fault: BaseException | None = None, expected: str = "CSV in UTF-8, or Parquet") -> str:
    """Say why a file cannot be read.

    Parameters
    ----------
    fault : what was raised over it; its first line is told only where the file itself does not show what is wrong.
    expected : what it was to be, as in "CSV or Parquet of resource_id, utilisation_percent".
    """
    if isinstance(fault, duckdb.OutOfMemoryException):
        return f"{path}: there is not memory enough to read it, nor room to spill; expected both: free some, or give it in parts"
    found, remedy = _looked(Path(path)) or (_said(fault), "mend that in the file, or export it again")
    return f"{path}: {found}; expected {expected}: {remedy}"


def _said(fault: BaseException | None) -> str:
    """The first line of an error, without the name of its class."""
    line = next(iter(str(fault or "").strip().splitlines()), "")
    told = "".join(each if each.isprintable() else "?" for each in _CLASS.sub("", line)).strip().rstrip(".;:")
    return f"it cannot be read as a whole ({told})" if told else "it cannot be read as a whole"


def _looked(path: Path) -> tuple[str, str] | None:
    """What a file is instead, and what to do; None where nothing shows."""
    try:
        if path.is_dir():
            return "this is a folder", "name a file in it"
        if path.stat().st_size == 0:
            return "the file is empty", _AGAIN
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            file.seek(-min(len(_PARQUET), len(head)), 2)
            whole = file.read() == _PARQUET
        name = path.name.lower()
        if name.endswith(".parquet"):
            return _no_parquet(head, whole)
        return _no_gzip(path, head) if name.endswith(".gz") else _no_text(path, head, compressed=False)
    except FileNotFoundError:
        return "there is no such file", "see where it lies"
    except PermissionError:
        return "this user may not read it", "give this user leave to"
    except OSError as error:
        return f"the system cannot read it ({error.strerror})", "mend that and try again"


def _no_parquet(head: bytes, whole: bool) -> tuple[str, str] | None:
    if head.startswith(_PARQUET):
        return None if whole else ("this is Parquet cut short: its end is missing", _AGAIN)
    other = _other(head)
    if other:
        return other
    if b"\0" not in head and _is_text(head):
        return "this is no Parquet file but text", "name it .csv if that is what it is"
    return f"this is no Parquet file: it begins with the bytes {head[:4].hex(' ')}", "export it again"


def _no_gzip(path: Path, head: bytes) -> tuple[str, str] | None:
    if not head.startswith(_GZIP):
        return "the file is not compressed with gzip, as its name says", "take .gz out of its name"
    try:
        with gzip.open(path, "rb") as file:
            inner = file.read(_HEAD_BYTES)
            while file.read(_BLOCK_BYTES):
                pass
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return "this is gzip cut short or damaged", _AGAIN
    return _no_text(path, inner, compressed=True) if inner else ("there is nothing in it", _AGAIN)


def _no_text(path: Path, head: bytes, compressed: bool) -> tuple[str, str] | None:
    other = _other(head)
    if other:
        return other
    with cast("IO[bytes]", gzip.open(path) if compressed else path.open("rb")) as file:
        line, decoder = 1, codecs.getincrementaldecoder("utf-8")()
        while block := file.read(_BLOCK_BYTES):
            if b"\0" in block:
                line += block[: block.index(b"\0")].count(b"\n")
                return f"line {line} holds zero bytes, as no text does but UTF-16", "save it as CSV in UTF-8"
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                return f"line {line} holds bytes that are no UTF-8", "save it as CSV in UTF-8"
            line += block.count(b"\n")
    return None


def _other(head: bytes) -> tuple[str, str] | None:
    for start, what in OTHER_FORMATS:
        if head.startswith(start):
            called, _, remedy = what.partition(": ")
            return f"this is {called}", "export the table as CSV" if "SQLite" in called else remedy
    return None


def _is_text(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True
