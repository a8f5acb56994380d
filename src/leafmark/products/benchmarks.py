"""Frozen benchmark tables: how the footprints of one category lay on the day somebody froze them.

A benchmark is built by an explicit call of `freeze` from a products table, written to a file with its hash, and read
from there ever after. Nothing reads a live catalogue: a label must not change because another seller listed a product.

Quantiles are nearest-rank values of the table itself (Hyndman and Fan 1996, definition 1), so they are integers that
some product had, and two machines agree to the microgram.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from .footprint import Basis, Footprint

SCHEMA: Final = "leafmark.benchmark/1"
DECILES: Final = (10, 20, 30, 40, 50, 60, 70, 80, 90)
COUNT_MIN: Final = 30
"""Products a category needs before it has a benchmark: below this, deciles are single products."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One category's row of a frozen table; amounts in int64 micrograms CO2e per declared unit."""

    table_id: str
    table_version: str
    basis: Basis
    count: int
    min_ug: int
    deciles_ug: tuple[int, ...]
    max_ug: int
    frozen_on: date
    run_hash: str

    @property
    def median_ug(self) -> int:
        """The fifth decile."""
        return self.deciles_ug[4]

    def percentile(self, value_ug: int) -> Fraction:
        """Place a value among the quantiles, 0 (lowest) to 100, linear between them.

        On a flat stretch (several quantiles equal) it is the highest place that fits, so that no tie flatters.
        """
        points = list(zip((0, *DECILES, 100), (self.min_ug, *self.deciles_ug, self.max_ug), strict=True))
        if value_ug < self.min_ug:
            return Fraction(0)
        for (low, from_ug), (high, to_ug) in reversed(list(pairwise(points))):
            if value_ug >= to_ug:
                return Fraction(high)
            if value_ug >= from_ug:
                return low + Fraction((high - low) * (value_ug - from_ug), to_ug - from_ug)
        return Fraction(0)


@dataclass(frozen=True, slots=True)
class BenchmarkTable:
    """A frozen table: its rows, and what was left out and why (reason -> number of products)."""

    id: str
    version: str
    rows: tuple[Benchmark, ...]
    left_out: tuple[tuple[str, int], ...] = ()

    def for_basis(self, basis: Basis) -> Benchmark | None:
        """Give the row to compare with: the same basis, else one of the same category (grading names what differs)."""
        of_category = [row for row in self.rows if row.basis.category == basis.category]
        same = [row for row in of_category if row.basis.difference(basis) is None]
        return next(iter(same or of_category), None)

    @property
    def sha256(self) -> str:
        """Hash of the canonical JSON of the rows, in order of basis: the table's identity."""
        return hashlib.sha256(_canonical(self).encode()).hexdigest()


def nearest_rank(ordered: list[int], percent: int) -> int:
    """Give the nearest-rank quantile of ascending values: the value at rank ceil(n percent / 100)."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _unfit(footprint: Footprint, on_date: date) -> str | None:
    if not footprint.known:
        return "unknown"
    if footprint.expired(on_date):
        return "expired"
    if footprint.category_estimate:
        return "category_estimate"
    if footprint.basis.category is None:
        return "no_category"
    return None


def freeze(
    footprints: Iterable[Footprint],
    *,
    table_id: str,
    version: str,
    frozen_on: date,
    run_hash: str,
    count_min: int = COUNT_MIN,
) -> BenchmarkTable:
    """Build a table from a catalogue's footprints: one row per basis with at least `count_min` products.

    Unknown products, figures expired by `frozen_on` and category estimates stay out (an estimate is the category's own figure, many times over), and
    figures of different basis never share a row.

    Raises
    ------
    ValueError
        If one product id comes twice: it would weigh twice.
    """
    left_out: Counter[str] = Counter()
    groups: defaultdict[Basis, list[int]] = defaultdict(list)
    seen: set[str] = set()
    for footprint in footprints:
        if footprint.product_id in seen:
            raise ValueError(f"product {footprint.product_id}: stands twice in the table to freeze")
        seen.add(footprint.product_id)
        if reason := _unfit(footprint, frozen_on):
            left_out[reason] += 1
        elif footprint.co2e_ug is not None:
            groups[footprint.basis].append(footprint.co2e_ug)
    rows = []
    for basis, values in groups.items():
        if len(values) < count_min:
            left_out["too_few"] += len(values)
            continue
        ordered = sorted(values)
        deciles = tuple(nearest_rank(ordered, percent) for percent in DECILES)
        rows.append(
            Benchmark(table_id, version, basis, len(ordered), ordered[0], deciles, ordered[-1], frozen_on, run_hash)
        )
    rows.sort(key=_by_basis)
    return BenchmarkTable(table_id, version, tuple(rows), tuple(sorted(left_out.items())))


def table_of_ranks(
    groups: Iterable[tuple[Sequence[Footprint], int]],
    *,
    table_id: str,
    version: str,
    frozen_on: date,
    run_hash: str,
    count_min: int = COUNT_MIN,
) -> BenchmarkTable:
    """Build a table where a publisher's list says which products stand at the ranks: not all of its products need a run.

    Parameters
    ----------
    groups
        For each row the footprints at the least, the deciles and the most, ascending, and how many products they rank.

    Raises
    ------
    ValueError
        If the footprints of a row are not eleven that ascend, have no figure, are category estimates, or differ in basis.
    """
    rows, too_few = [], 0
    for footprints, count in groups:
        if count < count_min:
            too_few += count
            continue
        basis = footprints[0].basis
        values = [each.co2e_ug for each in footprints if _unfit(each, frozen_on) is None and each.co2e_ug is not None]
        if len(values) != len(DECILES) + 2 or len(footprints) != len(values) or values != sorted(values):
            raise ValueError(
                f"benchmark {table_id}: {basis.functional_unit or basis.category}: expected {len(DECILES) + 2} known figures that "
                f"ascend, found {[each.co2e_ug for each in footprints]}"
            )
        for each in footprints:
            if field := each.basis.difference(basis):
                raise ValueError(
                    f"benchmark {table_id}: product {each.product_id}: {field} differs from the row's first"
                )
        rows.append(
            Benchmark(table_id, version, basis, count, values[0], tuple(values[1:-1]), values[-1], frozen_on, run_hash)
        )
    rows.sort(key=_by_basis)
    return BenchmarkTable(table_id, version, tuple(rows), (("too_few", too_few),) if too_few else ())


def _by_basis(row: Benchmark) -> str:
    return json.dumps(asdict(row.basis), sort_keys=True)


def _row_json(row: Benchmark) -> dict[str, Any]:
    named = {f"p{percent}_ug": value for percent, value in zip(DECILES, row.deciles_ug, strict=True)}
    return {
        "category": row.basis.category,
        "basis": asdict(row.basis),
        "n": row.count,
        "min_ug": row.min_ug,
        **named,
        "median_ug": row.median_ug,
        "max_ug": row.max_ug,
        "unit": "ug CO2e",
        "frozen_on": row.frozen_on.isoformat(),
        "run_hash": row.run_hash,
    }


def _canonical(table: BenchmarkTable) -> str:
    rows = [_row_json(row) for row in table.rows]
    rows.sort(key=lambda row: json.dumps(row["basis"], sort_keys=True))
    return json.dumps({"id": table.id, "version": table.version, "rows": rows}, sort_keys=True, ensure_ascii=False)


def table_as_json(table: BenchmarkTable) -> dict[str, Any]:
    """Give a table as plain values with its hash, as `table_from` reads it."""
    body: dict[str, Any] = json.loads(_canonical(table))
    return body | {"schema": SCHEMA, "left_out": dict(table.left_out), "sha256": table.sha256}


def write_table(table: BenchmarkTable, path: Path) -> None:
    """Write a table as JSON (`leafmark.benchmark/1`) with its hash, whole or not at all."""
    half = path.with_name(f"{path.name}.part")
    half.write_text(
        json.dumps(table_as_json(table), indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )
    half.replace(path)


def _row_from(table_id: str, version: str, row: Mapping[str, Any]) -> Benchmark:
    basis = dict(row["basis"])
    basis["stages"] = tuple(basis["stages"])
    deciles = tuple(int(row[f"p{percent}_ug"]) for percent in DECILES)
    quantiles = (int(row["min_ug"]), *deciles, int(row["max_ug"]))
    if list(quantiles) != sorted(quantiles):
        raise ValueError(f"benchmark {table_id}, category {row.get('category')!r}: quantiles must not fall")
    return Benchmark(
        table_id=table_id,
        table_version=version,
        basis=Basis(**basis),
        count=int(row["n"]),
        min_ug=quantiles[0],
        deciles_ug=deciles,
        max_ug=quantiles[-1],
        frozen_on=date.fromisoformat(row["frozen_on"]),
        run_hash=row["run_hash"],
    )


def read_table(path: Path) -> BenchmarkTable:
    """Read a frozen table and check that it is the one that was written.

    Raises
    ------
    ValueError
        If schema or hash differ, or quantiles fall.
    """
    return table_from(json.loads(path.read_text(encoding="utf-8")), str(path))


def table_from(body: Any, named: str) -> BenchmarkTable:
    """Give the table that a frozen file's content is, checked as `read_table` does; `named` says in errors where it stood."""
    found = body.get("schema") if isinstance(body, dict) else type(body).__name__
    if found != SCHEMA:
        raise ValueError(f"{named}: expected schema {SCHEMA}, found {found!r}")
    rows = tuple(_row_from(body["id"], body["version"], row) for row in body["rows"])
    table = BenchmarkTable(body["id"], body["version"], rows, tuple(sorted(body.get("left_out", {}).items())))
    if table.sha256 != body.get("sha256"):
        raise ValueError(
            f"{named}: the table was changed after it was frozen; expected {body.get('sha256')}, found {table.sha256}"
        )
    return table
