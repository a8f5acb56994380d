"""The lookup side: from packs to the spans of dates in which a factor, or a recipe of factors, serves a key and a place.

`choose` filters the packs (knowledge date, GWP set) and works out, for each key, region and part of a method, which
recipe of boundaries serves which span of dates (disjoint by construction; checked). `codes.py` then spreads the spans
over one dense table of cells, which a line meets by equality.

Places of one pack mostly look alike: the same boundaries over the same periods. So time is worked out in Python once
for each *pattern* of (boundary, valid from, valid to), and laid over all the places that have it by NumPy. Cost for
20,000 factors of 12,900 places with 16 patterns: 0.1 s.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine.base_units import base_unit
from leafmark.engine.schema import UG_PER_KG
from leafmark.engine.vintage import DAY_MAX, DAY_MIN, effective_spans, intersect, minus, relative_sd, widened_sigma
from leafmark.factors import gwp, units
from leafmark.factors.model import Pack
from leafmark.methods.model import Method, Part, Vintage

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_EPOCH = dt.date(1970, 1, 1).toordinal()
_READ = (
    "factor_id", "key", "region", "boundary", "unit", "gsd", "valid_from", "valid_to", "published_on", "superseded_on",
    "co2e_kg", "gwp_set", "f_gases", "other_co2e_kg", *gwp.GAS_COLUMNS,
)  # fmt: skip


class FactorChoiceError(ValueError):
    """The packs cannot serve this run."""


@dataclass
class Lookup:
    """The chosen factors of one method: a row per (key, region, part, span).

    `table` columns: lookup_no int32, key, region, part int8, start, end (dates), factor_no int32 (one per distinct
    recipe of factors), ug_per_base float64 (micrograms CO2e per base unit of `dim`), dim int16, rel_sd float64,
    gap_years int16, native float64 (share not restated). `factors` lists, for each factor_no, the factor ids added.
    """

    table: pa.Table
    factors: list[tuple[str, ...]]
    dimensions: list[str]
    dimension_units: list[str]
    keys: list[str]
    """Keys of the packs that were asked for, with or without a factor the method takes."""
    served: pa.Table
    """key, region, part with a recipe at any date: tells a missing factor from a date out of reach."""
    boundaries: list[tuple[str, ...]]
    """For each factor_no, the boundaries added."""
    gases: Floats
    """For each factor_no, the share of each of `gwp.GASES` in its CO2e: n x 7."""

    def factor_name(self, number: int) -> str:
        """The ids of a recipe's factors joined by ` + `."""
        return " + ".join(self.factors[number])

    def factor_keys(self) -> list[str]:
        """The key of each factor_no."""
        return self._of_factors(list(self.table.column("key").to_pylist()))

    def factor_units(self) -> list[str]:
        """The unit that amounts of each factor_no go through."""
        bases = [base_unit(*each) for each in zip(self.dimensions, self.dimension_units, strict=True)]
        return self._of_factors([bases[number] for number in self.table.column("dim").to_pylist()])

    def _of_factors(self, of_rows: list[str]) -> list[str]:
        named = dict(zip(self.table.column("factor_no").to_pylist(), of_rows, strict=True))
        return [named[number] for number in range(len(self.factors))]


@dataclass(frozen=True)
class _Rows:
    """The factors that count, sorted by key, region, boundary, restated first, id: those of a place lie together."""

    table: pa.Table
    co2e_kg: Floats
    native: npt.NDArray[np.bool_]
    gases: Floats
    """n x 7: kg CO2e per unit of each of `gwp.GASES`."""
    periods: npt.NDArray[np.int32]
    """n x 3: number of the boundary, first day and day after the last, as days since 1970."""
    boundaries: list[str]
    places: Ints
    """Where each (key, region) begins, and the end."""

    def texts(self, column: str) -> list[str]:
        """A column of texts."""
        return list(self.table.column(column).to_pylist())


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
    have = _keys(packs)
    wanted = have if keys is None else have & set(keys)
    rows = _rows(packs, known_on, gwp_set, wanted, strict)
    laid, served = _lay(rows, method, window)
    return _finish(rows, laid, served, sorted(wanted))


def _keys(packs: Sequence[Pack]) -> set[str]:
    owner: dict[str, int] = {}
    for number, pack in enumerate(packs):
        for key in pc.unique(pack.factors.column("key")).to_pylist():
            if owner.setdefault(key, number) != number:
                raise FactorChoiceError(
                    f"factor key {key!r} is in two packs, {packs[owner[key]].id} and {pack.id}: keep one"
                )
    return set(owner)


def _rows(packs: Sequence[Pack], known_on: dt.date, gwp_set: str, wanted: set[str], strict: bool) -> _Rows:
    table = pa.concat_tables([pack.factors.select(_READ) for pack in packs])
    superseded = pc.fill_null(pc.greater(table.column("superseded_on"), known_on), True)
    known = pc.and_(pc.less_equal(table.column("published_on"), known_on), superseded)
    asked = pc.is_in(table.column("key"), value_set=pa.array(sorted(wanted), pa.string()))
    table = table.filter(pc.and_(known, asked))
    co2e_kg, native = gwp.restate(table, gwp_set)
    gases = gwp.by_gas(table, gwp_set, co2e_kg, native)
    table = table.append_column("co2e", pa.array(co2e_kg)).append_column("native", pa.array(native))
    if strict:
        table, gases = table.filter(pa.array(~native)), gases[~native]
    order = [(name, "ascending") for name in ("key", "region", "boundary", "native", "factor_id")]
    places_in_order = pc.sort_indices(table, order)
    table = table.take(places_in_order).combine_chunks()
    encoded = pc.dictionary_encode(table.column("boundary")).combine_chunks()
    ends = pc.fill_null(table.column("valid_to"), DAY_MAX)
    periods = np.column_stack([
        encoded.indices.to_numpy(zero_copy_only=False),
        table.column("valid_from").cast(pa.int32()).to_numpy(),
        ends.cast(pa.int32()).to_numpy(),
    ]).astype(np.int32)  # fmt: skip
    new = np.ones(table.num_rows, np.bool_)
    if table.num_rows:
        new[1:] = False
        for name in ("key", "region"):
            codes = pc.dictionary_encode(table.column(name)).combine_chunks().indices.to_numpy(zero_copy_only=False)
            new[1:] |= codes[1:] != codes[:-1]
    places = np.append(np.flatnonzero(new), table.num_rows).astype(np.int64)
    return _Rows(
        table, table.column("co2e").to_numpy(), table.column("native").to_numpy().astype(np.bool_),
        gases[places_in_order.to_numpy()],
        np.ascontiguousarray(periods), encoded.dictionary.to_pylist(), places,
    )  # fmt: skip


@dataclass(frozen=True)
class _Laid:
    """Spans laid over places: an entry per (place, part, span)."""

    part: Ints
    start: Ints
    end: Ints
    rows: Ints
    """n x the longest recipe: rows of `_Rows`; -1 past a recipe's end."""
    gaps: Ints
    """As `rows`: years outside each factor's valid period."""


def _lay(rows: _Rows, method: Method, window: tuple[dt.date, dt.date]) -> tuple[_Laid, list[tuple[Ints, int]]]:
    """The spans of every place, and (first rows of places, part) that have any at all, whatever the window."""
    alike: dict[bytes, list[int]] = {}
    for begin, end in zip(rows.places[:-1].tolist(), rows.places[1:].tolist(), strict=True):
        alike.setdefault(rows.periods[begin:end].tobytes(), []).append(begin)
    longest = max((len(recipe) for part in method.parts for recipe in part.recipes), default=1)
    entries: list[tuple[Ints, int, int, int, tuple[int, ...], tuple[int, ...]]] = []
    served: list[tuple[Ints, int]] = []
    for pattern, begins in alike.items():
        first_rows = np.array(begins, np.int64)
        by_boundary: dict[str, list[tuple[int, tuple[dt.date, dt.date]]]] = {}
        for place, (boundary, start, end) in enumerate(np.frombuffer(pattern, np.int32).reshape(-1, 3).tolist()):
            by_boundary.setdefault(rows.boundaries[boundary], []).append((place, (_day(start), _day(end))))
        for number, part in enumerate(method.parts):
            spans, any_day = _spans(part, by_boundary, method.vintage, window)
            if any_day:
                served.append((first_rows, number))
            entries += [(first_rows, number, _days(a), _days(b), places, gaps) for a, b, places, gaps in spans]

    def each(values: Sequence[int]) -> Ints:
        return np.repeat(np.array(values, np.int64), sizes)

    def padded(values: Iterable[tuple[int, ...]], empty: int) -> Ints:
        wide = [(*each, *(empty,) * (longest - len(each))) for each in values]
        return np.repeat(np.array(wide, np.int64).reshape(-1, longest), sizes, axis=0)

    sizes = np.array([len(entry[0]) for entry in entries], np.int64)
    begins_of = np.concatenate([entry[0] for entry in entries]) if entries else np.zeros(0, np.int64)
    inner = padded((entry[4] for entry in entries), -1)
    return _Laid(
        each([entry[1] for entry in entries]), each([entry[2] for entry in entries]), each([entry[3] for entry in entries]),
        np.where(inner < 0, -1, inner + begins_of[:, None]), padded((entry[5] for entry in entries), 0),
    ), served  # fmt: skip


def _day(days: int) -> dt.date:
    return dt.date.fromordinal(days + _EPOCH)


def _days(day: dt.date) -> int:
    return day.toordinal() - _EPOCH


def _spans(
    part: Part, by_boundary: dict[str, list[tuple[int, tuple[dt.date, dt.date]]]], vintage: Vintage,
    window: tuple[dt.date, dt.date],
) -> tuple[list[tuple[dt.date, dt.date, tuple[int, ...], tuple[int, ...]]], bool]:  # fmt: skip
    """Time filled with the first recipe whose boundaries all have a factor, then with the next in what is left.

    Returns (start, end, the recipe's rows within the place, their gaps in years) inside the window, and whether there is
    a span at all.
    """
    first, last = window
    found = []
    any_day = False
    taken: list[tuple[dt.date, dt.date]] = []
    for recipe in _possible(part.recipes, frozenset(by_boundary)):
        layers = [
            [
                (span.start, span.end, by_boundary[boundary][span.index][0], span.gap_years)
                for span in effective_spans(tuple(period for _, period in by_boundary[boundary]), vintage)
            ]
            for boundary in recipe
        ]
        spans = intersect(layers)
        any_day = any_day or bool(spans)
        for start, end, places, gaps in spans:
            if end > first and start <= last:
                found += [(left, right, places, gaps) for left, right in minus(start, end, taken)]
        taken += [(start, end) for start, end, _, _ in spans]
    return found, any_day


@lru_cache(maxsize=4096)
def _possible(recipes: tuple[tuple[str, ...], ...], boundaries: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """The recipes all of whose boundaries are there."""
    return tuple(recipe for recipe in recipes if boundaries.issuperset(recipe))


def _finish(rows: _Rows, laid: _Laid, served: list[tuple[Ints, int]], keys: list[str]) -> Lookup:
    """The lookup table, checked: spans of one key, region and part are disjoint."""
    place = np.searchsorted(rows.places, laid.rows[:, 0], side="right") if len(laid.rows) else np.zeros(0, np.int64)
    order = np.lexsort((laid.start, laid.part, place))  # places are sorted by key and region already
    place, part, start, end = place[order], laid.part[order], laid.start[order], laid.end[order]
    recipe, gaps = laid.rows[order], laid.gaps[order]
    key, region = rows.table.column("key"), rows.table.column("region")
    over = (place[1:] == place[:-1]) & (part[1:] == part[:-1]) & (end[:-1] > start[1:])
    if over.any():
        row = int(recipe[1:][over][0, 0])
        raise FactorChoiceError(f"overlapping spans for {key[row].as_py()} in {region[row].as_py()}")
    # Numbers follow the ids, so that ties break by id.
    rank = np.empty(rows.table.num_rows + 1, np.int64)
    rank[pc.sort_indices(rows.table.column("factor_id")).to_numpy()] = np.arange(rows.table.num_rows)
    rank[-1] = -1
    _, first, number = np.unique(rank[recipe], axis=0, return_index=True, return_inverse=True)
    named = recipe[first]
    ids, boundary = rows.texts("factor_id"), rows.texts("boundary")
    unit_names, unit_no, dimensions = _dimensions(rows, laid)
    per_base = _per_base(recipe, unit_names, unit_no)
    ug, rel_sd, native = _values(rows, recipe, gaps, per_base)
    main = recipe[:, 0]
    dims = np.array([dimensions.get(name, -1) for name in unit_names], np.int16)
    table = pa.table({
        "lookup_no": pa.array(np.arange(len(main), dtype=np.int32)),
        "key": key.take(pa.array(main)).combine_chunks(),
        "region": region.take(pa.array(main)).combine_chunks(),
        "part": pa.array(part.astype(np.int8)),
        "start": pa.array(start.astype("datetime64[D]")),
        "end": pa.array(end.astype("datetime64[D]")),
        "factor_no": pa.array(number.reshape(-1).astype(np.int32)),
        "ug_per_base": pa.array(ug),
        "dim": pa.array(dims[unit_no[main]]),
        "rel_sd": pa.array(rel_sd),
        "gap_years": pa.array(gaps.max(axis=1, initial=0).astype(np.int16)),
        "native": pa.array(native),
    })  # fmt: skip
    by_number: dict[int, str] = {}
    for unit, dimension in dimensions.items():
        by_number.setdefault(dimension, unit)
    asked = np.concatenate([begins for begins, _ in served]) if served else np.zeros(0, np.int64)
    parts = np.concatenate([np.full(len(begins), n) for begins, n in served]) if served else np.zeros(0, np.int64)
    return Lookup(
        table,
        [tuple(ids[i] for i in indices if i >= 0) for indices in named.tolist()],
        [units.dimension(unit) for unit in by_number.values()],
        list(by_number.values()),
        keys,
        pa.table({
            "key": key.take(pa.array(asked)), "region": region.take(pa.array(asked)),
            "part": pa.array(parts.astype(np.int8)),
        }),
        [tuple(boundary[i] for i in indices if i >= 0) for indices in named.tolist()],
        _gases(rows, named, per_base[first]),
    )  # fmt: skip


def _dimensions(rows: _Rows, laid: _Laid) -> tuple[list[str], Ints, dict[str, int]]:
    """Names of the units, each factor's unit by number, and a number per used unit: one for all that convert."""
    encoded = pc.dictionary_encode(rows.table.column("unit")).combine_chunks()
    names: list[str] = encoded.dictionary.to_pylist()
    unit_no = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    numbers: dict[str, int] = {}
    used = [names[n] for n in np.unique(unit_no[laid.rows[:, 0]]).tolist()]
    return names, unit_no, {unit: numbers.setdefault(units.dimension(unit), len(numbers)) for unit in used}


def _per_base(recipe: Ints, unit_names: list[str], unit_no: Ints) -> Floats:
    """How many base units of the recipe's first factor each factor's unit is."""
    there = recipe >= 0
    unit = np.where(there, unit_no[recipe], -1)
    first = np.broadcast_to(unit[:, :1], unit.shape)
    per_base = np.ones(recipe.shape)
    for name, base in {(int(a), int(b)) for a, b in zip(unit[there], first[there], strict=True)}:
        per_base[(unit == name) & (first == base)] = _conversion(unit_names[name], unit_names[base])
    return per_base


def _gases(rows: _Rows, recipe: Ints, per_base: Floats) -> Floats:
    """The share of each gas in the CO2e of each recipe; nothing where the CO2e is 0."""
    kg = np.where((recipe >= 0)[:, :, None], rows.gases[recipe] / per_base[:, :, None], 0.0).sum(axis=1)
    total = kg.sum(axis=1, keepdims=True)
    return np.asarray(np.where(total == 0.0, 0.0, kg / np.where(total == 0.0, 1.0, total)))


def _values(rows: _Rows, recipe: Ints, gaps: Ints, per_base: Floats) -> tuple[Floats, Floats, Floats]:
    """Micrograms per base unit, standard deviation over them, and the share not restated, of each span.

    A recipe's factors are added, and their variances: publishers' errors of different boundaries are taken as
    independent.
    """
    there = recipe >= 0
    gsd = rows.table.column("gsd").to_numpy()
    spread = np.zeros(recipe.shape)
    spread[there] = [
        relative_sd(widened_sigma(g, gap))
        for g, gap in zip(gsd[recipe[there]].tolist(), gaps[there].tolist(), strict=True)
    ]
    value = np.where(there, rows.co2e_kg[recipe] * UG_PER_KG / per_base, 0.0)
    total, squares = _summed(value), _summed(np.square(value * spread))
    kept = _summed(np.where(rows.native[recipe], value, 0.0))
    some = np.where(total == 0.0, 1.0, total)
    return (
        total,
        np.where(total == 0.0, 0.0, np.sqrt(squares) / np.abs(some)),
        np.where(total == 0.0, 0.0, kept / some),
    )


def _summed(values: Floats) -> Floats:
    """The sum of each row, rounded once: of two addends by the hardware, of more by math.fsum."""
    if values.shape[1] <= 2:
        return np.asarray(values.sum(axis=1))
    total = values[:, 0] + values[:, 1]
    more = np.flatnonzero(values[:, 2:].any(axis=1))
    total[more] = [math.fsum(row) for row in values[more].tolist()]
    return total


def _conversion(unit: str, first: str) -> float:
    base = units.dimension(first)
    if units.dimension(unit) != base:
        raise FactorChoiceError(f"factors in {unit} and in {first} stand in one recipe: their units do not convert")
    return units.factor_between(unit, base_unit(base, first))
