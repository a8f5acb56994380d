"""The label's own sentences in three languages, and numbers as each language writes them.

`strings/*.toml` hold one table per language, complete (a test compares keys and placeholders); sentences are whole,
never glued from parts, since word order differs. Numbers: digit groups by comma and a full stop in all three (CLDR,
en and zh), the minus is U+2212.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Final

from leafmark.engine.sentences import MINUS, table_of

UG_UNITS: Final = ((10**13, 10**12, "t"), (10**9, 10**9, "kg"), (10**6, 10**6, "g"), (1, 10**3, "mg"))
"""(from this many micrograms, micrograms in one unit, unit): kilograms up to ten tonnes, as people weigh things."""


def table(lang: str) -> Mapping[str, str]:
    """Give one language's table of the label, keys dotted.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    return table_of(__package__, lang)


def text(lang: str, key: str, **values: object) -> str:
    """Give one sentence with its values put in.

    Raises
    ------
    KeyError
        If the table lacks the key or a value is missing: a test's fault, never a user's.
    """
    return table(lang)[key].format(**values)


def has(lang: str, key: str) -> bool:
    """Say whether a table has the key (codes such as declared units are open; sentences are not)."""
    return key in table(lang)


def significant(value: float, digits: int = 3) -> str:
    """Give a number to `digits` significant digits, grouped, zeros kept: 412, 0.0412, 2,430, 4.10."""
    if value == 0 or not math.isfinite(value):
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    if rounded:
        places = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:,.{max(places, 0)}f}".replace("-", MINUS)


def whole(value: float) -> str:
    """Give a whole number, grouped."""
    return f"{round(value):,}".replace("-", MINUS)


def plain(value: float) -> str:
    """Give a number as short as it is: 10, 7.5, 1,284."""
    return f"{value:,.6g}".replace("-", MINUS) if abs(value) < 1e6 else whole(value)


def mass_unit(reference_ug: int) -> tuple[int, str]:
    """Give (micrograms per unit, unit) that suits an amount."""
    size = abs(reference_ug)
    for floor, scale, unit in UG_UNITS:
        if size >= floor:
            return scale, unit
    return 10**6, "g"


def day(value: date) -> str:
    """Give a date: ISO 8601 in all three languages, since 03/04 means two days."""
    return value.isoformat()
