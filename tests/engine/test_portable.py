"""The portable subset refuses what other engines read differently, and every method's plans lie inside it."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest

from leafmark.engine import plan, portable, refusals, sums
from leafmark.methods import LIBRARY, Method

REFUSED = (
    "SELECT list(a) FROM t", "SELECT list_agg(a) FROM t", "SELECT array_agg(a) FROM t", "SELECT string_agg(a, ',') FROM t",
    "SELECT quantile(a, 0.5) FROM t", "SELECT quantile_cont(a, 0.5) FROM t", "SELECT median(a) FROM t",
    "SELECT * FROM t ASOF JOIN u ON t.a >= u.a", "SELECT * FROM t FULL JOIN u ON t.a = u.a",
    "SELECT * FROM t RIGHT JOIN u ON t.a = u.a", "SELECT * FROM t SEMI JOIN u ON t.a = u.a",
    "SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1", "WITH x AS MATERIALIZED (SELECT 1 AS a) SELECT a FROM x",
    "SELECT sum(a) FILTER (WHERE a > 0) FROM t", "SELECT unnest(a) FROM t", "SELECT random() FROM t",
)  # fmt: skip


@pytest.mark.parametrize("sql", REFUSED)
def test_a_construct_outside_the_subset_is_refused(sql: str) -> None:
    with pytest.raises(portable.PlanError):
        portable.parse(sql)


BY_PLAN = [method for method in LIBRARY if method.id != "retail.purchase"]  # its plans are orders.py's


@pytest.mark.parametrize("method", BY_PLAN, ids=lambda method: method.name)
def test_every_plan_of_every_method_is_portable(method: Method) -> None:
    every = frozenset(column.name for column in method.columns)
    required = frozenset(column.name for column in method.columns if column.required)
    for columns in (every, required):
        shape = plan.Shape(3, 2, len(method.parts), columns, dt.date(2024, 1, 1))
        plans = [plan.lines(method, shape, "chunk"), refusals.unmet(method, shape), refusals.rejected(method, shape)]
        plans += [
            make(method, shape)
            for make in (plan.met, plan.short, plan.suspects, plan.few_cells, sums.entries, sums.totals)
        ]
        plans += [sums.subjects(method, shape, refused) for refused in (False, True)]
        plans.append(sums.refused_lines())
        for sql in plans:
            hold(sql)


@cache
def hold(sql: str) -> None:
    """Whether a plan is in the subset and can be written for both engines; many methods share one."""
    tree = portable.parse(sql)
    for dialect in ("duckdb", "spark"):
        assert portable.write(tree, dialect)
