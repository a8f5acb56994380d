"""What one line met: the spans of its key and place, chosen from the pinned packs for just those, and kept while warm.

`lookup.choose` works on whole packs: right for a run, too slow for one line. Here a pack's rows are indexed by key and
place once, and `choose` sees only the rows of those that are asked for. It takes each (key, place) by itself, so its
answer is the run's answer (same code, same order of additions) at a thousandth of the work.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from leafmark.engine import lookup
from leafmark.engine.base_units import base_unit
from leafmark.engine.schema import UG_PER_KG
from leafmark.engine.settings import Settings
from leafmark.factors import gwp, regions, units
from leafmark.factors.model import Factor, Pack, Source
from leafmark.methods.model import Method


@dataclass(frozen=True, slots=True)
class Met:
    """The span a line met.

    `level` 0 is the place itself, 1 its parent, and so on; `place` is where it was found, `tried` the places before it
    that have none for the day.
    """

    factor_ids: tuple[str, ...]
    ug_per_base: float
    dimension: str
    rel_sd: float
    gap_years: int
    native: float
    level: int
    place: str
    tried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """One factor of a recipe as it was used: restated to the run's GWP set where its gases are known."""

    factor: Factor
    source: Source
    pack: str
    co2e_kg: float
    native: bool
    ug_per_base: float
    facts: dict[str, Any]
    """What an explanation says of it, whatever the line."""

    def conversion(self, unit: str) -> float:
        """How many of the factor's units one `unit` is."""
        return units.factor_between(unit, self.factor.unit)


def chain(region: str) -> tuple[str, ...]:
    """The places that may serve a region, nearest first; none where the region is not known."""
    return tuple(dict.fromkeys((region, *regions.parents(region), "WORLD"))) if regions.known(region) else ()


class LineFactors:
    """Chooses factors for single lines of one method under one run's settings."""

    def __init__(self, packs: Sequence[Pack], method: Method, settings: Settings) -> None:
        self.packs, self.method, self.settings = packs, method, settings
        self._rows: dict[tuple[str, str], tuple[int, list[int]]] = {}
        self._where: dict[str, tuple[int, int]] = {}
        for number, pack in enumerate(packs):
            columns = (pack.factors.column(name).to_pylist() for name in ("key", "region", "factor_id"))
            for row, (key, region, factor_id) in enumerate(zip(*columns, strict=True)):
                self._rows.setdefault((key, region), (number, []))[1].append(row)
                self._where[factor_id] = (number, row)
        self._spans: dict[tuple[str, str], dict[int, list[dict[str, Any]]]] = {}
        self._used: dict[str, Used] = {}
        self._restated = [gwp.restate(pack.factors, settings.gwp) for pack in packs]

    def prepare(self, keys: Iterable[str | None]) -> None:
        """Choose for several keys at once, in every place that has them; what is chosen already costs nothing."""
        wanted = set(keys)
        self._choose(place for place in self._rows if place[0] in wanted)

    def prepare_places(self, asked: Iterable[tuple[str | None, str]]) -> None:
        """Choose for several (key, region) at once, with the places above them."""
        self._choose({(key, place) for key, region in asked if key is not None for place in chain(region)})

    def _choose(self, places: Iterable[tuple[str, str]]) -> None:
        by_pack: dict[int, list[int]] = {}
        for each in sorted(place for place in places if place not in self._spans):
            self._spans[each] = {}
            if each in self._rows:
                number, rows = self._rows[each]
                by_pack.setdefault(number, []).extend(rows)
        if not by_pack:
            return
        few = [
            dataclasses.replace(self.packs[number], factors=self.packs[number].factors.take(pa.array(sorted(rows))))
            for number, rows in by_pack.items()
        ]
        chosen = lookup.choose(
            few, self.method, self.settings.known_on, self.settings.gwp, None, self.settings.gwp_strict
        )
        for row in chosen.table.to_pylist():
            row["factor_ids"] = chosen.factors[row["factor_no"]]
            row["dimension"] = chosen.dimensions[row["dim"]]
            self._spans[row["key"], row["region"]].setdefault(row["part"], []).append(row)

    def meet(self, key: str | None, region: str, day: dt.date, part: int) -> Met | None:
        """The most specific place's span that holds the day, or None."""
        if key is None:
            return None
        beside = self.method.parts[part].beside
        if beside:
            first = self.meet(key, region, day, 0)
            if first is None or beside not in (self.used(each).factor.boundary for each in first.factor_ids):
                return None
        self.prepare_places([(key, region)])
        places = chain(region)
        for level, place in enumerate(places):
            for span in self._spans[key, place].get(part, ()):
                if span["start"] <= day < span["end"]:
                    return Met(
                        span["factor_ids"], span["ug_per_base"], span["dimension"], span["rel_sd"], span["gap_years"],
                        span["native"], level, place, places[:level],
                    )  # fmt: skip
        return None

    def used(self, factor_id: str) -> Used:
        """One factor with its source, as it counts in this run."""
        if factor_id not in self._used:
            number, row = self._where[factor_id]
            pack = self.packs[number]
            co2e, native = self._restated[number]
            factor = Factor(**pack.factors.slice(row, 1).to_pylist()[0])
            base = base_unit(units.dimension(factor.unit), factor.unit)
            per_base = float(co2e[row]) * UG_PER_KG / units.factor_between(factor.unit, base)
            used = float(co2e[row]), bool(native[row])
            source = pack.source_of(factor)
            facts = _facts(factor, source, f"{pack.id} {pack.version}", *used)
            self._used[factor_id] = Used(factor, source, f"{pack.id} {pack.version}", *used, per_base, facts)
        return self._used[factor_id]


def _facts(factor: Factor, source: Source, pack: str, co2e_kg: float, native: bool) -> dict[str, Any]:
    return {
        "name": factor.name_en, "name_zh": factor.name_zh, "boundary": factor.boundary, "region": factor.region,
        "unit": factor.unit, "co2e_kg_published": factor.co2e_kg, "gwp_set_published": factor.gwp_set,
        "co2e_kg_used": co2e_kg, "gwp_native": native, "data_year": factor.data_year,
        "valid_from": str(factor.valid_from), "valid_to": None if factor.valid_to is None else str(factor.valid_to),
        "published_on": str(factor.published_on), "gsd": factor.gsd, "gsd_basis": factor.gsd_basis, "pack": pack,
        "source": {
            "source_id": source.source_id, "publisher": source.publisher, "title": source.title, "year": source.year,
            "url": source.url, "locator": factor.locator, "licence": source.licence, "file_sha256": source.file_sha256,
        },
    }  # fmt: skip
