"""What the portable subset means on Spark, where sqlglot's translation alone would change a figure.

Each rewrite is a tree to a tree and keeps DuckDB's meaning:

* `INT128` is `DECIMAL(38, 0)`; a sum read as 128 bits is also *summed* in 128 bits, since Spark sums BIGINT in 64.
* `a / b` is IEEE division: a zero below gives infinity or NaN, where Spark's ANSI mode stops the whole run.
* `ROUND(x, n)` is `ROUND(x * 10^n) / 10^n` in doubles, where Spark would round the number's shortest decimal text.
* `365.25` is a double, where Spark would compute in decimals of limited scale.

`ROUND(x)` needs none: Spark rounds half away from zero on `Double.toString(x)`, DuckDB on the binary value. A text that
reads back as x lies on x's side of every half that is itself a double, and up to 2^52 all halves are; above, every
double is whole. `LEAST`, `GREATEST` skip NULL and NaN sorts last on both.
"""

from __future__ import annotations

from sqlglot import exp

_INT128 = (exp.DataType.Type.INT128, exp.DataType.Type.DECIMAL)


def to_spark(tree: exp.Expr) -> exp.Expr:
    """A plan in Spark's meaning; inner nodes are rewritten before the ones that hold them."""
    tree = tree.copy()
    nodes: list[exp.Expr] = list(tree.walk())  # type: ignore[arg-type, unused-ignore]
    for node in reversed(nodes):
        if (new := _rewritten(node)) is not node:
            node.replace(new)
    return tree


def _rewritten(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.INT128:
        return exp.DataType.build("DECIMAL(38, 0)")
    if isinstance(node, exp.Literal) and not node.is_string and not node.this.isdigit():
        return _double(node.this)
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Sum) and node.to.this in _INT128:
        summed = node.this.this
        if not isinstance(summed, exp.Cast):
            return exp.cast(exp.Sum(this=exp.cast(summed.copy(), "DECIMAL(38, 0)")), "DECIMAL(38, 0)")
    if isinstance(node, exp.Div) and not _is_nonzero(node.expression):
        below = node.expression
        zero = exp.EQ(this=below.copy(), expression=exp.Literal.number(0))
        infinite = exp.Mul(this=exp.paren(node.this.copy()), expression=_double("Infinity"))
        whole = exp.Div(this=node.this.copy(), expression=below.copy())
        return exp.paren(exp.Case(ifs=[exp.If(this=zero, true=infinite)], default=whole))
    if isinstance(node, exp.Round) and node.args.get("decimals") is not None:
        scale = exp.Literal.number(10 ** int(node.args["decimals"].name))
        scaled = exp.Round(this=exp.Mul(this=exp.paren(node.this.copy()), expression=_double(scale.name)))
        return exp.Div(this=scaled, expression=_double(scale.name))
    return node


def _double(text: str) -> exp.Expr:
    return exp.cast(exp.Literal.string(text), exp.DataType.Type.DOUBLE)


def _is_nonzero(node: exp.Expr) -> bool:
    """Whether an expression is a literal other than zero."""
    if isinstance(node, exp.Cast):
        node = node.this
    return isinstance(node, exp.Literal) and float(node.this) != 0
