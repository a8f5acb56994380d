"""Texts in files that a spreadsheet will open: none of them is computed there.

A cell that begins with `=`, `+`, `-`, `@`, a tab or a line break is taken for a formula (OWASP, CSV Injection), also after blanks and in
full width. Such a text gets an apostrophe in front.
"""

from __future__ import annotations

import re
from typing import Final

WAKES: Final = "=+-@\t\r\n＝＋－＠"
"""What a spreadsheet may take for the start of a formula, full width included."""
ESCAPED: Final = f"^'( *[{re.escape(WAKES)}])"
"""A text with its apostrophe in front; the first group is how it began."""

_NUMBER: Final = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def wakes(text: str) -> bool:
    """Say whether a spreadsheet might compute a cell's text."""
    begins = text.lstrip(" ")[:1]
    return bool(begins) and begins in WAKES


def inert(text: str) -> str:
    """Give a cell's text so that no spreadsheet computes it. A plain number stays one: ids and figures below zero are read again."""
    return f"'{text}" if wakes(text) and not _NUMBER.fullmatch(text) else text
