"""Choices counted: how many units of an arm chose so often, and what their choices came to together. A result needs no more.

No unit has a row of its own, so a tally can be handed to anybody:

    experiment,outcome,held_out,least_units,ends_on,arm,choices,amount,units
    spring,grams,50,200,2026-12-31,label,2,1834000000,1
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from leafmark.experiments.arms import ARMS
from leafmark.experiments.plan import COUNTED, Plan, PlanError

PLAN_COLUMNS: Final = ("experiment", "outcome", "held_out", "least_units", "ends_on")
COLUMNS: Final = (*PLAN_COLUMNS, "arm", "choices", "amount", "units")
ROWS_MAX: Final = 2_000_000
NUMBER_MAX: Final = 2**63 - 1


class TallyError(ValueError):
    """A file that is no tally; the message names line and field, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Row:
    """So many `units` of an arm that each made `choices` choices which count, of `amount` together.

    `amount`: micrograms CO2e, or how many of the choices are what the outcome asks for. Units that chose nothing have no choices.
    """

    arm: str
    choices: int
    amount: int
    units: int


def tally(units: Iterable[tuple[str, int, int]]) -> list[Row]:
    """Count units, given as arm, choices and amount of each; in an order that tells nothing of theirs."""
    counted = Counter(units)
    return [Row(*key, counted[key]) for key in sorted(counted)]


def file_rows(plan: Plan, rows: Iterable[Row]) -> Iterator[Sequence[str | int]]:
    """The cells of a tally's file, without the head."""
    told = (plan.experiment, plan.outcome, plan.held_out, plan.least_units, plan.ends_on.isoformat())
    for row in rows:
        yield (*told, row.arm, row.choices, row.amount, row.units)


def read_file(path: Path) -> tuple[Plan, list[Row]]:
    """A plan and its tally from a CSV file in UTF-8.

    Raises
    ------
    TallyError : it is none.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(csv.reader(file))
    except UnicodeDecodeError as error:
        raise TallyError(f"not UTF-8 ({error.reason}); save it as UTF-8") from error
    except csv.Error as error:
        raise TallyError(f"no CSV: {error}") from error


def _read(lines: Iterator[list[str]]) -> tuple[Plan, list[Row]]:
    head = next(lines, [])
    if tuple(head) != COLUMNS:
        raise TallyError(f"line 1: found {','.join(head)[:200]!r}; expected {','.join(COLUMNS)}")
    told: list[str] | None = None
    rows: list[Row] = []
    for number, cells in enumerate(lines, 2):
        if not cells:
            continue
        if len(cells) != len(COLUMNS):
            raise TallyError(f"line {number}: found {len(cells)} cells; expected {len(COLUMNS)}")
        if len(rows) == ROWS_MAX:
            raise TallyError(f"line {number}: expected at most {ROWS_MAX} rows")
        plan_cells = cells[: len(PLAN_COLUMNS)]
        told = told or plan_cells
        for name, found, expected in zip(PLAN_COLUMNS, plan_cells, told, strict=True):
            if found != expected:
                raise TallyError(f"line {number}, {name}: found {found[:60]!r}; expected {expected[:60]!r} as above")
        rows.append(_row(number, cells[len(PLAN_COLUMNS) :], told[1]))
    if told is None:
        raise TallyError("line 2: found nothing; expected a row")
    return _plan(told), rows


def _plan(cells: Sequence[str]) -> Plan:
    try:
        ends_on = dt.date.fromisoformat(cells[4])
    except ValueError as error:
        raise TallyError(f"line 2, ends_on: found {cells[4][:60]!r}; expected a day, YYYY-MM-DD") from error
    try:
        return Plan(cells[0], cells[1], _number(2, "held_out", cells[2]), _number(2, "least_units", cells[3]), ends_on)
    except PlanError as error:
        raise TallyError(f"line 2, {error}") from error


def _row(line: int, cells: Sequence[str], outcome: str) -> Row:
    arm = cells[0]
    if arm not in ARMS:
        raise TallyError(f"line {line}, arm: found {arm[:60]!r}; expected one of {', '.join(ARMS)}")
    choices, units = _number(line, "choices", cells[1]), _number(line, "units", cells[3])
    is_credit = outcome not in COUNTED and cells[2].startswith("-")
    amount = -_number(line, "amount", cells[2][1:]) if is_credit else _number(line, "amount", cells[2])
    if units == 0:
        raise TallyError(f"line {line}, units: found 0; expected 1 or more")
    most = choices if outcome in COUNTED else NUMBER_MAX if choices else 0
    if abs(amount) > most:
        raise TallyError(f"line {line}, amount: found {amount}; expected at most {most} of {choices} choices")
    return Row(arm, choices, amount, units)


def _number(line: int, name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > NUMBER_MAX:
        raise TallyError(f"line {line}, {name}: found {text[:60]!r}; expected a whole number, 0 or more")
    return int(text)
