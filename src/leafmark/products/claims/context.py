"""What stands beside a claim and takes it back: a negation, or quotation marks after "the term".

The words are data (`context.toml`). Only the clause of the claim is read, a few words of it; what a long sentence says
at its other end is not understood, and docs/claims.md says so.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from .fold import fold
from .tokens import STOP, Words, words_of

_NEAR_WORDS: Final = 3
_NEAR_CHARACTERS: Final = 4
_MENTION_WORDS: Final = 3
_QUOTES: Final = frozenset("\"'\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a\u300c\u300d\u300e\u300f\u2018\u2019")
_PAIR_CHARS_MAX: Final = 3  # blanks and marks between a quotation mark and the claim


@dataclass(frozen=True, slots=True)
class _Sets:
    near: frozenset[tuple[str, ...]]
    next: frozenset[tuple[str, ...]]
    not_if_after: frozenset[tuple[str, ...]]
    not_if_before: frozenset[tuple[str, ...]]
    mention: frozenset[tuple[str, ...]]
    longest: int


@cache
def _sets() -> _Sets:
    data = tomllib.loads((resources.files(__package__) / "context.toml").read_text(encoding="utf-8"))
    sets = {
        name: frozenset(tuple(words_of(fold(word)).texts) for language in data.values() for word in language[name])
        for name in ("near", "next", "not_if_after", "not_if_before", "mention")
    }
    return _Sets(**sets, longest=max(len(word) for each in sets.values() for word in each))


def is_taken_back(words: Words, first: int, last: int) -> bool:
    """Say whether the words `first` to `last` are negated or only mentioned."""
    return _negated(words, first) or _mentioned(words, first, last)


def _is_han(word: str) -> bool:
    return "\u3400" <= word[0] <= "\u9fff"


def _negated(words: Words, first: int) -> bool:
    sets = _sets()
    han = _is_han(words.texts[first])
    reach = _NEAR_CHARACTERS if han else _NEAR_WORDS
    begins = first
    while begins > 0 and words.clauses[begins - 1] == words.clauses[first] and first - begins < reach + sets.longest:
        begins -= 1
    for place in range(begins, first):
        for length in range(1, min(sets.longest, first - place) + 1):
            word = tuple(words.texts[place : place + length])
            between = first - place - length
            # Chinese writes "not" into many words (不鏽鋼): a character alone counts only where it touches the claim.
            reached = (word in sets.near and between <= reach) or (word in sets.next and between <= (0 if han else 1))
            if reached and not _undone(words, place, place + length, begins, sets):
                return True
    return False


def _undone(words: Words, place: int, after: int, begins: int, sets: _Sets) -> bool:
    follows = tuple(words.texts[after : after + 1])
    before = {tuple(words.texts[max(begins, place - length) : place]) for length in (1, 2)}
    return follows in sets.not_if_after or bool(before & sets.not_if_before)


def _mentioned(words: Words, first: int, last: int) -> bool:
    text = words.folded.text
    before = text[max(0, words.starts[first] - _PAIR_CHARS_MAX) : words.starts[first]].strip()
    behind = text[words.ends[last] : words.ends[last] + _PAIR_CHARS_MAX].strip()
    if before[-1:] not in _QUOTES or behind[:1] not in _QUOTES or not before or not behind:
        return False
    sets = _sets()
    around = [
        tuple(words.texts[place : place + length])
        for place in (*range(max(0, first - _MENTION_WORDS), first), last + 1, last + 2)
        for length in (1, 2)
        if STOP not in words.texts[place : place + length]
    ]
    return any(word in sets.mention for word in around)
