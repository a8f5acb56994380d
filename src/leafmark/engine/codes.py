"""Codes: the small integers behind a run's keys, regions, units, dates and stages, and the cells they lead to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import gases, lookup, plan
from leafmark.engine.backends import Backend, count
from leafmark.engine.base_units import unit_table
from leafmark.engine.inputs import Source
from leafmark.engine.schema import STAGES
from leafmark.engine.settings import Settings
from leafmark.factors import regions
from leafmark.factors.model import Pack
from leafmark.methods.model import Method

CELLS_MAX = 50_000_000
"""Keys x regions x periods x parts of one run: past this the lookup side would not fit its memory (250 MB)."""

Ints = npt.NDArray[np.int64]


@dataclass
class Codes:
    """What the code tables hold, for the plans' arithmetic and for naming factors afterwards."""

    regions: int
    periods: int
    parts: int
    lookup: lookup.Lookup
    native: list[float]
    names: list[str]
    """Of the factors, by their numbers."""

    def shape(self, source: Source, settings: Settings) -> plan.Shape:
        """The plan's shape for an input."""
        return plan.Shape(
            self.regions, self.periods, self.parts, source.columns, settings.default_date, any(self.native),
            gases.summed(self.lookup.gases), settings.by_factor,
        )  # fmt: skip


def distinct(backend: Backend, expression: str, view: str = "input") -> list[object]:
    """The distinct non-missing values of an expression over the input, sorted."""
    table = backend.fetch(
        f"SELECT v FROM (SELECT {expression} AS v FROM {view} AS i GROUP BY {expression}) AS x WHERE v IS NOT NULL"
    )
    return sorted(table.column("v").to_pylist())


def make_codes(backend: Backend, method: Method, packs: Sequence[Pack], source: Source, settings: Settings) -> Codes:
    """Register `keys`, `regions`, `unit_codes`, `days`, `stages`, `parts`, `cells`, `pairs`, ..."""
    bare = plan.Shape(0, 0, 1, source.columns, settings.default_date)

    def values(sql: str) -> list[object]:
        bound = plan.expression(method, bare, sql)
        return distinct(backend, bound) if "i." in bound else distinct(backend, bound, "(SELECT 1 AS one)")

    keys = [str(key) for key in values(method.key)]
    places = sorted({str(place) for place in values(method.region)} | {"WORLD"})
    units = [str(unit) for unit in values(method.unit)]
    days = {day for day in values(method.date) if isinstance(day, dt.date)}
    date = plan.expression(method, bare, method.date)
    undated = backend.fetch(f"SELECT COUNT(*) - COUNT({date}) AS n FROM input AS i").column("n").to_pylist()[0]
    if undated or not days:
        days.add(settings.default_date)
    window = min(days), max(days)
    chosen = lookup.choose(packs, method, settings.known_on, settings.gwp, keys, settings.gwp_strict, window)
    register(backend, method, chosen, places, units, sorted(days))
    number_of_regions = sum(regions.known(place) for place in places)
    names = [chosen.factor_name(n) for n in range(len(chosen.factors))]
    native = np.zeros(len(names))
    native[chosen.table.column("factor_no").to_numpy()] = chosen.table.column("native").to_numpy()
    backend.table("factor_native", pa.table({
        "number": pa.array(np.arange(len(names), dtype=np.int32)), "native": pa.array(native),
    }))  # fmt: skip
    periods = count(backend, "periods")
    return Codes(number_of_regions, periods, len(method.parts), chosen, native.tolist(), names)


def register(
    backend: Backend, method: Method, chosen: lookup.Lookup, places: list[str], units: list[str], days: list[dt.date],
    marks_too: Sequence[dt.date] = (),
) -> None:  # fmt: skip
    """Register the code tables and the cells; `marks_too` are days on which a period must begin besides."""
    known = [place for place in places if regions.known(place)]
    _numbered(backend, "keys", "key", chosen.keys)
    _numbered(backend, "regions", "region", known)
    backend.table("unit_codes", unit_table(units, chosen.dimensions))
    backend.table("stages", pa.table({
        "stage": pa.array(STAGES, pa.string()), "stage_no": pa.array(range(len(STAGES)), pa.int8()),
    }))  # fmt: skip
    backend.table("parts", pa.table({"part_no": pa.array(range(len(method.parts)), pa.int8())}))
    low, high = days[0], days[-1]
    marks = {low, *(day for day in marks_too if low < day <= high)}
    for name in ("start", "end"):
        marks.update(day for day in chosen.table.column(name).unique().to_pylist() if low < day <= high)
    firsts = np.array(sorted(marks), "datetime64[D]")
    backend.table("periods", pa.table({
        "period_no": pa.array(np.arange(len(firsts), dtype=np.int32)), "first_day": pa.array(firsts),
    }))  # fmt: skip
    periods = np.searchsorted(firsts, np.array(days, "datetime64[D]"), side="right") - 1
    backend.table("days", pa.table({
        "date": pa.array(days, pa.date32()), "period_no": pa.array(periods.astype(np.int32)),
    }))  # fmt: skip
    size = len(chosen.keys) * len(known) * len(firsts) * len(method.parts)
    if size > CELLS_MAX:
        raise lookup.FactorChoiceError(
            f"{size:,} cells (keys x regions x periods); at most {CELLS_MAX:,}: split the input"
        )
    backend.table("spans", chosen.table)
    gases.register(backend, chosen.gases)
    places_of = [dict.fromkeys((place, *regions.parents(place), "WORLD")) for place in known]
    backend.table("cells", _cells(method, chosen, places_of, firsts))
    backend.table("pairs", _pairs(method, chosen, places_of))


def _numbered(backend: Backend, name: str, column: str, values: list[str]) -> None:
    """A table of texts and their places in the list, `column` and `column_no`."""
    numbers = pa.array(np.arange(len(values), dtype=np.int32))
    backend.table(name, pa.table({column: pa.array(values, pa.string()), f"{column}_no": numbers}))


def _key_numbers(chosen: lookup.Lookup, column: pa.ChunkedArray) -> Ints:
    """Numbers of the keys in a column, by their places in the sorted `chosen.keys`."""
    return np.asarray(pc.index_in(column, value_set=pa.array(chosen.keys, pa.string())).to_numpy(), np.int64)


def _by_place(column: pa.ChunkedArray) -> dict[str, Ints]:
    """The rows of each place."""
    encoded = pc.dictionary_encode(column).combine_chunks()
    numbers = encoded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(numbers, kind="stable")
    ends = np.cumsum(np.bincount(numbers, minlength=len(encoded.dictionary)))
    return dict(zip(encoded.dictionary.to_pylist(), np.split(order, ends[:-1]), strict=True)) if len(column) else {}


def _cells(
    method: Method, chosen: lookup.Lookup, places_of: Sequence[Iterable[str]], firsts: npt.NDArray[np.datetime64]
) -> pa.Table:
    """cell int32, level int8, lookup_no int32: which span serves a key, region, period and part, and from how far.

    Places are laid from the widest to the nearest, so that the nearest stands: one cell leads to one factor, and no
    line counts twice. That spans of one place do not overlap was checked when they were chosen.
    """
    regions_n, periods_n, parts = len(places_of), len(firsts), len(method.parts)
    numbers = np.full((len(chosen.keys), regions_n, periods_n, parts), -1, np.int32)
    levels = np.zeros(numbers.shape, np.int8)
    table = chosen.table
    key, part = _key_numbers(chosen, table.column("key")), table.column("part").to_numpy()
    first = np.searchsorted(firsts, table.column("start").to_numpy())
    length = np.maximum(np.searchsorted(firsts, table.column("end").to_numpy()) - first, 0)
    laid = {}
    for place, rows in _by_place(table.column("region")).items():
        times = length[rows]
        spread = np.repeat(rows, times)
        period = np.arange(len(spread)) - np.repeat(np.cumsum(times) - times, times) + first[spread]
        laid[place] = key[spread], period, part[spread], spread
    for region_no, chain in enumerate(places_of):
        for level, place in reversed(list(enumerate(chain))):
            if place in laid:
                keys, period, parts_no, spans = laid[place]
                numbers[keys, region_no, period, parts_no] = spans
                levels[keys, region_no, period, parts_no] = level
    by_line = numbers.reshape(-1, parts)
    _beside_only(method, chosen, by_line)
    _whole_lines_only(method, by_line)
    filled = np.flatnonzero(numbers.reshape(-1) >= 0)
    return pa.table({
        "cell": pa.array(filled.astype(np.int32)),
        "level": pa.array(levels.reshape(-1)[filled]),
        "lookup_no": pa.array(numbers.reshape(-1)[filled]),
    })  # fmt: skip


def _beside_only(method: Method, chosen: lookup.Lookup, by_line: npt.NDArray[np.int32]) -> None:
    """Drop a part's cells where the first part's recipe lacks the boundary it stands beside: it counts that already."""
    factor = chosen.table.column("factor_no").to_numpy()
    for number, part in enumerate(method.parts):
        if part.beside:
            has = np.array([part.beside in boundaries for boundaries in chosen.boundaries], np.bool_)
            first = by_line[:, 0]
            by_line[~((first >= 0) & has[factor[first]]), number] = -1


def _whole_lines_only(method: Method, by_line: npt.NDArray[np.int32]) -> None:
    """A line that lacks a mandatory part is rejected whole: drop the cells of its other parts."""
    mandatory = [n for n, part in enumerate(method.parts) if not part.optional]
    by_line[(by_line[:, mandatory] < 0).any(axis=1)] = -1


def _pairs(method: Method, chosen: lookup.Lookup, places_of: Sequence[Iterable[str]]) -> pa.Table:
    """pair int32: the keys and regions whose mandatory parts are served at some date."""
    served = np.zeros((len(chosen.keys), len(places_of), len(method.parts)), np.bool_)
    key, part = _key_numbers(chosen, chosen.served.column("key")), chosen.served.column("part").to_numpy()
    rows_of = _by_place(chosen.served.column("region"))
    for region_no, chain in enumerate(places_of):
        for place in chain:
            if place in rows_of:
                served[key[rows_of[place]], region_no, part[rows_of[place]]] = True
    mandatory = [n for n, each in enumerate(method.parts) if not each.optional]
    return pa.table({"pair": pa.array(np.flatnonzero(served[:, :, mandatory].all(axis=2)).astype(np.int32))})
