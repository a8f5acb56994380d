"""A folded text as words: what phrases are compared with.

A word is a run of letters and digits; a Chinese character is a word by itself, since Chinese writes no blanks; a number
and a percent sign are words; the end of a sentence is the word `STOP`. Each word knows its clause: commas, colons,
brackets, dashes between blanks and mark-up blocks end one. Letters written one by one (e c o, c.a.r.b.o.n) are one word.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from typing import Final

from .fold import CLAUSE_BREAK, Folded

STOP: Final = "\n"
PERCENT: Final = "%"

_HAN: Final = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD: Final = re.compile(
    r"(?<![^\W_])[a-z](?:[ .\-_*][a-z]){2,}(?![^\W_])"  # spelled letter by letter
    rf"|[{_HAN}]"
    rf"|[0-9]+(?:[.,][0-9]+)*(?![^\W_{_HAN}])"
    rf"|[^\W_{_HAN}]+"
    r"|%"
    r"|[.!?](?![^\W_])|[\u3002;\uff61]|\n[ ]*\n"  # a full stop inside a word is a dodge, or an address
    rf"|[,:()\[\]{{}}/|\u3001\u3010\u3011\u300a\u300b{CLAUSE_BREAK}]| -+ |--+"
)
_STOPS: Final = frozenset(".!?;\u3002\uff61\n")
_CLAUSE_ENDS: Final = frozenset(",:()[]{}/|\u3001\u3010\u3011\u300a\u300b- " + CLAUSE_BREAK)
_SPELLED_GAPS: Final = str.maketrans("", "", " .-_*")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a folded text: what they are, where they begin and end in it, in which clause they stand."""

    folded: Folded
    texts: list[str]
    starts: array[int]
    ends: array[int]
    clauses: array[int]

    def __len__(self) -> int:
        return len(self.texts)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Give the place in the original text of the words `first` to `last`, both included."""
        return self.folded.span(self.starts[first], self.ends[last])


def words_of(folded: Folded) -> Words:
    """Cut a folded text into words; 24 bytes of place a word."""
    words = Words(folded, [], array("q"), array("q"), array("q"))
    known: dict[str, str] = {}
    add_text, add_start, add_end, add_clause = (
        words.texts.append, words.starts.append, words.ends.append, words.clauses.append,
    )  # fmt: skip
    clause = 0
    for match in _WORD.finditer(folded.text):
        word = match[0]
        if word[0] in _STOPS:
            clause += 1
            word = STOP
        elif word[0] in _CLAUSE_ENDS:
            clause += 1
            continue
        elif len(word) > 2 and word[1] in " .-_*":
            word = word.translate(_SPELLED_GAPS)
        add_text(known.setdefault(word, word))
        start, end = match.span()
        add_start(start)
        add_end(end)
        add_clause(clause)
    return words
