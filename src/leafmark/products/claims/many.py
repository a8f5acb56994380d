"""Many short texts, such as the names of a catalogue: which of them can have a finding at all.

`report` costs some 200 microseconds a text, most of it for what is the same every time. Here two sieves come before it, each of which
lets through every text that has a finding:

    folded text -> does it hold one word (of Chinese: one character) that a phrase cannot do without?   1 microsecond a name
    -> does a phrase of the rules begin in it?                                                         10 to 20 microseconds

What is not named has no finding; what is named is still to be asked one by one, since evidence, negations and exceptions are not looked
at here. Texts are joined for both, each in paragraphs of its own, which no phrase crosses.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from .fold import fold
from .phrases import DIGITS_AS_LETTERS
from .rulebook import rules_for
from .scan import TEXT, first_words, scan
from .word_lists import shipped_topics

_SIFTED_AT_ONCE: Final = 50_000
_READ_AT_ONCE: Final = 2_000
_BEGINNING_CHARS: Final = 5
"""A long word is known by so many of its first letters: the pattern stays short."""
_BETWEEN: Final = "\n\n\n"
_HARD: Final = re.compile("[<&\x1f\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]")
"""Mark-up could reach from one text into the next, and a line break end a text: such a one is read alone."""
_SPELLED: Final = r"(?:^|[^a-z])[a-z](?:[ .\-_*][a-z]){2}"
"""Letters written one by one, which are one word."""
_MIXED: Final = "[a-z][0-9]|[0-9][a-z]"
"""Digits among letters may stand for letters."""
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

Progress = Callable[[int, int], None]


def suspects(
    texts: Sequence[str], on_date: date, markets: Sequence[str] = ("eu",), progress: Progress | None = None
) -> list[int]:
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
    found: list[int] = []
    for start in range(0, len(texts), _SIFTED_AT_ONCE):
        places = range(start, min(start + _SIFTED_AT_ONCE, len(texts)))
        hard = [place for place in places if _HARD.search(texts[place])]
        found += (place for place in hard if any(True for _ in first_words(scan(texts[place]), topics)))
        alone = set(hard)
        left = _left(texts, [place for place in places if place not in alone], topics)
        for first in range(0, len(left), _READ_AT_ONCE):
            found += _begun(texts, left[first : first + _READ_AT_ONCE], topics)
        if progress is not None:
            progress(places.stop, len(texts))
    return sorted(found)


def _begun(texts: Sequence[str], places: list[int], topics: frozenset[str]) -> set[int]:
    """The places of texts in which a phrase begins."""
    begins, joined = _joined([texts[place] for place in places])
    return {places[bisect_right(begins, at) - 1] for at in first_words(scan(joined), topics)}


def _left(texts: Sequence[str], places: list[int], topics: frozenset[str]) -> list[int]:
    """The places of texts that hold a word which one of the phrases needs."""
    pattern = _needed(topics)
    if pattern is None or not places:
        return places
    folded = fold(_BETWEEN.join([texts[place] for place in places])).text
    lines = pa.array(folded.split(_BETWEEN))
    if len(lines) != len(places):  # a character was folded to line breaks: nothing is sifted
        return places
    hit = pc.or_(pc.match_substring_regex(lines, pattern), pc.match_substring_regex(lines, _SPELLED))
    mixed = pc.match_substring_regex(lines, _MIXED)
    if pc.any(mixed).as_py():
        as_letters = pa.array(folded.translate(DIGITS_AS_LETTERS).split(_BETWEEN))
        hit = pc.or_(hit, pc.and_(mixed, pc.match_substring_regex(as_letters, pattern)))
    return [places[place] for place in pc.indices_nonzero(hit).to_pylist()]


@cache
def _needed(topics: frozenset[str]) -> str | None:
    """A pattern that every text with a phrase of these topics matches once it is folded; None where there is none."""
    phrases = [phrase for topic in topics for phrase in shipped_topics()[topic].phrases]
    exact, begun, characters = set[str](), set[str](), list[set[str]]()
    for phrase in phrases:
        texts = {each.text: each.kind for each in phrase if each.kind in ("word", "start")}
        latin = [each for each in texts if not _HAN.search(each)]
        if latin:
            longest = max(latin, key=len)
            whole = texts[longest] == "word" and len(longest) <= _BEGINNING_CHARS
            (exact if whole else begun).add(re.escape(longest[:_BEGINNING_CHARS]))
        elif texts:
            characters.append(set(texts))
        else:
            return None
    chosen = _hitting(characters)
    parts = [f"(?:^|[^a-z0-9])(?:{'|'.join(sorted(begun))})"] if begun else []
    parts += [f"(?:^|[^a-z0-9])(?:{'|'.join(sorted(exact))})(?:[^a-z0-9]|$)"] if exact else []
    parts += [f"[{''.join(sorted(chosen))}]"] if chosen else []
    return "|".join(parts)


def _hitting(sets: Iterable[set[str]]) -> set[str]:
    """Few characters of which each set has one: the one that most sets have first."""
    left, chosen = list(sets), set[str]()
    while left:
        counted = Counter(each for one in left for each in one)
        best = max(sorted(counted), key=lambda each: counted[each])
        chosen.add(best)
        left = [one for one in left if best not in one]
    return chosen


def _joined(texts: Sequence[str]) -> tuple[list[int], str]:
    """Where each text begins in all of them together."""
    begins, at = [], 0
    for text in texts:
        begins.append(at)
        at += len(text) + len(_BETWEEN)
    return begins, _BETWEEN.join(texts)
