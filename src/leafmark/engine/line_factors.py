"""What one line met: the spans of its key, chosen from the pinned packs for just that key, and kept while warm.

`lookup.choose` works on whole packs: right for a run, too slow for one line. Here a pack's rows are indexed by key
once, and `choose` sees only the rows of the keys asked for, so that its answer is the run's answer (same code, same
order of additions) at a thousandth of the work.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from leafmark.engine import lookup
from leafmark.engine.schema import UG_PER_KG
from leafmark.engine.settings import Settings
from leafmark.factors import gwp, regions, units
from leafmark.factors.model import Factor, Pack, Source
from leafmark.methods.model import Method


@dataclass(frozen=True, slots=True)
class Met:
    """The span a line met. `level` 0 is the place itself, 1 its parent, and so on; `place` is where it was found."""

    factor_ids: tuple[str, ...]
    ug_per_base: float
    dimension: str
    rel_sd: float
    gap_years: int
    native: float
    level: int
    place: str


@dataclass(frozen=True, slots=True)
class Used:
    """One factor of a recipe as it was used: restated to the run's GWP set where its gases are known."""

    factor: Factor
    source: Source
    pack: str
    co2e_kg: float
    native: bool
    ug_per_base: float


class LineFactors:
    """Chooses factors for single lines of one method under one run's settings."""

    def __init__(self, packs: Sequence[Pack], method: Method, settings: Settings) -> None:
        self.packs, self.method, self.settings = packs, method, settings
        self._rows: dict[str, tuple[int, list[int]]] = {}
        self._where: dict[str, tuple[int, int]] = {}
        for number, pack in enumerate(packs):
            keys = pack.factors.column("key").to_pylist()
            for row, (key, factor_id) in enumerate(
                zip(keys, pack.factors.column("factor_id").to_pylist(), strict=True)
            ):
                self._rows.setdefault(key, (number, []))[1].append(row)
                self._where[factor_id] = (number, row)
        self._spans: dict[str, dict[tuple[str, int], list[dict[str, Any]]]] = {}
        self._used: dict[str, Used] = {}
        self._restated = [gwp.restate(pack.factors, settings.gwp) for pack in packs]

    def prepare(self, keys: Iterable[str | None]) -> None:
        """Choose for several keys at once; keys already chosen cost nothing."""
        fresh = sorted({key for key in keys if key is not None and key not in self._spans})
        if not fresh:
            return
        by_pack: dict[int, list[int]] = {}
        for key in fresh:
            self._spans[key] = {}
            if key in self._rows:
                number, rows = self._rows[key]
                by_pack.setdefault(number, []).extend(rows)
        if not by_pack:
            return
        few = [
            dataclasses.replace(self.packs[number], factors=self.packs[number].factors.take(pa.array(sorted(rows))))
            for number, rows in by_pack.items()
        ]
        chosen = lookup.choose(
            few, self.method, self.settings.known_on, self.settings.gwp, fresh, self.settings.gwp_strict
        )
        for row in chosen.table.to_pylist():
            row["factor_ids"] = chosen.factors[row["factor_no"]]
            row["dimension"] = chosen.dimensions[row["dim"]]
            self._spans[row["key"]].setdefault((row["region"], row["part"]), []).append(row)

    def meet(self, key: str | None, region: str, day: dt.date, part: int) -> Met | None:
        """The most specific place's span that holds the day, or None."""
        self.prepare([key])
        places = self._spans.get(key or "")
        if not places or not regions.known(region):
            return None
        for level, place in enumerate(dict.fromkeys((region, *regions.parents(region), "WORLD"))):
            for span in places.get((place, part), ()):
                if span["start"] <= day < span["end"]:
                    return Met(
                        span["factor_ids"], span["ug_per_base"], span["dimension"], span["rel_sd"], span["gap_years"],
                        span["native"], level, place,
                    )  # fmt: skip
        return None

    def used(self, factor_id: str) -> Used:
        """One factor with its source, as it counts in this run."""
        if factor_id not in self._used:
            number, row = self._where[factor_id]
            pack = self.packs[number]
            co2e, native = self._restated[number]
            factor = Factor(**pack.factors.slice(row, 1).to_pylist()[0])
            base = lookup.base_unit(units.dimension(factor.unit), factor.unit)
            per_base = float(co2e[row]) * UG_PER_KG / units.factor_between(factor.unit, base)
            self._used[factor_id] = Used(
                factor,
                pack.source_of(factor),
                f"{pack.id} {pack.version}",
                float(co2e[row]),
                bool(native[row]),
                per_base,
            )
        return self._used[factor_id]
