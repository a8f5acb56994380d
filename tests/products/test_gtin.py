"""GTINs are checked, never repaired; a link exists only with a base and a valid one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.products.gtin import digital_link, gtin14, spaced

VALID = ["9506000134352", "09506000134352", "96385074", "036000291452", "4006381333931"]


@pytest.mark.parametrize("code", VALID)
def test_published_examples_pass_and_any_single_wrong_digit_fails(code: str):
    assert gtin14(code) == code.zfill(14)
    for place, digit in enumerate(code):
        for other in "0123456789":
            if other != digit:
                assert gtin14(code[:place] + other + code[place + 1 :]) is None


@pytest.mark.parametrize(
    "code",
    [
        None,
        "",
        "0",
        "00000000000000",
        "12345",
        "95060001343521234",
        "950600013435X",
        "九五〇",
        9506000134352.0,
        True,
        "٩٦٣٨٥٠٧٤",
    ],
)
def test_what_is_no_gtin_is_none(code: object):
    assert gtin14(code) is None
    assert digital_link("https://id.example.org", code) is None


def test_blanks_and_hyphens_and_integers_are_read():
    assert gtin14(" 9506-0001 34352 ") == gtin14(9506000134352) == "09506000134352"


def test_the_link_is_base_application_identifier_and_fourteen_digits():
    assert digital_link("https://id.example.org/", VALID[0]) == "https://id.example.org/01/09506000134352"
    assert digital_link(None, VALID[0]) is None
    assert digital_link("", VALID[0]) is None
    assert spaced("09506000134352") == "(01) 0950 6000 1343 52"


@pytest.mark.parametrize(
    "base", ["javascript:alert(1)", "id.example.org", "ftp://x.org", "https://x.org/?a=1", "https://x.org/#f"]
)
def test_a_base_that_is_no_plain_web_address_is_refused(base: str):
    with pytest.raises(ValueError, match="link base"):
        digital_link(base, VALID[0])


@given(st.text())
def test_no_text_breaks_it(text: str):
    found = gtin14(text)
    assert found is None or (len(found) == 14 and found.isdigit())
