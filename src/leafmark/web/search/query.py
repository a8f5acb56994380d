"""What a reader typed, as queries of the index: exact, then close, then partial.

The text is never parsed by a query language: it is folded, cut into words, and each word is looked up as a term. So no
character of it has a meaning of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

import tantivy

from leafmark.web.search.documents import FACETS
from leafmark.web.search.fields import WORDS, as_code
from leafmark.web.search.text import HAN, fold, one_line, query_runs, stem

QUERY_CHARS_MAX: Final = 200
"""Characters of a query that are looked at; the longest sensible one, a pasted title, has fewer."""
PARTS_MAX: Final = 12
ONE_TYPO_LETTERS, TWO_TYPOS_LETTERS = 4, 8
CODE_DIGITS_MIN: Final = 8
EXACT_BOOST: Final = 3.0
MUST, SHOULD = tantivy.Occur.Must, tantivy.Occur.Should
LETTERS: Final = re.compile(r"[^\W\d_]+")

Query = tantivy.Query


@dataclass(frozen=True)
class Part:
    """One thing that must be found: a word, a run of unknown characters, or a number."""

    text: str
    kind: str  # word, chinese, unknown (Chinese characters that no word is known of), code
    written: tuple[str, ...] = ()
    """The words of a code as they were typed: a name may hold them, with zeros before them and in groups."""

    @property
    def typos(self) -> int:
        """How many letters may be wrong."""
        if self.kind != "word" or not LETTERS.fullmatch(self.text):
            return 0
        return (len(self.text) >= ONE_TYPO_LETTERS) + (len(self.text) >= TWO_TYPOS_LETTERS)


@dataclass(frozen=True)
class Asked:
    """What a text asks for; no parts and not blank means that nothing can be found."""

    parts: tuple[Part, ...]
    blank: bool


def asked(text: str) -> Asked:
    """Read a reader's text."""
    folded = fold(one_line(text[:QUERY_CHARS_MAX]))[: 2 * QUERY_CHARS_MAX]
    words = WORDS.analyze(HAN.sub(" ", folded))
    code = as_code(folded.strip())
    if code:
        return Asked((Part(code, "code", tuple(words)),), False)
    latin = (_latin(word) for word in words)
    chinese = (part for run in query_runs(folded) for part in _chinese(run))
    parts = tuple(dict.fromkeys((*latin, *chinese)))[:PARTS_MAX]
    return Asked(parts, not folded.strip())


def _latin(word: str) -> Part:
    code = as_code(word)
    return Part(code, "code", (word,)) if code else Part(stem(word), "word")


def _chinese(words: Sequence[str]) -> Iterable[Part]:
    """The words of one run; neighbours of one character each are one unknown word."""
    unknown = ""
    for word in (*words, ""):
        if len(word) == 1:
            unknown += word
            continue
        if unknown:
            yield Part(unknown, "unknown")
            unknown = ""
        if word:
            yield Part(word, "chinese")


class Lookup:
    """Parts as queries against one state of the index."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher, parts: Sequence[Part]) -> None:
        self._schema, self._searcher, self._parts = schema, searcher, parts

    @cached_property
    def exact(self) -> Query:
        """Every word as it is."""
        return _all([self._exact(part) for part in self._parts])

    @cached_property
    def close(self) -> Query:
        """Every word, or one that differs by a letter or two; Chinese words also where they are parts of others.

        If some words are found nowhere, they alone are taken for mistyped.
        """
        return _all(self._alternatives(not self._missing))

    @cached_property
    def partial(self) -> Query | None:
        """All words but one; None if there is one only."""
        if len(self._parts) < 2:
            return None
        found = [(SHOULD, query) for query in self._alternatives(False)]
        return Query.boolean_query(found, minimum_number_should_match=len(found) - 1)

    @cached_property
    def _missing(self) -> frozenset[Part]:
        """Words that may be mistyped and stand in no product."""
        words = [part for part in self._parts if part.typos]
        return frozenset(part for part in words if not self._searcher.doc_freq("words", part.text))

    def _alternatives(self, all_mistyped: bool) -> list[Query]:
        return [self._close(part, all_mistyped or part in self._missing) for part in self._parts]

    def _term(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value, "basic")

    def _pairs(self, characters: str) -> Query:
        if len(characters) == 1:
            return self._term("pairs", characters)
        return _all([self._term("pairs", one + other) for one, other in pairwise(characters)])

    def _exact(self, part: Part) -> Query:
        if part.kind == "code":
            return _any([self._term("codes", part.text), _all([self._term("words", word) for word in part.written])])
        return self._pairs(part.text) if part.kind == "unknown" else self._term("words", part.text)

    def _close(self, part: Part, mistyped: bool) -> Query:
        exact = self._exact(part)
        if part.kind == "chinese":
            return _any([Query.boost_query(exact, EXACT_BOOST), self._pairs(part.text)])
        similar = self._similar(part) if mistyped else None
        return _any([Query.boost_query(exact, EXACT_BOOST), similar]) if similar else exact

    def _similar(self, part: Part) -> Query | None:
        """Words with one wrong letter; with two only if one finds nothing."""
        for distance in range(1, part.typos + 1):
            found = Query.fuzzy_term_query(self._schema, "words", part.text, distance, True, False)
            if self._searcher.search(found, 1, count=False).hits:
                return found
        return None


def narrowed(schema: tantivy.Schema, query: Query, filters: Mapping[str, Sequence[str]], but: str = "") -> Query:
    """The query within the filters, one of them left out; a filter adds the same score to all, so the order stays."""
    kept = [_one_of(schema, name, filters[name]) for name in FACETS if name in filters and name != but]
    return _all([query, *kept])


def _one_of(schema: tantivy.Schema, name: str, values: Sequence[str]) -> Query:
    if len(values) == 1:
        return Query.term_query(schema, name, values[0], "basic")
    return Query.const_score_query(Query.term_set_query(schema, name, list(values)), 0.0)


def _all(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(MUST, query) for query in queries])


def _any(queries: list[Query]) -> Query:
    return Query.boolean_query([(SHOULD, query) for query in queries])
