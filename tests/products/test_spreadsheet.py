"""One rule for texts that a spreadsheet would compute: none is, a plain number stays one, and the apostrophe comes off again."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leafmark.products.spreadsheet import ESCAPED, WAKES, inert

TEXTS = st.text(st.sampled_from(WAKES + " '0123456789.,eEaA1\u3000") | st.characters(), max_size=12)


def is_computed(text: str) -> bool:
    """What OWASP says of CSV injection, and a number, which comes to itself whoever computes it, told by Python's own reader."""
    begun = text.lstrip(" ")
    if not begun or begun[0] not in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20":
        return False
    try:
        float(text.replace(",", "."))
    except ValueError:
        return True
    return not re.fullmatch(r"[-+]?[\d.,eE+-]+", text)


@given(TEXTS)
@example("-1")
@example(" =1")
@example("+1,5e-3")
@example("-infinity")
@example("-1_000")
@example("+")
@example("\uff1d1")
def test_no_text_is_computed_and_the_rest_stays_as_it_is(text: str) -> None:
    written = inert(text)
    assert not is_computed(written)
    assert (written == text) == (not is_computed(text))


@given(TEXTS)
def test_what_was_written_is_read_again(text: str) -> None:
    """As an import takes the apostrophe off; a text that had one before keeps it unless it escapes a formula."""
    written = inert(text)
    if not re.match(ESCAPED, text):
        assert re.sub(ESCAPED, r"\1", written) == text
    assert inert(written) == written


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", "-2+3", "+cmd|' /C calc'!A0", "\t=1", "\r=1", "\n=1", "  =1", "\uff20x"]
)
def test_formulas_of_the_books_are_texts(text: str) -> None:
    assert inert(text) == "'" + text
