"""Bodies: one JSON value, or a line of JSON for each act."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from leafmark.web.api.arrow import too_many
from leafmark.web.api.json_text import load
from leafmark.web.api.problems import Problem


def rows_of_ndjson(body: bytes, rows_max: int) -> tuple[list[int], list[dict[str, Any]]]:
    """The line of each row, from 1, and the rows. Empty lines are none.

    Raises
    ------
    Problem : a line is no JSON object, named by its number; or there are too many.
    """
    lines: list[int] = []
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(body.split(b"\n"), 1):
        if not line.strip():
            continue
        if len(rows) == rows_max:
            raise too_many(rows_max)
        try:
            row = load(line)
        except ValueError as error:
            raise _bad_line(number, str(error)) from error
        if not isinstance(row, dict):
            raise _bad_line(number, f"found {type(row).__name__}; expected an object")
        lines.append(number)
        rows.append(row)
    return lines, rows


def _bad_line(number: int, why: str) -> Problem:
    errors = [{"line": number, "detail": why}]
    return Problem("unreadable", f"line {number} is no JSON object; nothing of the body was posted", errors)


class JsonParser(Parser):
    """Bodies of operations: JSON that says it is JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's value."""
        if request.content_type != "application/json":
            raise Problem("content-type", f"found {request.content_type[:60]!r}; expected application/json")
        try:
            return load(request.body)
        except ValueError as error:
            raise Problem("unreadable", f"the body is no JSON: {error}") from error
