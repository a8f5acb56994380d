"""Means, differences and their ranges against published examples and a bootstrap."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from leafmark.experiments import people_for, smallest_effect, split
from leafmark.experiments.measure import Mean, by_choice, by_person, difference, mismatch, relative, t_quantile
from leafmark.experiments.tally import Row, tally

MILLI = 1_000


def people(values: Sequence[float], arm: str = "label") -> list[Row]:
    """People who chose once each; thousandths as whole numbers."""
    return [Row(arm, 1, round(value * MILLI), 1) for value in values]


def shares(some: int, all_of_them: int) -> list[Row]:
    return [Row("label", 1, 1, some), Row("label", 1, 0, all_of_them - some)]


def test_heart_attacks_with_aspirin_and_without() -> None:
    """Agresti, An Introduction to Categorical Data Analysis (2nd ed., 2007), 2.2.2: 189 of 11,034 against 104 of 11,037 differ by
    0.0077 with a standard error of 0.0015; the 95 % interval is (0.005, 0.011)."""
    placebo, aspirin = by_person(shares(189, 11_034)), by_person(shares(104, 11_037))
    found = difference(placebo, aspirin)
    assert found.estimate == pytest.approx(0.0077, abs=5e-5)
    assert math.sqrt(placebo.variance + aspirin.variance) == pytest.approx(0.0015, abs=5e-5)
    assert (round(found.low, 3), round(found.high, 3)) == (0.005, 0.011)


def test_sleep_gained_by_two_drugs() -> None:
    """Student's data of 1908 as R's `t.test(extra ~ group, data = sleep)` has them: (-3.3654832, 0.2054832) at 17.776 degrees."""
    one = by_person(people([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]))
    two = by_person(people([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]))
    assert (one.value / MILLI, two.value / MILLI) == pytest.approx((0.75, 2.33))
    found = difference(one, two)
    assert (found.low / MILLI, found.high / MILLI) == pytest.approx((-3.3654832, 0.2054832), abs=2e-4)
    assert found.holds_zero


def test_six_against_eight() -> None:
    """Welch's interval of R's `t.test` on samples of unequal size: (-1.935420, 3.093754) at 9.48 degrees."""
    one, two = (
        by_person(people([5.1, 2.0, 4.1, 6.2, 7.1, 8.3])),
        by_person(people([1.5, 6.4, 3.3, 5.8, 4.8, 7.2, 5.6, 4.5])),
    )
    found = difference(one, two)
    assert (found.low / MILLI, found.high / MILLI) == pytest.approx((-1.935420, 3.093754), abs=3e-4)


def test_students_in_suites() -> None:
    """Lohr, Sampling: Design and Analysis, example 5.2: five suites of four students, mean grade 2.826; between suites' totals
    s^2 = 2.25568, so a standard error of sqrt(2.25568 / 5) / 4 (the book's 0.164 has 5 of 100 suites' correction besides)."""
    suites = [(3.08, 2.60, 3.44, 3.04), (2.36, 3.04, 3.28, 2.68), (2.00, 2.56, 2.52, 1.88), (3.00, 2.88, 3.44, 3.64), (2.68, 1.92, 3.28, 3.20)]  # fmt: skip
    rows = [Row("label", 4, round(sum(each) * 100), 1) for each in suites]
    found = by_choice(rows)
    assert found.value / 100 == pytest.approx(2.826)
    assert math.sqrt(found.variance) / 100 == pytest.approx(math.sqrt(2.25568 / 5) / 4, rel=1e-9)
    assert math.sqrt(found.variance * (1 - 5 / 100)) / 100 == pytest.approx(0.164, abs=5e-4)
    same = by_person(rows)
    assert (same.value, same.variance) == pytest.approx((found.value, found.variance))  # suites of one size


def test_ranges_are_those_of_a_bootstrap_over_people() -> None:
    """20,000 times drawn anew with numpy, whole people at a time: the same standard errors within 3 %."""
    draw = np.random.default_rng(20261127)
    choices = draw.geometric(0.4, 300)
    amounts = np.rint(choices * draw.lognormal(13, 0.7, 300) * np.sqrt(choices)).astype(int)
    rows = tally(zip(["label"] * 300, choices.tolist(), amounts.tolist(), strict=True))
    again = draw.integers(0, 300, (20_000, 300))
    person = (amounts / choices)[again].mean(axis=1)
    choice = amounts[again].sum(axis=1) / choices[again].sum(axis=1)
    assert math.sqrt(by_person(rows).variance) == pytest.approx(person.std(), rel=0.03)
    assert math.sqrt(by_choice(rows).variance) == pytest.approx(choice.std(), rel=0.03)
    half = rows[::2], rows[1::2]
    found = relative(by_person(half[0]), by_person(half[1]))
    assert found is not None
    wide = [_of_rows(each, draw) for each in half]
    assert (found.high - found.low) / 2 / 1.97 == pytest.approx((wide[0] / wide[1] - 1).std(), rel=0.06)


def _of_rows(rows: Sequence[Row], draw: np.random.Generator) -> np.ndarray:
    means = np.repeat([row.amount / row.choices for row in rows], [row.units for row in rows])
    return means[draw.integers(0, len(means), (20_000, len(means)))].mean(axis=1)


def test_a_share_of_nothing_is_not_given() -> None:
    assert relative(Mean(1, 1, 9), Mean(0, 1, 9)) is None


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(6, 2.447), (10, 2.228), (30, 2.042), (60, 2.000), (100, 1.984), (1e9, 1.960)]
)
def test_students_t(freedom: float, quantile: float) -> None:
    """As any table of it has it, such as NIST's e-Handbook, 1.3.6.7.2."""
    assert t_quantile(freedom) == pytest.approx(quantile, abs=6e-4)


def test_a_split_that_is_no_chance() -> None:
    """600 and 400 of 1,000 that were to be halves: p = 2.54e-10 (as the literature on sample ratio mismatch has it); 44,000 and
    45,000: 0.0008. At 20 % held out, (230 - 200)^2 (1/200 + 1/800) = 5.625: p = 0.0177 by a table of chi-squared."""
    assert mismatch(600, 400, 50) == pytest.approx(2.54e-10, rel=2e-3)
    assert mismatch(44_000, 45_000, 50) == pytest.approx(0.0008, abs=5e-5)
    assert mismatch(770, 230, 20) == pytest.approx(0.0177, abs=5e-5)
    assert mismatch(0, 0, 50) == 1
    assert mismatch(500, 500, 50) == 1


def test_what_a_size_can_see() -> None:
    """Cohen (1988), table 2.4.1: 64 in each group see half a standard deviation with 80 %; by the normal distribution 62.8."""
    assert smallest_effect(1, 64, 64) == pytest.approx(0.5, rel=0.012)
    assert smallest_effect(1, 393, 393) == pytest.approx(0.2, rel=0.002)
    assert people_for(100, 20) == 500
    assert split(500, 20) == (400, 100)
    assert (people_for(100, 30), split(people_for(100, 30), 30)[1]) == (334, 100)
