"""Which factor a line meets: found by name among those the method can use, what the brand's people confirmed first.

A key is shown once, with the places it has factors for and the units that convert to its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import pyarrow as pa

from leafmark.factors import regions, units
from leafmark.factors.search import SearchIndex, fold
from leafmark.products.matching import propose
from leafmark.products.matching.candidates import Confirmation
from leafmark.web.brand.models import Match
from leafmark.web.brand.planning.calculating import Packs, prepare, serves
from leafmark.web.operate.packs.active import active_packs
from leafmark.web.shelf.models import Brand

SHOWN: Final = 12
ROWS_READ: Final = 300
FEW: Final = 3
"""With fewer hits than this, names that are only like the words are proposed as well."""
UNITS_SHOWN: Final = (
    "g",
    "kg",
    "t",
    "lb",
    "mL",
    "L",
    "m3",
    "kWh",
    "MJ",
    "m",
    "km",
    "m2",
    "item",
    "t_km",
    "kg_km",
    "day",
    "hour",
)
NOT_OFFERED: Final = ("declared.", "refrigerant.", "travel.", "homeworking.", "cloud.")
"""A maker's own sheet is no material; the others are no part of a product's bill, or have no whole chain."""
FIRST: Final = {
    "materials": ("material.", "food.", "spend."), "manufacturing": ("electricity.", "fuel.", "heat.", "water."),
    "packaging": ("material.",), "transport": ("freight.",), "use": ("electricity.", "fuel.", "water."), "end_of_life": ("waste.", "water."),
}  # fmt: skip
"""Kinds of factors that a stage mostly has; hits of these go first."""
USUAL: Final = {
    "materials": ("material.plastic_pp", "material.plastic_pet", "material.steel_cans", "material.aluminium", "material.glass",
                  "material.wood", "material.clothing", "material.electrical_items_small"),
    "manufacturing": ("electricity.grid", "fuel.natural_gas.energy_gross", "fuel.diesel", "heat.district", "water.supply"),
    "packaging": ("material.corrugated_board", "material.paper", "material.plastic_ldpe_and_lldpe", "material.plastic_pet",
                  "material.glass", "material.aluminium"),
    "transport": ("freight.hgv.average_laden", "freight.sea.container_ship.average", "freight.rail", "freight.air.long_haul",
                  "freight.van.average.diesel"),
    "use": ("electricity.grid", "water.supply", "fuel.natural_gas.energy_gross"),
    "end_of_life": ("waste.landfill.mixed", "waste.energy_recovery.mixed", "waste.recycling_open_loop.average_plastics",
                    "waste.recycling_closed_loop.corrugated_board", "water.treatment"),
}  # fmt: skip
"""What is offered before anything was looked for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A key that may be meant: its names, unit, and the places it has factors for, the world and countries first."""

    key: str
    name_en: str
    name_zh: str
    unit: str
    places: tuple[str, ...]
    confirmed: bool = False

    def name(self, lang: str) -> str:
        """Its name: publishers have English, and simplified Chinese for most."""
        return self.name_en if lang == "en" else self.name_zh or self.name_en

    @property
    def units(self) -> tuple[str, ...]:
        """Units that convert to its own, its own first."""
        own = units.dimension(self.unit)
        return (self.unit, *(each for each in UNITS_SHOWN if each != self.unit and units.dimension(each) == own))


@lru_cache(maxsize=2)
def _index(packs: Packs) -> tuple[SearchIndex, list[str]]:
    factors = pa.concat_tables([each.factors for each in packs])
    return SearchIndex(factors), factors.column("key").to_pylist()


@lru_cache(maxsize=2)
def _rows(packs: Packs) -> dict[str, list[tuple[str, str, str, str]]]:
    """(region, unit, name_en, name_zh) of each key, as the packs have them."""
    found: dict[str, list[tuple[str, str, str, str]]] = {}
    for pack in packs:
        columns = (pack.factors.column(name).to_pylist() for name in ("key", "region", "unit", "name_en", "name_zh"))
        for key, region, unit, name_en, name_zh in zip(*columns, strict=True):
            found.setdefault(key, []).append((region, unit, name_en, name_zh or ""))
    return found


def _by_size(place: str) -> tuple[bool, bool, str]:
    """The world, then countries, then what lies in them."""
    return place != regions.WORLD, len(place) != 2, place


def choice(key: str, day: dt.date) -> Choice | None:
    """A key with what the method can use of it on a day; None where it is not known, or nothing of it can be used."""
    return _choice(key, day, active_packs())


@lru_cache(maxsize=4_096)
def _choice(key: str, day: dt.date, packs: Packs) -> Choice | None:
    rows = _rows(packs).get(key, [])
    prepare(key, day, packs)
    served = {place for place in {region for region, *_ in rows} if serves(key, place, day, packs)}
    if not served:
        return None
    best = min((row for row in rows if row[0] in served), key=lambda row: _by_size(row[0]))
    return Choice(key, best[2], best[3], best[1], tuple(sorted(served, key=_by_size)))


def name_of(key: str, region: str = "", *, lang: str, day: dt.date) -> str:
    """A key's name in a language, as it is called for a place; the key itself where it is not known."""
    here = next((row for row in _rows(active_packs()).get(key, []) if row[0] == region), None)
    if here is not None:
        return here[2] if lang == "en" else here[3] or here[2]
    found = choice(key, day)
    return found.name(lang) if found else key


def find(words: str, stage: str, brand: Brand, day: dt.date) -> list[Choice]:
    """Keys that may be meant by some words, those that the brand's people confirmed for them first."""
    if not words.strip():
        return _choices(USUAL[stage], day)
    confirmed = _confirmed(brand, words)
    packs = active_packs()
    index, keys = _index(packs)
    hits = list(dict.fromkeys(keys[row] for row in index.find(words, ROWS_READ)))
    hits.sort(key=lambda key: not key.startswith(FIRST[stage]))
    found = _choices([*confirmed, *hits], day)
    if len(found) < FEW:
        proposed = [each.key for each in propose([words[:200]], factors=list(packs))[0]]
        found = _choices([*confirmed, *hits, *proposed], day)
    sure = set(confirmed)
    return [Choice(each.key, each.name_en, each.name_zh, each.unit, each.places, each.key in sure) for each in found]


def _choices(keys: Iterable[str], day: dt.date) -> list[Choice]:
    found, packs = [], active_packs()
    for key in dict.fromkeys(keys):
        if not key.startswith(NOT_OFFERED) and (one := _choice(key, day, packs)) is not None:
            found.append(one)
        if len(found) == SHOWN:
            break
    return found


def _confirmed(brand: Brand, words: str) -> list[str]:
    """Keys that were confirmed for a name that reads the same, by the rule of `products.matching`."""
    standing = Match.objects.filter(brand=brand, withdrawn_at=None).select_related("by")
    said = [Confirmation(each.key, each.by.email, each.confirmed_at.date(), each.name) for each in standing if fold(each.name) == fold(words)]  # fmt: skip
    return [each.key for each in propose([words], confirmed=said)[0]] if said else []
