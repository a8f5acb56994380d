"""Sentences in three languages, out of the folder `strings` of the room that says them: one table a language, complete in each.

Every room that speaks to people has its own tables; this is how they are all read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

LANGS: Final = ("en", "zh-Hant", "zh-Hans")
MINUS: Final = "\u2212"


@cache
def table_of(package: str, lang: str) -> Mapping[str, str]:
    """One language's sentences in the folder `strings` of a package, by dotted key.

    Raises
    ------
    ValueError : there is no such language.
    """
    if lang not in LANGS:
        raise ValueError(f"language: expected one of {', '.join(LANGS)}, found {lang!r}")
    source = resources.files(package) / "strings" / f"{lang}.toml"
    return dict(flat(tomllib.loads(source.read_text(encoding="utf-8"))))


def flat(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of nested tables, keys dotted."""
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def three_digits(value: float, digits: int = 3) -> str:
    """A figure to three digits (or as many as are asked for), grouped: 412, 0.0412, 2,430; its minus is U+2212."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    places = digits - 1 - int(f"{rounded:e}".partition("e")[2])
    return f"{rounded:,.{max(places, 0)}f}".replace("-", MINUS)
