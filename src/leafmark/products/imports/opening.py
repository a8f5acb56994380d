"""Any file a brand sends, told by its content and not by its name, as one table of texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .limits import DEFAULT_LIMITS, Limits, refusal
from .parquet_files import read_parquet
from .raw import RawTable
from .text_files import read_text
from .workbooks import OLE, read_workbook, refuse_old_or_encrypted

_OTHER = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "rar"),
    (b"%PDF", "pdf"),
    (b"SQLite format 3", "sqlite"),
    (b"{\\rtf", "rtf"),
)


def open_table(path: Path, limits: Limits = DEFAULT_LIMITS, tell: Callable[[str], None] = lambda _: None) -> RawTable:
    """Open CSV, TSV, XLSX or Parquet.

    Raises
    ------
    ImportRefusedError
        Empty, too large, another format, or not readable.
    OSError
        No such file, or not allowed.
    """
    size = path.stat().st_size
    if size > limits.bytes_max:
        raise refusal("bytes", path, bytes=size, most=limits.bytes_max)
    if not size:
        raise refusal("empty", path)
    with path.open("rb") as handle:
        head = handle.read(64)
    if head.startswith(b"PAR1"):
        return read_parquet(path, limits)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return read_workbook(path, limits, tell)
    if head.startswith(OLE):
        raise refuse_old_or_encrypted(path, path.read_bytes())
    for mark, code in _OTHER:
        if head.startswith(mark):
            raise refusal(code, path)
    return read_text(path, path.read_bytes(), limits)
