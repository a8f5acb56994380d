"""Holdout tests: whether a label changes what people choose.

    unit -> arm (keyed hash)         choices -> one row a unit -> tally -> result with its range, or why there is none

A unit is whoever was put into an arm by chance: a visitor who agreed, or a customer as a marketplace calls her. What one unit
chooses hangs together, so a unit counts once, however much it chose. What is measured, until when and on how many people is a
plan, written down before the start; a result is given after its end alone. Pure functions over counts: no clock, no database.
"""

from leafmark.experiments.arms import ARMS, HOLDOUT, LABEL, arm_of, mark_of
from leafmark.experiments.plan import COUNTED, GRAMS, HELD_OUT_MAX, HELD_OUT_MIN, OUTCOMES, UNITS_MIN, Plan
from leafmark.experiments.power import POWER, people_for, smallest_effect, split
from leafmark.experiments.result import Result, content, result
from leafmark.experiments.tally import COLUMNS, Row, file_rows, read_file, tally

__all__ = [
    "ARMS", "COLUMNS", "COUNTED", "GRAMS", "HELD_OUT_MAX", "HELD_OUT_MIN", "HOLDOUT", "LABEL", "OUTCOMES", "POWER", "UNITS_MIN", "Plan",
    "Result", "Row", "arm_of", "content", "file_rows", "mark_of", "people_for", "read_file", "result", "smallest_effect", "split", "tally",
]  # fmt: skip
