"""Shortcuts of fitting give what the long way gives."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from leafmark.products import words
from leafmark.products.fit import wrap


def test_a_printable_character_is_never_one_that_cleaning_touches() -> None:
    """Every character of Unicode: where the shortcut is taken, the long way changes nothing but blanks."""
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if character.isprintable() and character != " ":
            assert words._clean_character(character) == character, hex(code)
            assert unicodedata.category(character) not in ("Cc", "Cs", "Cf")


@given(st.text(max_size=40))
def test_cleaning_is_the_same_with_and_without_the_shortcut(text: str) -> None:
    assert words.clean(text) == " ".join("".join(map(words._clean_character, text)).split())


@given(st.text(alphabet="ab c 碳標籤,。\u0301", max_size=30))
def test_a_text_that_fits_is_one_line(text: str) -> None:
    """With room for all there is one line, and a tight room keeps every character but blanks at the ends of lines."""
    wide = wrap(text, 1e9, 10, lines_max=3)
    assert wide == ([text.rstrip()] if text.strip() else [])
    tight = wrap(text, 40, 10, lines_max=100)
    assert "".join("".join(tight).split()) == "".join(text.split())
