"""Whatever the text: no crash, quotes where they are said to stand, and the same findings however it is dressed."""

from __future__ import annotations

import html
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from leafmark.products.claims import Claim, Finding, check

from .held import EVERYWHERE, EXAMPLES, ON, sound

SAID = [text for topic, languages in EXAMPLES.items() for text in languages.values() if topic != "brand"]
PIECES = st.one_of(
    st.sampled_from(SAID), st.text(max_size=20), st.sampled_from([" ", "<b>", "</p>", "&", "not ", "2040", "%", "100 ", "\u200b", "不", "'", "<!--"])
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=8).map("".join)
PLAIN = st.lists(st.sampled_from(SAID), min_size=1, max_size=4).map(" ".join)
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def asked(text: str, brand: str = "") -> list[Finding]:
    return check(Claim(text, brand), (), ON, EVERYWHERE)


def rules(text: str) -> Counter[str]:
    return Counter(each.rule for each in asked(text))


@given(TEXTS, st.text(max_size=12))
def test_quotes_stand_where_they_are_said_to(text: str, brand: str) -> None:
    for each in asked(text, brand):
        whole = {"text": text, "brand": brand}[each.where]
        assert 0 <= each.start < each.end <= len(whole)
        assert whole[each.start : each.end] == each.quote


@given(PLAIN)
def test_case_width_and_mark_up_change_nothing(text: str) -> None:
    plain = rules(text)
    assert plain
    assert rules(text.upper()) == plain
    assert rules(text.translate(WIDE)) == plain
    assert rules("".join(f"<b>{html.escape(each)}</b>" for each in text)) == plain
    assert rules("".join(f"&#{ord(each)};" for each in text)) == plain
    assert rules("\u200b".join(text)) == plain


@given(PLAIN, PLAIN)
def test_what_is_said_later_takes_nothing_back(first: str, second: str) -> None:
    assert set(rules(first)) <= set(rules(f"{first}\n\n{second}")) | {"house.avoided-apart"}


@settings(max_examples=50)
@given(PLAIN, st.lists(st.sampled_from(["specification", "licence", "targets", "life_cycle_evidence", "scope_stated"])))
def test_evidence_lifts_and_never_adds(text: str, kinds: list[str]) -> None:
    held = check(text, list(map(sound, kinds)), ON, EVERYWHERE)
    assert not Counter(each.rule for each in held) - rules(text)


@given(PLAIN)
def test_the_same_question_has_the_same_answer(text: str) -> None:
    assert asked(text) == asked(text)
