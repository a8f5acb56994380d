"""Many texts at once: no text that the check objects to is left out, whatever stands beside it."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from leafmark.products.claims import MARKETS, check, suspects

DAY = date(2026, 11, 26)
PIECES = (
    "eco-friendly", "Klimaneutral", "环保", "低碳", "carbon", "neutral", "Oak chair", "not", "the term", '"', "<b>", "</b>", "<!--", "-->",
    "&amp;", ".", ",", "\n", "\n\n", "e c o", "friendly", "by 2030", "net zero", "100%", "100 % recycled", "綠色", "100g", "c4rbon neutral",
)  # fmt: skip
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join), max_size=8)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
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
    assert seen == [(2000, 5000), (4000, 5000), (5000, 5000)]
