"""Numbers, days and codes as people and spreadsheets write them: read where they mean one thing, else a fault."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.products.gtin import gtin14
from leafmark.products.imports import dates, gtins
from leafmark.products.imports.headers import fold
from leafmark.products.imports.numbers import EITHER, NO_NUMBER, number_text, number_texts, numbers


def read(*texts: str, decimal: str | None = None) -> list[float | str | None]:
    values, masks = numbers(pa.array(texts, pa.string()), decimal)  # type: ignore[arg-type]
    out: list[float | str | None] = values.to_pylist()
    for mask, told in masks:
        for place in np.flatnonzero(mask):
            assert out[place] is None
            out[place] = told
    return out


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1250.5", 1250.5), ("+3", 3.0), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("-2.5E-3", -0.0025), ("0,5", 0.5),
        ("12,34", 12.34), ("1234,5", 1234.5), ("0,123", 0.123), ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("1,234,567", 1234567.0),
        ("1.234.567", 1234567.0), ("1 234,5", 1234.5), ("1 234 567", 1234567.0), ("1'234.5", 1234.5), ("１２．５", 12.5),
        ("1\u202f234,5", 1234.5),
    ],
)  # fmt: skip
def test_numbers_that_mean_one_thing(text: str, value: float) -> None:
    assert read(text) == [value]


@pytest.mark.parametrize(
    "text", ["1.2 kg", "10%", "1,2,3", "1.2.3", "one", "0x10", "nan", "inf", "1e", "--1", "1,23,456", "½"]
)
def test_what_is_no_number(text: str) -> None:
    assert read(text) == [NO_NUMBER]


def test_a_lone_comma_before_three_digits_may_mean_two_things() -> None:
    """ISO 80000-1:2009, 7.3.2 allows the comma and the point as decimal signs."""
    assert read("1,234") == [EITHER]
    assert read("1,234", decimal="point") == [1234.0]
    assert read("1,234", decimal="comma") == [1.234]


def test_a_point_is_doubtful_only_where_the_column_has_decimal_commas() -> None:
    assert read("1.234", "2.5") == [1.234, 2.5]
    assert read("1.234", "2,5") == [EITHER, 2.5]
    assert read("1.234", "2,5", decimal="comma") == [1234.0, 2.5]
    assert read("1.234", "2,5", decimal="point") == [1.234, NO_NUMBER]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_sheet_s_own_numbers_are_the_same_whatever_the_decimal_sign(value: float) -> None:
    """1.234 that is a number, not a text, is no 1,234 even where the texts of its column have decimal commas."""
    column = pa.chunked_array([pa.array([value, 0.5])])
    for text in (number_text(value), number_texts(column)[0].as_py()):
        for decimal in ("point", "comma"):
            assert read(text, decimal=decimal) == [value]
        assert read(text, "0,5") == [value, 0.5]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_every_number_that_python_writes_is_read_back_exactly(values: list[float]) -> None:
    assert read(*map(repr, values)) == values


def test_too_large_for_a_float_is_not_infinite() -> None:
    [told] = read("1e999")
    assert told == "a finite number"
    assert not isinstance(told, float) or math.isfinite(told)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-03", (2026, 5, 3)), ("2026/5/3", (2026, 5, 3)), ("2026.05.03", (2026, 5, 3)), ("20260503", (2026, 5, 3)),
        ("2026年5月3日", (2026, 5, 3)), ("民國115年5月3日", (2026, 5, 3)), ("2026-05-03T10:00:00Z", (2026, 5, 3)),
        ("2026-05-03 10:00", (2026, 5, 3)), ("31/12/2026", (2026, 12, 31)), ("12/31/2026", (2026, 12, 31)),
        ("05/05/2026", (2026, 5, 5)), ("43831", (2020, 1, 1)), ("46145.5", (2026, 5, 3)), ("２０２６-０５-０３", (2026, 5, 3)),
    ],
)  # fmt: skip
def test_days_that_are_one_day(text: str, day: tuple[int, int, int]) -> None:
    assert dates.day(text) == (dt.date(*day), None)


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "2026-13-01", "2026-00-10", "03/04/2026", "0000-01-01", "tomorrow", "19999", "99999", "2026", ""],
)
def test_what_is_no_day_or_two(text: str) -> None:
    day, told = dates.day(text)
    assert day is None
    assert "YYYY-MM-DD" in told


@given(st.dates(dt.date(1954, 10, 4), dt.date(2119, 1, 10)))
def test_a_spreadsheet_s_number_of_a_day_is_its_distance_from_1900(day: dt.date) -> None:
    """Serial 43831 is 1 January 2020 (ECMA-376 Part 1, 18.17.4.1, the 1900 date base)."""
    serial = 43831 + (day - dt.date(2020, 1, 1)).days
    assert dates.day(str(serial))[0] == day


def test_gtins_as_one_array_are_as_one_by_one() -> None:
    codes = ["9506000134352", "9506000134353", "96385074", "036000291452", "0", "00000000000000", "12345", "950600013435X",
             " 9506-0001 34352", "٩٦٣٨٥٠٧٤", None, ""]  # fmt: skip
    found, bad = gtins.checked(pa.array(codes, pa.string()))
    assert found.to_pylist() == [gtin14(code) for code in codes]
    assert bad.tolist() == [code is not None and gtin14(code) is None for code in codes]


@given(st.lists(st.one_of(st.text("0123456789", max_size=15), st.text(max_size=14)), max_size=20))
def test_any_codes_as_one_array_are_as_one_by_one(codes: list[str]) -> None:
    stripped = [code.strip() for code in codes]
    found, _ = gtins.checked(pa.array(stripped, pa.string()))
    assert found.to_pylist() == [gtin14(code) for code in stripped]


@given(st.text("0123456789", min_size=12, max_size=12))
def test_the_right_check_digit_is_proposed(digits: str) -> None:
    right = next((digit for digit in "0123456789" if gtin14(digits + digit)), None)
    wrong = next(digit for digit in "0123456789" if gtin14(digits + digit) is None)
    if right is not None:
        assert f"the check digit {right} behind {digits}" in gtins.why_not(digits + wrong)


@pytest.mark.parametrize(
    "header", ["Product ID", "product-id", "PRODUCT_ID*", " product id :", "ｐｒｏｄｕｃｔ ｉｄ", "\ufeffproduct_id"]
)
def test_headers_are_compared_without_case_blanks_and_width(header: str) -> None:
    assert fold(header) == fold("product_id")
