"""A wizard's address: what is written can be read again, and what cannot be read is named and never taken for something else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from leafmark.engine.schema import STAGES
from leafmark.products.imports import DECLARED_UNITS, SECTORS
from leafmark.web.brand.planning.state import LINES_MAX, Bill, Line, State, Tried, query, read

CODES = st.text(st.characters(exclude_characters="~", exclude_categories=("C", "Z")), min_size=1, max_size=40)
TEXTS = st.text(st.characters(exclude_categories=("C", "Z")), max_size=60)
NUMBERS = st.floats(-1e7, 1e7)
LINES = st.builds(
    Line, st.sampled_from(STAGES), CODES, NUMBERS, CODES, st.just("") | CODES, st.none() | st.floats(1, 100),
    st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.booleans(), st.booleans(),
)  # fmt: skip
BILLS = st.builds(
    Bill, TEXTS, TEXTS, st.sampled_from(DECLARED_UNITS), st.sampled_from(["", *SECTORS]), TEXTS, st.floats(0.01, 100),
    st.none() | st.floats(0, 20_000), st.just("") | CODES, st.just("") | CODES, st.lists(LINES, min_size=1, max_size=4).map(tuple),
)  # fmt: skip
TRIED = st.builds(
    Tried, st.none() | st.just(1), st.just("") | CODES, st.just("") | CODES, st.none() | NUMBERS, st.just("") | CODES,
    st.just("") | CODES, st.none() | st.floats(0.01, 100), st.just("") | CODES,
)  # fmt: skip


def asked(address: str) -> State:
    return read(QueryDict(address.removeprefix("?")))


@given(BILLS, TRIED)
def test_what_is_written_is_read_again(bill: Bill, tried: Tried) -> None:
    assert asked(query(bill, tried, step="result")) == State(bill, tried)


@given(st.text(max_size=300), st.lists(st.text(max_size=80), max_size=6))
def test_nothing_that_people_send_is_an_error(text: str, lines: list[str]) -> None:
    given_ = QueryDict(mutable=True)
    for name in ("v", "name", "unit", "life", "kwh", "grid", "wl", "wy", "wk", "sector", "begun"):
        given_[name] = text
    given_.setlist("l", lines)
    state = read(given_)
    assert len(state.bill.lines) + len({each.line for each in state.faults if each.line}) <= len(lines)


@pytest.mark.parametrize(
    ("address", "field", "code"),
    [
        ("life=abc", "life", "number"), ("life=0", "life", "bounds"), ("life=1e400", "life", "number"), ("life=nan", "life", "number"),
        ("life=٣", "life", "number"), ("kwh=-1&life=1", "kwh", "bounds"), ("kwh=10", "life", "life_needed"), ("unit=barrel", "unit", "choice"),
        ("sector=x", "sector", "choice"), ("name=" + "x" * 121, "name", "long"), ("name=a%00b", "name", "characters"),
        ("l=materials~k~1", "l", "line"), ("l=mats~k~1~kg", "l", "choice"), ("l=materials~~1~kg", "l", "code"),
        ("l=materials~k~1,5~kg", "l", "number"), ("l=materials~k~2e7~kg", "l", "bounds"), ("l=materials~k~1~kg~GB~0.5", "l", "bounds"),
        ("l=materials~k~1~kg~GB~~2026-13-01", "l", "day"), ("l=materials~k~1~kg~GB~~~z", "l", "line"), ("wl=2&l=materials~k~1~kg", "wl", "bounds"),
        ("v=2&l=materials~k~1~kg", "v", "version"),
    ],
)  # fmt: skip
def test_faults_are_named_by_field(address: str, field: str, code: str) -> None:
    assert (field, code) in {(each.field, each.code) for each in asked(address).faults}


def test_a_line_that_cannot_be_read_breaks_the_figure_and_a_wrong_trial_does_not() -> None:
    assert asked("l=materials~k~1~kg&l=nonsense").broken
    assert asked("&".join(["l=materials~k~1~kg"] * (LINES_MAX + 1))).broken
    assert not asked("l=materials~k~1~kg&wy=abc").broken


def test_yearly_electricity_is_a_line_over_the_lifetime() -> None:
    named = dict(asked("kwh=100&life=5&grid=DE").bill.named_lines())
    assert named == {"kwh": Line("use", "electricity.grid", 500.0, "kWh", "DE")}
