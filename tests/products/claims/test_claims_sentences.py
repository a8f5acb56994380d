"""Three string tables: complete, with the same places; every finding says quote, rule, why, what is missing, what instead."""

from __future__ import annotations

import json
import string

import pytest

from leafmark.products import LANGS
from leafmark.products.claims import (
    Claim,
    check,
    evidence_kinds,
    report,
    report_content,
    sentences_of,
    shipped_rules,
    text_of,
)  # fmt: skip
from leafmark.products.claims.model import REASONS, SEVERITIES
from leafmark.products.claims.sentences import shown_quote, strings

from .held import EVERYWHERE, ON, sound


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("lang", LANGS)
def test_every_table_has_every_sentence_with_the_same_places(lang: str) -> None:
    english, other = strings("en"), strings(lang)
    assert set(other) == set(english)
    for key, sentence in other.items():
        assert places(sentence) == places(english[key]), key
        assert sentence.strip(), key


@pytest.mark.parametrize("lang", LANGS)
def test_every_code_has_its_words_and_no_words_lack_a_code(lang: str) -> None:
    messages = {rule.message for rule in shipped_rules()}
    words = {
        "why": messages, "say": messages, "evidence": set(evidence_kinds()), "reason": set(REASONS), "severity": set(SEVERITIES),
        "where": {"text", "brand", "evidence"}, "words": {topic for rule in shipped_rules() for topic in rule.lifted_by_topics},
    }  # fmt: skip
    keys = {key for key in strings(lang) if not key.startswith("line.")}
    assert keys == {f"{table}.{name}" for table, names in words.items() for name in names}


def test_the_two_chinese_tables_are_not_each_others_copy() -> None:
    hant, hans = strings("zh-Hant"), strings("zh-Hans")
    assert sum(hant[key] != hans[key] for key in hant) > 0.6 * len(hant)


@pytest.mark.parametrize("lang", LANGS)
def test_a_finding_is_told_in_full(lang: str) -> None:
    words = strings(lang)
    said = "An eco-friendly kettle"
    (found,) = check(said, [sound("specification", text="Elsewhere only")], ON)
    text = "\n".join(sentences_of(found, lang))
    for part in (
        "eco-friendly", "eu.generic", "3", "15", words["why.generic"], words["say.generic"], "Annex I, point 4a", words["line.unread"],
        words["evidence.recognised_excellence"], words["evidence.specification"], words["reason.not_on_medium"],
    ):  # fmt: skip
        assert part in text


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("text", ["A kettle.", "Eco kettle, carbon neutral"])
def test_every_answer_says_what_was_looked_for_and_that_it_is_no_advice(lang: str, text: str) -> None:
    told = text_of(report(text, (), ON, EVERYWHERE), lang)
    assert strings(lang)["line.no_advice"] in told
    assert "2026-11-26" in told
    assert "compliant" not in told.lower()
    assert (strings(lang)["line.nothing"] in told) is (text == "A kettle.")


def test_no_sentence_says_compliant() -> None:
    for lang, words in (("en", ("compliant", "approved")), ("zh-Hans", ("合规",)), ("zh-Hant", ("合規",))):
        for key, sentence in strings(lang).items():
            assert not [word for word in words if word in sentence.lower()], (key, sentence)


def test_a_quote_is_shown_as_one_short_line() -> None:
    assert shown_quote("carbon\n\u202eneutral") == "carbon neutral"
    assert len(shown_quote("x" * 500)) == 120


@pytest.mark.parametrize("lang", LANGS)
def test_a_report_is_json_and_its_offsets_are_the_text_s(lang: str) -> None:
    said = "Grüner Strom, carbon neutral"
    content = json.loads(json.dumps(report_content(report(Claim(said, "EcoWash"), (), ON), lang), default=str))
    assert content["schema"] == "leafmark.claims/1"
    assert content["legal_advice"] is False
    for found in content["findings"]:
        assert {"text": said, "brand": "EcoWash"}[found["where"]][found["start"] : found["end"]] == found["quote"]
        assert found["why"] == strings(lang)[f"why.{found['message']}"]
