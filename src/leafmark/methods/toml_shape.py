"""A TOML text held against the keys that it may have: what is wrong comes back as faults, all of them at once.

Numbers never pass through binary floats: they are exact decimals of at most 15 digits, which a float holds exactly again.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

TEXT_CHARS_MAX: Final = 20_000
"""Of a whole text; one of rules or of a scheme takes a tenth of it."""
VALUE_CHARS_MAX: Final = 2_000
SHOWN_CHARS_MAX: Final = 80
DIGITS_MAX: Final = 15
PLACES_MAX: Final = 12
"""Of a number, before its point and behind."""
SIZE_MAX: Final = 10**PLACES_MAX
NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}", re.ASCII)
VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
URL: Final = re.compile(r"https?://[^\s<>\"']+", re.ASCII)
_PATTERNS: Final = {"name": NAME, "version": VERSION, "url": URL}
_OF_TEXT: Final = ("text", "note", "words", "name", "version", "url", "choice")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

SAID: Final[dict[str, str]] = {
    "toml": "not TOML: {found}",
    "nested": "not TOML that can be read: it is nested too deep",
    "digits": "not TOML that can be read: a number has too many digits",
    "too_long": "expected at most {expected} characters, found {found}",
    "unknown": "not a field; expected one of {expected}",
    "missing": "is missing",
    "text": "expected a text, found {found}",
    "control": "expected a text without control characters, found {found}",
    "name": "expected small letters, digits, dots, hyphens and underscores, beginning with a letter or digit, found {found}",
    "version": "expected letters, digits, dots, hyphens and underscores, beginning with a letter or digit, found {found}",
    "url": "expected an address that begins with https://, found {found}",
    "whole": "expected a whole number, found {found}",
    "number": "expected a number of at most 15 digits, below 10^12, found {found}",
    "day": "expected a day such as 2026-01-31, found {found}",
    "choice": "expected one of {expected}, found {found}",
    "texts": "expected a list of texts, found {found}",
    "words": "expected a text, or a table of texts by language, found {found}",
    "table": "expected a table, found {found}",
    "tables": "expected a list of tables, found {found}",
}
"""What the faults of a text's shape say. Pages say the same in the reader's language, by the code."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field: `classes[2].below`; no field is the text as a whole. `said`: in English, by its code."""

    field: str
    code: str
    said: str
    found: str = ""
    expected: str = ""

    def __str__(self) -> str:
        return f"{self.field}: {self.said}" if self.field else self.said


def fault(said: Mapping[str, str], field: str, code: str, found: object = "", expected: str = "") -> Fault:
    """A fault whose words are `said[code]`."""
    text = shown(found)
    return Fault(field, code, said[code].format(found=text, expected=expected), text, expected)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that a table may have.

    kind : text, note (a text that may be empty), name, version, url, whole, number, day, choice, choices, texts, table, tables, or
        words (a text, or a table of texts by language).
    among : values of a choice, languages of words. keys : of a table, or of each of a list of tables.
    """

    kind: str
    required: bool = False
    among: tuple[str, ...] = ()
    keys: Mapping[str, Key] | None = None


def read_toml(text: str) -> tuple[dict[str, Any], list[Fault]]:
    """A text's data with decimals, or why it is none."""
    if len(text) > TEXT_CHARS_MAX:
        return {}, [fault(SAID, "", "too_long", len(text), f"{TEXT_CHARS_MAX:,}")]
    try:
        return tomllib.loads(text, parse_float=Decimal), []
    except RecursionError:
        return {}, [fault(SAID, "", "nested")]
    except tomllib.TOMLDecodeError as error:
        return {}, [fault(SAID, "", "toml", error)]
    except (ValueError, ArithmeticError):
        return {}, [fault(SAID, "", "digits")]


def shown(value: object) -> str:
    """A value as a fault shows it: no longer than a line; texts of faults themselves stay as they are."""
    text = str(value)
    return text if len(text) <= SHOWN_CHARS_MAX else text[: SHOWN_CHARS_MAX - 1] + "…"


def shape_faults(data: Mapping[str, Any], keys: Mapping[str, Key], before: str = "") -> Iterator[Fault]:
    """What is wrong with a table's keys, and with the kind of each value."""
    for name in (each for each in data if each not in keys):
        yield fault(SAID, f"{before}{shown(name)}", "unknown", expected=", ".join(keys))
    for name, key in keys.items():
        if name in data:
            yield from _value_faults(f"{before}{name}", key, data[name])
        elif key.required:
            yield fault(SAID, f"{before}{name}", "missing")


def _value_faults(field: str, key: Key, value: Any) -> Iterator[Fault]:
    if key.kind == "table" and isinstance(value, Mapping):
        yield from shape_faults(value, key.keys or {}, f"{field}.")
    elif key.kind == "tables" and isinstance(value, list) and all(isinstance(each, Mapping) for each in value):
        for place, each in enumerate(value):
            yield from shape_faults(each, key.keys or {}, f"{field}[{place + 1}].")
    elif key.kind in ("texts", "choices") and isinstance(value, list):
        one = Key("text" if key.kind == "texts" else "choice", among=key.among)
        for each in value:
            yield from _value_faults(field, one, each)
    elif key.kind == "words" and isinstance(value, Mapping) and value:
        yield from shape_faults(value, dict.fromkeys(key.among, Key("text")), f"{field}.")
    elif code := _wrong(key, value):
        if code == "too_long":
            yield fault(SAID, field, code, len(value), f"{VALUE_CHARS_MAX:,}")
        else:
            yield fault(SAID, field, code, _written(value), ", ".join(key.among))


def _wrong(key: Key, value: Any) -> str:
    """The code of what is wrong with a single value; none where it is right."""
    if key.kind in _OF_TEXT:
        return _wrong_text(key, value)
    if key.kind in _IS:
        return "" if _IS[key.kind](value) else key.kind
    return "texts" if key.kind == "choices" else key.kind


def _wrong_text(key: Key, value: Any) -> str:
    if not isinstance(value, str) or (not value.strip() and key.kind != "note"):
        return key.kind if key.kind in ("choice", "words") else "text"
    if key.kind == "choice":
        return "" if value in key.among else "choice"
    if _CONTROL.search(value):
        return "control"
    if len(value) > VALUE_CHARS_MAX:
        return "too_long"
    pattern = _PATTERNS.get(key.kind)
    return "" if pattern is None or pattern.fullmatch(value) else key.kind


def _is_whole(value: Any) -> bool:
    return type(value) is int and abs(value) < SIZE_MAX


def _is_number(value: Any) -> bool:
    """Whether it is a number that a float of it gives back, and no power of ten that would fill the memory."""
    if _is_whole(value):
        return True
    if not isinstance(value, Decimal) or not value.is_finite():
        return False
    digits, exponent = value.as_tuple().digits, value.as_tuple().exponent
    return (
        isinstance(exponent, int)
        and exponent >= -PLACES_MAX
        and value.adjusted() < PLACES_MAX
        and len(digits) <= DIGITS_MAX
    )


def _is_day(value: Any) -> bool:
    return type(value) is dt.date


_IS: Final[dict[str, Callable[[Any], bool]]] = {"whole": _is_whole, "number": _is_number, "day": _is_day}


def _written(value: Any) -> str:
    """A value about as its author wrote it."""
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    if type(value) is int and abs(value) >= SIZE_MAX:
        return f"10^{PLACES_MAX} or more"
    return repr(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
