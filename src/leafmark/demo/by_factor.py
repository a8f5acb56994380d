"""The order lines' figures grouped any way a reader asks, each with its 95 % range.

A factor's error is the same in every line that it made, so a range needs the sum per factor *before* anything is
squared (DESIGN, "Uncertainty"); the ranges of lines, days or sub-groups never add up. Therefore the run is given a
shelf whose category is the panel's category and the factor it meets (`write_shelf`): every entry of the run then
stands on one factor. Here entries are only added up, and the range is the engine's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from leafmark.engine import tables
from leafmark.engine.line_factors import LineFactors, Used
from leafmark.engine.pinned import open_pinned
from leafmark.engine.run import Run, lognormal_range

SEPARATOR = " > "
"""Between a category and the factor's key in the run's categories: `BEEF > food.beef_herd`."""


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of one month, category and tier that met one factor.

    `co2e_ug` int64 micrograms; `sd_ug` their standard deviation, all of it the factor's; `gap_years` between the
    purchase and the factor's valid period; `native` the share not restated to the run's GWP set.
    """

    month: str
    category: str
    key: str
    tier: str
    factor_id: str
    co2e_ug: int
    sd_ug: int
    gap_years: int
    native: float


def write_shelf(inputs: Path) -> Path:
    """Write `shelf.parquet`: the catalogue as the order lines meet it, its category divided by factor."""
    source, target = (inputs / name for name in ("catalogue.parquet", "shelf.parquet"))
    with duckdb.connect() as con:
        con.execute(f"""COPY (
            SELECT product_id, concat_ws('{SEPARATOR}', category, coalesce(mass_key, count_key, spend_key)) AS category,
              region, mass_kg, mass_key, count_amount, count_unit, count_key, spend_key, currency
            FROM read_parquet({_quote(source)}) ORDER BY product_id
        ) TO {_quote(target)} (FORMAT parquet, COMPRESSION zstd)""")
    return target


class Parts:
    """A finished run of order lines over `shelf.parquet`, cut by month, category, tier and factor.

    Raises
    ------
    AssertionError
        If an entry does not stand on the factor that its key leads to, or the parts do not add up to the run's total.
    """

    def __init__(self, run: Run, inputs: Path) -> None:
        pinned = open_pinned(run)
        self.factors = LineFactors(pinned.packs, pinned.method, pinned.settings)
        self.parts = tuple(_parts(run.path, self.factors, _regions(inputs)))
        found, total = sum(part.co2e_ug for part in self.parts), run.record["totals"]["co2e_ug"]
        if found != total:
            raise AssertionError(f"{run.path}: entries by factor add up to {found}, but the run's total is {total}")

    def by(
        self, name: Callable[[Part], Any], keep: Callable[[Part], bool] = lambda _: True
    ) -> dict[Any, dict[str, int]]:
        """Figures with ranges, grouped: {name: {co2e_ug, low_ug, high_ug}}, in the order of the names."""
        groups: dict[Any, list[Part]] = {}
        for part in self.parts:
            if keep(part):
                groups.setdefault(name(part), []).append(part)
        return {each: total(groups[each]) for each in sorted(groups)}

    def used(self, factor_id: str) -> Iterator[Used]:
        """The factors behind an entry's factor id (a recipe has several) with their sources."""
        yield from (self.factors.used(each) for each in factor_id.split(" + "))


def total(parts: Iterable[Part]) -> dict[str, int]:
    """Sum and 95 % range: standard deviations add up within a factor, variances between factors."""
    value = 0
    deviations: dict[str, int] = {}
    for part in parts:
        value += part.co2e_ug
        deviations[part.factor_id] = deviations.get(part.factor_id, 0) + part.sd_ug
    low, high = lognormal_range(value, sum(sd * sd for sd in deviations.values()))
    return {"co2e_ug": value, "low_ug": low, "high_ug": high}


def _regions(inputs: Path) -> dict[str, str]:
    """Region in which each key of the shelf is looked up; one per key (`receipts.region_of`)."""
    with duckdb.connect() as con:
        rows = con.execute(f"""SELECT DISTINCT coalesce(mass_key, count_key, spend_key) AS key, region
            FROM read_parquet({_quote(inputs / "shelf.parquet")}) WHERE key IS NOT NULL""").fetchall()
    regions = dict(rows)
    if len(regions) != len(rows):
        raise AssertionError("shelf.parquet: a factor's key is looked up in two regions; entries would mix two factors")
    return regions


def _parts(folder: Path, factors: LineFactors, regions: dict[str, str]) -> Iterator[Part]:
    with duckdb.connect() as con:
        rows = con.execute(f"""
            SELECT strftime(date, '%Y-%m') AS month, subject_id, tier, factor_id, sum(co2e_ug)::HUGEINT, min(date), max(date)
            FROM {tables.scan(folder / "entries.parquet")} GROUP BY ALL ORDER BY ALL
        """).fetchall()
    factors.prepare(regions)
    for month, subject, tier, factor_id, ug, first, last in rows:
        category, key = subject.split(SEPARATOR)
        met = {factors.meet(key, regions[key], day, 0) for day in (first, last)}
        one = met.pop()
        if met or one is None or " + ".join(one.factor_ids) != factor_id:
            raise AssertionError(f"{folder}: entries of {subject} in {month} do not stand on one factor ({factor_id})")
        sd = round(int(ug) * one.rel_sd)
        yield Part(month, category, key, tier, factor_id, int(ug), sd, one.gap_years, one.native)


def _quote(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
