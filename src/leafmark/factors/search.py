"""Search in a pack's names, keys and regions, in English and Chinese.

Texts are folded (case, accents, full width). A query of Latin words asks for every word somewhere in the row; a run of
Chinese characters is cut into the longest pieces found in the row, so that province and thing written as one run find
the row that is named for the thing and lies in the province, without a dictionary. Traditional characters are
folded to simplified ones by `hant_hans.csv` (Big5's common characters, single mappings of OpenCC, Apache-2.0).

A row's rank is where the query was found: the key or a name itself, the start of one, a whole word, the start of a
word, inside a word (of three letters or more: `tv` is not in Latvia), the region. `search_words.csv` adds words that
people use and publishers do not (cardboard, laptop), by key or the start of one, as if they stood in the name. Ties go to the world, then to countries in alphabetical order, then to the newest data.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

import pyarrow as pa

from leafmark.factors import regions

_MAX_QUERY_CHARS = 200
_MAX_LIMIT = 10_000
_HAN_SHARE_NEEDED = 0.5
_MIN_PART_CHARS = 3  # fewer Latin letters are looked for as a whole word only
_TOKEN = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def simplified() -> dict[int, str]:
    """Return the simplified character of each traditional one (code point -> character), single mappings only."""
    text = (resources.files(__package__) / "hant_hans.csv").read_text(encoding="utf-8")
    return {ord(row["hant"]): row["hans"] for row in csv.DictReader(text.splitlines())}


@cache
def _words_of_people() -> tuple[tuple[str, str], ...]:
    text = (resources.files(__package__) / "search_words.csv").read_text(encoding="utf-8")
    return tuple((row["key"], fold(row["words"])) for row in csv.DictReader(text.splitlines()))


@cache
def more_words(key: str) -> str:
    """Return the added words of a key, those of its beginnings included."""
    return " ".join(words for start, words in _words_of_people() if f"{key}.".startswith(f"{start}."))


def fold(text: str) -> str:
    """Return a text without case, accents and width variants, its Chinese in simplified characters."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return plain.casefold().translate(simplified())


@dataclass(frozen=True, slots=True)
class _Row:
    names: tuple[str, ...]
    words: frozenset[str]
    text: str
    spaced: str
    region_text: str
    region_words: frozenset[str]


class SearchIndex:
    """The folded texts of a pack's rows; made once per pack, about 2 microseconds per row and query."""

    def __init__(self, factors: pa.Table) -> None:
        columns = {name: factors.column(name).to_pylist() for name in ("key", "name_en", "name_zh", "region")}
        self._years: list[int] = factors.column("data_year").to_pylist()
        self._regions: list[str] = columns["region"]
        self._ids: list[str] = factors.column("factor_id").to_pylist()
        self._rows = [self._row(*cells) for cells in zip(*columns.values(), strict=True)]

    @staticmethod
    def _row(key: str, name_en: str, name_zh: str | None, region: str) -> _Row:
        names = tuple(fold(name) for name in (key, name_en, name_zh) if name)
        text = " ".join((*names, more_words(key)))
        tokens = _TOKEN.findall(text.replace("_", " "))
        places = (region, *(regions.name(region, language) for language in ("en", "zh-Hans", "zh-Hant")))
        region_text = fold(" ".join(places))
        region_words = frozenset(_TOKEN.findall(region_text))
        return _Row(names, frozenset(tokens), text, f" {' '.join(tokens)} ", region_text, region_words)

    def find(self, text: str, limit: int) -> list[int]:
        """Return the row numbers that match, best first, at most `limit`."""
        query = fold(text[:_MAX_QUERY_CHARS]).strip()
        tokens = _TOKEN.findall(query.replace("_", " "))
        if not tokens:
            return []
        scored = [(self._score(row, query, tokens), number) for number, row in enumerate(self._rows)]
        found = [(score, number) for score, number in scored if score > 0]
        found.sort(key=lambda hit: (-hit[0], self._regions[hit[1]] != regions.WORLD, *self._tie(hit[1])))
        return [number for _, number in found[: min(limit, _MAX_LIMIT)]]

    def _tie(self, number: int) -> tuple[int, str, int, str]:
        region = self._regions[number]
        return len(region), region, -self._years[number], self._ids[number]

    @staticmethod
    def _score(row: _Row, query: str, tokens: list[str]) -> float:
        parts = [_token_score(row, token) for token in tokens]
        if not all(parts):
            return 0.0
        score = sum(parts) / len(parts)
        if query in row.names:
            return score + 8.0
        if any(_begins(name, query) for name in row.names):
            return score + 4.0
        whole = f" {' '.join(tokens)} " in row.spaced
        return score + 2.0 if whole or (_HAN.search(query) and query in row.text) else score


def _begins(name: str, query: str) -> bool:
    """Say whether a name begins with the query, and a Latin query with a whole word of it."""
    after = name[len(query) : len(query) + 1]
    return name.startswith(query) and (not after.isalnum() or bool(_HAN.match(query[-1])))


def _token_score(row: _Row, token: str) -> float:
    if token in row.words:
        return 3.0
    if _HAN.match(token):
        if token in row.text:
            return 2.0
        return 1.5 if token in row.region_text else _run_score(row, token)
    if token in row.region_words:
        return 1.5
    if len(token) < _MIN_PART_CHARS:
        return 0.0
    if f" {token}" in row.spaced:
        return 2.0
    return 1.0 if token in row.text or token in row.region_text else 0.0


def _run_score(row: _Row, run: str) -> float:
    """Return how much of a run of Chinese characters a row holds: pieces of two or more count whole, single ones half.

    The run is cut greedily into the longest pieces that stand in the row; a row without one piece of two, or with less
    than half of the run, does not match.
    """
    score, longest, at = 0.0, 0, 0
    while at < len(run):
        size = len(run) - at
        while size > 0 and run[at : at + size] not in row.text and run[at : at + size] not in row.region_text:
            size -= 1
        score += size if size > 1 else size / 2
        longest = max(longest, size)
        at += max(size, 1)
    share = score / len(run)
    return share if longest > 1 and share > _HAN_SHARE_NEEDED else 0.0
