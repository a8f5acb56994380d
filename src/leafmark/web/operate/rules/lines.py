"""Where in a TOML text a field stands: its parser tells of syntax alone."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from leafmark.methods.toml_shape import Fault

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]")
_KEY: Final = re.compile(r"\s*[\"']?([A-Za-z0-9_.-]+)[\"']?\s*=")
_AT_LINE: Final = re.compile(r"at line (\d+)")
VALUE_LINES_MAX: Final = 60
"""Lines of one value that are looked through for its end."""


def line_of(text: str, fault: Fault) -> int | None:
    """The line, from 1, of what is wrong; that of the table around a key that is missing. None where it stands nowhere."""
    if fault.code == "toml":
        found = _AT_LINE.search(fault.found)
        return int(found[1]) if found else max(text.count("\n"), 1)
    there, field = places(text), fault.field
    while field and field not in there:
        field = re.sub(r"(\.[^.\[]*|\[\d+\]|^[^.\[]*)$", "", field)
    return there.get(field)


@lru_cache(maxsize=32)
def places(text: str) -> Mapping[str, int]:
    """Each field's line: `benchmark.id`, `classes[2].below`. A value over several lines is passed over."""
    found: dict[str, int] = {}
    of_a_name: Counter[str] = Counter()
    lines, place, table = text.split("\n"), 0, ""
    while place < len(lines):
        if header := _HEADER.match(lines[place]):
            table = _table(header, of_a_name)
            for each in (header[2], table):
                found.setdefault(each, place + 1)
        elif key := _KEY.match(lines[place]):
            found.setdefault(f"{table}.{key[1]}" if table else key[1], place + 1)
            place = _end(lines, place)
        place += 1
    return found


def _table(header: re.Match[str], of_a_name: Counter[str]) -> str:
    """The table that a header opens: of several of one name the next."""
    if header[1] == "[":
        return header[2]
    of_a_name[header[2]] += 1
    return f"{header[2]}[{of_a_name[header[2]]}]"


def _end(lines: list[str], first: int) -> int:
    """The last line of the value that begins on one."""
    for last in range(first, min(first + VALUE_LINES_MAX, len(lines))):
        try:
            tomllib.loads("\n".join(lines[first : last + 1]))
        except (ValueError, ArithmeticError, RecursionError):
            continue
        return last
    return first
