"""Codes: the small integers behind a run's keys, regions, units, dates and stages, and the cells they lead to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from leafmark.engine import lookup, plan
from leafmark.engine.backends import Backend
from leafmark.engine.inputs import Source
from leafmark.engine.schema import STAGES
from leafmark.engine.settings import Settings
from leafmark.factors import regions
from leafmark.factors.model import Pack
from leafmark.methods.model import Method

LEVEL = 1 << 32
"""A level and a lookup's number in one integer: level * LEVEL + number."""


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
            self.regions, self.periods, self.parts, source.columns, settings.default_date, any(self.native)
        )


def distinct(backend: Backend, expression: str, view: str = "input") -> list[object]:
    """The distinct non-missing values of an expression over the input, sorted."""
    table = backend.fetch(
        f"SELECT v FROM (SELECT {expression} AS v FROM {view} AS i GROUP BY {expression}) AS x WHERE v IS NOT NULL"
    )
    return sorted(table.column("v").to_pylist())


def make_codes(backend: Backend, method: Method, packs: Sequence[Pack], source: Source, settings: Settings) -> Codes:
    """Register `keys`, `regions`, `unit_codes`, `days`, `stages`, `parts`, `cells`, `pairs`, `factor_names`, ..."""
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
    register(backend, method, chosen, keys, places, units, sorted(days))
    number_of_regions = sum(regions.known(place) for place in places)
    names = [chosen.factor_name(n) for n in range(len(chosen.factors))]
    native = [0.0] * len(names)
    for number, share in zip(
        chosen.table.column("factor_no").to_pylist(), chosen.table.column("native").to_pylist(), strict=True
    ):
        native[number] = share
    backend.table("factor_native", pa.table({
        "number": pa.array(range(len(names)), pa.int32()), "native": pa.array(native, pa.float64()),
    }))  # fmt: skip
    periods = backend.fetch("SELECT COUNT(*) AS n FROM periods").column("n").to_pylist()[0]
    return Codes(number_of_regions, int(periods), len(method.parts), chosen, native, names)


def _beside_only(backend: Backend, method: Method, chosen: lookup.Lookup) -> None:
    """Drop a part's cells where the first part's recipe lacks the boundary it stands beside: it counts that already."""
    parts = len(method.parts)
    standing = {n: part.beside for n, part in enumerate(method.parts) if part.beside}
    if not standing:
        return
    factors = chosen.table.select(["lookup_no", "part", "factor_no"]).to_pylist()
    pairs = [
        (n, row["lookup_no"])
        for row in factors
        for n, boundary in standing.items()
        if row["part"] == 0 and boundary in chosen.boundaries[row["factor_no"]]
    ]
    backend.table("beside", pa.table({
        "part": pa.array([part for part, _ in pairs], pa.int64()),
        "lookup_no": pa.array([number for _, number in pairs], pa.int32()),
    }))  # fmt: skip
    backend.temp(
        "beside_cells",
        f"""
        SELECT c.cell, c.level, c.lookup_no FROM cells AS c
        LEFT JOIN cells AS g ON g.cell = c.cell - c.cell % {parts}
        LEFT JOIN beside AS b ON b.part = c.cell % {parts} AND b.lookup_no = g.lookup_no
        WHERE c.cell % {parts} NOT IN ({", ".join(map(str, standing))}) OR b.part IS NOT NULL""",
    )
    backend.temp("cells", "SELECT cell, level, lookup_no FROM beside_cells")


def _whole_lines_only(backend: Backend, method: Method) -> None:
    """A line that lacks a mandatory part is rejected whole: drop the cells of its other parts."""
    parts = len(method.parts)
    mandatory = [n for n, part in enumerate(method.parts) if not part.optional]
    if parts == 1:
        return
    base = f"cell - cell % {parts}"
    held = f"SUM(CASE WHEN cell % {parts} IN ({', '.join(map(str, mandatory))}) THEN 1 ELSE 0 END)"
    backend.temp("whole", f"SELECT {base} AS base FROM cells GROUP BY {base} HAVING {held} = {len(mandatory)}")
    backend.temp(
        "whole_cells",
        f"SELECT c.cell, c.level, c.lookup_no FROM cells AS c INNER JOIN whole AS w ON w.base = c.cell - c.cell % {parts}",
    )
    backend.temp("cells", "SELECT cell, level, lookup_no FROM whole_cells")


def register(
    backend: Backend, method: Method, chosen: lookup.Lookup, keys: list[str], places: list[str], units: list[str],
    days: list[dt.date], marks_too: Sequence[dt.date] = (),
) -> None:  # fmt: skip
    """Register the code tables and the cells; `marks_too` are days on which a period must begin besides."""
    have = chosen.keys
    backend.table(
        "keys", pa.table({"key": pa.array(have, pa.string()), "key_no": pa.array(range(len(have)), pa.int64())})
    )
    known = [place for place in places if regions.known(place)]
    backend.table("regions", pa.table({
        "region": pa.array(known, pa.string()), "region_no": pa.array(range(len(known)), pa.int64()),
    }))  # fmt: skip
    chain = [(number, ancestor, level) for number, place in enumerate(known)
             for level, ancestor in enumerate(dict.fromkeys((place, *regions.parents(place), "WORLD")))]  # fmt: skip
    backend.table("chain", pa.table({
        "region_no": pa.array([c[0] for c in chain], pa.int64()), "ancestor": pa.array([c[1] for c in chain], pa.string()),
        "level": pa.array([c[2] for c in chain], pa.int8()),
    }))  # fmt: skip
    backend.table("unit_codes", lookup.unit_table(units, chosen.dimensions))
    backend.table("stages", pa.table({
        "stage": pa.array(STAGES, pa.string()), "stage_no": pa.array(range(len(STAGES)), pa.int8()),
    }))  # fmt: skip
    backend.table("parts", pa.table({"part_no": pa.array(range(len(method.parts)), pa.int8())}))
    low, high = days[0], days[-1]
    marks = {low, *(day for day in marks_too if low < day <= high)}
    for name in ("start", "end"):
        marks.update(day for day in set(chosen.table.column(name).to_pylist()) if low < day <= high)
    starts = sorted(marks)
    backend.table("periods", pa.table({
        "period_no": pa.array(range(len(starts)), pa.int64()), "first_day": pa.array(starts, pa.date32()),
    }))  # fmt: skip
    number = 0
    numbers = []
    for day in days:
        while number + 1 < len(starts) and starts[number + 1] <= day:
            number += 1
        numbers.append(number)
    backend.table("days", pa.table({"date": pa.array(days, pa.date32()), "period_no": pa.array(numbers, pa.int64())}))
    size = len(have) * len(known) * len(starts) * len(method.parts)
    if size > lookup.CELLS_MAX:
        raise lookup.FactorChoiceError(
            f"{size:,} cells (keys x regions x periods); at most {lookup.CELLS_MAX:,}: split the input"
        )
    backend.table("spans", chosen.table)
    part = "" if len(method.parts) == 1 else f" * {len(method.parts)} + sp.part"
    # The nearest level wins, as the least of (level, lookup): one cell leads to one factor, so no line counts twice. That
    # spans of one place do not overlap was checked when they were chosen.
    backend.temp(
        "cells",
        f"""
        SELECT cell, CAST((code - code % {LEVEL}) / {LEVEL} AS TINYINT) AS level, CAST(code % {LEVEL} AS INTEGER) AS lookup_no
        FROM (SELECT ((k.key_no * {len(known)} + ch.region_no) * {len(starts)} + p.period_no){part} AS cell,
            MIN(CAST(ch.level AS BIGINT) * {LEVEL} + sp.lookup_no) AS code
          FROM spans AS sp INNER JOIN keys AS k ON k.key = sp.key INNER JOIN chain AS ch ON ch.ancestor = sp.region
          INNER JOIN periods AS p ON p.first_day >= sp.start AND p.first_day < sp."end"
          GROUP BY ((k.key_no * {len(known)} + ch.region_no) * {len(starts)} + p.period_no){part}) AS a""",
    )
    _beside_only(backend, method, chosen)
    _whole_lines_only(backend, method)
    backend.table("served", pa.table({
        "key": pa.array([key for key, _, _ in chosen.served], pa.string()),
        "region": pa.array([region for _, region, _ in chosen.served], pa.string()),
        "part": pa.array([part for _, _, part in chosen.served], pa.int8()),
    }))  # fmt: skip
    pair = f"k.key_no * {len(known)} + ch.region_no"
    mandatory = [n for n, part in enumerate(method.parts) if not part.optional]
    backend.temp(
        "served_parts",
        f"""
        SELECT {pair} AS pair, sp.part FROM served AS sp INNER JOIN keys AS k ON k.key = sp.key
        INNER JOIN chain AS ch ON ch.ancestor = sp.region
        WHERE sp.part IN ({", ".join(map(str, mandatory))}) GROUP BY {pair}, sp.part""",
    )
    backend.temp("pairs", f"SELECT pair FROM served_parts GROUP BY pair HAVING COUNT(*) = {len(mandatory)}")
