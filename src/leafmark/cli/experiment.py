"""`leafmark experiment`: the result of a holdout test, made again from its counts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leafmark.cli.endings import CheckFailedError, unusable
from leafmark.cli.inputs import Day
from leafmark.cli.output import emit, json_option, table

if TYPE_CHECKING:
    from leafmark.experiments import Result
    from leafmark.experiments.measure import Interval


@click.group(short_help="Whether a label changes what people choose.")
def experiment() -> None:
    """Holdout tests: part of the people see no labels, and what they choose is compared (docs/experiment.md).

    \b
    Example:
      leafmark experiment result spring.csv
    """


@experiment.command("result", short_help="The result of a test from its file of counts.")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", "on_date", type=Day(), help="Day on which the result is asked for.  [default: today]")
@json_option
def show_result(file: Path, on_date: dt.date | None, as_json: bool) -> None:
    """Work out the result of a holdout test from FILE, the CSV of counts that the operator's console gives out.

    Exit status 1 where there is no result: the test is not over, the split of people is not the one planned, or there are too
    few of them.

    \b
    Examples:
      leafmark experiment result spring.csv
      leafmark experiment result spring.csv --json
    """
    from leafmark.experiments import content, read_file, result
    from leafmark.experiments.result import WHY_NOT

    with unusable(ValueError, about=f"{file}: "):
        plan, rows = read_file(file)
    found = result(plan, rows, on_date or dt.date.today())
    emit(content(found), as_json, lambda: _lines(found))
    if found.why_not is not None:
        raise CheckFailedError(f"no result: {WHY_NOT[found.why_not]}")


def _lines(found: Result) -> str:
    plan = found.plan
    rows = [("", "people", "chose", "choices", "mean of people", "95 % range")]
    for name, arm in found.arms.items():
        mean = ("–", "–") if arm.mean is None else _shown(plan.outcome, arm.mean)
        rows.append((name, f"{arm.units:,}", f"{arm.chose:,}", f"{arm.choices:,}", *mean))
    parts = [
        f"{plan.experiment}: {plan.outcome}, {plan.held_out} % held out, {plan.least_units:,} in each arm at least, to {plan.ends_on}",
        table(rows, right=(1, 2, 3, 4, 5)),
        f"a split as uneven as this by chance: p = {found.mismatch_p:.3g}",
    ]
    if found.difference is not None and found.by_choice is not None:
        said = [("label less holdout, by person", *_shown(plan.outcome, found.difference, signed=True))]
        if found.relative is not None:
            said.append(("  as a share of the holdout", *_per_cent(found.relative)))
        said.append(("label less holdout, by choice", *_shown(plan.outcome, found.by_choice, signed=True)))
        told = "can be told apart from nothing" if found.told_apart else "cannot be told apart from nothing"
        parts += [table(said, right=(1, 2)), f"The difference {told} (95 %)."]
    return "\n\n".join(parts)


def _shown(outcome: str, interval: Interval, signed: bool = False) -> tuple[str, str]:
    from leafmark.experiments import GRAMS
    from leafmark.products.i18n import mass_unit, significant

    if outcome != GRAMS:
        return _per_cent(interval, signed, "percentage points" if signed else "%")
    scale, unit = mass_unit(round(max(abs(interval.low), abs(interval.high))))
    plus = "+" if signed and interval.estimate > 0 else ""
    ends = f"{significant(interval.low / scale)} to {significant(interval.high / scale)} {unit}"
    return f"{plus}{significant(interval.estimate / scale)} {unit} CO₂e", ends


def _per_cent(interval: Interval, signed: bool = True, unit: str = "%") -> tuple[str, str]:
    from leafmark.products.i18n import significant

    plus = "+" if signed and interval.estimate > 0 else ""
    ends = f"{significant(interval.low * 100)} to {significant(interval.high * 100)} {unit}"
    return f"{plus}{significant(interval.estimate * 100)} {unit}", ends
