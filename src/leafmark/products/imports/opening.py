"""Any file a brand sends, told by its content and not by its name, as one table of texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .limits import DEFAULT_LIMITS, ImportRefusedError, Limits
from .parquet_files import read_parquet
from .raw import RawTable
from .text_files import read_text
from .workbooks import OLE, read_workbook, refuse_old_or_encrypted

_OTHER = (
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"BZh", "compressed with bzip2; unpack it first"),
    (b"\xfd7zXZ", "compressed with xz; unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"%PDF", "a PDF; send the table as CSV, XLSX or Parquet"),
    (b"SQLite format 3", "a SQLite database; export the table as CSV"),
    (b"{\\rtf", "a text document (RTF); save the table as CSV"),
)


def open_table(path: Path, limits: Limits = DEFAULT_LIMITS, say: Callable[[str], None] = lambda _: None) -> RawTable:
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
        raise ImportRefusedError(
            f"{path}: {size:,} bytes; at most {limits.bytes_max:,}. Send it in parts, or as Parquet"
        )
    if not size:
        raise ImportRefusedError(f"{path}: the file is empty")
    with path.open("rb") as handle:
        head = handle.read(64)
    if head.startswith(b"PAR1"):
        return read_parquet(path, limits)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return read_workbook(path, limits, say)
    if head.startswith(OLE):
        raise refuse_old_or_encrypted(path, path.read_bytes())
    for mark, told in _OTHER:
        if head.startswith(mark):
            raise ImportRefusedError(f"{path}: {told}")
    return read_text(path, path.read_bytes(), limits)
