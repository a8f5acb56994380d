"""An experiment's counts and result as pages show them: texts, a table and a chart, in one language."""

from __future__ import annotations

from dataclasses import dataclass

from leafmark.experiments import ARMS, GRAMS, Result, people_for, result, smallest_effect, split
from leafmark.experiments.measure import Interval
from leafmark.experiments.result import MISMATCH_BELOW
from leafmark.products.charts import Bar, differences
from leafmark.products.i18n import mass_unit, significant, whole
from leafmark.web.experiment.closing import counts_of
from leafmark.web.experiment.models import Experiment
from leafmark.web.experiment.states import OVER, state_of, today
from leafmark.web.languages import say, tag

TIMES = (1, 2, 5, 10)
"""Sizes for which the power is shown, in multiples of the least one."""


@dataclass(frozen=True)
class Row:
    """An arm as texts; figures are empty where no result is given."""

    arm: str
    units: str
    chose: str
    choices: str
    not_counted: str
    left: str
    mean: str
    range: str


@dataclass(frozen=True)
class Said:
    """A difference as texts."""

    name: str
    estimate: str
    range: str


@dataclass(frozen=True)
class Outcome:
    """Counts, and the result if there is one; `unit`: what figures are in."""

    result: Result
    rows: tuple[Row, ...]
    unit: str
    differences: tuple[Said, ...]
    relative: Said | None
    chart: str
    mismatch_p: str
    mismatched: bool


@dataclass(frozen=True)
class Power:
    """The smallest effect that so many people see."""

    people: str
    label: str
    holdout: str
    effect: str
    relative: str


def outcome_of(experiment: Experiment) -> Outcome:
    """What came out, in the request's language."""
    lang = tag()
    is_over = state_of(experiment) == OVER  # one that was stopped has no result, whatever the day
    counts = counts_of(experiment)
    found = result(experiment.plan, counts.rows, today() if is_over else experiment.ends_on)
    without, gone = counts.not_counted, counts.left
    scale, unit = _scale(experiment, found)
    rows = tuple(
        Row(name, whole(arm.units), whole(arm.chose), whole(arm.choices), whole(without[name]), whole(gone[name]),
            significant(arm.mean.estimate / scale) if arm.mean else "", _range(arm.mean, scale) if arm.mean else "")
        for name, arm in ((each, found.arms[each]) for each in ARMS)
    )  # fmt: skip
    shown: tuple[Said, ...] = ()
    chart, relative = "", None
    if found.difference is not None and found.by_choice is not None:
        points = unit if experiment.outcome == GRAMS else say(lang, "experiments.points")
        both = [
            (say(lang, f"experiments.{name}"), each)
            for name, each in (("by_person", found.difference), ("by_choice", found.by_choice))
        ]
        shown = tuple(
            Said(name, f"{_signed(each.estimate / scale)} {points}", f"{_range(each, scale)} {points}")
            for name, each in both
        )
        relative = None if found.relative is None else Said(
            say(lang, "experiments.relative"), f"{_signed(found.relative.estimate * 100)} %", f"{_range(found.relative, 0.01)} %"
        )  # fmt: skip
        chart = _chart(lang, both, shown, scale, points)
    return Outcome(
        found, rows, unit, shown, relative, chart, significant(found.mismatch_p), found.mismatch_p < MISMATCH_BELOW
    )


def power_of(experiment: Experiment) -> list[Power]:
    """What sizes from the least one on can see, by the spread of the products on the day it was declared."""
    least = people_for(experiment.least_units, experiment.held_out)
    scale, unit = (0.01, "%") if experiment.outcome != GRAMS else _mass(experiment.usual)
    found = []
    for people in (least * times for times in TIMES):
        label, holdout = split(people, experiment.held_out)
        effect = smallest_effect(experiment.spread, label, holdout)
        relative = f"{significant(100 * effect / experiment.usual)} %" if experiment.usual > 0 else ""
        shown = f"{significant(effect / scale)} {unit}"
        found.append(Power(whole(people), whole(label), whole(holdout), shown, relative))
    return found


def _chart(lang: str, both: list[tuple[str, Interval]], shown: tuple[Said, ...], scale: float, unit: str) -> str:
    bars = [
        Bar(name, each.estimate / scale, each.low / scale, each.high / scale, said.estimate, own=not place)
        for place, ((name, each), said) in enumerate(zip(both, shown, strict=True))
    ]
    text = "; ".join(f"{said.name}: {said.estimate} ({said.range})" for said in shown)
    return differences("experiment", say(lang, "experiments.difference"), bars, unit, text)


def _scale(experiment: Experiment, found: Result) -> tuple[float, str]:
    """What figures are divided by, and their unit: grams by the size of what is chosen, else per cent."""
    if experiment.outcome != GRAMS:
        return 0.01, "%"
    means = [arm.mean.estimate for arm in found.arms.values() if arm.mean is not None]
    return _mass(max(map(abs, means), default=experiment.usual))


def _mass(amount_ug: float) -> tuple[float, str]:
    scale, unit = mass_unit(round(amount_ug))
    return scale, f"{unit} CO₂e"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{significant(value)}"


def _range(interval: Interval, scale: float) -> str:
    low, high = (significant(end / scale) for end in (interval.low, interval.high))
    return say(tag(), "experiments.from_to", low=low, high=high)
