"""The words of comparisons, histories and targets in three languages, and grams as their readers see them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

LANGS: Final = ("en", "zh-Hant", "zh-Hans")
MINUS: Final = "\u2212"
UNITS: Final = ((10**21, "Gt"), (10**18, "Mt"), (10**15, "kt"), (10**12, "t"), (10**9, "kg"), (10**6, "g"))
"""(micrograms in one unit, unit), the largest first."""


@cache
def table(lang: str) -> Mapping[str, str]:
    """One language's words by dotted key.

    Raises
    ------
    ValueError : there is no such language.
    """
    if lang not in LANGS:
        raise ValueError(f"language: expected one of {', '.join(LANGS)}, found {lang!r}")
    source = resources.files(__package__) / "strings" / f"{lang}.toml"
    return dict(_flat(tomllib.loads(source.read_text(encoding="utf-8"))))


def _flat(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def say(lang: str, key: str, **values: object) -> str:
    """One sentence with its values."""
    return table(lang)[key].format(**values)


def unit_of(reference_ug: float) -> tuple[int, str]:
    """(micrograms per unit, unit) that suits an amount."""
    size = abs(reference_ug)
    return next(((scale, unit) for scale, unit in UNITS if size >= scale), UNITS[-1])


def figure(amount: float, signed: bool = False, digits: int = 3) -> str:
    """A figure to three digits, grouped, with a sign where it is a change: +412, −0.0412, 2,430."""
    if amount == 0:
        return "0"
    shown = float(f"{amount:.{digits - 1}e}")
    places = digits - 1 - int(f"{shown:e}".partition("e")[2])
    text = f"{abs(shown):,.{max(places, 0)}f}"
    return (MINUS if amount < 0 else "+" if signed else "") + text


def mass(amount_ug: float, signed: bool = False) -> str:
    """Micrograms CO2e with a unit that suits them: `1.23 kt`."""
    scale, unit = unit_of(amount_ug)
    return f"{figure(amount_ug / scale, signed)} {unit}"
