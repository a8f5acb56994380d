"""Dodges that are seen through, words that are not claims, and what takes a claim back."""

from __future__ import annotations

import time

import pytest

from leafmark.products.claims import Claim, check
from leafmark.products.claims.check import PLACES_MAX
from leafmark.products.claims.fold import fold
from leafmark.products.claims.phrases import phrases_of
from leafmark.products.claims.tokens import words_of

from .held import ON, rules_found

DODGES = [
    "carbon neutral", "CARBON NEUTRAL", "Carbon-Neutral", "carbon\u2011neutral", "carbon\u00a0neutral", "carbon\nneutral",
    "carb\u200bon neu\u00adtral", "c\u0430rb\u043en neutr\u0430l", "ｃａｒｂｏｎ　ｎｅｕｔｒａｌ", "𝐜𝐚𝐫𝐛𝐨𝐧 𝓷𝓮𝓾𝓽𝓻𝓪𝓵", "ⓒⓐⓡⓑⓞⓝ ⓝⓔⓤⓣⓡⓐⓛ",
    "carb0n n3utral", "c a r b o n  n e u t r a l", "c.a.r.b.o.n neutral", "#CarbonNeutral", "carbon.neutral", "carbon_neutral",
    "<b>carbon</b> neutral", "car<i>bon</i> neutral", "carbon<br>neutral", "carbon&nbsp;neutral", "&#99;arbon neutr&#x61;l",
    '<img alt="carbon neutral" src="x.png">', "<p title='Carbon neutral'>Kettle</p>", "«carbon neutral»", '"carbon neutral"',
    "carbon <!-- not --> neutral", "càrbön neutral", "carbon\u202e\u202c neutral",
]  # fmt: skip
CHINESE_DODGES = ["碳中和", "碳 中 和", "碳·中·和", "碳\u200b中\u200b和", "<b>碳</b>中和", "&#30899;中和"]
TAKEN_BACK = [
    "Not carbon neutral.", "It is not yet carbon neutral.", "It isn't carbon neutral.", "We never say carbon neutral.",
    "Ce n'est pas neutre en carbone.", "Das ist nicht klimaneutral.", "Kein klimaneutrales Produkt.", "並非碳中和產品。", "不是碳中和产品。",
    'The term "carbon neutral" means little.', "Le terme « neutre en carbone » est vague.", "Der Begriff „klimaneutral“ ist vage.", "“碳中和”一词的含义。",
]  # fmt: skip
NOT_TAKEN_BACK = [
    "Not only carbon neutral but cheap.", "Not cheap, carbon neutral.", "No sugar. Carbon neutral.", "Why not carbon neutral?",
    "Nicht nur klimaneutral.", "Pas seulement neutre en carbone.", "不仅碳中和。", "不怕髒，碳中和。", "<li>Does not shrink</li><li>Carbon neutral</li>",
    'So "carbon neutral" it is.', "Pourquoi pas neutre en carbone ?",
]  # fmt: skip
NOT_WORDS = ["ecosystem", "economy", "economic", "recollection", "greenish", "unsustainable debt", "neutralise the smell", "evergreen", "Ecuador"]  # fmt: skip


@pytest.mark.parametrize("said", DODGES + CHINESE_DODGES)
def test_a_dodge_is_seen_through(said: str) -> None:
    found = [each for each in check(said, (), ON) if each.rule == "eu.offsets"]
    assert len(found) == 1
    assert said[found[0].start : found[0].end] == found[0].quote


@pytest.mark.parametrize("said", TAKEN_BACK)
def test_what_is_denied_or_only_mentioned_is_no_claim(said: str) -> None:
    assert rules_found(said, "eu") == set()


@pytest.mark.parametrize("said", NOT_TAKEN_BACK)
def test_a_negation_of_something_else_takes_nothing_back(said: str) -> None:
    assert "eu.offsets" in rules_found(said, "eu")


@pytest.mark.parametrize("said", NOT_WORDS)
def test_part_of_another_word_is_no_claim(said: str) -> None:
    assert rules_found(said) == set()


def test_what_no_reader_sees_is_not_read() -> None:
    hidden = "<style>.eco{}</style><script>var eco = 'carbon neutral'</script><!-- carbon neutral --><a href='/eco'>Kettle</a>"
    assert rules_found(hidden) == set()


def test_a_comment_that_never_ends_and_a_sign_that_is_no_tag_hide_nothing() -> None:
    assert rules_found("<!-- carbon neutral", "eu") == {"eu.offsets"}
    assert rules_found("1 <b and carbon neutral> 0", "eu") == set()  # a tag's attributes are not text
    assert rules_found("x <y carbon neutral> z", "eu") == {"eu.offsets"}


def test_the_longest_phrase_is_quoted_and_places_do_not_overlap() -> None:
    (found,) = [each for each in check("Kind to our planet: 綠色環保產品", (), ON) if each.start > 10]
    assert found.quote == "綠色環保"


def test_a_name_is_cut_where_capitals_begin_and_quoted_as_it_stands() -> None:
    found = check(Claim("", brand="My\u200b EcoWash KlimaPlus"), (), ON)
    assert [each.quote for each in found] == ["Eco", "Klima"]
    assert [each.start for each in found] == [4, 12]


def test_places_beyond_the_limit_are_said_to_be_there() -> None:
    found = [each for each in check("eco. " * (PLACES_MAX + 5), (), ON) if each.rule == "eu.generic"]
    assert len(found) == PLACES_MAX
    assert found[-1].more
    assert not found[-2].more


@pytest.mark.parametrize(
    "unit",
    [
        "carbon neutral ",
        "不是碳中和2030年",
        "<!-- <script> &eacute;<a ",
        "not by 2030 100 % ",
        "e c o ",
        "((((([[[",
        "a-a_a.a",
        "\u0301",
    ],
)
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    """A text eight times as long takes at most 24 times as long: one with backtracking would take 64 times and more."""

    def seconds(characters: int) -> float:
        text = unit * (characters // len(unit))
        begun = time.process_time()
        check(text, (), ON, ("fr", "uk", "us", "cn"))
        return time.process_time() - begun

    seconds(1_000)
    assert seconds(80_000) < 24 * max(seconds(10_000), 0.01)


def test_comments_that_never_end_are_looked_for_once() -> None:
    def seconds(characters: int) -> float:
        begun = time.process_time()
        fold("<!--" * (characters // 4))
        return time.process_time() - begun

    assert seconds(400_000) < 24 * max(seconds(50_000), 0.01)


@pytest.mark.parametrize(
    "said", ["In any climate, neutral colours.", "Valid until 2040. Recyclable tray.", "有效期至2040年。托盘可回收。"]
)
def test_a_phrase_is_not_put_together_of_two_clauses_or_sentences(said: str) -> None:
    assert not {"eu.offsets", "eu.future"} & rules_found(said, "eu")


def test_a_megabyte_is_read() -> None:
    text = "The kettle holds 1.7 litres and boils in three minutes. " * 18_000 + "It is carbon neutral."
    (found,) = check(text, (), ON)
    assert (found.quote, found.end) == ("carbon neutral", len(text) - 1)


def test_folding_keeps_every_place() -> None:
    text = "Straße ﬁn &eacute;té <b>Grün</b> 綠色 Ⅷ ½"
    folded = fold(text)
    places = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert places == sorted(places)
    words = words_of(folded)
    assert [text[slice(*words.span(at, at))] for at in range(len(words))] == ["Straße", "ﬁn", "&eacute;té", "Grün", "綠", "色", "Ⅷ", "½", "½"]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "said"),
    [("... eco", "both ends"), ("a ... b ... c ... d", "at most 2 gaps"), ("a <thing> b", "<number> or <year>"), (" ".join("a" * 40), "at most 32 words"), ("", "both ends")],
)  # fmt: skip
def test_a_faulty_phrase_is_refused(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        phrases_of(line)
