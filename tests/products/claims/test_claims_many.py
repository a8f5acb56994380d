"""Many texts at once: no text that the check objects to is left out, whatever stands beside it."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafmark.products.claims import MARKETS, check, many, suspects
from leafmark.products.claims.word_lists import shipped_topics

DAY = date(2026, 11, 26)
PIECES = (
    "eco-friendly", "Klimaneutral", "环保", "低碳", "carbon", "neutral", "Oak chair", "not", "the term", '"', "<b>", "</b>", "<!--", "-->",
    "&amp;", ".", ",", "\n", "\n\n", "e c o", "friendly", "by 2030", "net zero", "100%", "100 % recycled", "綠色", "100g", "c4rbon neutral",
)  # fmt: skip
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join), max_size=8)


@given(TEXTS)
@settings(max_examples=settings().max_examples * 3 // 2, deadline=None)
def test_every_text_with_a_finding_is_a_suspect(texts: list[str]) -> None:
    markets = tuple(MARKETS)
    named = set(suspects(texts, DAY, markets))
    assert {place for place, text in enumerate(texts) if check(text, (), DAY, markets)} <= named
    assert named <= set(range(len(texts)))


def test_plain_names_are_not_asked_one_by_one() -> None:
    texts = [f"Oak chair {n}" for n in range(5000)]
    texts[4999] = "Eco-friendly chair"
    seen: list[tuple[int, int]] = []
    assert suspects(texts, DAY, ("eu",), lambda done, whole: seen.append((done, whole))) == [4999]
    assert seen == [(5000, 5000)]


def test_the_examples_of_every_rule_are_suspects() -> None:
    """Real sentences in five languages, among names that have nothing to be found."""
    folder = Path(__file__).parent
    cases = tomllib.loads((folder / "examples.toml").read_text(encoding="utf-8"))
    sentences = [text for text in _texts(cases) if check(text, (), DAY, tuple(MARKETS))]
    assert len(sentences) > 50
    texts = [each for text in sentences for each in (text, f"Oak chair {len(text)}")]
    named = set(suspects(texts, DAY, tuple(MARKETS)))
    assert set(range(0, len(texts), 2)) <= named


def _texts(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    return [
        text
        for each in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
        for text in _texts(each)
    ]


@pytest.mark.parametrize("topic", sorted(shipped_topics()))
def test_every_phrase_passes_the_sieve_in_whatever_writing(topic: str) -> None:
    phrases = [phrase for phrase in shipped_topics()[topic].phrases if all(each.kind != "gap" for each in phrase)]
    words = [[{"number": "12", "year": "2030"}.get(each.kind, each.text) for each in phrase] for phrase in phrases]
    texts = [
        form
        for each in words
        for form in (
            " ".join(each).upper(),
            f"x {' '.join(each)}!",
            f"桌{'-'.join(each)}",
            "\u200b".join(" ".join(each)),
        )
    ]
    assert many._left(texts, list(range(len(texts))), frozenset([topic])) == list(range(len(texts)))
