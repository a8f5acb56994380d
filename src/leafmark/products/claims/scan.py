"""Where a text meets rules: places of their topics that nothing around takes back. What lifts them is not asked here.

One pass over the words; of each word only the phrases that begin there, and those of the last few words that may cover
it, are looked at. Time is linear in the text; memory too, at some 50 bytes a word.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from .context import is_taken_back
from .fold import fold
from .model import Rule
from .phrases import WORDS_MAX, Phrasebook
from .tokens import Words, words_of
from .word_lists import shipped_topics

TEXT: Final = "text"
BRAND: Final = "brand"

_EXCEPT: Final = "!"
_CAPITAL_BEGINS: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_Recent = deque[tuple[int, dict[str, int]]]


@cache
def _book(topics: frozenset[str]) -> Phrasebook:
    phrases = {}
    for name in sorted(topics):
        topic = shipped_topics()[name]
        phrases[name] = topic.phrases
        phrases[_EXCEPT + name] = topic.exceptions
    return Phrasebook(phrases)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A text cut into words once; `blanks` are the places of those put into a name where capitals begin."""

    words: Words
    blanks: tuple[int, ...] = ()

    def place(self, first: int, last: int) -> tuple[int, int]:
        """Give the place of the words `first` to `last` in the text as it was given."""
        start, end = self.words.span(first, last)
        return start - bisect_left(self.blanks, start), end - bisect_left(self.blanks, end)


def scan(text: str) -> Scanned:
    """Cut a text, plain or HTML, into words."""
    return Scanned(words_of(fold(text)))


def scan_name(name: str) -> Scanned:
    """Cut a name into words, also where capitals begin: EcoWash."""
    cuts = [match.start() for match in _CAPITAL_BEGINS.finditer(name)]
    ends = [0, *cuts, len(name)]
    spaced = " ".join(name[start:end] for start, end in pairwise(ends))
    return Scanned(words_of(fold(spaced)), tuple(cut + place for place, cut in enumerate(cuts)))


def topics_in(scanned: Scanned, topics: frozenset[str]) -> frozenset[str]:
    """Give those of the topics that have a phrase in a text."""
    found = {topic for _, finds in _book(topics).places(scanned.words) for topic in finds} if topics else set()
    return topics & found


def first_words(scanned: Scanned, topics: frozenset[str]) -> Iterator[int]:
    """Give where the phrases of these topics begin, in characters of the text as it was given; nothing is taken back here."""
    for first, finds in _book(topics).places(scanned.words):
        if any(topic in topics for topic in finds):
            yield scanned.place(first, first)[0]


def places_of(scanned: Scanned, rules: Sequence[Rule], done: Collection[str]) -> Iterator[tuple[Rule, int, int]]:
    """Give each rule's places, `[start, end)` in characters, in their order; places of one rule do not overlap.

    A rule whose id the caller has put into `done` is not looked for any further.
    """
    topics = frozenset(topic for rule in rules for topic in (*rule.topics, *rule.unless_inside))
    by_topic = {topic: [rule for rule in rules if topic in rule.topics] for topic in topics}
    words = scanned.words
    recent: _Recent = deque(maxlen=WORDS_MAX)
    covered = dict.fromkeys((rule.id for rule in rules), -1)
    for first, found in _book(topics).places(words):
        recent.append((first, found))
        taken_back: dict[int, bool] = {}
        for rule in {rule.id: rule for topic in found for rule in by_topic.get(topic, ())}.values():
            if rule.id in done or first <= covered[rule.id]:
                continue
            last = _last_of(rule, words, recent, taken_back)
            if last is not None:
                covered[rule.id] = last
                yield rule, *scanned.place(first, last)
        if done and all(rule.id in done for rule in rules):
            return


def _last_of(rule: Rule, words: Words, recent: _Recent, taken_back: dict[int, bool]) -> int | None:
    """Give the last word of a rule's longest phrase at the newest word; None where there is none that stands."""
    first, found = recent[-1]
    for last, topic in sorted(((found[topic], topic) for topic in rule.topics if topic in found), reverse=True):
        if last not in taken_back:
            taken_back[last] = is_taken_back(words, first, last)
        if not taken_back[last] and not _is_inside((_EXCEPT + topic, *rule.unless_inside), first, last, recent):
            return last
    return None


def _is_inside(topics: Sequence[str], first: int, last: int, recent: _Recent) -> bool:
    """Say whether a phrase of one of the topics covers the words `first` to `last`."""
    return any(finds.get(topic, -1) >= last for place, finds in recent if first - place < WORDS_MAX for topic in topics)
