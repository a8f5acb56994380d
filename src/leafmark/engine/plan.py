"""Plans: SQL syntax trees made from a method object, the same for every engine.

The data flow, and its cost for n lines:

1. `met`: the lines that are sound and have a factor, narrow: five joins of one column each turn key, region, unit, date
   and stage into small integers, two integer joins meet the cell and its factor, the product is rounded once to whole
   micrograms. One pass, streaming. These two joins are inner ones of one integer, so that DuckDB does them as array
   look-ups: half the cost of carrying refused lines along (decision 1).
2. `entries`, `subjects` and `totals` (per factor, for the run) each aggregate `met` by the few columns they need: a
   line's factor seldom comes twice in one subject, so one wide aggregation for all three would shrink nothing and cost
   more (measured: decision 1). Standard deviations add up linearly within a factor, since one factor's error is the
   same in all its lines, and are squared only then.
3. `short`: the subjects that have fewer lines in `met` than in the input. Only their lines are looked at again, by
   `lines`, which carries everything along; those without a result are `unmet`, each with its reason.

Text is held to the portable subset and written out in the engine's dialect by `portable.py`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp

from leafmark.engine.portable import PlanError, check_portable
from leafmark.engine.schema import LINE_UG_MAX, SD_UG_MAX, STAGES
from leafmark.methods.model import Method

AMOUNT_PARTS = 1_000_000
"""A line's amount is rounded to this part of its dimension's base unit before it is summed: sums do not depend on their order."""


@dataclass(frozen=True)
class Shape:
    """What the plan must know of an input: sizes of the code tables and which optional columns are there."""

    regions: int
    periods: int
    parts: int
    columns: frozenset[str]
    run_date: dt.date
    native: bool = True
    """Whether any factor of the run stands as published, not in the GWP set asked for."""
    gases: tuple[str, ...] = ()
    """The gases that entries sum (`leafmark.engine.gases`)."""
    by_factor: bool = False
    """Whether amounts are kept, to be summed by factor."""

    def has(self, name: str) -> bool:
        """Whether the input has that column."""
        return name in self.columns


def expression(method: Method, shape: Shape, sql: str) -> str:
    """The method's expression with absent optional columns as NULL, columns qualified by `i`."""
    return _bound(method.name, frozenset(column.name for column in method.columns), shape.columns, sql)


@lru_cache(maxsize=512)
def _bound(method: str, known: frozenset[str], there: frozenset[str], sql: str) -> str:
    """An expression over the columns that a method knows, some of which are there; plans ask for one many times."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    check_portable(tree)

    def bind(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column):
            if node.name not in known:
                raise PlanError(f"{method}: {node.name} is not a column of its input")
            if node.name not in there:
                return exp.Null()
            return exp.column(node.name, table="i")
        return node

    return tree.transform(bind).sql("duckdb")


def number(value: float) -> str:
    """A double literal that both engines read as a double, not a decimal."""
    return f"CAST('{value!r}' AS DOUBLE)"


def ok_terms(method: Method, shape: Shape) -> list[tuple[str, str, str, str]]:
    """(reason, field, condition that must be true, expected) for what the input alone can say; NULL is not true."""
    terms = []
    for column in method.columns:
        if not shape.has(column.name):
            continue
        name = f"i.{column.name}"
        if column.required and not (method.id == "product.bill" and column.name == "key"):
            terms.append(("missing_value", column.name, f"{name} IS NOT NULL", column.expected))
        guard = "" if column.required else f"{name} IS NULL OR "
        if column.type == "float":  # said apart: Parquet's statistics leave NaN out, so an engine may skip a bound
            terms.append(("unreadable", column.name, f"({guard}NOT ISNAN({name}))", "a finite number"))
        bounds = f"{column.low} to {column.high}: {column.cap_reason}"
        if column.low is not None:
            terms.append(("below_bound", column.name, f"({guard}{name} >= {number(column.low)})", bounds))
        if column.high is not None:
            terms.append(("above_bound", column.name, f"({guard}{name} <= {number(column.high)})", bounds))
    for check in method.checks:
        must = expression(method, shape, check.must)
        terms.append((check.reason, check.field, f"({must})", check.expected))
    return terms


def _stages(method: Method, shape: Shape) -> tuple[str, str, str]:
    """(join, stage number, amount multiplier) of a line."""
    if method.stage_shares:
        cases = " ".join(
            f"WHEN {STAGES.index(stage)} THEN {expression(method, shape, share)}"
            for stage, share in method.stage_shares
        )
        return "CROSS JOIN stages AS s", "s.stage_no", f"CASE s.stage_no {cases} END"
    stage = expression(method, shape, method.stage)
    return f"LEFT JOIN stages AS s ON s.stage = {stage}", "s.stage_no", ""


def _amount(method: Method, shape: Shape) -> str:
    """The method's amount, times the line's stage share and the times a component is taken."""
    share = _stages(method, shape)[2]
    amount = expression(method, shape, method.amount)
    if share:
        amount = f"({amount}) * ({share})"
    if shape.has("_times"):
        amount = f"({amount}) * i._times"
    return amount


def _raw(method: Method, shape: Shape) -> str:
    """Micrograms of a line, not yet rounded."""
    return f"({_amount(method, shape)}) * (u.to_base * f.ug_per_base)"


def _sound(method: Method, shape: Shape) -> list[str]:
    """What must hold of an accepted line whatever factor it meets."""
    share = _stages(method, shape)[2]
    must = ["s.stage_no IS NOT NULL", *(term[2] for term in ok_terms(method, shape))]
    if shape.has("_bad"):
        must.append("i._bad IS NULL")
    if share:
        must.append(f"({share}) IS NOT NULL")
    return must


def _fits(method: Method, shape: Shape) -> list[str]:
    """What must hold of an accepted line and its factor together."""
    raw = _raw(method, shape)
    must = ["u.dim = f.dim", f"ABS({raw}) <= {number(LINE_UG_MAX)}", f"ABS({raw}) * f.rel_sd <= {number(SD_UG_MAX)}"]
    if amount_gsd(method, shape):
        gsd = expression(method, shape, method.amount_gsd)
        must.append(f"COALESCE(ABS({raw}) * {relative_sd(gsd)}, 0) <= {number(SD_UG_MAX)}")
    return must


def _ug(method: Method, shape: Shape, must: list[str]) -> str:
    conditions = " AND ".join(f"({each})" for each in must)
    return f"CASE WHEN {conditions} THEN TRY_CAST(ROUND({_raw(method, shape)}) AS BIGINT) END AS ug"


def _coded(method: Method, shape: Shape, source: str) -> str:
    """FROM of `source` with the code tables, a row a part and stage."""
    return f"""
    FROM {source} AS i {"" if shape.parts == 1 else "CROSS JOIN parts AS t"}
    LEFT JOIN keys AS k ON k.key = {expression(method, shape, method.key)}
    LEFT JOIN regions AS r ON r.region = COALESCE({expression(method, shape, method.region)}, 'WORLD')
    LEFT JOIN unit_codes AS u ON u.unit = {expression(method, shape, method.unit)}
    LEFT JOIN days AS d ON d.date = {_date(method, shape)}
    {_stages(method, shape)[0]}"""


def _cell(shape: Shape) -> str:
    part = "" if shape.parts == 1 else f" * {shape.parts} + t.part_no"
    return f"((k.key_no * {shape.regions} + r.region_no) * {shape.periods} + d.period_no){part}"


def _with_factors(method: Method, shape: Shape, source: str, join: str, cells: str = "cells") -> str:
    """FROM of `source` with the code tables, its cell and factor; `join` is LEFT or INNER."""
    return f"""{_coded(method, shape, source)}
    {join} JOIN {cells} AS c ON c.cell = {_cell(shape)}
    {join} JOIN spans AS f ON f.lookup_no = c.lookup_no"""


def _exist(method: Method, shape: Shape) -> list[str]:
    """The conditions of rows that exist at all, cells known."""
    share = _stages(method, shape)[2]
    conditions = [_has_share(method, shape, share)] if share else []
    optional = [str(n) for n, each in enumerate(method.parts) if each.optional]
    if optional:
        conditions.append(f"(t.part_no NOT IN ({', '.join(optional)}) OR c.cell IS NOT NULL)")
    return conditions


def _has_share(method: Method, shape: Shape, share: str) -> str:
    """Whether a row of a line has a stage; a line without any share keeps one row, to be refused by."""
    every = ", ".join(expression(method, shape, each) for _, each in method.stage_shares)
    return f"(({share}) IS NOT NULL OR s.stage_no = 0 AND COALESCE({every}) IS NULL)"


def _date(method: Method, shape: Shape) -> str:
    return f"COALESCE({expression(method, shape, method.date)}, CAST('{shape.run_date}' AS DATE))"


def _where(conditions: list[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def _columns(method: Method, shape: Shape) -> list[str]:
    """What the aggregations read of a line, but its grams."""
    columns = [
        f"{expression(method, shape, method.subject)} AS subject",
        f"{_stages(method, shape)[1]} AS stage_no",
        "f.factor_no AS factor_no",
        "c.level AS level",
        "f.gap_years AS gap_years",
    ]
    if shape.parts > 1:
        columns.append("t.part_no AS part_no")
    if credit(method, shape):
        columns.append(f"({_amount(method, shape)}) < 0 AS negative")
    return columns


def lines(method: Method, shape: Shape, source: str, cells: str = "cells") -> str:
    """SQL of the coded, met and rounded lines of `source`, refused or not, with all that `unmet` and `--lines` print."""
    columns = [
        *_columns(method, shape),
        "f.rel_sd AS rel_sd",
        _ug(method, shape, _sound(method, shape) + _fits(method, shape)),
        ("COALESCE(i._derived, FALSE)" if shape.has("_derived") else "FALSE") + " AS derived",
    ]
    if shape.has("_carrier"):
        sound = " AND ".join(["i._carrier", "i._bad IS NULL", "s.stage_no IS NOT NULL"])
        sound += "".join(f" AND {term[2]}" for term in ok_terms(method, shape) if term[1] != method.key)
        columns.append(f"COALESCE({sound}, FALSE) AS carried")
    if amount_gsd(method, shape):
        columns.append(f"{relative_sd(expression(method, shape, method.amount_gsd))} AS own_sd")
    columns += [
        f"{expression(method, shape, method.key)} AS key",
        f"{_amount(method, shape)} AS amount",
        f"{expression(method, shape, method.unit)} AS unit",
        f"COALESCE({expression(method, shape, method.region)}, 'WORLD') AS region",
        f"{_date(method, shape)} AS date",
        "u.unit IS NOT NULL AS unit_known", "r.region IS NOT NULL AS region_known",
        "k.key IS NOT NULL AS key_known", "s.stage_no IS NOT NULL AS stage_known",
        "c.cell IS NOT NULL AS met", "u.dim = f.dim AS dim_fits",
        f"k.key_no * {shape.regions} + r.region_no AS pair",
        *(f"{term[2]} AS ok_{n}" for n, term in enumerate(ok_terms(method, shape))),
        "i._file AS in__file", "i._row AS in__row",
        *(f"i.{name} AS in_{name}" for name in sorted(shape.columns)),
    ]  # fmt: skip
    rows_of = _with_factors(method, shape, source, "LEFT", cells)
    return f"SELECT {', '.join(columns)} {rows_of} {_where(_exist(method, shape))}"


def met(method: Method, shape: Shape) -> str:
    """The lines of `chunk` that are sound and have a cell, each with its standard deviation `sd` and, where amounts have
    a spread, its variance `own_var`.

    `ug` is NULL where line and factor do not fit; a filter would become a condition of the join with the factors, which
    DuckDB can then not do as an array look-up.
    """
    columns = [*_columns(method, shape), "f.rel_sd AS rel_sd", _ug(method, shape, _fits(method, shape))]
    more = []
    if amount_gsd(method, shape):
        columns.append(f"{relative_sd(expression(method, shape, method.amount_gsd))} AS own_sd")
        sd = "CAST(COALESCE(ROUND(ABS(ug) * own_sd), 0) AS BIGINT)"
        more.append(f"CAST({sd} AS INT128) * {sd} AS own_var")
    if primary(method, shape):
        columns.append(f"{expression(method, shape, method.primary)} AS is_primary")
        more.append("CASE WHEN is_primary THEN ug END AS primary_ug")
    if shape.has("_derived"):
        columns.append("COALESCE(i._derived, FALSE) AS derived")
        more.append("derived")
    if shape.by_factor:
        columns.append(f"({_amount(method, shape)}) * u.to_base AS base_amount")
        more.append(f"TRY_CAST(ROUND(base_amount * {AMOUNT_PARTS}) AS BIGINT) AS amount_parts")
    names = ["subject", "stage_no", "factor_no", "level", "gap_years"]
    names += ["part_no"] if shape.parts > 1 else []
    names += ["negative"] if credit(method, shape) else []
    kept = ", ".join([*names, "ug", "CAST(ROUND(ABS(ug) * rel_sd) AS BIGINT) AS sd", *more])
    rows_of = _with_factors(method, shape, "chunk", "INNER")
    must = _where([*_exist(method, shape), *_sound(method, shape)])
    return f"SELECT {kept} FROM (SELECT {', '.join(columns)} {rows_of} {must}) AS l"


def met_by_factor(method: Method, shape: Shape) -> str:
    """`met` summed by subject, stage, part and factor, `n` lines each: where many lines are of few groups, as those of an inventory are,
    all that is made of them is made of these."""
    keys = ["subject", "stage_no", "factor_no"]
    keys += ["part_no"] if shape.parts > 1 else []
    keys += ["negative"] if credit(method, shape) else []
    keys += ["derived"] if shape.has("_derived") else []
    sums = ["CAST(SUM(ug) AS BIGINT) AS ug", "CAST(SUM(sd) AS BIGINT) AS sd", "COUNT(*) AS n",
            "CASE WHEN COUNT(amount_parts) = COUNT(*) THEN SUM(amount_parts) END AS amount_parts"]  # fmt: skip
    sums += ["SUM(own_var) AS own_var"] if amount_gsd(method, shape) else []
    sums += ["SUM(primary_ug) AS primary_ug"] if primary(method, shape) else []
    by = ", ".join(keys)
    return f"""
    SELECT {by}, MAX(level) AS level, MAX(gap_years) AS gap_years, {", ".join(sums)}
    FROM ({met(method, shape)}) AS m GROUP BY {by}, ug IS NULL"""


def every_line_met(method: Method, shape: Shape) -> str:
    """Of a chunk in sums by factor: `n` lines that met their first mandatory part, `unfit` that met a factor they do not fit.

    A line lacks all mandatory parts or none, so where `n` is the number of lines and nothing is unfit no subject is short.
    """
    mandatory = next(number for number, part in enumerate(method.parts) if not part.optional)
    part = f"part_no = {mandatory}" if shape.parts > 1 else "TRUE"
    return (
        f"SELECT CAST(COALESCE(SUM(CASE WHEN {part} THEN n END), 0) AS BIGINT) AS n, "
        "CAST(COALESCE(SUM(CASE WHEN ug IS NULL THEN n END), 0) AS BIGINT) AS unfit FROM met"
    )


def lines_met(shape: Shape) -> str:
    """How many lines rows of the table `met` are."""
    return "CAST(SUM(n) AS BIGINT)" if shape.by_factor else "COUNT(*)"


def short(method: Method, shape: Shape) -> str:
    """The subjects, NULL among them, of which `met` holds fewer rows than `chunk` has: a line was refused.

    `met` is how many of its rows were met; none is NULL. Reads `chunk` and `met`.
    """
    subject = expression(method, shape, method.subject)
    if any(part.optional for part in method.parts):
        rows_of = _with_factors(method, shape, "chunk", "LEFT")  # which rows exist depends on the cells
    else:
        rows_of = "FROM chunk AS i" + ("" if shape.parts == 1 else " CROSS JOIN parts AS t")
        rows_of += " CROSS JOIN stages AS s" if method.stage_shares else ""
    return f"""
    SELECT e.subject, m.n AS met FROM (SELECT {subject} AS subject, COUNT(*) AS n {rows_of} {_where(_exist(method, shape))} GROUP BY {subject}) AS e
    LEFT JOIN (SELECT subject, {lines_met(shape)} AS n FROM met WHERE ug IS NOT NULL GROUP BY subject) AS m ON m.subject = e.subject
    WHERE m.n IS NULL OR m.n < e.n"""


def suspects(method: Method, shape: Shape) -> str:
    """The lines of the subjects in `short`."""
    subject = expression(method, shape, method.subject)
    return f"""
    SELECT i.* FROM chunk AS i INNER JOIN short AS h ON h.subject = {subject}
    UNION ALL SELECT i.* FROM chunk AS i WHERE {subject} IS NULL"""


def few_cells(method: Method, shape: Shape) -> str:
    """The cells that lines of `suspects` meet: a left join builds on the right side, and all cells are many."""
    return f"""
    SELECT c.cell, c.level, c.lookup_no FROM cells AS c
    INNER JOIN (SELECT {_cell(shape)} AS cell {_coded(method, shape, "suspects")} GROUP BY {_cell(shape)}) AS w
    ON w.cell = c.cell"""


def relative_sd(gsd: str) -> str:
    """Standard deviation over mean of a lognormal of this GSD."""
    return f"SQRT(EXP(LN({gsd}) * LN({gsd})) - 1)"


def credit(method: Method, shape: Shape) -> bool:
    return method.credit != "FALSE" and shape.has("kind")


def amount_gsd(method: Method, shape: Shape) -> bool:
    return method.amount_gsd != "NULL" and shape.has(method.amount_gsd)


def primary(method: Method, shape: Shape) -> bool:
    return method.primary != "NULL" and expression(method, shape, method.primary) != "NULL"
