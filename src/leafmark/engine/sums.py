"""Sums of the met lines, as plans: per subject and stage, per subject, and per factor for the run's totals.

Ranges come in the same pass: a factor's error is the same in all its lines, so standard deviations add up within a
factor and are squared between factors; credits are summed as a group of their own.
"""

from __future__ import annotations

from leafmark.engine import gases, plan, proxies
from leafmark.engine.plan import Shape
from leafmark.engine.schema import STAGES, Z95
from leafmark.methods.model import Method

FACTOR_BASE = 1 << 21
"""Factor numbers stay below this, so that (size, factor) packs into one 128-bit integer for a scalar MAX."""


def spread(mean: str, variance: str) -> str:
    """s2 = ln(1 + var / m^2) of the lognormal with this mean and variance; any number where the mean is 0.

    Fenton 1960 (IRE Trans. 8, 57): the sum of lognormals taken as the lognormal of its mean and variance.
    """
    return f"LN(1 + {variance} / ({mean} * {mean}))"


def bound(mean: str, s2: str, sign: int) -> str:
    """Lognormal 95 % bound: m exp(-s2/2 -+ z sqrt(s2))."""
    value = f"{mean} * EXP(-{s2} / 2 {'+' if sign > 0 else '-'} {plan.number(Z95)} * SQRT({s2}))"
    return f"CASE WHEN {mean} = 0 THEN CAST(0 AS DOUBLE) ELSE {value} END"


def ranges(total: str, credit: bool) -> str:
    """`low_ug, high_ug` from columns m, s2 (and credits cm, cs2): low <= value <= high always; of nothing, 0 to 0."""
    low, high = bound("m", "s2", -1), bound("m", "s2", 1)
    if credit:
        low_c, high_c = bound("cm", "cs2", -1), bound("cm", "cs2", 1)
        down = f"SQRT((m - ({low})) * (m - ({low})) + (({high_c}) - cm) * (({high_c}) - cm))"
        up = f"SQRT((({high}) - m) * (({high}) - m) + (cm - ({low_c})) * (cm - ({low_c})))"
        low, high = f"{total} - {down}", f"{total} + {up}"
    return (
        f"LEAST({total}, CAST(FLOOR({low}) AS BIGINT)) AS low_ug, "
        f"CASE WHEN {'m = 0 AND cm = 0' if credit else 'm = 0'} THEN {total} "
        f"ELSE GREATEST({total}, CAST(FLOOR({high}) + 1 AS BIGINT)) END AS high_ug"
    )


def _squares(method: Method, shape: Shape) -> str:
    """Per (subject, ...) from rows of distinct factors: mean and spread, of charges and of credits."""
    var = "CAST(sd AS INT128) * sd" + (" + COALESCE(own_var, 0)" if plan.amount_gsd(method, shape) else "")
    if not plan.credit(method, shape):
        mean, variance = "CAST(SUM(ug) AS DOUBLE)", f"CAST(SUM({var}) AS DOUBLE)"
        return f"{mean} AS m, {spread(mean, variance)} AS s2"
    columns = []
    for name, test, value in (("", "NOT negative", "ug"), ("c", "negative", "-ug")):
        mean, variance = (f"CAST(SUM(CASE WHEN {test} THEN {each} ELSE 0 END) AS DOUBLE)" for each in (value, var))
        columns.append(f"{mean} AS {name}m, {spread(mean, variance)} AS {name}s2")
    return ", ".join(columns)


DOMINANT = f"MAX(CAST(ABS(ug) AS INT128) * {FACTOR_BASE} + ({FACTOR_BASE - 1} - factor_no))"
"""The factor with most grams; among equals the first by factor id (numbers follow the ids' order)."""


def dominant_factor(packed: str) -> str:
    """The factor number out of a packed DOMINANT."""
    return f"CAST({FACTOR_BASE - 1} - ({packed} % {FACTOR_BASE}) AS INTEGER)"


def _by_factor(method: Method, shape: Shape, keys: str, more: str = "") -> str:
    """`met` summed by `keys`, factor and sign: the rows that are squared."""
    keys += ", factor_no" + (", negative" if plan.credit(method, shape) else "")
    own = ", SUM(own_var) AS own_var" if plan.amount_gsd(method, shape) else ""
    return (
        f"SELECT {keys}, CAST(SUM(ug) AS BIGINT) AS ug, CAST(SUM(sd) AS BIGINT) AS sd{own}{more} "
        f"FROM met WHERE ug IS NOT NULL GROUP BY {keys}"
    )


def entries(method: Method, shape: Shape) -> str:
    """Per subject, stage and part: total, range, dominant factor, gases. Reads `met` and `factor_gases`."""
    keys, part_no = _keys(shape, "subject, stage_no")
    return f"""
    SELECT subject, stage_no, {part_no}, total AS co2e_ug, {ranges("total", plan.credit(method, shape))},
      {dominant_factor("top")} AS factor_no, level{"".join(f", {gas}_ug" for gas in shape.gases)}
    FROM (SELECT {keys}, CAST(SUM(ug) AS BIGINT) AS total, {_squares(method, shape)}, {DOMINANT} AS top,
        MAX(level) AS level{gases.columns(shape.gases, "f.ug")}
      FROM ({_by_factor(method, shape, keys, ", MAX(level) AS level")}) AS f
      {"LEFT JOIN factor_gases AS n ON n.number = f.factor_no" if shape.gases else ""} GROUP BY {keys}) AS e"""


def _keys(shape: Shape, keys: str) -> tuple[str, str]:
    """`keys` with the part where a method has several, and the part's column."""
    return (f"{keys}, part_no", "part_no") if shape.parts > 1 else (keys, "CAST(0 AS TINYINT) AS part_no")


def subjects(method: Method, shape: Shape, refused: bool) -> str:
    """Per subject: total, range, a column per stage, lines without a result (`bad`). Reads `met`, `factor_native` and, if
    there are refused lines, `refused` and `short`.

    Two aggregations met on the subject: by factor and then squared, for the range; and by stage, for the rest. One
    wide aggregation by (subject, factor) would carry every stage's sum through the larger hash table: three times the
    time, measured.
    """
    names = ", ".join(f"s.{name}" for name in _OF_STAGES)
    counts, join_refused, source = "s.own AS lines, CAST(0 AS BIGINT) AS rejected_lines, 0 AS bad", "", ""
    if refused:
        counts = (
            "s.own + COALESCE(r.own, 0) AS lines, COALESCE(r.own - r.good, 0) AS rejected_lines, "
            "COALESCE(r.bad, 0) AS bad"
        )
        join_refused = "LEFT JOIN refused AS r ON r.subject = s.subject"
        empty = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in _OF_STAGES.items())
        source = f"UNION ALL SELECT h.subject, {empty}, 0 AS own FROM short AS h WHERE h.met IS NULL"
    native, join_native = "CAST(0 AS BIGINT) AS native", ""
    if shape.native:
        native = "CAST(SUM(CAST(ROUND(ug * n.native) AS BIGINT)) AS BIGINT) AS native"
        join_native = "LEFT JOIN factor_native AS n ON n.number = f.factor_no"
    return f"""
    SELECT s.subject, {counts}, p.total AS co2e_ug, {ranges("p.total", plan.credit(method, shape))}, {names},
      {dominant_factor("p.top")} AS factor_no, p.native AS gwp_native_ug
    FROM ({_by_stage(method, shape)} {source}) AS s
    LEFT JOIN (SELECT subject, CAST(SUM(ug) AS BIGINT) AS total, {_squares(method, shape)}, {DOMINANT} AS top, {native}
      FROM ({_by_factor(method, shape, "subject")}) AS f {join_native}
      GROUP BY subject) AS p ON p.subject = s.subject
    {join_refused}{" WHERE s.subject IS NOT NULL" if refused else ""}"""


_OF_STAGES = {f"{stage}_ug": "BIGINT" for stage in STAGES} | {
    "factor_level": "TINYINT", "vintage_gap_years": "SMALLINT", "primary_ug": "BIGINT",
}  # fmt: skip


def _by_stage(method: Method, shape: Shape) -> str:
    """Per subject: grams of each stage, the furthest level, the widest gap, and its own lines: none of a component's."""
    one = "n" if shape.by_factor else "1"
    own = (
        f"CAST(SUM(CASE WHEN derived THEN 0 ELSE {one} END) AS BIGINT)"
        if shape.has("_derived")
        else plan.lines_met(shape)
    )
    per_stage = ", ".join(
        f"CAST(SUM(CASE WHEN stage_no = {n} THEN ug END) AS BIGINT) AS {stage}_ug" for n, stage in enumerate(STAGES)
    )
    primary = "CAST(SUM(primary_ug) AS BIGINT)" if plan.primary(method, shape) else "CAST(NULL AS BIGINT)"
    return f"""
    SELECT subject, {per_stage}, MAX(level) AS factor_level, MAX(gap_years) AS vintage_gap_years, {primary} AS primary_ug,
      {own} AS own
    FROM met WHERE ug IS NOT NULL GROUP BY subject"""


def refused_lines() -> str:
    """Per subject: its own lines in `unmet`, those of them that are accepted all the same, and what makes it unknown."""
    return """
    SELECT subject, CAST(SUM(CASE WHEN derived THEN 0 ELSE 1 END) AS BIGINT) AS own,
      CAST(SUM(CASE WHEN carried AND NOT derived THEN 1 ELSE 0 END) AS BIGINT) AS good,
      CAST(SUM(CASE WHEN carried THEN 0 ELSE 1 END) AS BIGINT) AS bad
    FROM unmet WHERE subject IS NOT NULL GROUP BY subject"""


def totals(method: Method, shape: Shape) -> str:
    """Per stage, part, factor and sign over the whole chunk: the run's totals group by factor before they square.

    With the lines, where some of them may be proxies.
    """
    by, part_no = _keys(shape, "stage_no, factor_no" + (", negative" if plan.credit(method, shape) else ""))
    keys = by if shape.parts > 1 else f"{by}, {part_no}"
    own = "SUM(own_var)" if plan.amount_gsd(method, shape) else "0"
    sums = ", ".join(
        f"CAST({value} AS DECIMAL(38, 0)) AS {name}"
        for name, value in (("ug", "SUM(ug)"), ("sd", "SUM(sd)"), ("own_var", own))
    )
    lines = f", {plan.lines_met(shape)} AS lines" if proxies.possible(method) else ""
    return f"SELECT {keys}, {sums}{lines} FROM met WHERE ug IS NOT NULL GROUP BY {by}"


def by_factor(method: Method, shape: Shape) -> str:
    """Per subject, stage, part, factor and sign: grams, their standard deviation, the amount in parts of the base unit, lines.

    Its range is that of the factor and of the amounts' own errors, where they have any (`own_sd`: squared before it is added).
    """
    keys, part_no = _keys(shape, "subject, stage_no, factor_no" + (", negative" if plan.credit(method, shape) else ""))
    own = "CAST(SUM(own_var) AS DOUBLE)" if plan.amount_gsd(method, shape) else "CAST(0 AS DOUBLE)"
    low, high = bound("m", "s2", -1), bound("m", "s2", 1)
    mean = "CAST(ABS(f.ug) AS DOUBLE)"
    return f"""
    SELECT subject, stage_no, {part_no}, factor_no, level, lines, amount_parts, ug AS co2e_ug, sd AS sd_ug,
      CAST(ROUND(SQRT(own_var)) AS BIGINT) AS own_sd_ug,
      CASE WHEN ug < 0 THEN -GREATEST(-ug, CAST(FLOOR({high}) + 1 AS BIGINT)) ELSE LEAST(ug, CAST(FLOOR({low}) AS BIGINT)) END AS low_ug,
      CASE WHEN ug < 0 THEN -LEAST(-ug, CAST(FLOOR({low}) AS BIGINT)) WHEN ug = 0 THEN ug
        ELSE GREATEST(ug, CAST(FLOOR({high}) + 1 AS BIGINT)) END AS high_ug{gases.of_line(shape.gases, "e.ug")}
    FROM (SELECT f.*, {mean} AS m, {spread(mean, "(CAST(f.sd AS DOUBLE) * CAST(f.sd AS DOUBLE) + f.own_var)")} AS s2
      FROM (SELECT {keys}, MAX(level) AS level, {plan.lines_met(shape)} AS lines, CAST(SUM(amount_parts) AS DOUBLE) AS amount_parts,
          CAST(SUM(ug) AS BIGINT) AS ug, CAST(SUM(sd) AS BIGINT) AS sd, {own} AS own_var
        FROM met WHERE ug IS NOT NULL GROUP BY {keys}) AS f) AS e
    {"LEFT JOIN factor_gases AS n ON n.number = e.factor_no" if shape.gases else ""}"""
