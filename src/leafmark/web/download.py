"""Tables to download as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

from django.http import StreamingHttpResponse

from leafmark.products.spreadsheet import inert

BOM: Final = "\ufeff"
"""Excel takes a file without it for one of its own country's code page."""


def safe(cell: Any) -> Any:
    """A cell that no spreadsheet runs: text that would be a formula gets an apostrophe before it; numbers, also as text, stay numbers."""
    return inert(cell) if isinstance(cell, str) else cell


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A CSV file of these rows, sent as they come. UTF-8 with its mark, comma, CRLF (RFC 4180)."""
    answer = StreamingHttpResponse(_lines(columns, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return answer


def _lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    yield BOM + text.getvalue()
    for row in rows:
        text.seek(0)
        text.truncate()
        writer.writerow([safe(cell) for cell in row])
        yield text.getvalue()
