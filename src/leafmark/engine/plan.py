"""Plans: SQL syntax trees made from a method object, the same for every engine.

The data flow, and its cost for n lines:

1. `lines`: the columns of `chunk` through the method's expressions; five joins of one column each turn key, region,
   unit, date and stage into small integers, two integer joins meet the cell and its
   factor; the product is rounded once to whole
   micrograms. One pass, streaming.
2. `met`: these lines, kept narrow. `entries`, `subjects` and `totals` (per factor, for the run) each aggregate it by the
   few columns they need: a line's factor seldom comes twice in one subject, so one wide aggregation for all three would
   shrink nothing and cost more (measured: decision 1). Standard deviations add up linearly within a factor, since one
   factor's error is the same in all its lines, and are squared only then.
3. `rejected`: a second look at the lines of subjects that had one without a result, to say why.

Text is held to the portable subset and written out in the engine's dialect by `portable.py`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from leafmark.engine.portable import PlanError, check_portable
from leafmark.engine.schema import LINE_UG_MAX, SD_UG_MAX, STAGES, Z95
from leafmark.methods.model import Method

FACTOR_BASE = 1 << 21
"""Factor numbers stay below this, so that (size, factor) packs into one 128-bit integer for a scalar MAX."""


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

    def has(self, name: str) -> bool:
        """Whether the input has that column."""
        return name in self.columns


def expression(method: Method, shape: Shape, sql: str) -> str:
    """The method's expression with absent optional columns as NULL, columns qualified by `i`."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    check_portable(tree)

    def bind(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column):
            if method.column(node.name) is None:
                raise PlanError(f"{method.name}: {node.name} is not a column of its input")
            if not shape.has(node.name):
                return exp.Null()
            return exp.column(node.name, table="i")
        return node

    return tree.transform(bind).sql("duckdb")


def number(value: float) -> str:
    """A double literal that both engines read as a double, not a decimal."""
    return f"CAST('{value!r}' AS DOUBLE)"


def ok_terms(method: Method, shape: Shape) -> list[tuple[str, str, str, str]]:
    """(reason, field, condition that must hold, expected) for what the input alone can say."""
    terms = []
    for column in method.columns:
        if not shape.has(column.name):
            continue
        name = f"i.{column.name}"
        if column.required and not (method.id == "product.bill" and column.name == "key"):
            terms.append(("missing_value", column.name, f"{name} IS NOT NULL", f"a {column.type}"))
        guard = "" if column.required else f"{name} IS NULL OR "
        if column.type == "float":  # said apart: Parquet's statistics leave NaN out, so an engine may skip a bound
            terms.append(("unreadable", column.name, f"({guard}NOT ISNAN({name}))", "a finite float"))
        bounds = f"{column.low} to {column.high}: {column.cap_reason}"
        if column.low is not None:
            terms.append(("below_bound", column.name, f"({guard}{name} >= {number(column.low)})", bounds))
        if column.high is not None:
            terms.append(("above_bound", column.name, f"({guard}{name} <= {number(column.high)})", bounds))
    for check in method.checks:
        must = expression(method, shape, check.must)
        terms.append((check.reason, check.field, f"COALESCE({must}, FALSE)", check.expected))
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


def lines(method: Method, shape: Shape, detail: bool = False, source: str = "chunk") -> str:
    """SQL of the coded, met and rounded lines; `detail` keeps what `rejected` and `--lines` print."""
    join_stage, stage_no, share = _stages(method, shape)
    amount = expression(method, shape, method.amount)
    if share:
        amount = f"({amount}) * ({share})"
    if shape.has("_times"):
        amount = f"({amount}) * i._times"
    date = f"COALESCE({expression(method, shape, method.date)}, CAST('{shape.run_date}' AS DATE))"
    ok = " AND ".join(["s.stage_no IS NOT NULL", "u.dim = f.dim", *(term[2] for term in ok_terms(method, shape))])
    if shape.has("_bad"):
        ok += " AND i._bad IS NULL"
    if share:
        ok += f" AND ({share}) IS NOT NULL"
    raw = f"({amount}) * (u.to_base * f.ug_per_base)"
    small = f"ABS({raw}) <= {number(LINE_UG_MAX)} AND ABS({raw}) * f.rel_sd <= {number(SD_UG_MAX)}"
    if _amount_gsd(method, shape):
        gsd = expression(method, shape, method.amount_gsd)
        small += f" AND COALESCE(ABS({raw}) * {_relative_sd(gsd)}, 0) <= {number(SD_UG_MAX)}"
    credit = method.credit != "FALSE" and shape.has("kind")
    columns = [
        f"{expression(method, shape, method.subject)} AS subject",
        f"{stage_no} AS stage_no",
        ("CAST(0 AS TINYINT)" if shape.parts == 1 else "t.part_no") + " AS part_no",
        "f.factor_no AS factor_no",
        "c.level AS level",
        "f.gap_years AS gap_years",
        "f.rel_sd AS rel_sd",
        f"CASE WHEN {ok} AND {small} THEN TRY_CAST(ROUND({raw}) AS BIGINT) END AS ug",
        ("COALESCE(i._derived, FALSE)" if shape.has("_derived") else "FALSE") + " AS derived",
    ]
    if shape.has("_carrier"):
        sound = " AND ".join(["i._carrier", "i._bad IS NULL", "s.stage_no IS NOT NULL"])
        sound += "".join(f" AND {term[2]}" for term in ok_terms(method, shape) if term[1] != method.key)
        columns.append(f"COALESCE({sound}, FALSE) AS carried")
    if credit:
        columns.append(f"({amount}) < 0 AS negative")
    if shape.has("amount_gsd") or (method.amount_gsd != "NULL" and shape.has(method.amount_gsd)):
        columns.append(f"{expression(method, shape, method.amount_gsd)} AS amount_gsd")
    if method.primary != "NULL":
        columns.append(f"COALESCE({expression(method, shape, method.primary)}, FALSE) AS is_primary")
    if detail:
        columns += [
            f"{expression(method, shape, method.key)} AS key",
            f"{amount} AS amount",
            f"{expression(method, shape, method.unit)} AS unit",
            f"COALESCE({expression(method, shape, method.region)}, 'WORLD') AS region",
            f"{date} AS date",
            "f.ug_per_base AS ug_per_base", "c.lookup_no AS lookup_no", "u.to_base AS to_base",
            "u.unit IS NOT NULL AS unit_known", "r.region IS NOT NULL AS region_known",
            "k.key IS NOT NULL AS key_known", "s.stage_no IS NOT NULL AS stage_known",
            "c.cell IS NOT NULL AS met", "u.dim = f.dim AS dim_fits",
            "k.key_no * " + str(shape.regions) + " + r.region_no AS pair",
            *(f"{term[2]} AS ok_{n}" for n, term in enumerate(ok_terms(method, shape))),
            "i._file AS in__file", "i._row AS in__row",
            *(f"i.{name} AS in_{name}" for name in sorted(shape.columns)),
        ]  # fmt: skip
    part = "" if shape.parts == 1 else f" * {shape.parts} + t.part_no"
    cell = f"((k.key_no * {shape.regions} + r.region_no) * {shape.periods} + d.period_no){part}"
    region = f"COALESCE({expression(method, shape, method.region)}, 'WORLD')"
    join_parts = "" if shape.parts == 1 else "CROSS JOIN parts AS t"
    conditions = []
    optional = [str(n) for n, each in enumerate(method.parts) if each.optional]
    if optional:
        conditions.append(f"(t.part_no NOT IN ({', '.join(optional)}) OR c.cell IS NOT NULL)")
    if share:
        every = ", ".join(expression(method, shape, each) for _, each in method.stage_shares)
        conditions.append(f"(({share}) IS NOT NULL OR s.stage_no = 0 AND COALESCE({every}) IS NULL)")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"""
    SELECT {", ".join(columns)}
    FROM {source} AS i {join_parts}
    LEFT JOIN keys AS k ON k.key = {expression(method, shape, method.key)}
    LEFT JOIN regions AS r ON r.region = {region}
    LEFT JOIN unit_codes AS u ON u.unit = {expression(method, shape, method.unit)}
    LEFT JOIN days AS d ON d.date = {date}
    {join_stage}
    LEFT JOIN cells AS c ON c.cell = {cell}
    LEFT JOIN spans AS f ON f.lookup_no = c.lookup_no
    {where}"""


def met(method: Method, shape: Shape) -> str:
    """The lines with what the aggregations need: `sd` is a line's standard deviation, `own_var` its amount's variance.

    Lines that a component brought (`derived`) are not counted as the subject's own, and a line that only names a
    component (`carried`) has no grams of its own and is still accepted.
    """
    extra = ", negative" if _credit(method, shape) else ""
    if _amount_gsd(method, shape):
        sd = f"ROUND(ABS(ug) * {_relative_sd('amount_gsd')})"
        extra += f", CAST(CAST(COALESCE({sd}, 0) AS BIGINT) AS INT128) * CAST(COALESCE({sd}, 0) AS BIGINT) AS own_var"
    if _primary(method, shape):
        extra += ", CASE WHEN is_primary THEN ug END AS primary_ug"
    if shape.has("_derived"):
        extra += ", CAST(CASE WHEN derived THEN 0 ELSE 1 END AS TINYINT) AS own"
        extra += ", CAST(CASE WHEN derived OR ug IS NULL AND NOT carried THEN 0 ELSE 1 END AS TINYINT) AS good"
        extra += ", CAST(CASE WHEN ug IS NULL AND NOT carried THEN 1 ELSE 0 END AS TINYINT) AS bad"
    return f"""
    SELECT subject, stage_no, part_no, factor_no, level, gap_years, ug,
      CAST(ROUND(ABS(ug) * rel_sd) AS BIGINT) AS sd{extra}
    FROM ({lines(method, shape)}) AS l"""


def bad(shape: Shape) -> str:
    """Which rows of `met` make their subject unknown."""
    return "bad = 1" if shape.has("_derived") else "ug IS NULL"


def _relative_sd(gsd: str) -> str:
    """Standard deviation over mean of a lognormal of this GSD."""
    return f"SQRT(EXP(LN({gsd}) * LN({gsd})) - 1)"


def _credit(method: Method, shape: Shape) -> bool:
    return method.credit != "FALSE" and shape.has("kind")


def _amount_gsd(method: Method, shape: Shape) -> bool:
    return method.amount_gsd != "NULL" and shape.has(method.amount_gsd)


def _primary(method: Method, shape: Shape) -> bool:
    return method.primary != "NULL" and expression(method, shape, method.primary) != "NULL"


def bound(mean: str, variance: str, sign: int) -> str:
    """Lognormal 95 % bound by moment matching: s2 = ln(1 + var / m^2), m exp(-s2/2 -+ z sqrt(s2)).

    Fenton 1960 (IRE Trans. 8, 57): the sum of lognormals taken as the lognormal of its mean and variance.
    """
    s2 = f"LN(1 + {variance} / ({mean} * {mean}))"
    value = f"{mean} * EXP(-{s2} / 2 {'+' if sign > 0 else '-'} {number(Z95)} * SQRT({s2}))"
    return f"CASE WHEN {mean} = 0 THEN CAST(0 AS DOUBLE) ELSE {value} END"


def ranges(prefix: str, credit: bool) -> str:
    """`low_ug, high_ug` from columns m, v (and credits cm, cv): low <= value <= high always."""
    low, high = bound("m", "v", -1), bound("m", "v", 1)
    if credit:
        low_c, high_c = bound("cm", "cv", -1), bound("cm", "cv", 1)
        down = f"SQRT((m - ({low})) * (m - ({low})) + (({high_c}) - cm) * (({high_c}) - cm))"
        up = f"SQRT((({high}) - m) * (({high}) - m) + (cm - ({low_c})) * (cm - ({low_c})))"
        low, high = f"{prefix} - {down}", f"{prefix} + {up}"
    return (
        f"LEAST({prefix}, CAST(FLOOR({low}) AS BIGINT)) AS low_ug, "
        f"GREATEST({prefix}, CAST(FLOOR({high}) + 1 AS BIGINT)) AS high_ug"
    )


def _squares(method: Method, shape: Shape) -> str:
    """Per (subject, ...) from rows of distinct factors: mean, variance, of charges and of credits."""
    var = "CAST(sd AS INT128) * sd" + (" + COALESCE(own_var, 0)" if _amount_gsd(method, shape) else "")
    if not _credit(method, shape):
        return f"CAST(SUM(ug) AS DOUBLE) AS m, CAST(SUM({var}) AS DOUBLE) AS v"
    return ", ".join(
        f"CAST(SUM(CASE WHEN {test} THEN {value} ELSE 0 END) AS DOUBLE) AS {name}"
        for name, test, value in (
            ("m", "NOT negative", "ug"), ("v", "NOT negative", var), ("cm", "negative", "-ug"), ("cv", "negative", var)
        )
    )  # fmt: skip


DOMINANT = f"MAX(CAST(ABS(ug) AS INT128) * {FACTOR_BASE} + ({FACTOR_BASE - 1} - factor_no))"
"""The factor with most grams; among equals the first by factor id (numbers follow the ids' order)."""


def dominant_factor(packed: str) -> str:
    """The factor number out of a packed DOMINANT."""
    return f"CAST({FACTOR_BASE - 1} - ({packed} % {FACTOR_BASE}) AS INTEGER)"


def _by_factor(method: Method, shape: Shape, keys: str, more: str = "", where: str = "") -> str:
    """`met` summed by `keys`, factor and sign: the rows that are squared."""
    keys += ", factor_no" + (", negative" if _credit(method, shape) else "")
    own = ", SUM(own_var) AS own_var" if _amount_gsd(method, shape) else ""
    return (
        f"SELECT {keys}, CAST(SUM(ug) AS BIGINT) AS ug, CAST(SUM(sd) AS BIGINT) AS sd{own}{more} "
        f"FROM met {where} GROUP BY {keys}"
    )


def entries(method: Method, shape: Shape) -> str:
    """Per subject, stage and part: total, range, dominant factor. Reads the table `met`."""
    keys = "subject, stage_no, part_no"
    lines_of = _by_factor(method, shape, keys, ", MAX(level) AS level", "WHERE ug IS NOT NULL")
    return f"""
    SELECT {keys}, total AS co2e_ug, {ranges("total", _credit(method, shape))}, {dominant_factor("top")} AS factor_no, level
    FROM (SELECT {keys}, CAST(SUM(ug) AS BIGINT) AS total, {_squares(method, shape)}, {DOMINANT} AS top,
        MAX(level) AS level
      FROM ({lines_of}) AS f GROUP BY {keys}) AS e"""


def subjects(method: Method, shape: Shape) -> str:
    """Per subject: total, range, a column per stage, lines without a result (`bad`). Reads `met` and `factor_native`.

    Two aggregations met on the subject: by factor and then squared, for the range; and by stage, for the rest. One
    wide aggregation by (subject, factor) would carry every stage's sum through the larger hash table: three times the
    time, measured.
    """
    credit = _credit(method, shape)
    primary = ", CAST(SUM(primary_ug) AS BIGINT) AS primary_ug" if _primary(method, shape) else ""
    per_stage = ", ".join(
        f"CAST(SUM(CASE WHEN stage_no = {n} THEN ug END) AS BIGINT) AS {stage}_ug" for n, stage in enumerate(STAGES)
    )
    names = ", ".join(f"s.{stage}_ug" for stage in STAGES)
    counts = "COUNT(*) AS lines, COUNT(ug) AS accepted, COUNT(*) - COUNT(ug) AS bad"
    if shape.has("_derived"):
        counts = ", ".join(
            f"CAST(SUM({column}) AS BIGINT) AS {name}"
            for column, name in (("own", "lines"), ("good", "accepted"), ("bad", "bad"))
        )
    native, join_native = "CAST(0 AS BIGINT) AS native", ""
    if shape.native:
        native = "CAST(SUM(CAST(ROUND(ug * n.native) AS BIGINT)) AS BIGINT) AS native"
        join_native = "LEFT JOIN factor_native AS n ON n.number = f.factor_no"
    return f"""
    SELECT s.subject, s.bad, p.total AS co2e_ug, {ranges("p.total", credit)}, {names}, s.lines, s.lines - s.accepted AS rejected_lines,
      {dominant_factor("p.top")} AS factor_no, s.level AS factor_level, s.gap_years AS vintage_gap_years,
      {"s.primary_ug" if primary else "CAST(NULL AS BIGINT) AS primary_ug"}, p.native AS gwp_native_ug
    FROM (SELECT subject, {per_stage}, {counts}, MAX(level) AS level, MAX(gap_years) AS gap_years{primary}
      FROM met GROUP BY subject) AS s
    INNER JOIN (SELECT subject, CAST(SUM(ug) AS BIGINT) AS total, {_squares(method, shape)}, {DOMINANT} AS top, {native}
      FROM ({_by_factor(method, shape, "subject")}) AS f {join_native}
      GROUP BY subject) AS p ON p.subject = s.subject"""


def totals(method: Method, shape: Shape) -> str:
    """Per stage, part, factor and sign over the whole chunk: the run's totals group by factor before they square."""
    keys = "stage_no, part_no, factor_no" + (", negative" if _credit(method, shape) else "")
    own = "SUM(own_var)" if _amount_gsd(method, shape) else "0"
    sums = ", ".join(
        f"CAST({value} AS DECIMAL(38, 0)) AS {name}" for name, value in (("ug", "SUM(ug)"), ("sd", "SUM(sd)"), ("own_var", own))
    )  # fmt: skip
    return f"SELECT {keys}, {sums} FROM met WHERE ug IS NOT NULL GROUP BY {keys}"


def rejected(method: Method, shape: Shape) -> str:
    """The lines without a result, each with its first reason. Reads `suspects` (the lines of `chunk` whose subjects have
    one), in detail, and the table `pairs`.
    """
    terms = ok_terms(method, shape)

    def text(name: str) -> str:
        return f"CAST(in_{name} AS VARCHAR)" if shape.has(name) else "CAST(NULL AS VARCHAR)"

    cases: list[tuple[str, str, str, str, str]] = []  # condition, reason, field, found, expected
    for n, (reason, name, _, expected) in enumerate(terms):
        expected_sql = "'" + expected.replace("'", "''") + "'"
        cases.append((f"NOT COALESCE(ok_{n}, FALSE)", f"'{reason}'", f"'{name}'", text(name), expected_sql))
    if not method.stage_shares:
        cases.append(("NOT stage_known", "'unknown_stage'", "'stage'", text("stage"), f"'one of: {', '.join(STAGES)}'"))
    key_field = method.key if method.column(method.key) else "key"
    cases += [
        ("key IS NULL", "'missing_value'", f"'{key_field}'", "CAST(NULL AS VARCHAR)", "'a factor key'"),
        ("NOT key_known", "'unknown_key'", f"'{key_field}'", "key", "'a factor key of the packs'"),
        ("NOT region_known", "'unknown_region'", "'region'", "region", "'a region of the list, or none'"),
        ("NOT unit_known", "'unknown_unit'", "'unit'", "unit", "'a unit of the list'"),
        ("NOT met AND pairs.pair IS NULL", "'no_factor'", f"'{key_field}'", "key",
         "'a factor for the region, its country or the world'"),
        ("NOT met", "'date_out_of_reach'", "'date'", "CAST(date AS VARCHAR)",
         f"'within {method.vintage.reach_years} years of a factor ({method.vintage.rule})'"),
        ("NOT COALESCE(dim_fits, FALSE)", "'unit_mismatch'", "'unit'", "unit", "'a unit that converts to the factor''s'"),
    ]  # fmt: skip
    cases.append(
        ("amount IS NULL", "'missing_value'", "'amount'", "CAST(NULL AS VARCHAR)", "'cells that give an amount'")
    )
    floats = [column.name for column in method.columns if column.type == "float" and shape.has(column.name)]
    for name in floats:
        odd = f"(ISNAN(in_{name}) OR ABS(in_{name}) = CAST('Infinity' AS DOUBLE))"
        cases.insert(0, (odd, "'unreadable'", f"'{name}'", text(name), "'a finite float'"))
    last = (
        "'too_large'",
        "'amount'",
        "CAST(amount AS VARCHAR)",
        "'at most 1 Mt in one line, with a standard deviation of at most 9 Mt'",
    )
    if shape.has("_bad"):
        cases.insert(0, ("in__bad IS NOT NULL", "in__bad_reason", "in__bad", "in__bad_found", "in__bad_expected"))

    def pick(position: int) -> str:
        whens = " ".join(f"WHEN {case[0]} THEN {case[position]}" for case in cases)
        return f"CASE {whens} ELSE {last[position - 1]} END"

    activity = text("activity_id")
    unmet = "l.ug IS NULL AND NOT l.derived" + (" AND NOT l.carried" if shape.has("_carrier") else "")
    once = "DISTINCT " if shape.parts > 1 or method.stage_shares else ""  # a line is several rows there
    return f"""
    SELECT {once}file, row_no, activity_id, field, reason, found, expected
    FROM (SELECT in__file AS file, in__row AS row_no, {activity} AS activity_id, {pick(2)} AS field, {pick(1)} AS reason,
        {pick(3)} AS found, {pick(4)} AS expected
      FROM ({lines(method, shape, detail=True, source="suspects")}) AS l LEFT JOIN pairs ON pairs.pair = l.pair
      WHERE {unmet}) AS x"""
