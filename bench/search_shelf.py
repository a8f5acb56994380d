"""A shelf of bilingual products made from a seed, in SQLite as a site's database would hold it, and what readers ask of it.

English and Chinese names by turns Traditional and Simplified; brands, categories, modifiers by Zipf's law; a GTIN each.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import opencc

from bench import search_words as words
from leafmark.web.search import Document

DATA: Final = Path(__file__).parent / "data"
BRANDS = 3_000
TABLE: Final = """CREATE TABLE product (
    product_id TEXT PRIMARY KEY, english TEXT, script TEXT, chinese TEXT, brand TEXT, sector TEXT, category TEXT, state TEXT,
    co2e_ug INTEGER, declared_unit TEXT, gtin TEXT) WITHOUT ROWID"""


def zipf(count: int, exponent: float) -> list[float]:
    """Cumulative weights of Zipf's law."""
    return list(accumulate(1 / rank**exponent for rank in range(1, count + 1)))


class Shelf:
    """What the products are drawn from."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        draw = self.random
        self._simplified = opencc.OpenCC("t2s").convert
        self._known: dict[str, str] = {}
        self.categories = [(s, name, nouns) for s in words.NOUNS for name, nouns in words.categories(s).items()]
        draw.shuffle(self.categories)
        self.modifiers = {sector: words.pairs(text) for sector, text in words.MODIFIERS.items()}
        self._sizes = {sector: [each.strip() for each in text.split(",")] for sector, text in words.SIZES.items()}
        self.brands = [self._brand() for _ in range(BRANDS)]
        self._by_category, self._by_brand = zipf(len(self.categories), 0.6), zipf(BRANDS, 0.9)
        self._by_modifier = {sector: zipf(len(found), 0.7) for sector, found in self.modifiers.items()}

    def _brand(self) -> words.Pair:
        draw = self.random
        name = "".join(draw.choice(part.split()) for part in (words.ONSETS, words.VOWELS, words.ENDINGS))
        return name.capitalize(), "".join(draw.sample(words.HAN_BRAND, 2))

    def simplified(self, word: str) -> str:
        """The word in Simplified characters."""
        if word not in self._known:
            self._known[word] = self._simplified(word)
        return self._known[word]

    def category(self) -> tuple[str, str, list[words.Pair]]:
        """(sector, category, its nouns), the commonest most often."""
        return self.random.choices(self.categories, cum_weights=self._by_category)[0]

    def modifier(self, sector: str) -> words.Pair:
        """A modifier of the sector."""
        return self.random.choices(self.modifiers[sector], cum_weights=self._by_modifier[sector])[0]

    def brand(self) -> words.Pair:
        """A brand."""
        return self.random.choices(self.brands, cum_weights=self._by_brand)[0]

    def row(self, number: int) -> tuple[Any, ...]:
        """A product, as the table has it."""
        draw = self.random
        (sector, category, nouns), brand, noun_at = self.category(), self.brand(), draw.random()
        noun = nouns[int(noun_at * len(nouns))]
        kinds = dict.fromkeys(self.modifier(sector) for _ in range(draw.choice((1, 1, 2, 2, 3))))
        letters = "ABCDKMSTX"
        model = (
            f"{draw.choice(letters)}{draw.choice(letters)}-{draw.randrange(100, 9999)}"
            if sector == "electronics"
            else ""
        )
        tail = " ".join(filter(None, (model, draw.choice(self._sizes[sector]))))
        english = " ".join((brand[0], *(kind[0] for kind in kinds), noun[0], tail))
        of_script = self.simplified if number % 2 else str
        chinese = "".join(map(of_script, (brand[1], *(kind[1] for kind in kinds), noun[1]))) + " " + tail
        state = draw.choices(words.STATES, words.STATE_WEIGHTS)[0]
        co2e_ug = None if state in ("unknown", "not_applicable") else int(draw.lognormvariate(0, 1.2) * 1e9)
        return (
            f"SKU-{number:08d}", english, "zh-Hans" if number % 2 else "zh-Hant", chinese, brand[0], sector, category, state,
            co2e_ug, draw.choice(words.UNITS[sector]), f"{4_000_000_000_000 + number * 10 + 7:013d}",
        )  # fmt: skip


def database(size: int, seed: int = 1) -> Path:
    """The shelf's database, made if it is not there."""
    path = DATA / f"search-{size}-{seed}.db"
    if path.exists():
        return path
    DATA.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    shelf = Shelf(seed)
    connection = sqlite3.connect(unfinished)
    connection.execute(TABLE)
    connection.executemany(f"INSERT INTO product VALUES ({', '.join('?' * 11)})", map(shelf.row, range(size)))
    connection.commit()
    connection.close()
    unfinished.rename(path)
    return path


def rows(path: Path) -> Iterator[tuple[Any, ...]]:
    """All products of a database."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        yield from connection.execute("SELECT * FROM product")
    finally:
        connection.close()


def documents(path: Path) -> Iterator[Document]:
    """All products of a database, as the index takes them."""
    for key, english, script, chinese, brand, sector, category, state, co2e_ug, unit, gtin in rows(path):
        yield Document(key, {"en": english, script: chinese}, brand, sector, category, state, co2e_ug, unit, (gtin,))


@dataclass(frozen=True)
class Question:
    """One search of a reader."""

    kind: str
    text: str
    filters: dict[str, str] = field(default_factory=dict)
    sort: str = "relevance"


KINDS: Final = {
    "one word": 24, "two words": 22, "Chinese": 14, "Chinese, two words": 10, "mixed scripts": 5, "one typo": 8,
    "two typos": 4, "word in a category": 6, "sorted by kg": 4, "GTIN": 3,
}  # fmt: skip
"""Kinds of question and their share in per cent."""


def questions(count: int, size: int, seed: int = 7) -> list[Question]:
    """What readers ask; words as common in questions as on the shelf."""
    shelf = Shelf(1)  # the same words at the same ranks as on the shelf
    shelf.random = random.Random(seed)
    return [_question(shelf, size) for _ in range(count)]


def _question(shelf: Shelf, size: int) -> Question:
    draw = shelf.random
    kind = draw.choices(list(KINDS), list(KINDS.values()))[0]
    sector, category, nouns = shelf.category()
    noun, modifier = draw.choice(nouns), shelf.modifier(sector)
    of_script = shelf.simplified if draw.random() < 0.5 else str
    one = draw.choice((noun[0].split()[-1], modifier[0], shelf.brand()[0])).lower()
    texts = {
        "one word": one,
        "two words": f"{modifier[0]} {noun[0].split()[-1]}",
        "Chinese": of_script(draw.choice((noun[1], modifier[1]))),
        "Chinese, two words": of_script(modifier[1] + draw.choice(("", " ")) + noun[1]),
        "mixed scripts": f"{of_script(modifier[1])} {noun[0]}",
        "one typo": _mistyped(noun[0], draw, 1),
        "two typos": _mistyped(max((*noun[0].split(), *modifier[0].split()), key=len), draw, 2),
        "word in a category": modifier[0],
        "sorted by kg": modifier[0],
        "GTIN": f"{4_000_000_000_000 + draw.randrange(size) * 10 + 7:013d}",
    }
    filters = {"word in a category": {"category": category}, "sorted by kg": {"declared_unit": words.UNITS[sector][0]}}
    sort = draw.choice(("lowest", "highest")) if kind == "sorted by kg" else "relevance"
    return Question(kind, texts[kind], filters.get(kind, {}), sort)


def _mistyped(word: str, draw: random.Random, typos: int) -> str:
    """The word with letters swapped, left out or doubled."""
    for _ in range(typos):
        at = draw.randrange(1, max(2, len(word) - 1))
        swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
        word = draw.choice((swapped, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]))
    return word
