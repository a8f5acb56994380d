"""Names as terms: words of Latin letters without their plural, and pairs of neighbouring Chinese characters.

Case, accents and width are folded, and Traditional characters become Simplified ones (`leafmark.factors.search.fold`), so that
no dictionary and no word breaker is needed. What holds a digit (sizes, model numbers) says nothing of what a thing is made of.
"""

from __future__ import annotations

import re
from typing import Final

from leafmark.factors.search import fold

CHARS_READ_MAX: Final = 300
_LATIN = re.compile(r"[a-z]{2,}")
_PIECES = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
_SAYS_NOTHING: Final = frozenset(
    [
        "and",
        "or",
        "of",
        "the",
        "for",
        "with",
        "in",
        "from",
        "not",
        "all",
        "other",
        "no",
        "by",
        "on",
        "per",
        "to",
        "as",
        "an",
        "at",
        "new",
        "pack",
        "size",
        "kg",
        "ml",
        "lb",
        "oz",
        "ct",
        "pk",
        "misc",
    ]
)
_ONE_FORM: Final = {"children": "child", "leaves": "leaf", "loaves": "loaf", "knives": "knife", "mice": "mouse"}


def terms(text: str) -> list[str]:
    """Give the terms of a name, in their order."""
    short = text[:CHARS_READ_MAX]
    folded = short.lower() if short.isascii() else fold(short)
    found: list[str] = []
    for piece in _PIECES.findall(folded):
        if "\u3400" <= piece[0] <= "\u9fff":
            found += [piece[n : n + 2] for n in range(len(piece) - 1)] or [piece]
        elif _LATIN.fullmatch(piece) and piece not in _SAYS_NOTHING:
            found.append(singular(piece))
    return found


def singular(word: str) -> str:
    """Give an English word without its plural ending, as far as a rule can tell."""
    if word in _ONE_FORM:
        return _ONE_FORM[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("oes", "ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def name_key(text: str) -> str:
    """Give a name so that two writings of it are equal: without case, accents, width, script and blanks."""
    return " ".join(fold(text).split())
