"""What stands beside a sum: lines in and out, orders, money, and which orders hold most of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from leafmark.engine import tables
from leafmark.engine.backends import told
from leafmark.engine.explain_address import TOTAL, Address, Condition
from leafmark.engine.recount import Groups, found_groups
from leafmark.engine.recount_orders import PERIODS, period
from leafmark.engine.run import Run


def _ask(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection, told():
        connection.execute("SET autoinstall_known_extensions = false")
        return connection.execute(sql).fetchall()


def _within(conditions: Sequence[Condition]) -> str:
    return " AND ".join(period(each.kind, each.value) for each in conditions) or "TRUE"


def lines_of(run: Run, address: Address) -> dict[str, Any]:
    """Lines in, accepted and rejected, of the run; `of`: of which part of it the counts are.

    A rejected line met no factor, so it is of no category, tier, stage or factor: only a period has counts of its own.
    """
    record = run.record
    counts: dict[str, Any] = {
        "of": "run", "in": record["lines_in"], "accepted": record["lines_accepted"],
        "rejected": record["lines_rejected"], "rejected_by_reason": record["rejected_by_reason"],
    }  # fmt: skip
    if address.conditions and _only_dates(address) and tables.exists(run.path / "days.parquet"):
        rows = _ask(
            f"SELECT SUM(lines), SUM(rejected_lines) FROM {tables.scan(run.path / 'days.parquet')} "
            f"WHERE {_within(address.conditions)}"
        )
        lines, rejected = (int(value or 0) for value in rows[0])
        return {"of": str(address), "in": lines, "accepted": lines - rejected, "rejected": rejected}
    return counts


def _only_dates(address: Address) -> bool:
    return {condition.kind for condition in address.conditions} <= set(PERIODS)


def facts(run: Run, address: Address) -> dict[str, Any]:
    """Orders and money of a period, with its intensity as `intensity.parquet` has it; money of a tier or category."""
    totals = run.record["totals"]
    if not tables.exists(run.path / "days.parquet"):
        return {}
    if address.word == TOTAL or (address.conditions and _only_dates(address)):
        rows = _ask(
            f"SELECT SUM(orders), SUM(spend) FROM {tables.scan(run.path / 'days.parquet')} "
            f"WHERE {_within(address.conditions)}"
        )
        found: dict[str, Any] = {"orders": int(rows[0][0] or 0), "spend": rows[0][1]}
        month = address.only("month")
        if month is not None:
            rows = _ask(
                f"SELECT ug_per_order, ug_per_money, change FROM {tables.scan(run.path / 'intensity.parquet')} "
                f"WHERE {period('month', month, 'make_date(year, month, 1)')}"
            )
            if rows:
                found |= dict(zip(("ug_per_order", "ug_per_money", "change"), rows[0], strict=True))
        return found
    for kind in ("tier", "category"):
        value = address.only(kind)
        group = totals.get(f"by_{kind}", {}).get(value) if value is not None else None
        if group is not None:
            return {"spend": group["spend"], "lines": group["lines"]}
    return {}


def counted_orders(run: Run) -> int:
    """Orders with an accepted line: zero is a figure, none is not."""
    rows = _ask(
        f"SELECT COUNT(DISTINCT order_id) FROM {tables.scan(run.path / 'orders.parquet')} WHERE co2e_ug IS NOT NULL"
    )
    return int(rows[0][0])


def subjects_with(run: Run, stage: Sequence[Condition], most: int) -> Groups:
    """The products of a bill that hold most of its total, or of one stage."""
    column = f"{stage[0].value}_ug" if stage else "co2e_ug"
    return found_groups(_ask(f"""
        SELECT product_id, {column}, 0, COUNT(*) OVER (), SUM({column}) OVER (), 0
        FROM {tables.scan(run.path / "products.parquet")} WHERE {column} IS NOT NULL
        ORDER BY ABS({column}) DESC, product_id LIMIT {most}"""))  # fmt: skip


def orders_with(run: Run, conditions: Sequence[Condition], most: int) -> Groups:
    """The orders that hold most of a period."""
    return found_groups(_ask(f"""
        WITH g AS (SELECT order_id AS name, SUM(co2e_ug) AS ug, SUM(lines - rejected_lines) AS n
          FROM {tables.scan(run.path / "orders.parquet")} WHERE co2e_ug IS NOT NULL AND {_within(conditions)} GROUP BY 1)
        SELECT name, ug, n, COUNT(*) OVER (), SUM(ug) OVER (), SUM(n) OVER () FROM g
        ORDER BY ABS(ug) DESC, name LIMIT {most}"""))  # fmt: skip
