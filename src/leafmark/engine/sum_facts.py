"""What stands beside a sum: lines in and out, orders, money, and which orders hold most of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from leafmark.engine import tables
from leafmark.engine.backends import told
from leafmark.engine.explain_address import TOTAL, Address, Condition
from leafmark.engine.recount import Groups, found_groups
from leafmark.engine.recount_orders import PERIODS, period
from leafmark.engine.run import Run


class RunTables:
    """Questions to a run's own tables, over one connection; each reads its table anew."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._connection = duckdb.connect()
        for name in ("autoinstall_known_extensions", "enable_external_file_cache"):
            self._connection.execute(f"SET {name} = false")

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def has(self, table: str) -> bool:
        """Whether the run wrote that table."""
        return tables.exists(self.run.path / f"{table}.parquet")

    def scan(self, table: str) -> str:
        """SQL text that reads a table."""
        return tables.scan(self.run.path / f"{table}.parquet")

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with told():
            return self._connection.execute(sql).fetchall()

    def rows(self, sql: str, at_once: int) -> Iterator[tuple[Any, ...]]:
        """The rows of a query one after another, fetched so many at once."""
        with told():
            cursor = self._connection.execute(sql)
            while found := cursor.fetchmany(at_once):
                yield from found


def _within(conditions: Sequence[Condition]) -> str:
    return " AND ".join(period(each.kind, each.value) for each in conditions) or "TRUE"


def lines_of(of_run: RunTables, address: Address) -> dict[str, Any]:
    """Lines in, accepted and rejected, of the run; `of`: of which part of it the counts are.

    A rejected line met no factor, so it is of no category, tier, stage or factor: only a period has counts of its own.
    """
    record = of_run.run.record
    counts: dict[str, Any] = {
        "of": "run", "in": record["lines_in"], "accepted": record["lines_accepted"],
        "rejected": record["lines_rejected"], "rejected_by_reason": record["rejected_by_reason"],
    }  # fmt: skip
    if address.conditions and _only_dates(address) and of_run.has("days"):
        rows = of_run.ask(
            f"SELECT SUM(lines), SUM(rejected_lines) FROM {of_run.scan('days')} WHERE {_within(address.conditions)}"
        )
        lines, rejected = (int(value or 0) for value in rows[0])
        return {"of": str(address), "in": lines, "accepted": lines - rejected, "rejected": rejected}
    return counts


def _only_dates(address: Address) -> bool:
    return {condition.kind for condition in address.conditions} <= set(PERIODS)


def facts(of_run: RunTables, address: Address) -> dict[str, Any]:
    """Orders and money of a period, with its intensity as `intensity.parquet` has it; money of a tier or category."""
    totals = of_run.run.record["totals"]
    if not of_run.has("days"):
        return {}
    if address.word == TOTAL or (address.conditions and _only_dates(address)):
        rows = of_run.ask(
            f"SELECT SUM(orders), SUM(spend) FROM {of_run.scan('days')} WHERE {_within(address.conditions)}"
        )
        found: dict[str, Any] = {"orders": int(rows[0][0] or 0), "spend": rows[0][1]}
        month = address.only("month")
        if month is not None:
            rows = of_run.ask(
                f"SELECT ug_per_order, ug_per_money, change FROM {of_run.scan('intensity')} "
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


def counted_orders(of_run: RunTables) -> int:
    """Orders with an accepted line: zero is a figure, none is not."""
    rows = of_run.ask(f"SELECT COUNT(DISTINCT order_id) FROM {of_run.scan('orders')} WHERE co2e_ug IS NOT NULL")
    return int(rows[0][0])


def subjects_with(of_run: RunTables, stage: Sequence[Condition], most: int) -> Groups:
    """The products of a bill that hold most of its total, or of one stage."""
    column = f"{stage[0].value}_ug" if stage else "co2e_ug"
    return found_groups(of_run.ask(f"""
        SELECT product_id, {column}, 0, COUNT(*) OVER (), SUM({column}) OVER (), 0
        FROM {of_run.scan('products')} WHERE {column} IS NOT NULL
        ORDER BY ABS({column}) DESC, product_id LIMIT {most}"""))  # fmt: skip


def orders_with(of_run: RunTables, conditions: Sequence[Condition], most: int) -> Groups:
    """The orders that hold most of a period."""
    return found_groups(of_run.ask(f"""
        WITH g AS (SELECT order_id AS name, SUM(co2e_ug) AS ug, SUM(lines - rejected_lines) AS n
          FROM {of_run.scan('orders')} WHERE co2e_ug IS NOT NULL AND {_within(conditions)} GROUP BY 1)
        SELECT name, ug, n, COUNT(*) OVER (), SUM(ug) OVER (), SUM(n) OVER () FROM g
        ORDER BY ABS(ug) DESC, name LIMIT {most}"""))  # fmt: skip
