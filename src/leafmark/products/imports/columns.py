"""A column's cells read by its kind: values, and findings about those that have none.

Texts that repeat (units, stages, keys, places, days) are read once each and looked up; numbers and GTINs are read by Arrow
and NumPy. Nothing is read row by row in Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.products.spreadsheet import ESCAPED

from . import dates, gtins
from .findings import Finding, Texts, finding
from .headers import fold
from .numbers import Decimal, numbers
from .raw import Bools, Ints
from .said import Said, say

BLANKS: Final = " \t\r\n\u00a0\u3000\u200b\ufeff"
MISSING: Final = pa.array(["", "-", "NA", "N/A", "null", "NULL", "—"])
_SHEET_ERRORS: Final = pa.array(["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"])
_UNREADABLE: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xef\xbf\xbd")
_UNREADABLE_TEXT: Final = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]|\x{FFFD}"
_MANGLED: Final = r"^[0-9]+([.,][0-9]+)?[eE]\+[0-9]+$"
WRONG_VALUES_MAX: Final = 1_000
"""Different wrong values of a closed list that are each compared with it; a file with more has another column there."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column an import reads.

    kind : text, id, gtin, choice, listed, number, day. low, high : of a number, inclusive. above_zero : 0 is a fault, too.
    choices : folded word -> the value, of a `choice`. read : of a `listed` one, its value, or what was expected instead.
    """

    name: str
    kind: str = "text"
    required: bool = False
    choices: Mapping[str, str] | None = None
    read: Callable[[str], tuple[str | None, Said | None]] | None = None
    low: float = 0.0
    high: float = 1e12
    above_zero: bool = False
    chars_max: int = 300


@dataclass(frozen=True, slots=True)
class Reading:
    """A column's values, null where missing or faulty; what is wrong; what a reader should know."""

    values: pa.Array
    findings: list[Finding]
    notes: list[Said]


def cleaned(column: pa.ChunkedArray) -> pa.Array:
    """Cells without blanks around them, null where that leaves a word for a missing value.

    An apostrophe in front of `=`, `+`, `-`, `@` is taken off: it is how a spreadsheet, and our file of rejected rows, keep such
    a text from being computed.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    array = pc.utf8_trim(array, BLANKS)
    if pc.any(pc.starts_with(array, "'")).as_py():
        array = pc.replace_substring_regex(array, ESCAPED, r"\1")
    return pc.if_else(pc.is_in(array, value_set=MISSING), pa.scalar(None, pa.string()), array)


def read(field: Field, column: pa.ChunkedArray, decimal: Decimal | None, chars_max: int) -> Reading:
    """Read a column of texts."""
    texts = cleaned(column)
    found = _unreadable(field, texts, min(chars_max, field.chars_max))
    bad = np.zeros(len(texts), bool)
    for each in found:
        bad[each.rows] = True
    if bad.any():
        texts = pc.if_else(pa.array(bad), pa.scalar(None, pa.string()), texts)
    if field.required:
        found += finding(field.name, texts.is_null().to_numpy(zero_copy_only=False) & ~bad, say("empty_cell"))
    reading = _KINDS[field.kind](field, texts, decimal)
    return Reading(reading.values, found + reading.findings, reading.notes)


def _unreadable(field: Field, texts: pa.Array, chars_max: int) -> list[Finding]:
    """Control characters, broken encoding, a spreadsheet's error, a text too long: looked for in the whole buffer first."""
    found: list[Finding] = []
    data = texts.buffers()[2]
    if data is not None and _UNREADABLE.search(data):
        mask = _mask(pc.match_substring_regex(texts, _UNREADABLE_TEXT))
        found += finding(field.name, mask, say("readable_text"), say("hidden_character"))
    found += finding(field.name, _mask(pc.is_in(texts, value_set=_SHEET_ERRORS)), say("a_value"), say("sheet_error"))
    too_long = _mask(pc.greater(pc.utf8_length(texts), chars_max))
    return found + finding(field.name, too_long, say("characters_max", most=chars_max))


def _mask(array: pa.Array) -> Bools:
    mask: Bools = pc.fill_null(array, False).to_numpy(zero_copy_only=False)
    return mask


def _text(field: Field, texts: pa.Array, decimal: Decimal | None) -> Reading:
    return Reading(texts, [], [])


def _id(field: Field, texts: pa.Array, decimal: Decimal | None) -> Reading:
    bad = _mask(pc.match_substring_regex(texts, _MANGLED))
    return Reading(texts, finding(field.name, bad, say("whole_id"), say("shortened_id")), [])


def _gtin(field: Field, texts: pa.Array, decimal: Decimal | None) -> Reading:
    codes, bad = gtins.checked(texts)
    rows = np.flatnonzero(bad).astype(np.int64)
    if not len(rows):
        return Reading(codes, [], [])
    told = [gtins.why_not(code) for code in texts.take(pa.array(rows[:WRONG_VALUES_MAX])).to_pylist()]
    expected: Texts = np.full(len(rows), gtins.EXPECTED, object)
    expected[: len(told)] = told
    return Reading(codes, [Finding(field.name, rows, expected)], [])


def _number(field: Field, texts: pa.Array, decimal: Decimal | None) -> Reading:
    values, masks = numbers(texts, decimal)
    found = [each for mask, expected in masks for each in finding(field.name, mask, expected)]
    below = pc.less_equal(values, 0.0) if field.above_zero else pc.less(values, field.low)
    least = say("number_above_zero") if field.above_zero else say("number_least", least=f"{field.low:g}")
    found += finding(field.name, _mask(below), least)
    found += finding(
        field.name,
        _mask(pc.greater(values, field.high)),
        say("number_most", most=f"{field.high:g}"),
        say("unit_or_point"),
    )
    return Reading(values, found, [])


def _choice(field: Field, texts: pa.Array, decimal: Decimal | None) -> Reading:
    assert field.choices is not None
    choices = field.choices
    listed = say("one_of", words=", ".join(dict.fromkeys(choices.values())))

    def one(text: str) -> tuple[str | None, Said | None]:
        value = choices.get(fold(text))
        return value, None if value is not None else listed

    return _looked_up(field, texts, one, pa.string())


def _listed(field: Field, texts: pa.Array, decimal: Decimal | None) -> Reading:
    assert field.read is not None
    return _looked_up(field, texts, field.read, pa.string())


def _day(field: Field, texts: pa.Array, decimal: Decimal | None) -> Reading:
    reading = _looked_up(field, texts, dates.day, pa.date32(), wrong_max=len(texts))
    distinct = texts.dictionary_encode().dictionary.to_pylist()
    serials = [text for text in distinct if dates.is_serial(text)]
    if not serials:
        return reading
    first = str(dates.day(serials[0])[0])
    told = say("note.serials", field=field.name, count=len(serials), serial=serials[0], day=first)
    return Reading(reading.values, reading.findings, [told])


def _looked_up(
    field: Field,
    texts: pa.Array,
    one: Callable[[str], tuple[Any, Said | None]],
    kind: pa.DataType,
    wrong_max: int = WRONG_VALUES_MAX,
) -> Reading:
    """Read each different text once; past `wrong_max` wrong ones the rest is wrong without a proposal."""
    coded = texts.dictionary_encode()
    values: list[Any] = []
    expected: list[Said | None] = []
    wrong, other_column = 0, say("of_list")
    for text in coded.dictionary.to_pylist():
        value, told = one(text) if wrong < wrong_max else (None, other_column)
        wrong += told is not None
        values.append(None if told else value)
        expected.append(told)
    read_values = pa.array(values, kind).take(coded.indices) if values else pa.nulls(len(texts), kind)
    if not wrong:
        return Reading(read_values, [], [])
    told_of: Texts = np.array(expected, object)
    codes: Ints = pc.fill_null(coded.indices, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    bad = np.array([each is not None for each in expected])[codes] & _mask(texts.is_valid())
    rows = np.flatnonzero(bad).astype(np.int64)
    return Reading(read_values, [Finding(field.name, rows, told_of[codes[rows]])], [])


_KINDS: Final[dict[str, Callable[[Field, pa.Array, Decimal | None], Reading]]] = {
    "text": _text, "id": _id, "gtin": _gtin, "number": _number, "choice": _choice, "listed": _listed, "day": _day,
}  # fmt: skip
