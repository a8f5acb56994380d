"""Refused lines, as plans: which lines of the suspects have no result, and the first reason why."""

from __future__ import annotations

from leafmark.engine import plan
from leafmark.engine.plan import Shape
from leafmark.engine.schema import STAGES
from leafmark.methods.model import Method

_BY_KEY = {("'no_factor'", "key"), ("'unit_mismatch'", "unit")}
"""(reason, found) of the refusals that the line's factor key tells more of."""


def unmet(method: Method, shape: Shape) -> str:
    """The lines of `suspects` without a result, each with its first reason. Reads `suspects`, `few_cells` and `pairs`.

    Among them lines that only name a component (`carried`): they have no grams of their own and are accepted. `about` is
    the factor key of the reasons that are told by it, and `place` where it was sought: `advice.py` reads them.
    """
    terms = plan.ok_terms(method, shape)

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
        cases.insert(0, (odd, "'unreadable'", f"'{name}'", text(name), "'a finite number'"))
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

    by_key = " ".join(f"WHEN {case[0]} THEN {'key' if (case[1], case[3]) in _BY_KEY else 'NULL'}" for case in cases)

    marks = "l.derived, " + ("l.carried" if shape.has("_carrier") else "FALSE AS carried")
    return f"""
    SELECT l.subject, {marks}, in__file AS file, in__row AS row_no, {text("activity_id")} AS activity_id, {pick(2)} AS field,
      {pick(1)} AS reason, {pick(3)} AS found, {pick(4)} AS expected, CASE {by_key} END AS about, region AS place
    FROM ({plan.lines(method, shape, "suspects", "few_cells")}) AS l LEFT JOIN pairs ON pairs.pair = l.pair
    WHERE l.ug IS NULL"""


def rejected(method: Method, shape: Shape) -> str:
    """What `rejected.parquet` says of them, with `about` and `place`. Reads `unmet`."""
    once = "DISTINCT " if shape.parts > 1 or method.stage_shares else ""  # a line is several rows there
    return f"""
    SELECT {once}file, row_no, activity_id, field, reason, found, expected, about,
      CASE WHEN about IS NOT NULL THEN place END AS place
    FROM unmet WHERE NOT derived AND NOT carried"""
