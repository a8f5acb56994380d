"""Every rule in every language: a seller's sentence meets it, its evidence lifts it, half of the evidence does not."""

from __future__ import annotations

import pytest

from leafmark.products.claims import Rule, shipped_rules
from leafmark.products.claims.word_lists import LANGUAGES

from .held import EXAMPLES, found, sound

WORDY = [rule for rule in shipped_rules() if rule.topics]
CASES = [(rule, topic, language) for rule in WORDY for topic in rule.topics for language in LANGUAGES]
LIFTED = [(rule, way, language) for rule in WORDY for way in rule.lifted_by for language in LANGUAGES]


def name(value: object) -> str:
    return value.id if isinstance(value, Rule) else "-".join(value) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize(("rule", "topic", "language"), CASES, ids=name)
def test_a_sentence_of_each_topic_and_language_meets_the_rule(rule: Rule, topic: str, language: str) -> None:
    said = EXAMPLES[topic][language]
    finds = found(rule, said)
    assert finds, said
    for each in finds:
        assert said[each.start : each.end] == each.quote
        assert each.missing == rule.lifted_by


@pytest.mark.parametrize(("rule", "way", "language"), LIFTED, ids=name)
def test_each_way_out_lifts_it_and_a_piece_less_does_not(rule: Rule, way: tuple[str, ...], language: str) -> None:
    said = EXAMPLES[rule.topics[0]][language]
    assert found(rule, said, *map(sound, way)) == []
    for left_out in way:
        rest = [sound(kind) for kind in way if kind != left_out]
        assert found(rule, said, *rest)[0].missing[rule.lifted_by.index(way)] == (left_out,)


@pytest.mark.parametrize("rule", [rule for rule in WORDY if not rule.lifted_by and not rule.lifted_by_topics], ids=name)
def test_what_nothing_lifts_is_not_lifted_by_everything(rule: Rule) -> None:
    everything = {kind for each in shipped_rules() for way in each.lifted_by for kind in way}
    assert found(rule, EXAMPLES[rule.topics[0]]["en"], *map(sound, everything))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_keep_avoided_emissions_apart_lift_their_rule(language: str) -> None:
    (rule,) = [each for each in WORDY if each.id == "house.avoided-apart"]
    apart = {
        "en": "Avoided emissions, not part of the footprint.",
        "fr": "Ces émissions évitées ne font pas partie de l'empreinte.",
        "de": "Vermiedene Emissionen, nicht Teil des Fußabdrucks.",
        "zh-Hant": "避免的排放，不屬於碳足跡。",
        "zh-Hans": "避免的排放，不属于碳足迹。",
    }
    said = EXAMPLES["avoided"][language]
    assert found(rule, said)[0].unseen == ("apart",)
    assert found(rule, f"{said} {apart[language]}") == []
