"""Checks of the tables of a run of order lines: orders, days, categories, months and entries against each other."""

from __future__ import annotations

from typing import Any

from leafmark.engine.verify_common import (
    ENTRY_COLUMNS,
    entries_are_sound,
    ordered,
    total_is_null_of_nothing,
    total_ug,
    totals_are,
)
from leafmark.engine.verify_findings import Audit, Check

_MICRO = 1_000_000
"""Money is summed in whole millionths of its unit, so that it adds up the same in any order."""
_CLOSE = 1e-9
"""Of a quotient of two sums, what rounding may change."""
_COUNTED = {"lines": "BIGINT", "rejected_lines": "BIGINT", "co2e_ug": "BIGINT", "spend": "DOUBLE"}
COLUMNS: dict[str, dict[str, str]] = {
    "orders": {"date": "DATE", **_COUNTED},
    "days": {"date": "DATE", "orders": "BIGINT", **_COUNTED},
    "categories": {"category": "VARCHAR", "year": "INTEGER", "tier": "VARCHAR", "lines": "BIGINT", "co2e_ug": "BIGINT",
                   "spend": "DOUBLE"},
    "intensity": {"year": "INTEGER", "month": "TINYINT", "orders": "BIGINT", "lines": "BIGINT", "co2e_ug": "BIGINT",
                  "ug_per_order": "DOUBLE", "ug_per_money": "DOUBLE", "change": "DOUBLE"},
}  # fmt: skip
_ORDER = "'order_id ' || COALESCE(CAST(order_id AS VARCHAR), 'NULL') || COALESCE(', ' || date, '')"
_DAY = "'date ' || COALESCE(CAST({0}.date AS VARCHAR), 'NULL')"
_SPENT = f"SUM(CAST(ROUND(spend * {_MICRO}) AS HUGEINT))"


def wanted(record: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The tables that the run must have, and their columns."""
    return COLUMNS if record["no_entries"] else COLUMNS | {"entries": ENTRY_COLUMNS}


def _orders(audit: Audit) -> None:
    file, record = "orders.parquet", audit.record
    audit.begin("ids unique")
    audit.none(
        file,
        "order_id",
        f"SELECT {_ORDER}, COUNT(*) || ' rows', '1 row' FROM orders GROUP BY order_id, date HAVING COUNT(*) > 1",
    )
    total_is_null_of_nothing(audit, not record["lines_accepted"])
    audit.none(file, "co2e_ug", f"SELECT {_ORDER}, co2e_ug, CASE WHEN lines = rejected_lines THEN 'nothing: all its lines were "
               "rejected' ELSE 'a value: a line was accepted' END FROM orders WHERE (co2e_ug IS NULL) <> (lines = rejected_lines)")  # fmt: skip
    audit.begin("lines")
    audit.none(file, "lines", f"SELECT {_ORDER}, lines || ' lines, ' || rejected_lines || ' rejected', 'lines, and no more rejected "
               "than there are' FROM orders WHERE lines < 1 OR lines < rejected_lines OR rejected_lines < 0 OR lines IS NULL OR "
               "rejected_lines IS NULL")  # fmt: skip
    sums = audit.one(
        "SELECT COUNT(*), COALESCE(SUM(lines), 0), COALESCE(SUM(rejected_lines), 0), COALESCE(SUM(co2e_ug), 0) FROM orders"
    )
    rows, lines, rejected, ug = map(int, sums)
    audit.same("run.json", "lines_in", record["lines_in"], lines)
    audit.same("run.json", "lines_rejected", record["lines_rejected"], rejected)
    audit.begin("sums of orders")
    audit.same("run.json", "orders", record["orders"], rows)
    audit.same("run.json", "totals.co2e_ug", total_ug(audit), ug)


def _days(audit: Audit) -> None:
    """Each day is the sum of its orders."""
    audit.begin("ids unique")
    audit.none(
        "days.parquet",
        "date",
        f"SELECT {_DAY.format('days')}, COUNT(*) || ' rows', '1 row' FROM days GROUP BY date HAVING COUNT(*) > 1",
    )
    audit.begin("days against orders")
    audit.connection.execute(
        "CREATE OR REPLACE TEMP TABLE of_orders AS SELECT date, COUNT(*) AS orders, SUM(lines) AS lines, SUM(rejected_lines) AS "
        f"rejected_lines, SUM(co2e_ug) AS co2e_ug, {_SPENT} AS spend FROM orders GROUP BY date"
    )
    for column in ("orders", "lines", "rejected_lines", "co2e_ug", "spend"):
        here = f"CAST(ROUND(d.spend * {_MICRO}) AS HUGEINT)" if column == "spend" else f"d.{column}"
        there = "'x'" if column == "spend" else f"o.{column}"
        said = f"CAST(o.spend AS DOUBLE) / {_MICRO}" if column == "spend" else there
        audit.none("days.parquet", column, f"SELECT {_DAY.format('d')}, d.{column}, COALESCE(CAST({said} AS VARCHAR), 'nothing') || "
                   f"', of its orders' FROM days AS d FULL JOIN of_orders AS o ON o.date IS NOT DISTINCT FROM d.date WHERE {here} "
                   f"IS DISTINCT FROM o.{column}")  # fmt: skip
    audit.connection.execute("DROP TABLE of_orders")


def _categories(audit: Audit) -> None:
    """Categories, years and tiers add up to `run.json`."""
    file, record, totals = "categories.parquet", audit.record, audit.record["totals"]
    audit.begin("ids unique")
    row = "COALESCE(category, '(none)') || ', ' || year || ', ' || tier"
    audit.none(
        file,
        "category",
        f"SELECT {row}, COUNT(*) || ' rows', '1 row' FROM categories GROUP BY category, year, tier HAVING COUNT(*) > 1",
    )
    audit.begin("sums of categories")
    lines, ug = map(int, audit.one("SELECT COALESCE(SUM(lines), 0), COALESCE(SUM(co2e_ug), 0) FROM categories"))
    audit.same("run.json", "lines_accepted", record["lines_accepted"], lines)
    audit.same("run.json", "totals.co2e_ug", total_ug(audit), ug)
    for name, key in (
        ("by_tier", "tier"),
        ("by_category", "COALESCE(category, '')"),
        ("by_year", "CAST(year AS VARCHAR)"),
    ):
        rows = audit.ask(
            f"SELECT {key}, SUM(co2e_ug), SUM(lines), COALESCE({_SPENT}, 0) FROM categories GROUP BY {key}"
        )
        found = {group: (int(ug), int(lines), int(spent)) for group, ug, lines, spent in rows}
        for group in sorted({*found, *totals[name]}):
            _group(audit, f"totals.{name}.{group}", totals[name].get(group), found.get(group))


def _group(audit: Audit, name: str, recorded: dict[str, Any] | None, found: tuple[int, int, int] | None) -> None:
    if recorded is None or found is None:
        audit.fault("run.json", None, name, recorded and "a group", found and "a group, as in categories.parquet")
        return
    ug, lines, spent = found
    audit.same("run.json", f"{name}.co2e_ug", recorded["co2e_ug"], ug)
    audit.same("run.json", f"{name}.lines", recorded["lines"], lines)
    if not _near(recorded["spend"], spent / _MICRO):
        audit.fault("run.json", None, f"{name}.spend", recorded["spend"], spent / _MICRO)
    if "low_ug" in recorded:
        ordered(audit, name, recorded)
    if "ug_per_money" in recorded and not _near(recorded["ug_per_money"], ug / spent * _MICRO if spent else 0.0):
        audit.fault(
            "run.json", None, f"{name}.ug_per_money", recorded["ug_per_money"], ug / spent * _MICRO if spent else 0.0
        )


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= _CLOSE * max(abs(one), abs(other))


def _months(audit: Audit) -> None:
    """Months are the sums of their days, and their quotients follow."""
    audit.begin("months against days")
    audit.connection.execute(
        "CREATE OR REPLACE TEMP TABLE of_days AS SELECT m.*, m.co2e_ug / m.orders AS ug_per_order, CASE WHEN m.spend > 0 THEN "
        f"m.co2e_ug / m.spend * {_MICRO} END AS ug_per_money, (m.co2e_ug / m.orders) / NULLIF(b.co2e_ug / b.orders, 0) - 1 AS change "
        "FROM month_sums AS m LEFT JOIN month_sums AS b ON b.year = m.year - 1 AND b.month = m.month"
        .replace("month_sums", "(SELECT YEAR(date) AS year, MONTH(date) AS month, SUM(orders) AS orders, SUM(lines) AS lines, "
                 f"SUM(co2e_ug) AS co2e_ug, COALESCE({_SPENT}, 0) AS spend FROM days WHERE date IS NOT NULL GROUP BY ALL)")
    )  # fmt: skip
    row = "COALESCE(i.year, d.year) || '-' || COALESCE(i.month, d.month)"
    joined = "FROM intensity AS i FULL JOIN of_days AS d ON d.year = i.year AND d.month = i.month"
    for column in ("orders", "lines", "co2e_ug"):
        audit.none("intensity.parquet", column, f"SELECT {row}, i.{column}, COALESCE(CAST(d.{column} AS VARCHAR), 'nothing') || ', of its "
                   f"days' {joined} WHERE i.{column} IS DISTINCT FROM d.{column}")  # fmt: skip
    for column in ("ug_per_order", "ug_per_money", "change"):
        audit.none("intensity.parquet", column, f"SELECT {row}, i.{column}, COALESCE(CAST(d.{column} AS VARCHAR), 'nothing') || ', of its "
                   f"days' {joined} WHERE (i.{column} IS NULL) <> (d.{column} IS NULL) OR ABS(i.{column} - d.{column}) > {_CLOSE} * "
                   f"GREATEST(1, ABS(d.{column}))")  # fmt: skip
    audit.connection.execute("DROP TABLE of_days")


def _entries(audit: Audit) -> None:
    """Entries are of a day, category and tier each, and add up to the run."""
    audit.begin("ids unique")
    row = "COALESCE(CAST(date AS VARCHAR), 'NULL') || ', ' || COALESCE(subject_id, '(no category)') || ', ' || tier"
    audit.none("entries.parquet", "subject_id", f"SELECT {row}, COUNT(*) || ' entries', '1 entry' FROM entries GROUP BY date, "
               "subject_id, tier HAVING COUNT(*) > 1")  # fmt: skip
    totals_are(audit)


def _entries_against_days(audit: Audit) -> None:
    audit.begin("entries against days")
    audit.none("days.parquet", "co2e_ug", f"SELECT {_DAY.format('d')}, d.co2e_ug, COALESCE(CAST(e.ug AS VARCHAR), 'nothing') || ', of its "
               "entries' FROM days AS d FULL JOIN (SELECT date, SUM(co2e_ug) AS ug FROM entries GROUP BY date) AS e ON e.date = d.date "
               "WHERE d.co2e_ug IS DISTINCT FROM e.ug")  # fmt: skip


def _entries_against_categories(audit: Audit) -> None:
    audit.begin("entries against categories")
    audit.none("categories.parquet", "co2e_ug", "SELECT COALESCE(c.category, e.subject_id, '(none)') || ', ' || COALESCE(c.year, e.year) || "
               "', ' || COALESCE(c.tier, e.tier), c.co2e_ug, COALESCE(CAST(e.ug AS VARCHAR), 'nothing') || ', of its entries' FROM categories "
               "AS c FULL JOIN (SELECT subject_id, YEAR(date) AS year, tier, SUM(co2e_ug) AS ug FROM entries GROUP BY ALL) AS e ON "
               "e.subject_id IS NOT DISTINCT FROM c.category AND e.year = c.year AND e.tier = c.tier WHERE c.co2e_ug IS DISTINCT FROM "
               "e.ug")  # fmt: skip


STEPS: tuple[tuple[frozenset[str], Check], ...] = (
    (frozenset({"orders"}), _orders),
    (frozenset({"categories"}), _categories),
    (frozenset({"orders", "days"}), _days),
    (frozenset({"days", "intensity"}), _months),
    (frozenset({"entries"}), entries_are_sound),
    (frozenset({"entries"}), _entries),
    (frozenset({"entries", "days"}), _entries_against_days),
    (frozenset({"entries", "categories"}), _entries_against_categories),
)
"""Checks of the tables, each with those it reads."""
