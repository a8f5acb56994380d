"""The names of factors, indexed once: which of them share terms with a product's name, and how much.

Each name of a key (English, Chinese) is a row of weighted terms; a term's weight is its rarity, `ln((1 + N) / (1 + n)) + 1`, and
what stands behind the first comma counts less ("Apple, pulp and peel, raw" is an apple). A product's name scores a row by the
weights they share over both lengths. A word that no row has is looked up once among those that are: a beginning (CHOC), or the
nearest by its groups of three letters.

Cost: terms are read once per different name; a name meets only the rows that have its terms, in NumPy, `BATCH` names at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leafmark.factors.model import Pack
from leafmark.factors.search import more_words

from .terms import terms

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

THEMES: Final = ("food", "material", "spend")
"""What a product or a material can be; a product is no grid, fuel or refuse."""
BEHIND_COMMA: Final = 0.4
CATEGORY_WEIGHT: Final = 0.8
ROW_LENGTH_POWER: Final = 0.7
"""Of a row's length in the score: 1 would be the cosine, which prefers names of one word."""
BEGINNING_WORTH: Final = 0.7
ALIKE_WORTH: Final = 0.8
ALIKE_MIN: Final = 0.6
NEAREST: Final = 3
BATCH: Final = 512
RARE_WORDS_MAX: Final = 50_000
"""Different words no factor has that are compared with those it has; past it, such words count for nothing."""
_THREE: Final = 3


@dataclass(frozen=True, slots=True)
class Scored:
    """The best rows of each name: scores and row numbers, best first; a score of 0 is no row."""

    scores: Floats
    rows: Ints


class NameIndex:
    """The names of factors of some themes, and names that people confirmed: rows from `confirmed_from` on.

    `confirmed` holds (key, name, category).
    """

    def __init__(
        self, packs: Sequence[Pack], confirmed: Sequence[tuple[str, str, str]] = (), themes: Sequence[str] = THEMES
    ) -> None:
        self.keys: list[str] = []
        self.names: list[str] = []
        self.confirmed_from = 0
        self.vocabulary: dict[str, int] = {}
        lines: list[dict[int, float]] = []
        published = dict.fromkeys((*pair, "") for pack in packs for pair in _names(pack.factors, themes))
        for rows in (published, confirmed):
            self.confirmed_from = len(lines)
            for key, name, category in rows:
                line = self._line(name, category)
                if line:
                    self.keys.append(key)
                    self.names.append(name)
                    lines.append(line)
        self._weigh(lines)
        self._resolved: dict[str, tuple[tuple[int, float], ...]] = {}
        self._compared = 0

    def _line(self, name: str, category: str) -> dict[int, float]:
        head, _, rest = name.partition(",")
        line: dict[int, float] = {}
        for text, weight in ((head, 1.0), (rest, BEHIND_COMMA), (category, CATEGORY_WEIGHT)):
            for term in terms(text):
                number = self.vocabulary.setdefault(term, len(self.vocabulary))
                line[number] = max(line.get(number, 0.0), weight)
        return line

    def _weigh(self, lines: Sequence[dict[int, float]]) -> None:
        sizes = np.array([len(line) for line in lines], np.int64)
        term_of = np.fromiter((term for line in lines for term in line), np.int64)
        weight = np.fromiter((weight for line in lines for weight in line.values()), np.float64)
        row_of = np.repeat(np.arange(len(lines)), sizes)
        times = np.bincount(term_of, minlength=len(self.vocabulary))
        self.rarity: Floats = np.log((1 + len(lines)) / (1 + times)) + 1
        weight = weight * self.rarity[term_of]
        length = np.sqrt(np.bincount(row_of, weight**2, len(lines)))
        weight /= length[row_of] ** ROW_LENGTH_POWER
        order = np.argsort(term_of, kind="stable")
        self._rows: Ints = row_of[order]
        self._weights: Floats = weight[order]
        self._starts: Ints = np.concatenate([[0], np.cumsum(times)]).astype(np.int64)

    @cached_property
    def _threes(self) -> dict[str, Ints]:
        found: dict[str, list[int]] = {}
        for word, number in self.vocabulary.items():
            for three in _threes_of(word):
                found.setdefault(three, []).append(number)
        return {three: np.array(numbers, np.int64) for three, numbers in found.items()}

    @cached_property
    def _words(self) -> list[str]:
        return list(self.vocabulary)

    def resolve(self, term: str) -> tuple[tuple[int, float], ...]:
        """Give the terms of the index that stand for a term, each with its worth."""
        if term in self._resolved:
            return self._resolved[term]
        known = self.vocabulary.get(term)
        if known is not None:
            found: tuple[tuple[int, float], ...] = ((known, 1.0),)
        elif term[0] > "z" or len(term) < _THREE or self._compared >= RARE_WORDS_MAX:
            found = ()
        else:
            self._compared += 1
            found = self._nearest(term)
        self._resolved[term] = found
        return found

    def _nearest(self, term: str) -> tuple[tuple[int, float], ...]:
        threes = _threes_of(term)
        postings = [self._threes[three] for three in threes if three in self._threes]
        if not postings:
            return ()
        numbers, shared = np.unique(np.concatenate(postings), return_counts=True)
        ranked: list[tuple[float, int]] = []  # a word of n letters has n groups of three, its ends marked
        for number, count in zip(numbers.tolist(), shared.tolist(), strict=True):
            word = self._words[number]
            alike = 2 * count / (len(threes) + len(word))
            if word.startswith(term):
                ranked.append((BEGINNING_WORTH, number))
            elif alike >= ALIKE_MIN:
                ranked.append((ALIKE_WORTH * alike, number))
        return tuple((number, worth) for worth, number in sorted(ranked, key=lambda one: (-one[0], one[1]))[:NEAREST])

    def score(self, names: Sequence[str], categories: Sequence[str | None], best: int) -> Scored:
        """Give the best rows of each name. A category's words count less, and fill in what the name leaves out."""
        scores = np.zeros((len(names), best))
        rows = np.zeros((len(names), best), np.int64)
        for start in range(0, len(names), BATCH):
            lines = [
                self._query(*one)
                for one in zip(names[start : start + BATCH], categories[start : start + BATCH], strict=True)
            ]
            self._score_batch(lines, scores[start : start + BATCH], rows[start : start + BATCH])
        return Scored(scores, rows)

    def _query(self, name: str, category: str | None) -> dict[int, float]:
        line: dict[int, float] = {}
        for text, weight in ((name, 1.0), (category or "", CATEGORY_WEIGHT)):
            for term in terms(text):
                for number, worth in self.resolve(term):
                    line[number] = max(line.get(number, 0.0), worth * weight)
        return line

    def _score_batch(self, lines: Sequence[dict[int, float]], scores: Floats, rows: Ints) -> None:
        sizes = np.array([len(line) for line in lines], np.int64)
        term_of = np.fromiter((term for line in lines for term in line), np.int64)
        if not len(term_of):
            return
        weight = np.fromiter((weight for line in lines for weight in line.values()), np.float64) * self.rarity[term_of]
        name_of = np.repeat(np.arange(len(lines)), sizes)
        length = np.sqrt(np.bincount(name_of, weight**2, len(lines)))
        weight /= length[name_of]
        counts = self._starts[term_of + 1] - self._starts[term_of]
        ends = np.cumsum(counts)
        places = np.arange(ends[-1]) - np.repeat(ends - counts, counts) + np.repeat(self._starts[term_of], counts)
        flat = np.repeat(name_of, counts) * len(self.keys) + self._rows[places]
        dense = np.bincount(flat, np.repeat(weight, counts) * self._weights[places], len(lines) * len(self.keys))
        dense = dense.reshape(len(lines), len(self.keys))
        width = min(scores.shape[1], dense.shape[1])
        few = np.argpartition(-dense, width - 1, axis=1)[:, :width]
        few.sort(axis=1)
        order = np.argsort(-np.take_along_axis(dense, few, 1), axis=1, kind="stable")
        rows[:, :width] = np.take_along_axis(few, order, 1)
        scores[:, :width] = np.take_along_axis(dense, rows[:, :width], 1)


def _names(factors: pa.Table, themes: Sequence[str]) -> list[tuple[str, str]]:
    """(key, name) of the factors of some themes, each pair once: names, the key's own words, and those people use for it.

    Of a name in English and French the English one.
    """
    columns = [factors.column(name).to_pylist() for name in ("key", "theme", "name_en", "name_zh")]
    found: dict[tuple[str, str], None] = {}
    for key, theme, english, chinese in zip(*columns, strict=True):
        if theme in themes:
            found[key, english.partition(" / ")[0].removeprefix("Spend: ")] = None
            if chinese:
                found[key, chinese.removeprefix("支出：")] = None
            if (
                theme == "material"
            ):  # its publisher's names are of groups ("Paper and board: board, ..."); its keys are of things
                found[key, key.rpartition(".")[2].replace("_", " ")] = None
            if words := more_words(key):
                found[key, words] = None
    return list(found)


def _threes_of(word: str) -> set[str]:
    edged = f"^{word}$"
    return {edged[n : n + _THREE] for n in range(len(edged) - _THREE + 1)}
