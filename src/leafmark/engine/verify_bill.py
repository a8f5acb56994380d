"""Checks of the tables of a bill's run: products against entries against `run.json`, to the microgram."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leafmark.engine.schema import STAGES
from leafmark.engine.verify_common import (
    ENTRY_COLUMNS,
    entries_are_sound,
    total_is_null_of_nothing,
    total_ug,
    totals_are,
    within_range,
)
from leafmark.engine.verify_findings import Audit, Check
from leafmark.methods import LIBRARY

_UG = dict.fromkeys(("co2e_ug", "low_ug", "high_ug", *(f"{stage}_ug" for stage in STAGES)), "BIGINT")
PRODUCT_COLUMNS = {
    "status": "VARCHAR", **_UG, "lines": "BIGINT", "rejected_lines": "BIGINT", "factor_id": "VARCHAR",
    "factor_level": "TINYINT", "tier": "VARCHAR", "vintage_gap_years": "SMALLINT", "primary_ug": "BIGINT",
    "gwp_native_ug": "BIGINT",
}  # fmt: skip
BY_FACTOR_COLUMNS = {
    "subject_id": "VARCHAR", "factor_id": "VARCHAR", "lines": "BIGINT", "amount": "DOUBLE", "co2e_ug": "BIGINT", "sd_ug": "BIGINT", "own_sd_ug": "BIGINT",
    "low_ug": "BIGINT", "high_ug": "BIGINT",
}  # fmt: skip
_ROW = "'product_id ' || COALESCE(CAST(product_id AS VARCHAR), 'NULL')"
_FILE = "products.parquet"


def wanted(record: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The tables that the run must have, and their columns."""
    entries = {} if record["no_entries"] else {"entries": ENTRY_COLUMNS}
    return (
        {"products": PRODUCT_COLUMNS} | entries | ({"by_factor": BY_FACTOR_COLUMNS} if record.get("by_factor") else {})
    )


def _products(audit: Audit) -> None:
    audit.begin("ids unique")
    audit.none(_FILE, "product_id", f"SELECT {_ROW}, COUNT(*) || ' rows', '1 row' FROM products GROUP BY product_id "
               "HAVING COUNT(*) > 1 OR product_id IS NULL")  # fmt: skip
    audit.begin("ranges")
    within_range(audit, "products", _ROW)
    _missing_is_not_zero(audit)
    audit.begin("sums of products")
    stages = " + ".join(f"COALESCE(CAST({stage}_ug AS HUGEINT), 0)" for stage in STAGES)
    audit.none(_FILE, "co2e_ug", f"SELECT {_ROW}, co2e_ug, ({stages}) || ', the sum of its stages' FROM products "
               f"WHERE co2e_ug <> {stages}")  # fmt: skip
    sums = audit.one("SELECT " + ", ".join(f"COALESCE(SUM({name}), 0)" for name in
                     ("co2e_ug", *(f"{stage}_ug" for stage in STAGES), "gwp_native_ug")) + " FROM products")  # fmt: skip
    totals = audit.record["totals"]
    audit.same("run.json", "totals.co2e_ug", total_ug(audit), int(sums[0]))
    for stage, found in zip(STAGES, sums[1:-1], strict=True):
        audit.same("run.json", f"totals.by_stage_ug.{stage}", totals["by_stage_ug"].get(stage, 0), int(found))
    _native_share(audit, int(sums[-1]))
    _lines(audit)


def _missing_is_not_zero(audit: Audit) -> None:
    """NULL is not assessed, 0 is zero: a figure stands exactly where a line was met."""
    total_is_null_of_nothing(audit, not audit.one("SELECT COUNT(co2e_ug) FROM products")[0])
    audit.begin("missing or zero")
    any_stage = "COALESCE(" + ", ".join(f"{stage}_ug" for stage in STAGES) + ") IS NOT NULL"
    for column in ("low_ug", "high_ug", "factor_id", "factor_level"):
        audit.none(_FILE, column, f"SELECT {_ROW}, {column}, CASE WHEN co2e_ug IS NULL THEN 'nothing, as in co2e_ug' "
                   f"ELSE 'a value, as in co2e_ug' END FROM products WHERE (co2e_ug IS NULL) <> ({column} IS NULL)")  # fmt: skip
    audit.none(_FILE, "co2e_ug", f"SELECT {_ROW}, co2e_ug, CASE WHEN {any_stage} THEN 'a value: a stage has one' ELSE "
               f"'nothing: no stage has a value' END FROM products WHERE (co2e_ug IS NOT NULL) <> ({any_stage})")  # fmt: skip
    audit.none(_FILE, "co2e_ug", f"SELECT {_ROW}, co2e_ug, 'nothing: all its lines were rejected' FROM products "
               "WHERE lines = rejected_lines AND co2e_ug IS NOT NULL")  # fmt: skip
    audit.none(_FILE, "co2e_ug", f"SELECT {_ROW}, co2e_ug, 'a value: it is complete' FROM products "
               "WHERE status = 'complete' AND co2e_ug IS NULL")  # fmt: skip
    audit.begin("status")
    audit.none(_FILE, "status", f"SELECT {_ROW}, status, CASE WHEN rejected_lines > 0 THEN 'unknown: a line was rejected' "
               "ELSE 'complete or unknown' END FROM products WHERE COALESCE(status, '') NOT IN ('complete', 'unknown') OR "
               "(rejected_lines > 0 AND status <> 'unknown')")  # fmt: skip


def _native_share(audit: Audit, native_ug: int) -> None:
    """The share that stands as published, as far as rounding each product tells it."""
    rows, gross = audit.one("SELECT COUNT(*), COALESCE(SUM(ABS(CAST(co2e_ug AS DOUBLE))), 0) FROM products")
    totals = audit.record["totals"]
    if not totals["co2e_ug"] or totals["gwp_native_share"] is None:
        return
    recorded = totals["gwp_native_share"] * totals["co2e_ug"]
    factors = 1000  # of one product: each is rounded by itself
    if abs(recorded - native_ug) > rows * factors + gross * 1e-9:
        audit.fault("run.json", None, "totals.gwp_native_share", totals["gwp_native_share"],
                    f"{native_ug / totals['co2e_ug']}, as products.parquet has it")  # fmt: skip


def _lines(audit: Audit) -> None:
    """Lines of products; only where a line is one row of the method's (no parts or shares of stages)."""
    audit.begin("lines")
    audit.none(_FILE, "lines", f"SELECT {_ROW}, lines || ' lines, ' || rejected_lines || ' rejected', 'no more rejected "
               "than there are' FROM products WHERE lines < rejected_lines OR rejected_lines < 0 OR lines IS NULL OR "
               "rejected_lines IS NULL")  # fmt: skip
    recorded = audit.record["method"]
    method = next((m for m in LIBRARY if (m.id, m.version) == (recorded["id"], recorded["version"])), None)
    if method is None or method.stage_shares or len(method.parts) > 1:
        return
    lines, rejected = map(
        int, audit.one("SELECT COALESCE(SUM(lines), 0), COALESCE(SUM(rejected_lines), 0) FROM products")
    )
    nobodys = audit.record["lines_rejected"] - rejected
    audit.same(_FILE, "lines", lines, audit.record["lines_in"] - nobodys)
    if nobodys < 0:
        audit.fault(
            _FILE, None, "rejected_lines", rejected, f"at most {audit.record['lines_rejected']}, as in run.json"
        )


def _entries_once(audit: Audit) -> None:
    """One entry of a subject, stage and part; with --lines, of each line of it."""
    audit.begin("ids unique")
    key, named = "subject_id, stage, scope, category, factor_id", "subject_id IS NOT NULL"
    if audit.record["lines"]:
        if _may_repeat_rows(audit):
            return
        key, named = f"{key}, activity_id", "activity_id IS NOT NULL"  # a component's lines have none of their own
    row = "'subject_id ' || subject_id || COALESCE(', ' || stage, '') || COALESCE(', activity_id ' || ANY_VALUE(activity_id), '')"
    audit.none("entries.parquet", "subject_id", f"SELECT {row}, COUNT(*) || ' entries', '1 entry of one factor' FROM entries "
               f"WHERE {named} GROUP BY {key} HAVING COUNT(*) > 1")  # fmt: skip


def _may_repeat_rows(audit: Audit) -> bool:
    """Whether lines of several files stand by their row numbers, which then repeat."""
    return any(Path(str(each["file"])).is_dir() for each in audit.record["inputs"])


def _entries_against_products(audit: Audit) -> None:
    """Each product's stages are the sums of its entries, where a stage without one is NULL; no entry is nobody's."""
    audit.begin("entries against products")
    by_stage = ", ".join(f"SUM(co2e_ug) FILTER (stage = '{stage}') AS {stage}_ug" for stage in STAGES)
    audit.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE of_entries AS SELECT subject_id, SUM(co2e_ug) AS co2e_ug, {by_stage} FROM entries GROUP BY subject_id"
    )
    joined = "FROM products AS p LEFT JOIN of_entries AS e ON e.subject_id = CAST(p.product_id AS VARCHAR)"
    for column in ("co2e_ug", *(f"{stage}_ug" for stage in STAGES)):
        audit.none(_FILE, column, f"SELECT {_ROW}, p.{column}, COALESCE(CAST(e.{column} AS VARCHAR), 'nothing') || ', the sum "
                   f"of its entries' {joined} WHERE p.{column} IS DISTINCT FROM e.{column}")  # fmt: skip
    audit.none("entries.parquet", "subject_id", "SELECT 'subject_id ' || COALESCE(e.subject_id, 'NULL'), e.subject_id, 'a product of "
               "products.parquet' FROM of_entries AS e LEFT JOIN products AS p ON CAST(p.product_id AS VARCHAR) = e.subject_id "
               "WHERE p.product_id IS NULL")  # fmt: skip
    audit.connection.execute("DROP TABLE of_entries")
    totals_are(audit)


def _by_factor(audit: Audit) -> None:
    """Each product's grams by factor add up to it, with their ranges."""
    audit.begin("sums by factor")
    joined = (
        "FROM products AS p FULL JOIN (SELECT subject_id, SUM(co2e_ug) AS ug FROM by_factor GROUP BY subject_id) AS f "
        "ON f.subject_id = CAST(p.product_id AS VARCHAR)"
    )
    audit.none("by_factor.parquet", "co2e_ug", "SELECT 'subject_id ' || COALESCE(f.subject_id, CAST(p.product_id AS VARCHAR), 'NULL'), f.ug, "
               f"COALESCE(CAST(p.co2e_ug AS VARCHAR), 'nothing') || ', as in products.parquet' {joined} "
               "WHERE f.ug IS DISTINCT FROM p.co2e_ug")  # fmt: skip
    within_range(audit, "by_factor", "'subject_id ' || COALESCE(subject_id, 'NULL')")


STEPS: tuple[tuple[frozenset[str], Check], ...] = (
    (frozenset({"products"}), _products),
    (frozenset({"entries"}), entries_are_sound),
    (frozenset({"entries"}), _entries_once),
    (frozenset({"products", "entries"}), _entries_against_products),
    (frozenset({"products", "by_factor"}), _by_factor),
)
"""Checks of the tables, each with those it reads."""
