"""Schemes are data: those shipped hold together, and a faulty one is named with all its faults."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from leafmark.products import get_scheme, parse_scheme, shipped_schemes
from leafmark.products.schemes import CERTIFICATION, LETTER_KINDS, SchemeError

GOOD = """
id = "x"
version = "1"
kind = "percentile"
title = "X"
states = ["graded", "declared"]
valid_from = 2026-01-01
valid_to = 2027-01-01
benchmark = { id = "t", version = "1" }
evidence_required = ["public_terms", "expert_requirements", "non_compliance_rule", "third_party_monitoring"]
classes = [{ letter = "A", below = 50 }, { letter = "B" }]
"""


def test_every_shipped_scheme_that_gives_letters_asks_all_four_pieces_of_certification():
    schemes = shipped_schemes()
    assert {s.kind for s in schemes.values()} == {"declared", "percentile", "index", "official_class"}
    for scheme in schemes.values():
        if scheme.kind in LETTER_KINDS:
            assert set(scheme.evidence_required) == set(CERTIFICATION)


def test_the_eu_classes_of_displays_are_those_of_annex_ii_table_1():
    scheme = get_scheme("eu.2019-2013.displays")
    limits = {limit.letter: limit.below for limit in scheme.classes}
    below = {"A": "0.30", "B": "0.40", "C": "0.50", "D": "0.60", "E": "0.75", "F": "0.90"}
    assert limits == {letter: Decimal(bound) for letter, bound in below.items()} | {"G": None}
    assert scheme.source is not None
    assert "Annex II" in scheme.source.clause


def test_a_scheme_is_in_force_from_its_first_day_to_the_day_before_its_end():
    scheme = parse_scheme(GOOD)
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [scheme.in_force(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"third_party_monitoring"', '"other"', "third_party_monitoring"),
        ("below = 50", "below = 50.0 }, { letter = 'C', below = 40", "limits must rise"),
        ('{ letter = "B" }', '{ letter = "A" }', "stands twice"),
        ('{ letter = "B" }', '{ letter = "B", below = 70 }', "the last is open"),
        ('kind = "percentile"', 'kind = "vibes"', "expected one of declared"),
        ("valid_to = 2027-01-01", "valid_to = 2025-01-01", "after 2026-01-01"),
        ('benchmark = { id = "t", version = "1" }', "", "frozen table"),
        ('version = "1"\nkind', "kind", "version: is missing"),
        ('"graded", "declared"', '"graded", "excellent"', "excellent"),
        (
            '["public_terms"',
            '["public_term", "public_terms"',
            "evidence_required: expected one of .*registry_record, found 'public_term'$",
        ),
    ],
)
def test_a_faulty_scheme_is_refused_with_the_field(old: str, new: str, said: str):
    with pytest.raises(ValueError, match=said):
        parse_scheme(GOOD.replace(old, new, 1))


def test_all_faults_come_at_once():
    text = (
        GOOD.replace('kind = "percentile"', 'kind = "index"')
        .replace("below = 50", "")
        .replace('letter = "A", ', 'letter = "A"')
    )
    with pytest.raises(ValueError, match=r"classes.*") as caught:
        parse_scheme(text.replace('"third_party_monitoring"', '"x"'))
    assert "evidence_required" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("classes = [{", "note = 3\nclasses = [{", "note"),
        ('classes = [{ letter = "A", below = 50 }, { letter = "B" }]', "classes = 3", "classes"),
        ('classes = [{ letter = "A", below = 50 }', 'classes = ["A"', "classes"),
        ("below = 50", 'below = "50"', "classes[1].below"),
        ("below = 50", "below = nan", "classes[1].below"),
        ("below = 50", "below = 1e999999", "classes[1].below"),
        ("below = 50", "below = 50, abve = 3", "classes[1].abve"),
        ('letter = "A"', 'letter = "<script>"', "classes"),
        ('id = "x"', 'id = "<b>"', "id"),
        ('version = "1"\nkind', "version = 1\nkind", "version"),
        ('title = "X"', 'title = { fr = "X" }', "title.fr"),
        ('title = "X"', 'title = "\\u0000"', "title"),
        ("valid_from = 2026-01-01", 'valid_from = "2026-01-01"', "valid_from"),
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01T00:00:00", "valid_from"),
        ('benchmark = { id = "t", version = "1" }', 'benchmark = { id = "t" }', "benchmark.version"),
        ('"graded", "declared"', '"graded", ["declared"]', "states"),
        (
            "classes = [{",
            'source = { title = "x", clause = "1", url = "javascript:alert(1)" }\nclasses = [{',
            "source.url",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_fault_of_its_field_and_no_crash(old: str, new: str, field: str):
    assert old in GOOD
    with pytest.raises(SchemeError) as caught:
        parse_scheme(GOOD.replace(old, new, 1))
    assert [each.field for each in caught.value.faults] == [field]


@pytest.mark.parametrize(
    "text",
    ["", "x", "id =", "a = " + "[" * 5000, f"a = {'9' * 5000}", "a = 1e99999999999999999999", "x" * 30_000, "\x00"],
)
def test_a_text_that_is_no_toml_is_refused_in_words(text: str):
    with pytest.raises(SchemeError):
        parse_scheme(text)


def test_a_fault_beside_others_hides_none_of_them():
    """Types are looked at first; what can still be said of the rest is said in the same breath."""
    text = GOOD.replace('title = "X"', "title = 5").replace("2027-01-01", "2025-01-01").replace("below = 50", "")
    with pytest.raises(SchemeError) as caught:
        parse_scheme(text.replace('letter = "A", ', 'letter = "A"'))
    assert {each.field for each in caught.value.faults} == {"title", "valid_to", "classes"}


def test_an_unknown_scheme_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match=r"leafmark\.declared"):
        get_scheme("leafmark.platinum")


def test_a_scheme_answers_to_the_last_part_of_its_id():
    assert get_scheme("declared") == get_scheme("leafmark.declared")
    with pytest.raises(ValueError, match="not shipped"):
        get_scheme("clared")
