"""From a run of the engine to lines of the book: who, where, when and how well known, put to grams by factor.

    by_factor.parquet (a run's grams by group, part and factor) x groups -> lines, and beside them what stands outside the scopes

A *group* (`company.prepared.GROUPS_SCHEMA`) is what the company's activities are told apart by. Nothing is computed twice:
grams, ranges and gases are the run's. Only memo columns of a factor (CO2 of biogenic carbon, the non-CO2 effect of aircraft) are met with
the amount here, since they are in no total and so in no entry.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import duckdb
import pyarrow as pa

from leafmark.engine import memory_database, tables
from leafmark.engine.run import Run
from leafmark.engine.schema import Z95
from leafmark.engine.statement import MixedBooksError
from leafmark.engine.vintage import relative_sd
from leafmark.factors.model import Factor, Pack
from leafmark.factors.units import factor_between
from leafmark.inventory.company.prepared import GROUPS_SCHEMA
from leafmark.inventory.tables import LINES_SCHEMA

MEMO: Final[Mapping[str, str]] = {"biogenic_co2_kg": "biogenic_co2", "aviation_non_co2_kg": "aviation_non_co2"}
"""Column of a factor -> what of `OUTSIDE` it is."""

OUTSIDE_KYOTO: Final = "outside the Kyoto basket"
"""How the note of a factor begins whose gas is reported apart from the scopes (Corporate Standard, chapter 4)."""


def lines_of(
    run: Run, groups: pa.Table, template: str, packs: Sequence[Pack], statement: str = "both",
) -> pa.Table:  # fmt: skip
    """A run's lines, `LINES_SCHEMA`.

    Parameters
    ----------
    groups : `GROUPS_SCHEMA`; the run's subjects are its `group_id`.
    packs : those of the run, for memo columns and notes.
    statement : of the run's Scope 2 lines; those of another scope are in both, and so is what a lease moves to Scope 3.

    Raises
    ------
    MixedBooksError : the run is of another book than the inventory. AssertionError : a subject is in no group, or grams were lost.
    """
    book = run.record["method"]["book"]
    if book != "inventory":
        raise MixedBooksError(
            f"{run.path}: a run of the book {book}; an inventory takes entries of its own book alone, and books are never added"
        )
    outside, memos = _beside(run, packs)
    connection = memory_database.connect()
    try:
        for name, table in (("groups", groups.select(GROUPS_SCHEMA.names)), ("other", outside), ("memos", memos)):
            connection.register(name, table)
        connection.execute(
            f"CREATE TEMP TABLE met AS SELECT b.*, g.entity_id, g.site_id, g.month, g.origin, g.group_id, g.to_scope, "
            f"CASE WHEN b.scope < 3 THEN g.to_category WHEN b.category = 3 THEN g.upstream_to_category END AS to_category, "
            f"o.factor_id IS NOT NULL AS outside_gas FROM {tables.scan(run.path / 'by_factor.parquet')} AS b "
            f"LEFT JOIN groups AS g ON g.group_id = b.subject_id AND g.template = '{template}' LEFT JOIN other AS o ON o.factor_id = b.factor_id"
        )
        _hold(connection, run)
        found: pa.Table = connection.sql(_LINES.format(
            template=template, run_id=run.id, method=run.record["method"]["id"], version=int(run.record["method"]["version"]),
            statement=statement,
        )).to_arrow_table()  # fmt: skip
    finally:
        connection.close()
    return found.select(LINES_SCHEMA.names).cast(LINES_SCHEMA)


_LINES: Final = """
WITH common AS (
  SELECT entity_id, site_id, '{template}' AS template, month, origin,
    CASE WHEN outside_gas THEN NULL WHEN scope < 3 THEN COALESCE(to_scope, scope) ELSE scope END AS scope,
    CASE WHEN outside_gas THEN NULL ELSE COALESCE(to_category, category) END AS category,
    CASE WHEN scope = 2 AND to_scope IS NULL THEN '{statement}' ELSE 'both' END AS statement,
    CASE WHEN outside_gas THEN 'other_gases' END AS outside, '{run_id}' AS run_id, '{method}' AS method_id,
    {version} AS method_version, CAST(key AS VARCHAR) AS key, CAST(factor_id AS VARCHAR) AS factor_id,
    CAST(unit AS VARCHAR) AS unit, amount, lines AS activities, co2e_ug, sd_ug, NULLIF(own_sd_ug, 0) AS own_sd_ug, low_ug, high_ug, gases
  FROM met)
FROM common
UNION ALL BY NAME
SELECT * EXCLUDE (memo, rel_sd, kg_per_base, low, high, ug) REPLACE (NULL AS scope, NULL AS category, memo AS outside, ug AS co2e_ug,
    CAST(ROUND(ug * rel_sd) AS BIGINT) AS sd_ug, NULL AS own_sd_ug, CAST(FLOOR(ug * low) AS BIGINT) AS low_ug, CAST(CEIL(ug * high) AS BIGINT) AS high_ug,
    NULL AS gases)
FROM (SELECT c.*, m.* EXCLUDE (factor_id), CAST(ROUND(c.amount * m.kg_per_base * 1e9) AS BIGINT) AS ug
  FROM common AS c JOIN memos AS m ON m.factor_id = c.factor_id)
"""


def _hold(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Hold what was met to the run: every subject in one group, every gram once."""
    ((lost, which, total),) = connection.execute(
        "SELECT COUNT(*) FILTER (WHERE group_id IS NULL), MIN(subject_id) FILTER (WHERE group_id IS NULL), "
        "COALESCE(SUM(co2e_ug), 0)::HUGEINT FROM met"
    ).fetchall()
    if lost:
        raise AssertionError(f"{run.path}: {lost} sums are of no group of the company, the first of {which!r}")
    if int(total) != int(run.record["totals"]["co2e_ug"] or 0):
        raise AssertionError(
            f"{run.path}: its table by factor adds up to {total}, but run.json has {run.record['totals']['co2e_ug']}"
        )


def _beside(run: Run, packs: Sequence[Pack]) -> tuple[pa.Table, pa.Table]:
    """Of the factors of a run: those whose gas stands outside the scopes; and memos, kg per base unit with their spread."""
    file = run.path / "by_factor.parquet"
    used = tables.read(file, columns=["factor_id", "unit"]).group_by(["factor_id", "unit"]).aggregate([]).to_pylist()
    outside: list[dict[str, Any]] = []
    memos: list[dict[str, Any]] = []
    for each in used:
        factors = [_factor(name, packs) for name in str(each["factor_id"]).split(" + ")]
        if any((factor.note or "").startswith(OUTSIDE_KYOTO) for factor in factors):
            outside.append({"factor_id": each["factor_id"]})
        for column, memo in MEMO.items():
            having = [factor for factor in factors if getattr(factor, column)]
            if having:
                sigma = math.log(max(factor.gsd for factor in having))
                memos.append({
                    "factor_id": each["factor_id"], "memo": memo, "rel_sd": relative_sd(sigma),
                    "kg_per_base": sum(getattr(factor, column) * factor_between(each["unit"], factor.unit) for factor in having),
                    "low": math.exp(-sigma * sigma / 2 - Z95 * sigma), "high": math.exp(-sigma * sigma / 2 + Z95 * sigma),
                })  # fmt: skip
    return pa.Table.from_pylist(outside, schema=pa.schema([("factor_id", pa.string())])), pa.Table.from_pylist(
        memos, schema=_MEMO_SCHEMA
    )


_MEMO_SCHEMA: Final = pa.schema([
    ("factor_id", pa.string()), ("memo", pa.string()), ("rel_sd", pa.float64()), ("kg_per_base", pa.float64()),
    ("low", pa.float64()), ("high", pa.float64()),
])  # fmt: skip


def _factor(factor_id: str, packs: Sequence[Pack]) -> Factor:
    return next(pack for pack in packs if factor_id in pack.ids).factor(factor_id)
