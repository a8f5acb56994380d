"""Many short texts, such as the names of a catalogue: which of them can have a finding at all.

`report` costs some 200 microseconds a text, most of it for what is the same every time. Here texts are joined, each in paragraphs of
its own, which no phrase crosses, and read in one pass for the words of the rules: some 10 microseconds a name. What is not named has
no finding; what is named is still to be asked one by one, since evidence, negations and exceptions are not looked at here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from .rulebook import rules_for
from .scan import TEXT, first_words, scan

_AT_ONCE: Final = 2_000
_BETWEEN: Final = "\n\n\n"
_MARK_UP_BEGINS: Final = "<&\x1f"
"""Mark-up could reach from one text into the next: such a text is read alone."""


def suspects(
    texts: Sequence[str], on_date: date, markets: Sequence[str] = ("eu",), progress: Callable[[int, int], None] | None = None
) -> list[int]:  # fmt: skip
    """Give the places of the texts in which a rule's words stand, ascending: every text with a finding of `check` is among them.

    Parameters
    ----------
    texts : plain texts.
    on_date, markets : as for `check`. Rules about the brand's name and about evidence are not asked.
    progress : called with (texts read, texts).

    Raises
    ------
    ValueError
        A market has no rules here.
    """
    topics = frozenset(
        topic for rule in rules_for(tuple(markets), on_date) if rule.trigger == TEXT for topic in rule.topics
    )
    found: set[int] = set()
    for start in range(0, len(texts), _AT_ONCE):
        places = range(start, min(start + _AT_ONCE, len(texts)))
        alone = [place for place in places if any(mark in texts[place] for mark in _MARK_UP_BEGINS)]
        found.update(place for place in alone if any(True for _ in first_words(scan(texts[place]), topics)))
        together = sorted(set(places).difference(alone))
        begins, joined = _joined([texts[place] for place in together])
        found.update(together[bisect_right(begins, at) - 1] for at in first_words(scan(joined), topics))
        if progress is not None:
            progress(places.stop, len(texts))
    return sorted(found)


def _joined(texts: Sequence[str]) -> tuple[list[int], str]:
    """Where each text begins in all of them together."""
    begins, at = [], 0
    for text in texts:
        begins.append(at)
        at += len(text) + len(_BETWEEN)
    return begins, _BETWEEN.join(texts)
