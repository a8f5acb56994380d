"""Where a run has published a sum: the figures of `run.json`, and the tables that add up to it.

Each of them must be the sum that is explained; a table that somebody has changed is found here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from leafmark.engine import tables
from leafmark.engine.explain_address import (
    GAS,
    PER_ORDER,
    TOTAL,
    WORDS,
    Address,
    Condition,
    close_to,
    kinds_said,
    offered,
)  # fmt: skip
from leafmark.engine.inputs import quote
from leafmark.engine.recount_bill import BillRecount
from leafmark.engine.recount_orders import BELOW, PERIODS, OrderRecount, period
from leafmark.engine.run import Run
from leafmark.engine.schema import STAGES
from leafmark.engine.sum_facts import RunTables

_DATED = frozenset(PERIODS)
_OF_CATEGORY = frozenset({"group", "category", "tier"})
_KNOWS = {
    "products": {"stage"},
    "orders": _DATED,
    "days": _DATED,
    "categories": _OF_CATEGORY | {"year"},
    "intensity": {"year", "month"},
}
"""Table -> the kinds of address that its rows can be told apart by. Entries depend on the run."""

_IN_RUN_JSON = {
    "stage": "by_stage_ug",
    "tier": "by_tier",
    "year": "by_year",
    "category": "by_category",
    GAS: "by_gas_ug",
}


@dataclass(frozen=True, slots=True)
class Published:
    """One place where the run has a sum; None: it says that nothing of it was accepted."""

    where: str
    ug: int | None
    low_ug: int | None = None
    high_ug: int | None = None


def published(of_run: RunTables, address: Address) -> list[Published]:
    """Every place of the run that has this sum, `run.json` first."""
    found = list(_recorded(of_run.run.record["totals"], address))
    if address.word in (None, TOTAL) and address.only(GAS) is None:
        found += _added_up(of_run, address.conditions)
    return found


def _recorded(totals: dict[str, Any], address: Address) -> Iterator[Published]:
    if address.word == TOTAL:
        yield Published("run.json: totals", totals["co2e_ug"], totals["low_ug"], totals["high_ug"])
    if len(address.conditions) != 1:
        return
    kind, value = address.conditions[0].kind, address.conditions[0].value
    if kind == "scope":
        for name in _scope_names(value):
            if name in totals["by_scope_ug"]:
                yield Published(f"run.json: totals.by_scope_ug[{name!r}]", totals["by_scope_ug"][name])
        return
    field = _IN_RUN_JSON.get(kind)
    group = totals.get(field, {}).get(value) if field else None
    if isinstance(group, dict):
        where = f"run.json: totals.{field}[{value!r}]"
        yield Published(where, group["co2e_ug"], group.get("low_ug"), group.get("high_ug"))
    elif group is not None:
        yield Published(f"run.json: totals.{field}[{value!r}]", group)


def known_addresses(run: Run) -> list[str]:
    """The addresses of the sums that `run.json` names; those of periods, factors and products are not among them."""
    totals = run.record["totals"]
    found: list[str] = []
    for kind, field in _IN_RUN_JSON.items():
        found += [f"{kind}:{value}" for value in totals.get(field, {})]
    found += [
        f"group:{group}" for group in dict.fromkeys(name.split(BELOW)[0] for name in totals.get("by_category", {}))
    ]
    return found


def did_you_mean(run: Run, asked: str) -> str:
    """What somebody may have meant who asked for an id that the run does not have, and what sums it answers for."""
    ordered = tables.exists(run.path / "orders.parquet")
    kinds = (*OrderRecount.kinds, "product", GAS) if ordered else (*BillRecount.kinds, GAS)
    words = [word for word in WORDS if ordered or word != PER_ORDER]
    kind, colon, value = asked.partition(":")
    meant = [f"{each}:{value}" for each in close_to(kind, kinds)] if colon else []
    said = offered(meant or close_to(asked, [*words, *known_addresses(run)]))
    return f"{said}; sums are asked for as {', '.join(words)}, or {kinds_said(kinds)} (docs/explain.md)"


def _scope_names(value: str) -> tuple[str, ...]:
    """A scope as `run.json` may write it; what has none goes by its book."""
    scope, point, category = value.partition(".")
    if scope == "none":
        return "product", "impact"
    return (f"scope {scope} category {category}" if point else f"scope {scope}",)


def _added_up(of_run: RunTables, conditions: Sequence[Condition]) -> Iterator[Published]:
    kinds = {condition.kind for condition in conditions}
    ordered = of_run.has("orders")
    knows: dict[str, Set[str]] = {name: known for name, known in _KNOWS.items() if ordered != (name == "products")}
    if not of_run.run.record.get("no_entries"):
        by_line = {"factor"} if of_run.run.record["lines"] else set()
        knows["entries"] = {"scope"} | (_DATED | _OF_CATEGORY if ordered else {"stage"} | by_line)
    for name, known in knows.items():
        if not kinds <= known or not of_run.has(name):
            continue
        column = "co2e_ug"
        if name == "products" and conditions:
            if conditions[0].value not in STAGES:
                continue
            column = f"{conditions[0].value}_ug"
        where = " AND ".join(holds(name, condition) for condition in conditions) or "TRUE"
        rows = of_run.ask(f"SELECT SUM({column}), COUNT(*) FROM {of_run.scan(name)} WHERE {where}")
        ug, count = rows[0]
        if count or not conditions:
            yield Published(f"{name}.parquet", None if ug is None else int(ug))


def holds(table: str, condition: Condition) -> str:
    """SQL that is true of the rows of one table for which a condition holds."""
    kind, value = condition.kind, quote(condition.value)
    if table == "products":
        return "TRUE"  # a stage is a column there
    if kind in PERIODS:
        if table == "categories":
            return f"CAST(year AS VARCHAR) = {value}"
        return period(kind, condition.value, "make_date(year, month, 1)" if table == "intensity" else "date")
    if kind in ("group", "category"):
        column = "subject_id" if table == "entries" else "category"
        # Not COALESCE(column, '') = '': on a Parquet column of one value and NULLs DuckDB 2.0 finds that always true.
        missing = "" if condition.value else f" OR {column} IS NULL"
        below = f" OR starts_with({column}, {quote(condition.value + BELOW)})" if kind == "group" else ""
        return f"({column} = {value}{missing}{below})"
    if kind == "scope":
        return f"concat(COALESCE(CAST(scope AS VARCHAR), 'none'), '.' || CAST(category AS VARCHAR)) = {value}"
    column = {"factor": "factor_id"}.get(kind, kind)
    return f"{column} = {value}"
