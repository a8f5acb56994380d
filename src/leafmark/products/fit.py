"""How wide a text is, and how it is broken so that it fits: advance widths of the fonts in `fonts/`.

Widths come from `fonts/metrics.json` (1/1000 em, made with the fonts); ideographs and full-width signs are one em;
combining and format characters take no room; anything unknown counts as one em, so that a guess never overflows.
Kerning, which only tightens, is left out.
"""

from __future__ import annotations

import json
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import Final

ELLIPSIS: Final = "…"
NO_LINE_START: Final = frozenset(
    "\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff09\u300d\u300f\u3011\u300b\u3009,.:;!?)]}%·…"
)
"""Signs that stay with what precedes them (Requirements for Chinese Text Layout, section 3.1.3)."""
NO_LINE_END: Final = frozenset("\uff08\u300c\u300e\u3010\u300a\u3008([{$£€¥")


TEXTS_KEPT: Final = 16_384
"""Texts whose width is remembered: labels say the same few sentences again and again."""


@lru_cache(maxsize=2)
def _widths(weight: str) -> dict[str, int]:
    table = json.loads((resources.files(__package__) / "fonts" / "metrics.json").read_text(encoding="utf-8"))
    widths: dict[str, int] = table[f"{weight}_cjk"] | table[weight]
    return widths


@lru_cache(maxsize=8192)
def _advance(character: str, weight: str) -> int:
    known = _widths(weight).get(character)
    if known is not None:
        return known
    return 0 if unicodedata.category(character) in ("Mn", "Me", "Cf") else 1000


@lru_cache(maxsize=TEXTS_KEPT)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """Give the width of one line in the units of `size`."""
    weight = "bold" if bold else "regular"
    return sum(_advance(character, weight) for character in text) * size / 1000


def _ideographic(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may end: after a blank, and beside an ideograph, signs kept with their neighbours."""
    pieces: list[str] = []
    for character in text:
        last = pieces[-1][-1] if pieces else ""
        if not last:
            pieces.append(character)
            continue
        free = last == " " or _ideographic(last) or _ideographic(character)
        bound = (
            character in NO_LINE_START or last in NO_LINE_END or character == " " or unicodedata.combining(character)
        )
        if free and not bound:
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces


@lru_cache(maxsize=TEXTS_KEPT)
def columns(text: str) -> int:
    """Give how many columns a text takes where an ideograph takes two."""
    return sum(2 if _ideographic(character) else 1 for character in text)


def brief(text: str, columns_max: int) -> str:
    """Give `text`, or its start with an ellipsis, in at most `columns_max` columns: for a text inside a sentence."""
    if columns(text) <= columns_max:
        return text
    while text and columns(text) >= columns_max:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def shorten(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Give `text`, or its longest start with an ellipsis that fits `room`."""
    if width(text, size, bold=bold) <= room:
        return text
    kept = text
    while kept and width(kept.rstrip() + ELLIPSIS, size, bold=bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def wrap(text: str, room: float, size: float, *, bold: bool = False, lines_max: int = 2) -> list[str]:
    """Break `text` into at most `lines_max` lines of at most `room`; what is left over ends in an ellipsis.

    A word longer than a line is cut where it must be.
    """
    whole = text.rstrip()
    if width(whole, size, bold=bold) <= room:
        return [whole] if whole.strip() else []
    lines: list[str] = []
    line = ""
    pending = _pieces(text)
    place = 0
    while place < len(pending):
        piece = pending[place]
        if width((line + piece).rstrip(), size, bold=bold) <= room:
            line += piece
            place += 1
            continue
        if len(lines) == lines_max - 1:
            rest = line + "".join(pending[place:])
            return [*lines, shorten(rest, room, size, bold=bold)]
        if line.strip():
            lines.append(line.rstrip())
            line = ""
            continue
        cut = len(piece)
        while cut > 1 and width(piece[:cut], size, bold=bold) > room:
            cut -= 1
        pending[place : place + 1] = [piece[:cut], piece[cut:]] if cut < len(piece) else [piece]
        if cut == len(piece):  # one character wider than the room: nothing can be done but let it stand
            line, place = piece, place + 1
        else:
            lines.append(piece[:cut])
            place += 1
    if line.strip():
        lines.append(line.rstrip())
    return lines
