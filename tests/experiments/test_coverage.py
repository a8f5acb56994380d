"""Two thousand experiments with a known truth: the 95 % range holds it as often as it says, and one that takes choices for people does not.

A person's choices hang together here as they do in life: she has a level of her own, and who chooses more chooses heavier things.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from leafmark.experiments import Plan, Row, result, smallest_effect, tally
from leafmark.experiments.measure import Interval, Mean, difference

PLAN = {name: Plan("x", name, 50, 100, dt.date(2026, 1, 1)) for name in ("grams", "lower_half")}
AFTER = dt.date(2026, 1, 2)
EXPERIMENTS, PEOPLE = 2_000, 150
LEAST, MOST = 1_868, 1_932
"""Of 2,000 ranges at 95 %: 1,900 and 3.3 standard deviations, sqrt(2,000 x 0.95 x 0.05) = 9.75 each, to both sides."""
LEVEL, SPREAD, WITHIN, STEADY = 1e6, 0.5, 0.3, 0.35
"""Micrograms; the spread of levels between people and of choices within them (lognormal); how likely another choice is, times the level."""


def drawn(draw: np.random.Generator, arm: str, effect: float) -> list[tuple[str, int, int]]:
    """People of an arm: level, number of choices, which follows from the level, and what these come to."""
    level = draw.lognormal(0, SPREAD, PEOPLE)
    choices = 1 + draw.poisson(STEADY * level * 3)
    each = np.repeat(level, choices) * draw.lognormal(-(WITHIN**2) / 2, WITHIN, choices.sum())
    amounts = np.rint(LEVEL * effect * np.add.reduceat(each, np.cumsum(choices) - choices)).astype(int)
    return list(zip([arm] * PEOPLE, choices.tolist(), amounts.tolist(), strict=True))


def mean_of_people() -> float:
    """E[level] of a lognormal."""
    return LEVEL * math.exp(SPREAD**2 / 2)


def mean_of_choices() -> float:
    """E[level x choices] / E[choices], with choices = 1 + Poisson(1.05 level)."""
    one, two = math.exp(SPREAD**2 / 2), math.exp(2 * SPREAD**2)
    return LEVEL * (one + 3 * STEADY * two) / (1 + 3 * STEADY * one)


def as_if_choices_were_people(rows: list[Row], draw: np.random.Generator) -> Mean:
    """The mistake: every choice an observation of its own, here of its person's mean with the scatter within her."""
    means = np.array([row.amount / row.choices for row in rows])
    values = np.repeat(means, [row.units * row.choices for row in rows])
    values = values * draw.lognormal(-(WITHIN**2) / 2, WITHIN, len(values))
    return Mean(values.mean(), values.var(ddof=1) / len(values), len(values) - 1)


def covered(effect: float) -> tuple[int, int, int]:
    """How many of the ranges hold the truth: by person, by choice, and by the mistake."""
    draw = np.random.default_rng(round(effect * 1000))
    truth = [mean * (effect - 1) for mean in (mean_of_people(), mean_of_choices(), mean_of_choices())]
    held = [0, 0, 0]
    for _ in range(EXPERIMENTS):
        units = drawn(draw, "label", effect) + drawn(draw, "holdout", 1)
        rows = tally(units)
        found = result(PLAN["grams"], rows, AFTER)
        assert found.difference is not None
        assert found.by_choice is not None
        wrong = difference(
            *(as_if_choices_were_people([row for row in rows if row.arm == arm], draw) for arm in ("label", "holdout"))
        )
        for place, interval in enumerate((found.difference, found.by_choice, wrong)):
            held[place] += interval.low <= truth[place] <= interval.high
    return held[0], held[1], held[2]


@pytest.mark.parametrize("effect", [1.0, 0.9], ids=["no effect", "a tenth less"])
def test_the_range_holds_the_truth_as_often_as_it_says(effect: float) -> None:
    person, choice, wrong = covered(effect)
    assert LEAST <= person <= MOST
    assert LEAST <= choice <= MOST
    assert wrong < LEAST, "a range that takes choices for people would have to be found out here"


@pytest.mark.parametrize(("with_label", "without"), [(0.5, 0.5), (0.6, 0.45)])
def test_the_range_of_a_share_does(with_label: float, without: float) -> None:
    """Each person has a leaning of her own, from a beta distribution, and chooses one to six times."""
    draw = np.random.default_rng(11)
    held = 0
    for _ in range(EXPERIMENTS):
        units = []
        for arm, share in (("label", with_label), ("holdout", without)):
            many = 1 + draw.binomial(5, 0.3, PEOPLE)
            some = draw.binomial(many, draw.beta(2 * share, 2 * (1 - share), PEOPLE))
            units += list(zip([arm] * PEOPLE, many.tolist(), some.tolist(), strict=True))
        found = result(PLAN["lower_half"], tally(units), AFTER).difference
        assert found is not None
        held += found.low <= with_label - without <= found.high
    assert LEAST <= held <= MOST


def test_the_effect_that_a_size_can_see_is_seen_four_times_of_five() -> None:
    """1,600 of 2,000, within 3.3 standard deviations (17.9 each)."""
    draw = np.random.default_rng(5)
    effect = smallest_effect(300_000, PEOPLE, PEOPLE)
    seen = 0
    for _ in range(EXPERIMENTS):
        units = [
            (arm, 1, round(value)) for arm, shift in (("label", -effect), ("holdout", 0.0))
            for value in draw.normal(1_000_000 + shift, 300_000, PEOPLE)
        ]  # fmt: skip
        found = result(PLAN["grams"], tally(units), AFTER)
        assert isinstance(found.difference, Interval)
        seen += bool(found.told_apart)
    assert abs(seen - 1_600) < 60
