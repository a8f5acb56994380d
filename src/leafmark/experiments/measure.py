"""One arm's people measured, and the difference of two arms with its 95 % range.

The people of an arm were put there by chance and independently; their choices were not, for one person's choices hang together.

by person   m = mean of u_i, with u_i = x_i / y_i (what person i's y_i choices came to, by choice);  var(m) = s^2(u) / n.
            Welch (1947): difference of m, its variance the sum of both, t of Satterthwaite's degrees of freedom.
by choice   r = sum x_i / sum y_i;  var(r) = sum (x_i - r y_i)^2 / (n (n - 1) mean(y)^2), the delta method over persons
            (Deng, Knoblich and Lu, KDD 2018, doi:10.1145/3219819.3219919, section 3.1; Cochran, Sampling Techniques, 6.3).
relative    m_L / m_H - 1;  variance var(m_L) / m_H^2 + m_L^2 var(m_H) / m_H^4, the delta method.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from leafmark.experiments.tally import Row

SURE: Final = 0.975
"""95 % between both ends."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean, the variance of that mean, and its degrees of freedom."""

    value: float
    variance: float
    freedom: float


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % range."""

    estimate: float
    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        """Whether it cannot be told apart from nothing."""
        return self.low <= 0 <= self.high


def chose(rows: Iterable[Row]) -> list[Row]:
    """Rows of people who chose something that counts."""
    return [row for row in rows if row.choices]


def by_person(rows: Sequence[Row]) -> Mean:
    """The mean over people of each one's own mean. `rows` hold two people or more, all of whom chose something."""
    people = sum(row.units for row in rows)
    value = math.fsum(row.units * row.amount / row.choices for row in rows) / people
    spread = math.fsum(row.units * (row.amount / row.choices - value) ** 2 for row in rows) / (people - 1)
    return Mean(value, spread / people, people - 1)


def by_choice(rows: Sequence[Row]) -> Mean:
    """The mean over choices, with the variance that follows from people. `rows` as in `by_person`."""
    people = sum(row.units for row in rows)
    choices = sum(row.units * row.choices for row in rows)
    value = sum(row.units * row.amount for row in rows) / choices
    spread = math.fsum(row.units * (row.amount - value * row.choices) ** 2 for row in rows) / (people - 1)
    return Mean(value, spread / people / (choices / people) ** 2, people - 1)


def around(mean: Mean) -> Interval:
    """A mean with its range."""
    reach = t_quantile(mean.freedom) * math.sqrt(mean.variance)
    return Interval(mean.value, mean.value - reach, mean.value + reach)


def difference(label: Mean, holdout: Mean) -> Interval:
    """With labels less without; the variance of one of them is above 0."""
    variance = label.variance + holdout.variance
    return around(Mean(label.value - holdout.value, variance, _satterthwaite(label, holdout)))


def relative(label: Mean, holdout: Mean) -> Interval | None:
    """The difference as a share of what is chosen without labels; None where that is 0."""
    if holdout.value <= 0:
        return None
    variance = label.variance / holdout.value**2 + label.value**2 * holdout.variance / holdout.value**4
    return around(Mean(label.value / holdout.value - 1, variance, _satterthwaite(label, holdout)))


def _satterthwaite(one: Mean, other: Mean) -> float:
    whole = (one.variance + other.variance) ** 2
    return whole / (one.variance**2 / one.freedom + other.variance**2 / other.freedom)


def t_quantile(freedom: float) -> float:
    """Student's t at 97.5 %, by the expansion of Abramowitz and Stegun, 26.7.5: to four digits from 6 degrees of freedom on."""
    z = NormalDist().inv_cdf(SURE)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92_160 * freedom**4)
    )


def mismatch(label: int, holdout: int, held_out: int) -> float:
    """How likely so uneven a split, or one more so, is by chance: Pearson's chi-squared with one degree of freedom.

    Parameters
    ----------
    label, holdout : people who were put into each arm. held_out : per cent that were to be held out.
    """
    people = label + holdout
    if not people:
        return 1.0
    expected = people * held_out / 100
    squared = (holdout - expected) ** 2 * (1 / expected + 1 / (people - expected))
    return math.erfc(math.sqrt(squared / 2))
