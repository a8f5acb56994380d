"""The portable subset of SQL: what a plan may say, so that it means the same on every engine, and how it is written out.

DESIGN.md measured which constructs break memory limits or change meaning; `tests/engine/test_portable.py` enforces this.
"""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

from leafmark.engine.spark_dialect import to_spark

_ALLOWED_FUNCTIONS = frozenset(
    [
        "Sum",
        "Count",
        "Max",
        "Min",
        "Coalesce",
        "Case",
        "If",
        "Cast",
        "TryCast",
        "Round",
        "Abs",
        "Ln",
        "Exp",
        "Sqrt",
        "Pow",
        "Greatest",
        "Least",
        "RowNumber",
        "Lag",
        "And",
        "Or",
        "Not",
        "Paren",
        "Substring",
        "Length",
        "Trim",
        "Concat",
        "Anonymous",
        "IntDiv",
        "Mod",
        "ArgMax",
        "Sign",
        "Floor",
        "IsNan",
    ]
)
_ALLOWED_ANONYMOUS = frozenset({"ISNAN"})
_BANNED = (exp.ArrayAgg, exp.PercentileCont, exp.PercentileDisc, exp.ApproxQuantile, exp.Qualify, exp.Unnest,
           exp.List, exp.Array, exp.Filter, exp.GroupConcat)  # fmt: skip


class PlanError(ValueError):
    """An expression outside the portable subset."""


@lru_cache(maxsize=512)
def translate(sql: str, dialect: str) -> str:
    """A statement in an engine's dialect, once it has passed the portable subset. Every chunk asks for the same ones."""
    return write(parse(sql), dialect)


def parse(sql: str) -> exp.Expr:
    """Parse one statement and hold it to the portable subset."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    check_portable(tree)
    return tree


def check_portable(tree: exp.Expr) -> None:
    """Refuse what changes meaning, or breaks memory limits, on another engine."""
    for node in tree.walk():
        if isinstance(node, _BANNED):
            raise PlanError(f"{type(node).__name__} is outside the portable subset: {node.sql('duckdb')[:80]}")
        if isinstance(node, exp.CTE) and node.args.get("materialized") is not None:
            raise PlanError("MATERIALIZED is outside the portable subset")
        if isinstance(node, exp.Join):
            kind, side = (node.args.get("kind") or "").upper(), (node.side or "").upper()
            if node.args.get("method") or kind not in ("", "CROSS", "INNER") or side not in ("", "LEFT"):
                raise PlanError(f"only LEFT, INNER and CROSS joins: {node.sql('duckdb')[:80]}")
        if isinstance(node, exp.Anonymous):
            if node.name.upper() not in _ALLOWED_ANONYMOUS:
                raise PlanError(f"function {node.name} is outside the portable subset")
        elif isinstance(node, exp.Func) and type(node).__name__ not in _ALLOWED_FUNCTIONS:
            raise PlanError(f"function {type(node).__name__} is outside the portable subset")


def write(tree: exp.Expr, dialect: str) -> str:
    """The statement in an engine's dialect; an unsupported construct is an error, never a guess."""
    if dialect == "spark":
        tree = to_spark(tree)
    return tree.sql(dialect=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE)
