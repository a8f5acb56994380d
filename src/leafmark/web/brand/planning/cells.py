"""Single values of an address or a form: each reader gives the value or raises a code that the strings say in words."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final

TEXT_MAX: Final = 120
CODE_MAX: Final = 200
BETWEEN: Final = "~"
"""Between the cells of a line in an address."""


class WrongValueError(ValueError):
    """A value that cannot be read; the message is a code of the strings (`planning.fault`)."""


def text_of(text: str) -> str:
    """A text of people's: one line."""
    if len(text) > TEXT_MAX:
        raise WrongValueError("long")
    if not text.isprintable():
        raise WrongValueError("characters")
    return text


def code_of(text: str) -> str:
    """A key, unit, region or id; whether it is known is the engine's to say."""
    if not text or len(text) > CODE_MAX or not text.isprintable() or BETWEEN in text:
        raise WrongValueError("code")
    return text


def one_of(known: tuple[str, ...]) -> Any:
    """A word of a closed list."""

    def word(text: str) -> str:
        if text not in known:
            raise WrongValueError("choice")
        return text

    return word


def number_of(text: str) -> float:
    """A number with a point, finite."""
    try:
        value = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise WrongValueError("number")
    return value


def within(low: float, high: float) -> Any:
    """A number from low to high."""

    def number(text: str) -> float:
        value = number_of(text)
        if not low <= value <= high:
            raise WrongValueError("bounds")
        return value

    return number


def above_zero(high: float) -> Any:
    """A number above 0 and at most high."""

    def number(text: str) -> float:
        value: float = within(0, high)(text)
        if value == 0:
            raise WrongValueError("bounds")
        return value

    return number


def line_number(count: int) -> Any:
    """The number of a line, from 1."""

    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= count):
            raise WrongValueError("bounds")
        return int(text)

    return number


def day_of(text: str) -> dt.date:
    """A day, YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise WrongValueError("day") from None
