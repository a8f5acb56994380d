"""From acts to signed lines, as SQL: a method's parameters joined by place and day, then one SELECT for each of its terms.

    acts x parameters (place, day) -> terms -> lines (act_id, stage, key, amount, unit, region, date, kind)

Set-based whatever the number of acts: k terms over n acts are k passes of DuckDB, and no act is looked at in Python.
Beside what the engine reads, a line keeps its `term` and the `parameters` its amount was made with, for explanations.
"""

from __future__ import annotations

import re

from leafmark.engine.inputs import quote
from leafmark.methods.model import Counterfactual, Parameter, Term


def with_parameters(acts: str, act: Counterfactual) -> str:
    """SQL of `acts` with a column for each parameter, and `NAME_id`: which value it is. Reads `parameter_values`."""
    sql = f"SELECT * FROM {acts}"
    for each in act.parameters:
        sql = (
            f"SELECT a.*, p._value AS {each.name}, p._id AS {each.name}_id FROM ({sql}) AS a LEFT JOIN (SELECT parameter AS "
            "_parameter, place AS _place, value AS _value, id AS _id, first_day AS _first, end_day AS _end FROM "
            f"parameter_values) AS p ON p._parameter = ({each.id}) AND p._place = a.place AND a.date >= p._first "
            "AND a.date < p._end"
        )
    return sql


def lines(acts: str, act: Counterfactual) -> str:
    """SQL of the lines of `acts`, which have their parameters and their amount in the method's unit."""
    return " UNION ALL ".join(_of_term(acts, act, number, term) for number, term in enumerate(act.terms))


def _of_term(acts: str, act: Counterfactual, number: int, term: Term) -> str:
    sign = "-" if term.kind == "project" else ""
    used = [each for each in act.parameters if re.search(rf"\b{each.name}\b", term.amount)]
    return (
        f"SELECT act_id, act_id || {quote('/' + term.name)} AS activity_id, {quote(term.stage)} AS stage, ({term.key}) AS key, "
        f"{sign}CAST({term.amount} AS DOUBLE) AS amount, ({term.unit}) AS unit, coalesce(factor_region, region) AS region, "
        f"date, {quote(term.kind)} AS kind, {quote(term.name)} AS term, {number} AS term_no, {_named(used)} AS parameters "
        f"FROM {acts} WHERE coalesce({term.when}, FALSE)"
    )


def _named(used: list[Parameter]) -> str:
    """The ids of the values used, by name: `occupancy=trip.car_occupancy@WORLD:2001-01-01`. One the act gives itself is not."""
    told = ", ".join(
        f"CASE WHEN {each.name} IS NOT NULL AND ({'TRUE' if each.needed == 'FALSE' else each.needed}) "
        f"THEN {quote(each.name + '=')} || {each.name}_id END"
        for each in used
    )
    return f"concat_ws('; ', {told})" if told else "CAST('' AS VARCHAR)"
