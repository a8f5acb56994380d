"""The words of comparisons, histories and targets in three languages, and grams as their readers see them."""

from __future__ import annotations

from typing import Final

from leafmark.engine.sentences import table_of, three_digits

UNITS: Final = ((10**21, "Gt"), (10**18, "Mt"), (10**15, "kt"), (10**12, "t"), (10**9, "kg"), (10**6, "g"))
"""(micrograms in one unit, unit), the largest first."""


def say(lang: str, key: str, **values: object) -> str:
    """One sentence with its values."""
    return table_of(__package__, lang)[key].format(**values)


def unit_of(reference_ug: float) -> tuple[int, str]:
    """(micrograms per unit, unit) that suits an amount."""
    size = abs(reference_ug)
    return next(((scale, unit) for scale, unit in UNITS if size >= scale), UNITS[-1])


def figure(amount: float, signed: bool = False, digits: int = 3) -> str:
    """A figure to three digits, grouped, with a sign where it is a change: +412, −0.0412, 2,430."""
    return ("+" if signed and amount > 0 else "") + three_digits(amount, digits)


def mass(amount_ug: float, signed: bool = False) -> str:
    """Micrograms CO2e with a unit that suits them: `1.23 kt`."""
    scale, unit = unit_of(amount_ug)
    return f"{figure(amount_ug / scale, signed)} {unit}"
