"""An experiment's result, or why none is given. The rules are the plan's, and were known before the start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from leafmark.experiments import measure
from leafmark.experiments.arms import ARMS, HOLDOUT, LABEL
from leafmark.experiments.measure import Interval
from leafmark.experiments.plan import COUNTED, Plan
from leafmark.experiments.tally import Row

SCHEMA: Final = "leafmark.experiment/1"
MISMATCH_BELOW: Final = 0.001
"""A split as uneven as one of a thousand by chance is no chance: something let people of one arm get lost (Fabijan et al., KDD 2019)."""
OF_A_KIND_MIN: Final = 10
"""People with and people without what is counted that each arm must have: below it the range of a share is too narrow."""
WHY_NOT: Final = {
    "not_over": "the experiment is not over",
    "mismatch": "the split of people is not the one planned, so some of one arm got lost, and the arms cannot be compared",
    "too_few_units": "fewer people than planned chose something that counts",
    "too_few_of_a_kind": f"an arm has fewer than {OF_A_KIND_MIN} people with, or without, what is counted",
    "no_variation": "all people of an arm chose the same, so nothing is known of how much chance does",
}
"""Why no result is given -> in words."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: people who were put into it, those of them who chose something that counts, and their choices."""

    units: int
    chose: int
    choices: int
    mean: Interval | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What the labels changed: people with labels less people without. `None` where it is not given, and `why_not` says why.

    `difference` counts each person once, `by_choice` each choice; both with 95 % ranges. `relative` is a share of the holdout's mean.
    Micrograms CO2e, or shares of 1.
    """

    plan: Plan
    arms: dict[str, Arm]
    mismatch_p: float
    why_not: str | None
    difference: Interval | None = None
    relative: Interval | None = None
    by_choice: Interval | None = None

    @property
    def told_apart(self) -> bool | None:
        """Whether the difference can be told apart from nothing; None where there is none."""
        return None if self.difference is None else not self.difference.holds_zero


def result(plan: Plan, rows: Sequence[Row], on: dt.date) -> Result:
    """The result on a day. Before the end, and where the plan was not met, counts alone."""
    of = {arm: [row for row in rows if row.arm == arm] for arm in ARMS}
    chose = {arm: measure.chose(found) for arm, found in of.items()}
    arms = {
        arm: Arm(
            sum(row.units for row in of[arm]), sum(row.units for row in chose[arm]),
            sum(row.units * row.choices for row in chose[arm]),
        )
        for arm in ARMS
    }  # fmt: skip
    p = measure.mismatch(arms[LABEL].units, arms[HOLDOUT].units, plan.held_out)
    why_not = _why_not(plan, arms, chose, p, on)
    if why_not is not None:
        return Result(plan, arms, p, why_not)
    people = {arm: measure.by_person(chose[arm]) for arm in ARMS}
    choices = {arm: measure.by_choice(chose[arm]) for arm in ARMS}
    shown = {
        arm: Arm(found.units, found.chose, found.choices, measure.around(people[arm])) for arm, found in arms.items()
    }
    return Result(
        plan, shown, p, None, measure.difference(people[LABEL], people[HOLDOUT]), measure.relative(people[LABEL], people[HOLDOUT]),
        measure.difference(choices[LABEL], choices[HOLDOUT]),
    )  # fmt: skip


def _why_not(plan: Plan, arms: dict[str, Arm], chose: dict[str, list[Row]], p: float, on: dt.date) -> str | None:
    if on <= plan.ends_on:
        return "not_over"
    if p < MISMATCH_BELOW:
        return "mismatch"
    if any(arms[arm].chose < plan.least_units for arm in ARMS):
        return "too_few_units"
    if plan.outcome in COUNTED and any(_few_of_a_kind(chose[arm]) for arm in ARMS):
        return "too_few_of_a_kind"
    if any(len({row.amount / row.choices for row in chose[arm]}) == 1 for arm in ARMS):
        return "no_variation"
    return None


def _few_of_a_kind(rows: Sequence[Row]) -> bool:
    some = sum(row.units for row in rows if row.amount > 0)
    lacking = sum(row.units for row in rows if row.amount < row.choices)
    return min(some, lacking) < OF_A_KIND_MIN


def content(found: Result) -> dict[str, Any]:
    """A result as plain values, `leafmark.experiment/1`."""
    plan = asdict(found.plan) | {"ends_on": found.plan.ends_on.isoformat()}
    return {
        "schema": SCHEMA, **plan, "measured_in": "share" if found.plan.outcome in COUNTED else "ug",
        "arms": {name: asdict(arm) for name, arm in found.arms.items()}, "mismatch_p": found.mismatch_p, "why_not": found.why_not,
        "difference": _plain(found.difference), "relative": _plain(found.relative), "by_choice": _plain(found.by_choice),
        "told_apart": found.told_apart,
    }  # fmt: skip


def _plain(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else asdict(interval)
