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
import pyarrow as pa

from leafmark.engine.schema import UG_PER_KG
from leafmark.factors import gwp, units
from leafmark.factors.model import Pack
from leafmark.methods.model import Method, Vintage

# Contribution of an age gap to the squared GSD of a factor: pedigree matrix, temporal correlation.
# Frischknecht et al. 2007, ecoinvent report No. 1, table 7.2 (1.00, 1.03, 1.10, 1.20, 1.50).
_GAP_FACTORS: tuple[tuple[int, float], ...] = ((3, 1.00), (6, 1.03), (10, 1.10), (15, 1.20))
_GAP_FACTOR_BEYOND = 1.50

DAY_MIN, DAY_MAX = dt.date(1900, 1, 1), dt.date(2200, 1, 1)
CELLS_MAX = 50_000_000
"""Keys x regions x periods x parts of one run: past this the lookup side would not fit its memory."""


class FactorChoiceError(ValueError):
    """The packs cannot serve this run."""


@lru_cache(maxsize=65536)
def widened_sigma(gsd: float, gap_years: int) -> float:
    """ln GSD of a factor used `gap_years` outside its valid period (pedigree matrix, temporal correlation)."""
    extra = next((factor for years, factor in _GAP_FACTORS if gap_years <= years), _GAP_FACTOR_BEYOND)
    return math.hypot(math.log(gsd), math.log(extra) / 2)


@lru_cache(maxsize=65536)
def relative_sd(sigma: float) -> float:
    """Standard deviation over mean of a lognormal: sqrt(e^(sigma^2) - 1)."""
    return math.sqrt(math.expm1(sigma * sigma))


def _add_years(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


@dataclass(frozen=True)
class Span:
    """Dates [start, end) served by the row at `index`, `gap_years` outside its valid period."""

    start: dt.date
    end: dt.date
    index: int
    gap_years: int


@lru_cache(maxsize=65536)
def effective_spans(periods: tuple[tuple[dt.date, dt.date], ...], vintage: Vintage) -> tuple[Span, ...]:
    """Turn valid periods into disjoint spans under a vintage rule.

    Parameters
    ----------
    periods : pairs [valid_from, valid_to), any order.
    vintage : the method's rule.

    Returns
    -------
    Disjoint spans in order of time; `index` points into `periods`. Among equals the later `valid_from` wins.
    """
    reach = vintage.reach_years if vintage.rule != "exact" else 0
    marks: set[dt.date] = set()
    for start, end in periods:
        marks.update((start, end))
        marks.update(min(_add_years(end, year), DAY_MAX) for year in range(1, reach + 1) if end.year + year < 2200)
        if vintage.rule == "nearest":
            marks.update(max(_add_years(start, -year), DAY_MIN) for year in range(1, reach + 1))
    if vintage.rule == "nearest":
        ends, starts = sorted({end for _, end in periods}), sorted({start for start, _ in periods})
        marks.update(end + (start - end).days // 2 * dt.timedelta(1) for end in ends for start in starts if end < start)
    ordered = sorted(marks)
    spans: list[Span] = []
    for left, right in itertools.pairwise(ordered):
        best: tuple[tuple[int, int], int, int] | None = None
        for index, (start, end) in enumerate(periods):
            after = (left - end).days + 1 if left >= end else 0
            before = (start - left).days if left < start else 0
            if vintage.rule == "latest":
                if before or left >= _add_years(end, reach):
                    continue
                rank = (-start.toordinal(), 0)
            else:
                if (after and left >= _add_years(end, reach)) or (before and left < _add_years(start, -reach)):
                    continue
                rank = (max(before, after), -start.toordinal())
            years = _years_outside(left, start, end)
            if best is None or rank < best[0]:
                best = (rank, index, years)
        if best is not None:
            last = spans[-1] if spans else None
            if last and last.end == left and (last.index, last.gap_years) == best[1:]:
                spans[-1] = Span(last.start, right, best[1], best[2])
            else:
                spans.append(Span(left, right, best[1], best[2]))
    return tuple(spans)


def _years_outside(day: dt.date, start: dt.date, end: dt.date) -> int:
    """Whole years, rounded up, between a day and the period [start, end); 0 inside."""
    if start <= day < end:
        return 0
    years = 1
    if day >= end:
        while day >= _add_years(end, years):
            years += 1
    else:
        while day < _add_years(start, -years):
            years += 1
    return years


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


class _Builder:
    def __init__(self, columns: dict[str, list[Any]], co2e: Any, native: Any, window: tuple[dt.date, dt.date]) -> None:
        self.window = window
        self.served: set[tuple[str, str, int]] = set()
        self.columns, self.co2e, self.native = columns, co2e, native
        self.rows: dict[str, list[Any]] = {
            name: []
            for name in (
                "key",
                "region",
                "part",
                "start",
                "end",
                "factor_no",
                "ug_per_base",
                "dim",
                "rel_sd",
                "gap_years",
                "native",
            )
        }
        self.recipes: dict[tuple[int, ...], int] = {}
        self.dimensions: dict[str, int] = {}
        self.dimension_units: dict[str, str] = {}

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
        taken: list[tuple[dt.date, dt.date]] = []
        for recipe in _possible(recipes, frozenset(by_boundary)):
            layers = []
            for boundary in recipe:
                rows = sorted(by_boundary[boundary], key=lambda i: (self.native[i], self.columns["factor_id"][i]))
                periods = tuple((self.columns["valid_from"][i], self.columns["valid_to"][i] or DAY_MAX) for i in rows)
                layers.append([(s.start, s.end, rows[s.index], s.gap_years) for s in effective_spans(periods, vintage)])
            spans = _intersect(layers)
            if spans:
                self.served.add((key, region, part))
            for start, end, indices, gaps in spans:
                if end <= self.window[0] or start > self.window[1]:
                    continue
                for left, right in _minus(start, end, taken) if taken else ((start, end),):
                    self._row(key, region, part, left, right, indices, gaps)
            taken = [*taken, *((start, end) for start, end, _, _ in spans)]

    def _row(
        self, key: str, region: str, part: int, start: dt.date, end: dt.date, indices: tuple[int, ...],
        gaps: tuple[int, ...],
    ) -> None:  # fmt: skip
        base = units.dimension(self.columns["unit"][indices[0]])
        values, variances, not_restated = [], [], 0.0
        for index, gap in zip(indices, gaps, strict=True):
            unit = self.columns["unit"][index]
            if units.dimension(unit) != base:
                raise FactorChoiceError(
                    f"{self.columns['factor_id'][index]}: unit {unit} is not of its recipe's dimension"
                )
            value = float(self.co2e[index]) * UG_PER_KG / units.factor_between(unit, base_unit(base, unit))
            values.append(value)
            variances.append((value * relative_sd(widened_sigma(self.columns["gsd"][index], gap))) ** 2)
            not_restated += value if self.native[index] else 0.0
        self.dimension_units.setdefault(base, self.columns["unit"][indices[0]])
        total = math.fsum(values)
        row: dict[str, Any] = {
            "key": key, "region": region, "part": part, "start": start, "end": end,
            "factor_no": self.recipes.setdefault(indices, len(self.recipes)),
            "ug_per_base": total,
            "dim": self.dimensions.setdefault(base, len(self.dimensions)),
            "rel_sd": math.sqrt(math.fsum(variances)) / abs(total) if total else 0.0,
            "gap_years": max(gaps),
            "native": not_restated / total if total else 0.0,
        }  # fmt: skip
        for name, value in row.items():
            self.rows[name].append(value)

    def finish(self, keys: list[str]) -> Lookup:
        """The lookup table, checked: spans of one key, region and part are disjoint."""
        rows = self.rows
        order = sorted(range(len(rows["key"])), key=lambda i: (rows["key"][i], rows["region"][i], rows["part"][i],
                                                               rows["start"][i]))  # fmt: skip
        for before, after in itertools.pairwise(order):
            same = all(rows[name][before] == rows[name][after] for name in ("key", "region", "part"))
            if same and rows["end"][before] > rows["start"][after]:
                raise FactorChoiceError(f"overlapping spans for {rows['key'][after]} in {rows['region'][after]}")
        named = {
            number: tuple(self.columns["factor_id"][i] for i in indices) for indices, number in self.recipes.items()
        }
        by_id = sorted(named, key=lambda number: named[number])  # numbers follow the ids, so that ties break by id
        renumbered = {old: new for new, old in enumerate(by_id)}
        rows["factor_no"] = [renumbered[old] for old in rows["factor_no"]]
        ids = [named[old] for old in by_id]
        indices_of = {number: indices for indices, number in self.recipes.items()}
        boundaries = [tuple(self.columns["boundary"][i] for i in indices_of[old]) for old in by_id]
        types = {"part": pa.int8(), "start": pa.date32(), "end": pa.date32(), "factor_no": pa.int32(),
                 "ug_per_base": pa.float64(), "dim": pa.int16(), "rel_sd": pa.float64(), "gap_years": pa.int16(),
                 "native": pa.float64()}  # fmt: skip
        arrays = {name: pa.array([rows[name][i] for i in order], types.get(name, pa.string())) for name in rows}
        table = pa.table({"lookup_no": pa.array(np.arange(len(order), dtype=np.int32)), **arrays})
        units_of = list(self.dimension_units.values())
        return Lookup(table, ids, list(self.dimensions), units_of, keys, sorted(self.served), boundaries)


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


def _intersect(
    layers: list[list[tuple[dt.date, dt.date, int, int]]],
) -> list[tuple[dt.date, dt.date, tuple[int, ...], tuple[int, ...]]]:
    result: list[tuple[dt.date, dt.date, tuple[int, ...], tuple[int, ...]]]
    result = [(start, end, (index,), (gap,)) for start, end, index, gap in layers[0]]
    for layer in layers[1:]:
        result = [
            (max(a, c), min(b, d), (*indices, index), (*gaps, gap))
            for a, b, indices, gaps in result
            for c, d, index, gap in layer
            if max(a, c) < min(b, d)
        ]
    return result


def _minus(start: dt.date, end: dt.date, taken: list[tuple[dt.date, dt.date]]) -> list[tuple[dt.date, dt.date]]:
    left = [(start, end)]
    for a, b in taken:
        left = [piece for c, d in left for piece in ((c, min(d, a)), (max(c, b), d)) if piece[0] < piece[1]]
    return left
