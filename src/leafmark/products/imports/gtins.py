"""Half a million GTINs checked at once: as `leafmark.products.gtin.gtin14`, which stays the oracle of its test."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..gtin import gtin14
from .raw import Bools
from .said import Said, say

EXPECTED = say("gtin")
_WIDTH = 14
_WEIGHTS = np.array([3, 1] * (_WIDTH // 2), np.int64)
_MANGLED = re.compile(r"^[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+$")
_LOST_ZEROS_MAX = 3


def checked(texts: pa.Array) -> tuple[pa.Array, Bools]:
    """Give 14 digits for each valid code, null for the others, and which of those were no valid GTIN.

    The check digit: weights 3 and 1 from the left of 14 digits, the sum a multiple of 10 (GS1 General Specifications,
    section 7.9).
    """
    plain = pc.replace_substring_regex(texts, "[ -]", "")
    formed = pc.fill_null(pc.match_substring_regex(plain, "^([0-9]{8}|[0-9]{12,14})$"), False)
    padded = pc.utf8_lpad(plain.filter(formed), _WIDTH, "0")
    where = np.flatnonzero(formed.to_numpy(zero_copy_only=False))
    valid = np.zeros(len(texts), bool)
    if len(where):
        digits = np.frombuffer("".join(padded.to_pylist()).encode("ascii"), np.uint8).reshape(-1, _WIDTH) - 48
        valid[where] = ((digits @ _WEIGHTS) % 10 == 0) & digits.any(axis=1)
    codes = pc.utf8_lpad(pc.if_else(pa.array(valid), plain, pa.scalar(None, pa.string())), _WIDTH, "0")
    bad = texts.is_valid().to_numpy(zero_copy_only=False) & ~valid
    return codes, bad


def why_not(code: str) -> Said:
    """What was expected instead of a code that is no valid GTIN."""
    if _MANGLED.match(code):
        return say("gtin_shortened")
    digits = code.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        return say("gtin_digits")
    for lost in range(1, _LOST_ZEROS_MAX + 1):
        filled = "0" * lost + digits
        if len(digits) not in (8, 12, 13, 14) and gtin14(filled):
            return say("gtin_zeros_lost", filled=filled)
    if len(digits) not in (8, 12, 13, 14):
        return say("gtin_length", digits=len(digits))
    right = next(digit for digit in "0123456789" if gtin14(digits[:-1] + digit) or not digits.strip("0"))
    return say("gtin_check", right=right, digits=digits[:-1]) if digits.strip("0") else say("gtin_zeros")
