"""Amounts as people write them. A point is a decimal point; a comma is read only where it can mean one thing.

`0,5` and `1.234,5` have a decimal comma, `1,234.5` and `1,234,567` have thousands; `1,234` may be either, and in a column
with decimal commas so may `1.234`. Those are faults, never guesses, until the person says which (`decimal`).
"""

from __future__ import annotations

import re
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .raw import Bools
from .said import Said, say

WHOLE_MAX: Final = 1e15
"""Whole numbers below it are exact in a float, and written without an exponent."""

Decimal = Literal["point", "comma"]

_PLAIN: Final = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_THOUSANDS_POINT: Final = r"^[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+$|^[+-]?[0-9]{1,3}(,[0-9]{3}){2,}$"
_THOUSANDS_COMMA: Final = r"^[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+$|^[+-]?[0-9]{1,3}(\.[0-9]{3}){2,}$"
_ONE_COMMA: Final = r"^[+-]?[0-9]+,[0-9]+$"
_EITHER_COMMA: Final = r"^[+-]?[1-9][0-9]{0,2},[0-9]{3}$"
EITHER_POINT: Final = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
_APART: Final = r"^([+-]?[0-9]{1,3}([ '’][0-9]{3})+)([.,][0-9]+)?$"

NO_NUMBER: Final = say("number_alone")
EITHER: Final = say("number_either")
NOT_FINITE: Final = say("number_finite")


def number_text(value: float) -> str:
    """A number that is one already, as a text that is read as this number whatever its column's decimal sign."""
    if value.is_integer() and abs(value) < WHOLE_MAX:
        return str(int(value))
    text = repr(value)
    return f"{text}0" if re.match(EITHER_POINT, text) else text


def number_texts(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Floats as `number_text` gives them; whole ones without a point only where all are whole."""
    whole = pc.all(pc.equal(values, pc.floor(values))).as_py() and (pc.max(pc.abs(values)).as_py() or 0) < WHOLE_MAX
    if whole:
        return values.cast(pa.int64()).cast(pa.string())
    return pc.replace_substring_regex(values.cast(pa.string()), f"^({EITHER_POINT[1:-1]})$", r"\10")


def _matches(texts: pa.Array, pattern: str) -> Bools:
    found: Bools = pc.fill_null(pc.match_substring_regex(texts, pattern), False).to_numpy(zero_copy_only=False)
    return found


def numbers(texts: pa.Array, decimal: Decimal | None = None) -> tuple[pa.Array, list[tuple[Bools, Said]]]:
    """Read texts as float64; null where a text is none, with masks of why.

    Parameters
    ----------
    texts : trimmed, null where missing.
    decimal : what the file's sender says of a lone comma or point; None = only what can mean one thing is read.
    """
    given = texts.is_valid().to_numpy(zero_copy_only=False)
    plain = _matches(texts, _PLAIN)
    either = np.zeros(len(texts), bool)
    if decimal == "comma":
        plain &= ~_matches(texts, EITHER_POINT)
    others = np.flatnonzero(given & ~plain)
    commas = np.zeros(len(texts), bool)
    if len(others):
        texts, commas, either = _rewritten(texts, others, decimal)
        plain = _matches(texts, _PLAIN) & ~either
    if decimal is None and commas.any():
        doubtful = _matches(texts, EITHER_POINT) & ~commas
        either |= doubtful
        plain &= ~doubtful
    values = pc.cast(pc.if_else(pa.array(plain), texts, pa.scalar(None, pa.string())), pa.float64())
    finite = pc.fill_null(pc.is_finite(values), False).to_numpy(zero_copy_only=False)
    masks = [(given & ~plain & ~either, NO_NUMBER), (either, EITHER), (plain & ~finite, NOT_FINITE)]
    return pc.if_else(pa.array(finite), values, pa.scalar(None, pa.float64())), masks


def _rewritten(texts: pa.Array, others: np.ndarray, decimal: Decimal | None) -> tuple[pa.Array, Bools, Bools]:
    """Texts with the readable ones of `others` in plain form; which had a decimal comma; which may mean two things."""
    few = pc.utf8_trim_whitespace(pc.utf8_normalize(texts.take(pa.array(others)), "NFKC"))
    few = pc.if_else(pa.array(_matches(few, _APART)), pc.replace_substring_regex(few, "[ '’]", ""), few)
    with_comma = _matches(few, _THOUSANDS_COMMA)
    with_point = _matches(few, _THOUSANDS_POINT)
    lone = _matches(few, _ONE_COMMA)
    either = _matches(few, _EITHER_COMMA)
    if decimal == "point":
        with_point, with_comma, lone = with_point | either, np.zeros_like(lone), np.zeros_like(lone)
        either = np.zeros_like(lone)
    elif decimal == "comma":
        with_comma, with_point = with_comma | lone | _matches(few, EITHER_POINT), np.zeros_like(lone)
        either = np.zeros_like(lone)
    else:
        with_comma = with_comma | (lone & ~either)
    without_points = pc.replace_substring(pc.replace_substring(few, ".", ""), ",", ".")
    few = pc.if_else(pa.array(with_comma), without_points, few)
    few = pc.if_else(pa.array(with_point), pc.replace_substring(few, ",", ""), few)
    mask = np.zeros(len(texts), bool)
    mask[others] = True
    commas, doubtful = np.zeros(len(texts), bool), np.zeros(len(texts), bool)
    commas[others[with_comma]] = True
    doubtful[others[either]] = True
    return pc.replace_with_mask(texts, pa.array(mask), few), commas, doubtful
