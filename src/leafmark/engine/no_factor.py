"""Why a key has no factor for a place: what there is instead, and what to ask for to have it.

A factor is passed over because it is not known yet on the run's knowledge date, is superseded, cannot be restated under
`--gwp-strict`, has a boundary the method does not take, or is another region's. Each of these is lifted by itself, in
this order; the first that gives the line a factor is what is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine.line_factors import chain
from leafmark.engine.settings import Settings
from leafmark.factors import gwp, regions
from leafmark.factors.model import Pack
from leafmark.methods.model import Method

_READ = ("region", "boundary", "published_on", "superseded_on", "gwp_set")

REGIONS_NAMED = 3
"""Regions that do have a factor, named one by one."""


@dataclass(frozen=True, slots=True)
class _Fact:
    """What decides whether one factor may be met."""

    region: str
    boundary: str
    published_on: dt.date
    superseded_on: dt.date | None
    gwp_set: str
    restates: bool

    def known(self, day: dt.date) -> bool:
        return self.published_on <= day and (self.superseded_on is None or self.superseded_on > day)


class NoFactor:
    """The factors of some keys, whether or not this run may meet them.

    Parameters
    ----------
    keys : those that were asked for; others cost nothing.
    """

    def __init__(self, packs: Sequence[Pack], method: Method, settings: Settings, keys: Iterable[str]) -> None:
        self.settings = settings
        self._recipes = [part.recipes for part in method.parts if not part.optional]
        self._facts: dict[str, list[_Fact]] = {}
        asked = pa.array(sorted(set(keys)), pa.string())
        for pack in packs:
            table = pack.factors.filter(pc.is_in(pack.factors.column("key"), value_set=asked))
            _, native = gwp.restate(table, settings.gwp)
            for row, kept in zip(table.select(["key", *_READ]).to_pylist(), native.tolist(), strict=True):
                key = row.pop("key")
                self._facts.setdefault(key, []).append(_Fact(**row, restates=not kept))

    def why(self, key: str, region: str) -> str:
        """What was expected of the key's factors for a region, and what there is."""
        facts, places, day = self._facts.get(key, []), chain(region), self.settings.known_on
        near = [fact for fact in facts if fact.region in places]
        wanted = f"a factor for {_or(places)}"
        later = sorted({fact.published_on for fact in near if fact.published_on > day})
        for since in later:
            if self._serves([fact for fact in near if fact.known(since) and self._allowed(fact)], places):
                return f"{wanted} known on {day}; there is one known from {since}: --known-on {since} or later"
        known = [fact for fact in near if fact.known(day)]
        if self._serves(known, places):
            sets = _or(sorted({fact.gwp_set for fact in known if not fact.restates}))
            return (
                f"{wanted} that restates to {self.settings.gwp}; there is one only as published in {sets}: "
                "it counts without --gwp-strict"
            )
        before = [fact for fact in near if fact.published_on <= day]
        if self._serves([fact for fact in before if self._allowed(fact)], places):
            last = max(fact.superseded_on for fact in before if fact.superseded_on is not None)
            return f"{wanted} known on {day}; the last was superseded on {last}: an earlier --known-on finds it"
        return self._elsewhere(wanted, facts, places)

    def _elsewhere(self, wanted: str, facts: list[_Fact], places: tuple[str, ...]) -> str:
        """What there is in other boundaries, and in other regions."""
        usable = [fact for fact in facts if fact.known(self.settings.known_on) and self._allowed(fact)]
        whole = sorted({fact.region for fact in usable if fact.region not in places and self._at(usable, fact.region)})
        others = _named(_near_first(whole, places))
        have = {place: sorted({fact.boundary for fact in usable if fact.region == place}) for place in places}
        there = [f"{place} has only {', '.join(boundaries)}" for place, boundaries in have.items() if boundaries]
        if there:
            more = f"; there is one for {others}" if others else ""
            return f"{wanted} with the boundary {self._boundaries()}; {', and '.join(there)}{more}"
        if others:
            return f"{wanted}; there is one only for {others}"
        found = sorted({f"{fact.boundary} for {fact.region}, known from {fact.published_on}" for fact in facts})
        return f"{wanted} with the boundary {self._boundaries()}, known on {self.settings.known_on}; there is only {_named(found)}"

    def _allowed(self, fact: _Fact) -> bool:
        return fact.restates or not self.settings.gwp_strict

    def _at(self, facts: Iterable[_Fact], region: str) -> bool:
        return self._serves([fact for fact in facts if fact.region == region], (region,))

    def _serves(self, facts: Sequence[_Fact], places: Iterable[str]) -> bool:
        """Whether each mandatory part has, in one of the places, all the boundaries of a recipe."""
        at: dict[str, set[str]] = {}
        for fact in facts:
            at.setdefault(fact.region, set()).add(fact.boundary)
        return all(
            any(at.get(place, set()).issuperset(recipe) for place in places for recipe in recipes)
            for recipes in self._recipes
        )

    def _boundaries(self) -> str:
        """The recipes of each mandatory part: `ttw, and wtt`; `direct or life_cycle`."""
        return ", and ".join(_or([" + ".join(recipe) for recipe in recipes]) for recipes in self._recipes)


def _or(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _near_first(names: Sequence[str], places: tuple[str, ...]) -> list[str]:
    """Those of the line's own country before the others."""
    countries = {regions.country(place) for place in places} - {regions.WORLD}
    return sorted(names, key=lambda name: (regions.country(name) not in countries, name))


def _named(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    rest = len(names) - REGIONS_NAMED
    return ", ".join(names[:REGIONS_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
