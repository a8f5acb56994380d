"""The lookup side: from packs to one dense table of *cells* that a line meets by equality.

A line names a key, a region, a date and a part of its method. All four are turned into small integers (through joins
of one column each, which cost almost nothing on dictionary-encoded Parquet), and one integer, the cell, holds their
combination. The fallback place -> country -> world and the vintage rule are resolved here, once per cell instead of
once per line: 4.5 million lines against 20,000 factors then cost one integer join.

Three steps: `choose` filters the packs (knowledge date, GWP set) and works out, for each key, region and part, which
recipe of boundaries serves which span of dates (disjoint by construction; checked); `cells` spreads these spans over
the regions and periods that the input really holds. Cost: factors x spans in Python, regions x keys x periods in SQL.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leafmark.engine.schema import UG_PER_KG
from leafmark.engine.vintage import DAY_MAX, DAY_MIN, effective_spans, intersect, minus, relative_sd, widened_sigma
from leafmark.factors import gwp, units
from leafmark.factors.model import Pack
from leafmark.methods.model import Method, Vintage

CELLS_MAX = 50_000_000
"""Keys x regions x periods x parts of one run: past this the lookup side would not fit its memory."""


class FactorChoiceError(ValueError):
    """The packs cannot serve this run."""


@dataclass
class Lookup:
    """The chosen factors of one method: a row per (key, region, part, span).

    `table` columns: lookup_no int32, key, region, part int8, start, end (dates), factor_no int32 (one per distinct
    recipe of factors), ug_per_base float64 (micrograms CO2e per base unit of `dim`), dim int16, rel_sd float64,
    gap_years int8, native float64 (share not restated). `factors` lists, for each factor_no, the factor ids added.
    """

    table: pa.Table
    factors: list[tuple[str, ...]]
    dimensions: list[str]
    dimension_units: list[str]
    keys: list[str]
    """Keys of the packs that were asked for, with or without a factor the method takes."""
    served: list[tuple[str, str, int]]
    """(key, region, part) with a recipe at any date: tells a missing factor from a date out of reach."""
    boundaries: list[tuple[str, ...]]
    """For each factor_no, the boundaries added."""

    def factor_name(self, number: int) -> str:
        """The ids of a recipe's factors joined by ` + `."""
        return " + ".join(self.factors[number])


def _known(columns: dict[str, list[Any]], known_on: dt.date) -> list[int]:
    keep = []
    for index, (published, superseded) in enumerate(
        zip(columns["published_on"], columns["superseded_on"], strict=True)
    ):
        if published <= known_on and (superseded is None or known_on < superseded):
            keep.append(index)
    return keep


def choose(
    packs: Sequence[Pack],
    method: Method,
    known_on: dt.date,
    gwp_set: str,
    keys: Iterable[str] | None = None,
    strict: bool = False,
    window: tuple[dt.date, dt.date] = (DAY_MIN, DAY_MAX),
) -> Lookup:
    """Choose the factors a method may meet, as disjoint spans.

    Parameters
    ----------
    packs : pinned packs; a key found in several packs is an error unless one alone holds it.
    known_on : only what was published by then, and not yet superseded.
    gwp_set : the GWP set asked for; rows without gas masses keep their own (`native`), or are left out if `strict`.
    keys : only these keys (those of the input), or all.
    window : first and last day of the input; spans outside it are left out.
    """
    wanted = None if keys is None else set(keys)
    groups: dict[tuple[str, str], dict[str, list[int]]] = {}
    tables = []
    owner: dict[str, int] = {}
    for number, pack in enumerate(packs):
        table = pack.factors
        for key in set(table.column("key").to_pylist()):
            if owner.setdefault(key, number) != number:
                raise FactorChoiceError(
                    f"factor key {key!r} is in two packs, {packs[owner[key]].id} and {pack.id}: keep one"
                )
        tables.append(table)
    merged = pa.concat_tables(tables)
    names = ("factor_id", "key", "region", "boundary", "unit", "valid_from", "valid_to", "published_on")
    columns = {name: merged.column(name).to_pylist() for name in (*names, "superseded_on", "gsd")}
    co2e, native = gwp.restate(merged, gwp_set)
    for index in _known(columns, known_on):
        if (wanted is None or columns["key"][index] in wanted) and not (strict and native[index]):
            place = (columns["key"][index], columns["region"][index])
            groups.setdefault(place, {}).setdefault(columns["boundary"][index], []).append(index)
    builder = _Builder(columns, co2e, native, window)
    for (key, region), by_boundary in sorted(groups.items()):
        for part_no, part in enumerate(method.parts):
            builder.add(key, region, part_no, part.recipes, by_boundary, method.vintage)
    return builder.finish(sorted(owner if wanted is None else wanted & owner.keys()))


@dataclass(frozen=True, slots=True)
class _Row:
    """A recipe's factors (`indices` into the packs' rows) for one key, region, part and span of dates."""

    key: str
    region: str
    part: int
    start: dt.date
    end: dt.date
    indices: tuple[int, ...]
    gaps: tuple[int, ...]


class _Builder:
    def __init__(
        self,
        columns: dict[str, list[Any]],
        co2e: npt.NDArray[np.float64],
        native: npt.NDArray[np.bool_],
        window: tuple[dt.date, dt.date],
    ) -> None:
        self.window = window
        self.served: set[tuple[str, str, int]] = set()
        self.columns, self.co2e, self.native = columns, co2e, native
        self.natives = native.tolist()
        self.rows: list[_Row] = []

    def add(
        self,
        key: str,
        region: str,
        part: int,
        recipes: tuple[tuple[str, ...], ...],
        by_boundary: dict[str, list[int]],
        vintage: Vintage,
    ) -> None:
        """Fill time with the first recipe whose boundaries all have a factor, then the next in what is left."""
        starts, ends, ids = self.columns["valid_from"], self.columns["valid_to"], self.columns["factor_id"]
        taken: list[tuple[dt.date, dt.date]] = []
        possible = _possible(recipes, frozenset(by_boundary))
        for recipe in possible:
            layers = []
            for boundary in recipe:
                rows = by_boundary[boundary]
                if len(rows) > 1:
                    rows = sorted(rows, key=lambda i: (self.natives[i], ids[i]))
                periods = tuple([(starts[i], ends[i] or DAY_MAX) for i in rows])
                layers.append([(s.start, s.end, rows[s.index], s.gap_years) for s in effective_spans(periods, vintage)])
            spans = intersect(layers)
            if spans:
                self.served.add((key, region, part))
            first, last = self.window
            for start, end, indices, gaps in spans:
                if end > first and start <= last:
                    for left, right in minus(start, end, taken) if taken else ((start, end),):
                        self.rows.append(_Row(key, region, part, left, right, indices, gaps))
            if len(possible) > 1:
                taken = [*taken, *((start, end) for start, end, _, _ in spans)]

    def finish(self, keys: list[str]) -> Lookup:
        """The lookup table, checked: spans of one key, region and part are disjoint."""
        rows = sorted(self.rows, key=lambda row: (row.key, row.region, row.part, row.start))
        for before, after in itertools.pairwise(rows):
            if before.end > after.start and (before.key, before.region, before.part) == (
                after.key,
                after.region,
                after.part,
            ):
                raise FactorChoiceError(f"overlapping spans for {after.key} in {after.region}")
        ids, boundaries = self.columns["factor_id"], self.columns["boundary"]
        named = {indices: tuple(ids[i] for i in indices) for indices in {row.indices for row in rows}}
        recipes = sorted(named, key=named.__getitem__)  # numbers follow the ids, so that ties break by id
        number_of = {indices: number for number, indices in enumerate(recipes)}
        dimensions = self._dimensions(row.indices[0] for row in self.rows)
        ug, rel_sd, native = self._values(rows)
        units_of = self.columns["unit"]
        table = pa.table({
            "lookup_no": pa.array(np.arange(len(rows), dtype=np.int32)),
            "key": pa.array([row.key for row in rows], pa.string()),
            "region": pa.array([row.region for row in rows], pa.string()),
            "part": pa.array([row.part for row in rows], pa.int8()),
            "start": pa.array([row.start for row in rows], pa.date32()),
            "end": pa.array([row.end for row in rows], pa.date32()),
            "factor_no": pa.array([number_of[row.indices] for row in rows], pa.int32()),
            "ug_per_base": pa.array(ug, pa.float64()),
            "dim": pa.array([dimensions[units_of[row.indices[0]]] for row in rows], pa.int16()),
            "rel_sd": pa.array(rel_sd, pa.float64()),
            "gap_years": pa.array([max(row.gaps) for row in rows], pa.int16()),
            "native": pa.array(native, pa.float64()),
        })  # fmt: skip
        by_number: dict[int, str] = {}
        for unit, number in dimensions.items():
            by_number.setdefault(number, unit)
        return Lookup(
            table,
            [named[indices] for indices in recipes],
            [units.dimension(unit) for unit in by_number.values()],
            list(by_number.values()),
            keys,
            sorted(self.served),
            [tuple(boundaries[i] for i in indices) for indices in recipes],
        )

    def _dimensions(self, firsts: Iterable[int]) -> dict[str, int]:
        """A number per unit, the same for units that convert; in the order in which the factors came."""
        names = dict.fromkeys(self.columns["unit"][index] for index in firsts)
        numbers: dict[str, int] = {}
        return {unit: numbers.setdefault(units.dimension(unit), len(numbers)) for unit in names}

    def _values(self, rows: list[_Row]) -> tuple[npt.NDArray[np.float64], ...]:
        """Micrograms per base unit, standard deviation over them, and the share not restated, of each row.

        A recipe's factors are added, and their variances: publishers' errors of different boundaries are taken as
        independent.
        """
        sizes = np.array([len(row.indices) for row in rows], np.int64)
        every = [index for row in rows for index in row.indices]
        unit, gsd = self.columns["unit"], self.columns["gsd"]
        base = [unit[row.indices[0]] for row in rows for _ in row.indices]
        conversions = {
            (name, first): self._conversion(name, first)
            for name, first in set(zip((unit[i] for i in every), base, strict=True))
        }
        per_base = np.array([conversions[unit[i], first] for i, first in zip(every, base, strict=True)], np.float64)
        gaps = [gap for row in rows for gap in row.gaps]
        spread = [relative_sd(widened_sigma(gsd[i], gap)) for i, gap in zip(every, gaps, strict=True)]
        value = self.co2e[every] * UG_PER_KG / per_base if every else np.zeros(0)
        variance = np.square(value * np.array(spread, np.float64))
        kept = np.where(self.native[every], value, 0.0) if every else np.zeros(0)
        total, squares, native = (_summed(part, sizes) for part in (value, variance, kept))
        some = np.where(total == 0.0, 1.0, total)
        return (
            total,
            np.where(total == 0.0, 0.0, np.sqrt(squares) / np.abs(some)),
            np.where(total == 0.0, 0.0, native / some),
        )

    @staticmethod
    def _conversion(unit: str, first: str) -> float:
        base = units.dimension(first)
        if units.dimension(unit) != base:
            raise FactorChoiceError(f"factors in {unit} and in {first} stand in one recipe: their units do not convert")
        return units.factor_between(unit, base_unit(base, first))


def _summed(values: npt.NDArray[np.float64], sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Sums of runs of `sizes` values, each rounded once (math.fsum)."""
    ends = np.cumsum(sizes)
    if len(values) == len(sizes):
        return values
    parts = values.tolist()
    return np.array(
        [math.fsum(parts[end - size : end]) for end, size in zip(ends.tolist(), sizes.tolist(), strict=True)]
    )


@lru_cache(maxsize=4096)
def _possible(recipes: tuple[tuple[str, ...], ...], boundaries: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """The recipes all of whose boundaries are there."""
    return tuple(recipe for recipe in recipes if boundaries.issuperset(recipe))


def base_unit(dimension: str, like: str) -> str:
    """A unit of `dimension` that all amounts go through: the shortest-named unit, the same in every run."""
    return _base_units().get(dimension, like)


@lru_cache(maxsize=1)
def _base_units() -> dict[str, str]:
    bases: dict[str, str] = {}
    preferred = ("kg", "kWh", "kWh_net", "kWh_gross", "m3", "km", "t_km", "passenger_km", "vehicle_km", "item", "h")
    for unit in (*preferred, *sorted(units.unit_names(), key=lambda name: (len(name), name))):
        if units.known(unit):
            bases.setdefault(units.dimension(unit), unit)
    return bases


def unit_table(names: Iterable[str], dimensions: Sequence[str]) -> pa.Table:
    """Rows (unit, to_base float64, dim int16) for the units of an input; dim -1: known, but no factor has it."""
    rows: list[tuple[str, float, int]] = []
    for name in sorted(set(names)):
        if units.known(name):
            dimension = units.dimension(name)
            number = dimensions.index(dimension) if dimension in dimensions else -1
            rows.append((name, units.factor_between(name, base_unit(dimension, name)), number))
    return pa.table({
        "unit": pa.array([row[0] for row in rows], pa.string()),
        "to_base": pa.array([row[1] for row in rows], pa.float64()),
        "dim": pa.array([row[2] for row in rows], pa.int16()),
    })  # fmt: skip
