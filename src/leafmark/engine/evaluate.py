"""A method's expressions over one row, in plain Python: the slow twin of the SQL that a plan runs over millions.

`explain` recomputes single lines with it, so that a figure is confirmed by code that shares no line with the engine
that made it. It knows the arithmetic that methods use (`+ - * /`, coalesce, CASE WHEN ... IS NULL, literals, columns); anything else is an
error, never a guess. NULL is None and goes through every operation, as in SQL.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import sqlglot
from sqlglot import exp

Row = Mapping[str, Any]
Evaluator = Callable[[Row], Any]

_ARITHMETIC: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.Add: operator.add,
    exp.Sub: operator.sub,
    exp.Mul: operator.mul,
    exp.Div: operator.truediv,
}


class EvaluationError(ValueError):
    """An expression that this evaluator does not know."""


def evaluator(sql: str) -> Evaluator:
    """Compile one SQL expression to a function of a row; an absent column reads as None.

    Raises
    ------
    EvaluationError
        The expression holds something else than arithmetic, coalesce, CASE, IS NULL, literals and columns.
    """
    return _compile(sqlglot.parse_one(sql, read="duckdb"), sql)


def _compile(node: exp.Expr, sql: str) -> Evaluator:
    if isinstance(node, exp.Paren):
        return _compile(node.this, sql)
    if isinstance(node, exp.Column):
        name = node.name
        return lambda row: row.get(name)
    if isinstance(node, exp.Null):
        return lambda row: None
    if isinstance(node, exp.Boolean):
        truth = bool(node.this)
        return lambda row: truth
    if isinstance(node, exp.Literal):
        value = node.this if node.is_string else float(node.this)
        return lambda row: value
    if isinstance(node, exp.Neg):
        inner = _compile(node.this, sql)
        return lambda row: None if (one := inner(row)) is None else -one
    if isinstance(node, exp.Coalesce):
        terms = [_compile(term, sql) for term in (node.this, *node.expressions)]
        return lambda row: next((found for term in terms if (found := term(row)) is not None), None)
    if isinstance(node, exp.Case) and node.this is None:
        return _case(node, sql)
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        tested = _compile(node.this, sql)
        return lambda row: tested(row) is None
    if isinstance(node, exp.Not):
        denied = _compile(node.this, sql)
        return lambda row: None if (one := denied(row)) is None else not one
    if type(node) in _ARITHMETIC:
        return _binary(_ARITHMETIC[type(node)], _compile(node.this, sql), _compile(node.expression, sql))
    raise EvaluationError(
        f"{type(node).__name__} in {sql!r}: explain knows + - * /, coalesce, CASE, IS NULL, literals and columns"
    )


def _case(node: exp.Case, sql: str) -> Evaluator:
    """The first branch whose condition is true; NULL is not true."""
    branches = [(_compile(each.this, sql), _compile(each.args["true"], sql)) for each in node.args["ifs"]]
    default = node.args.get("default")
    otherwise: Evaluator = (lambda row: None) if default is None else _compile(default, sql)
    return lambda row: next((value for test, value in branches if test(row)), otherwise)(row)


def _binary(operation: Callable[[Any, Any], Any], left: Evaluator, right: Evaluator) -> Evaluator:
    def result(row: Row) -> Any:
        one, other = left(row), right(row)
        if one is None or other is None or (operation is operator.truediv and other == 0):
            return None
        return operation(one, other)

    return result


def rounded(value: float) -> int:
    """Round half away from zero, as SQL does: Python's own `round` goes to the even neighbour."""
    whole = int(value)
    return whole + (1 if value > 0 else -1) if abs(value - whole) >= 0.5 else whole
