"""Phrases of the word lists, and where a text holds them.

A phrase is written as people write it; case, accents, hyphens and script are folded as in the text. Beyond that:

    sustainab*          any ending
    (low|zero) carbon   either; (low|) carbon also without
    ...                 up to 5 words (10 characters of Chinese) of the same sentence, or none
    <number> <year>     any number; a year from 2000 to 2199

All phrases are one tree by their words, so time grows with the text and not with the number of phrases; a phrase has at
most two gaps, so that one place costs at most some hundred steps, whatever the text. Words run together (`carbonneutral`)
and digits for letters (`carb0n`) are the phrase too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from .fold import fold
from .tokens import STOP, Words, words_of

GAPS_MAX: Final = 2
GAP_WORDS: Final = 5
GAP_CHARACTERS: Final = 10
WORDS_MAX: Final = 32
"""Words of the longest phrase with its gaps: how far back a phrase that covers a word may begin."""

_GLUED_CHARS_MIN: Final = 7
_MIXED_CHARS_MIN: Final = 4
_KNOWN_MAX: Final = 100_000
DIGITS_AS_LETTERS: Final = str.maketrans("013457", "oieast")
_CHOICE: Final = re.compile(r"\(([^()]*)\)")
_PIECE: Final = re.compile(r"\.\.\.|<[a-z]+>|[^\s<]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_YEAR: Final = re.compile(r"2[01][0-9]{2}")


@dataclass(frozen=True, slots=True)
class Element:
    """One part of a phrase: a `word`, the `start` of one, a `number`, a `year`, or a `gap` of up to `most` words."""

    kind: str
    text: str = ""
    most: int = 0


Phrase = tuple[Element, ...]


def phrases_of(written: str) -> list[Phrase]:
    """Read one line of a word list; alternatives make several phrases.

    Raises
    ------
    ValueError
        If it has no words, begins or ends with a gap, has too many gaps or words, or an unknown `<name>`.
    """
    found = []
    for each in _alternatives(written):
        phrase = tuple(_elements(each))
        if not phrase or phrase[0].kind == "gap" or phrase[-1].kind == "gap":
            raise ValueError(f"{written!r}: expected words at both ends")
        if sum(element.kind == "gap" for element in phrase) > GAPS_MAX:
            raise ValueError(f"{written!r}: expected at most {GAPS_MAX} gaps")
        if sum(element.most or 1 for element in phrase) > WORDS_MAX:
            raise ValueError(f"{written!r}: expected at most {WORDS_MAX} words, gaps counted in full")
        found += [phrase, *_glued(phrase)]
    return found


def _alternatives(written: str) -> Iterator[str]:
    parts = [text.split("|") if place % 2 else [text] for place, text in enumerate(_CHOICE.split(written))]
    yield from ("".join(choice) for choice in product(*parts))


def _elements(written: str) -> Iterator[Element]:
    most = GAP_CHARACTERS if _HAN.search(written) else GAP_WORDS
    for piece in _PIECE.findall(written):
        if piece == "...":
            yield Element("gap", most=most)
        elif piece in ("<number>", "<year>"):
            yield Element(piece[1:-1])
        elif piece.startswith("<"):
            raise ValueError(f"{written!r}: expected <number> or <year>, found {piece}")
        else:
            words = [word for word in words_of(fold(piece.rstrip("*"))).texts if word != STOP]
            for place, word in enumerate(words):
                starts = piece.endswith("*") and place == len(words) - 1
                yield Element("start" if starts else "word", word)


def _glued(phrase: Phrase) -> Iterator[Phrase]:
    text = "".join(element.text for element in phrase)
    plain = all(element.kind == "word" for element in phrase[:-1]) and phrase[-1].kind in ("word", "start")
    if len(phrase) > 1 and plain and text.isascii() and text.isalnum() and len(text) >= _GLUED_CHARS_MIN:
        yield (Element(phrase[-1].kind, text),)


def forms_of(word: str) -> tuple[str, ...]:
    """Give the forms in which a word is compared: itself, and with digits read as the letters they look like."""
    if len(word) >= _MIXED_CHARS_MIN and word.isascii() and not word.isalpha() and not word.isdigit():
        return (word, word.translate(DIGITS_AS_LETTERS))
    return (word,)


class _Node:
    """A place in the tree of all phrases: which elements go on from here, and of which topics a phrase ends here."""

    __slots__ = ("gaps", "number", "start_lengths", "starts", "topics", "words", "year")

    def __init__(self) -> None:
        self.topics: list[str] = []
        self.words: dict[str, _Node] = {}
        self.starts: dict[str, _Node] = {}
        self.start_lengths: tuple[int, ...] = ()
        self.number: _Node | None = None
        self.year: _Node | None = None
        self.gaps: dict[int, _Node] = {}

    def child(self, element: Element) -> _Node:
        """Give the node that an element leads to, made when it is not there."""
        if element.kind == "gap":
            return self.gaps.setdefault(element.most, _Node())
        if element.kind == "word":
            return self.words.setdefault(element.text, _Node())
        if element.kind == "start":
            node = self.starts.setdefault(element.text, _Node())
            self.start_lengths = tuple(sorted({len(start) for start in self.starts}))
            return node
        node = getattr(self, element.kind) or _Node()
        setattr(self, element.kind, node)
        return node

    def after(self, word: str) -> Iterator[_Node]:
        """Give the nodes that a word of a text leads to."""
        if word[0].isdigit():
            if self.number is not None:
                yield self.number
            if self.year is not None and _YEAR.fullmatch(word):
                yield self.year
        if not (self.words or self.starts):
            return
        for form in forms_of(word):
            if (node := self.words.get(form)) is not None:
                yield node
            for length in self.start_lengths:
                if length <= len(form) and (node := self.starts.get(form[:length])) is not None:
                    yield node


class Phrasebook:
    """All phrases of several topics, found together: a tree by their elements."""

    def __init__(self, topics: Mapping[str, Iterable[Phrase]]) -> None:
        self._root = _Node()
        for topic, phrases in topics.items():
            for phrase in phrases:
                node = self._root
                for element in phrase:
                    node = node.child(element)
                if topic not in node.topics:
                    node.topics.append(topic)
        self._known: dict[str, tuple[_Node, ...]] = {}

    def at(self, words: Words, place: int) -> dict[str, int]:
        """Give, of each topic that has a phrase beginning at a word, the last word of its longest one."""
        found: dict[str, int] = {}
        for node in self._first(words.texts[place]):
            _go_on(node, words, place, found)
        return found

    def places(self, words: Words) -> Iterator[tuple[int, dict[str, int]]]:
        """Go through a text: each word with which phrases begin, and `at` of it."""
        for place, word in enumerate(words.texts):
            known = self._known.get(word)
            if (known is None or known) and (found := self.at(words, place)):
                yield place, found

    def _first(self, word: str) -> tuple[_Node, ...]:
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _KNOWN_MAX:  # a text of all different words must not fill the memory
                self._known.clear()
            known = self._known[word] = tuple(self._root.after(word))
        return known


def _go_on(node: _Node, words: Words, place: int, found: dict[str, int]) -> None:
    """Note which topics end at `node`, reached with the word at `place`, and follow the words behind it."""
    for topic in node.topics:
        found[topic] = max(found.get(topic, -1), place)
    behind = place + 1
    if behind < len(words) and words.clauses[behind] == words.clauses[place]:
        for child in node.after(words.texts[behind]):
            _go_on(child, words, behind, found)
    for most, gap in node.gaps.items():
        for at in range(behind, min(behind + most + 1, len(words))):
            if words.texts[at] == STOP:
                break
            for child in gap.after(words.texts[at]):
                _go_on(child, words, at, found)
