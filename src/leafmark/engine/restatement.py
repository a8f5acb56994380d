"""A restatement: what became of each product's figure between two runs, and why.

    products of both runs, joined by id -> same | range | changed | new | gone | became known | became unknown | unknown
    why: method, gwp, factors (other packs or another day of knowledge), amounts (other lines), or several of these

The two runs say which of method, GWP set and factors differ between them; whether a product's lines differ is asked of the inputs.
What changed for a reason that no record shows is `unexplained`, which should never be.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from leafmark.engine import tables
from leafmark.engine.backends import told
from leafmark.engine.inputs import Source, identifier, open_input
from leafmark.engine.pinned import pinned_method, recorded_input
from leafmark.engine.run import Run, RunError
from leafmark.methods.model import Column, Method

KINDS = ("same", "range", "changed", "new", "gone", "became_known", "became_unknown", "unknown")
SIDES = ("before", "after")
REASONS = ("method", "gwp", "factors", "amounts")


@dataclass(frozen=True)
class Group:
    """Products of one kind of change and one reason; micrograms CO2e. A side without a figure counts nothing."""

    kind: str
    reason: str
    products: int
    before_ug: int
    after_ug: int

    @property
    def difference_ug(self) -> int:
        """After less before."""
        return self.after_ug - self.before_ug


@dataclass(frozen=True)
class Restatement:
    """Groups add up to the totals; `products` has a row for each product, those of the greatest difference first.

    `products`: product_id, kind, reason, before_ug, after_ug, difference_ug (NULL where a side has no figure), factor_before,
    factor_after.
    """

    before: str
    after: str
    differing: tuple[str, ...]
    groups: tuple[Group, ...]
    total: Group
    products: pa.Table


def restatement(before: Run, after: Run) -> Restatement:
    """Compare the products of two runs.

    Raises
    ------
    RunError : a run has no products, or an input that is needed to tell the reason is gone. InputError : it cannot be read.
    AssertionError : the groups do not add up to the totals of the runs' tables.
    """
    runs = (before, after)
    for run in runs:
        if not tables.exists(run.path / "products.parquet"):
            raise RunError(f"{run.path}: no products.parquet; a restatement compares runs of products")
    differing = tuple(_differing(*runs))
    with tempfile.TemporaryDirectory(prefix="leafmark-restate-") as folder, told(), duckdb.connect() as database:
        database.execute("SET autoinstall_known_extensions = false")
        for side, run in zip(SIDES, runs, strict=True):
            database.execute(_FIGURES.format(side=side, scan=tables.scan(run.path / "products.parquet")))
        _lines(database, runs, Path(folder), "amounts" in differing)
        database.execute(_JOINED.format(reason=_reason([each for each in differing if each != "amounts"])))
        groups = tuple(Group(*row) for row in database.execute(_GROUPS).fetchall())
        products = database.sql(_PRODUCTS).to_arrow_table()
        sums = [int(database.execute(f"SELECT COALESCE(SUM(ug), 0) FROM {side}").fetchall()[0][0]) for side in SIDES]
    total = Group("", "", sum(each.products for each in groups), *sums)
    found = [sum(each.before_ug for each in groups), sum(each.after_ug for each in groups)]
    assert found == sums, f"groups add up to {found}, the runs' tables to {sums}"
    return Restatement(before.id, after.id, differing, groups, total, products)


_FIGURES = """
CREATE TEMP TABLE {side} AS
SELECT CAST(product_id AS VARCHAR) AS id, CASE WHEN status = 'unknown' THEN NULL ELSE co2e_ug END AS ug, low_ug, high_ug,
  CAST(factor_id AS VARCHAR) AS factor
FROM {scan}
"""
_JOINED = """
CREATE TEMP TABLE joined AS
SELECT COALESCE(b.id, a.id) AS id, b.ug AS before_ug, a.ug AS after_ug, b.factor AS factor_before, a.factor AS factor_after,
  CASE WHEN b.id IS NULL THEN 'new' WHEN a.id IS NULL THEN 'gone' WHEN b.ug IS NULL AND a.ug IS NULL THEN 'unknown'
    WHEN b.ug IS NULL THEN 'became_known' WHEN a.ug IS NULL THEN 'became_unknown' WHEN b.ug <> a.ug THEN 'changed'
    WHEN b.low_ug <> a.low_ug OR b.high_ug <> a.high_ug THEN 'range' ELSE 'same' END AS kind,
  CASE WHEN b.id IS NULL OR a.id IS NULL THEN 'amounts' ELSE {reason} END AS reason
FROM before b FULL JOIN after a ON a.id = b.id
LEFT JOIN before_lines bl ON bl.id = b.id LEFT JOIN after_lines al ON al.id = a.id
"""
_GROUPS = """
SELECT kind, CASE WHEN kind IN ('same', 'unknown') THEN '' ELSE reason END AS why, COUNT(*),
  CAST(COALESCE(SUM(before_ug), 0) AS HUGEINT), CAST(COALESCE(SUM(after_ug), 0) AS HUGEINT)
FROM joined GROUP BY ALL ORDER BY kind, why
"""
_PRODUCTS = """
SELECT id AS product_id, kind, CASE WHEN kind IN ('same', 'unknown') THEN '' ELSE reason END AS reason, before_ug, after_ug,
  after_ug - before_ug AS difference_ug, factor_before, factor_after
FROM joined ORDER BY abs(after_ug - before_ug) DESC NULLS LAST, kind, id
"""


def _differing(before: Run, after: Run) -> list[str]:
    """Which reasons there can be, by what the runs recorded."""
    one, other = before.record, after.record

    def sets(record: dict[str, Any], name: str) -> list[str]:
        return sorted(each["sha256"] for each in record[name])

    return [
        reason
        for reason, differs in zip(
            REASONS,
            (
                one["method"]["hash"] != other["method"]["hash"],
                (one["gwp"], one["gwp_strict"]) != (other["gwp"], other["gwp_strict"]),
                sets(one, "packs") != sets(other, "packs")
                or (one["known_on"], one["run_date"]) != (other["known_on"], other["run_date"]),
                sets(one, "inputs") != sets(other, "inputs"),
            ),
            strict=True,
        )
        if differs
    ]


def _reason(of_runs: Sequence[str]) -> str:
    """SQL of a product's reason: what differs between the runs, and whether its own lines do."""
    alone = "+".join(of_runs) or "unexplained"
    together = "+".join([*of_runs, "amounts"])
    return f"CASE WHEN bl.sum IS DISTINCT FROM al.sum OR bl.inside OR al.inside THEN '{together}' ELSE '{alone}' END"


def _lines(database: duckdb.DuckDBPyConnection, runs: Sequence[Run], folder: Path, needed: bool) -> None:
    """Tables of what each product's lines come to as a hash; empty where both runs had the same input.

    A product that holds others (`inside`) may change with their lines, so its own lines being the same says nothing.
    """
    for side, run in zip(SIDES, runs, strict=True):
        select = "SELECT NULL::VARCHAR AS id, NULL::HUGEINT AS sum, FALSE AS inside LIMIT 0"
        if needed:
            method = pinned_method(run)
            (folder / side).mkdir()
            source = open_input(recorded_input(run.record["inputs"][0], run.path), method.columns, folder / side)
            select = _hashed(method, source)
        database.execute(f"CREATE TEMP TABLE {side}_lines AS {select}")


def _hashed(method: Method, source: Source) -> str:
    cells = [
        _cell(each, source) for each in sorted(method.columns, key=lambda each: each.name) if each.name != "activity_id"
    ]
    inside = "bool_or(component_id IS NOT NULL)" if "component_id" in source.columns else "FALSE"
    return (
        f"SELECT CAST({method.subject} AS VARCHAR) AS id, CAST(SUM(hash({', '.join(cells)})) AS HUGEINT) AS sum, {inside} AS inside "
        f"FROM ({source.sql}) AS lines GROUP BY 1"
    )


def _cell(column: Column, source: Source) -> str:
    """A cell as text that is the same whichever file it came from; NULL where the input has no such column."""
    if column.name not in source.columns:
        return "NULL::VARCHAR"
    kind = "DOUBLE" if column.type == "float" else "VARCHAR"
    return f"CAST(CAST({identifier(column.name)} AS {kind}) AS VARCHAR)"
