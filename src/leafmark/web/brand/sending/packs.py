"""The factors that lines are matched with, kept once in each process: their keys, names and units, and the index over their names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from leafmark.factors import units
from leafmark.factors.model import Pack
from leafmark.factors.regions import WORLD
from leafmark.products.imports import keys_of
from leafmark.products.matching import Confirmation, index_of
from leafmark.products.matching.index import NameIndex
from leafmark.web.operate.packs.active import active_packs
from leafmark.web.search.text import to_traditional

FOUND_MAX = 10
ROWS_SEARCHED = 400
"""A key has a factor for each place and year: so many rows for ten keys."""


@dataclass(frozen=True)
class FactorName:
    """A factor's key in words; `per` are the units its factors are per, `places` where they hold, WORLD first."""

    key: str
    en: str
    zh: str
    per: tuple[str, ...]
    places: tuple[str, ...]

    def named(self, lang: str) -> str:
        """Its name in a language, as near as its publisher has it."""
        if lang == "en" or not self.zh:
            return self.en
        return to_traditional(self.zh) if lang == "zh-Hant" else self.zh

    def meets(self, given: Collection[str | None]) -> bool:
        """Whether one of these units of lines converts to one of its own."""
        own = {units.dimension(each) for each in self.per}
        return any(each is not None and units.dimension(each) in own for each in given)


def packs() -> tuple[Pack, ...]:
    """The packs that a brand's figures are made with: those that the operator let in."""
    return active_packs()


def keys() -> dict[str, FactorName]:
    """Every key of the packs."""
    return _keys(packs())


@lru_cache(maxsize=2)
def _keys(packs: tuple[Pack, ...]) -> dict[str, FactorName]:
    found: dict[str, FactorName] = {}
    per = keys_of(packs)
    places = _places(packs)
    for pack in packs:
        columns = (pack.factors.column(name).to_pylist() for name in ("key", "name_en", "name_zh"))
        for key, en, zh in zip(*columns, strict=True):
            if key not in found or (zh and not found[key].zh):
                found[key] = FactorName(key, en, zh or "", tuple(sorted(per[key])), places[key])
    return found


def _places(packs: tuple[Pack, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for pack in packs:
        for key, region in zip(*(pack.factors.column(name).to_pylist() for name in ("key", "region")), strict=True):
            found.setdefault(key, set()).add(region)
    return {key: tuple(sorted(each, key=lambda place: (place != WORLD, place))) for key, each in found.items()}


def index(confirmed: tuple[Confirmation, ...]) -> NameIndex:
    """The names of all factors, and of what a brand confirmed."""
    return _index(confirmed, packs())


@lru_cache(maxsize=8)
def _index(confirmed: tuple[Confirmation, ...], packs: tuple[Pack, ...]) -> NameIndex:
    return index_of(confirmed, packs)


def search(words: str) -> list[FactorName]:
    """Keys of factors by words in English or Chinese, best first, at most ten."""
    rows: Iterable[str] = (each.key for pack in packs() for each in pack.search(words, ROWS_SEARCHED))
    known = keys()
    return [known[key] for key in list(dict.fromkeys(rows))[:FOUND_MAX]]
