"""Sentences in three languages, complete in each, out of the folder `strings` of the room that says them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

LANGS: Final = ("en", "zh-Hant", "zh-Hans")
UG_UNITS: Final = ((10**18, "Mt"), (10**15, "kt"), (10**12, "t"), (10**9, "kg"), (10**6, "g"), (1000, "mg"), (1, "µg"))
"""(micrograms in one unit, unit)."""


@cache
def table(package: str, lang: str) -> Mapping[str, str]:
    """One language's sentences of a room, by dotted key.

    Raises
    ------
    ValueError : there is no such language.
    """
    if lang not in LANGS:
        raise ValueError(f"language: expected one of {', '.join(LANGS)}, found {lang!r}")
    source = resources.files(package) / "strings" / f"{lang}.toml"
    return dict(_flat(tomllib.loads(source.read_text(encoding="utf-8"))))


def _flat(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one room in one language."""

    package: str
    lang: str

    def __call__(self, key: str, **values: object) -> str:
        """One sentence with its values."""
        return table(self.package, self.lang)[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in table(self.package, self.lang)


def significant(value: float, digits: int = 3) -> str:
    """A figure to three digits, grouped: 412, 0.0412, 2,430; its minus is U+2212."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    places = digits - 1 - int(f"{rounded:e}".partition("e")[2])
    return f"{rounded:,.{max(places, 0)}f}".replace("-", "\u2212")


def mass(ug: int | None) -> str:
    """Micrograms of CO2e as a reader's figure with its unit: `1.24 kt`; zero is `0 g`, and what is not known a dash."""
    if ug is None:
        return "\u2013"
    if ug == 0:
        return "0 g"
    scale, unit = next(each for each in UG_UNITS if abs(ug) >= each[0])
    return f"{significant(ug / scale)} {unit}"
