"""Three string tables: complete, with the same places, lawful words only, and every glyph in the fonts."""

from __future__ import annotations

import json
import re
import string
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.products import LANGS, shipped_schemes
from leafmark.products.footprint import BOUNDARIES
from leafmark.products.grading import REASONS
from leafmark.products.i18n import mass_unit, significant, table, text
from leafmark.products.tokens import STAGES
from leafmark.products.words import pick

BANNED = {
    "en": r"\b(eco|greener?|low.carbon|neutral|climate|sustainable|friendly|clean|offset\w*|net.zero)\b",
    "zh-Hans": "低碳|碳中和|绿色|环保|零碳|净零|抵消|可持续|气候友好",
    "zh-Hant": "低碳|碳中和|綠色|環保|零碳|淨零|抵銷|可持續|永續|氣候友善",
}


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("lang", LANGS)
def test_every_table_has_every_sentence_with_the_same_places(lang: str):
    english = table("en")
    other = table(lang)
    assert set(other) == set(english)
    assert {key: places(value) for key, value in other.items()} == {
        key: places(value) for key, value in english.items()
    }
    assert all(value.strip() for value in other.values())


@pytest.mark.parametrize("lang", LANGS)
def test_every_code_has_its_words(lang: str):
    keys = set(table(lang))
    assert {f"reason.{reason}" for reason in REASONS} <= keys
    assert {f"boundary.{boundary}" for boundary in BOUNDARIES} <= keys
    assert {f"stages.{stage}" for stage in STAGES} <= keys


@pytest.mark.parametrize("lang", LANGS)
def test_no_sentence_makes_a_generic_claim(lang: str):
    for sentence in table(lang).values():
        assert not re.search(BANNED[lang], sentence, re.IGNORECASE), sentence


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant"])
def test_the_two_chinese_tables_are_not_each_others_copy(lang: str):
    other = {"zh-Hans": "zh-Hant", "zh-Hant": "zh-Hans"}[lang]
    distinct = sum(table(lang)[key] != table(other)[key] for key in table(lang))
    assert distinct > 0.6 * len(table(lang))


def test_every_character_of_every_table_is_in_both_weights_of_the_fonts():
    coverage = json.loads(
        (resources.files("leafmark.products") / "fonts" / "coverage.json").read_text(encoding="utf-8")
    )
    for weight in ("regular", "bold"):
        for lang in LANGS:
            needed = {character for sentence in table(lang).values() for character in sentence}
            assert not needed - set(coverage[weight]), (weight, lang)


def test_an_unknown_language_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="zh-Hant"):
        text("fr", "title")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (412, "412"), (0.04123, "0.0412"), (2430, "2,430"), (4.1, "4.10"), (9.999, "10.0"), (999.6, "1,000"), (0, "0"),
        (-12.34, "\u221212.3"), (1234567, "1,230,000"), (0.9996, "1.00"),
    ],
)  # fmt: skip
def test_three_significant_digits(value: float, said: str):
    assert significant(value) == said


@given(st.floats(1e-9, 1e12))
def test_three_digits_are_within_half_a_unit_of_the_third(value: float):
    read = float(significant(value).replace(",", ""))
    assert abs(read - value) <= value * 0.00501


@pytest.mark.parametrize(
    ("grams", "unit"), [(0.5, "mg"), (1, "g"), (999, "g"), (1000, "kg"), (9_999_000, "kg"), (10_000_000, "t"), (0, "g")]
)
def test_the_unit_suits_the_amount(grams: float, unit: str):
    assert mass_unit(int(grams * 1_000_000))[1] == unit
    assert mass_unit(-int(grams * 1_000_000))[1] == unit


def test_every_character_of_a_scheme_s_title_is_in_the_bold_fonts():
    coverage = json.loads(
        (resources.files("leafmark.products") / "fonts" / "coverage.json").read_text(encoding="utf-8")
    )
    for scheme in shipped_schemes().values():
        for lang in LANGS:
            assert not set(pick(scheme.title, lang)) - set(coverage["bold"]), (scheme.id, lang)
