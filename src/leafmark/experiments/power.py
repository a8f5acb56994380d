"""What a planned size can see: known before the start, so that nobody waits a month for an answer that cannot come."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

POWER: Final = 0.8
"""How often an effect of the stated size is seen, where there is one: four times of five."""
_NORMAL: Final = NormalDist()


def smallest_effect(spread: float, label: int, holdout: int, power: float = POWER) -> float:
    """The smallest difference that so many people see with this power, at 95 %, two-sided.

    (z_0.975 + z_power) * spread * sqrt(1 / n_label + 1 / n_holdout): Cohen, Statistical Power Analysis (1988), 2.4, by the normal
    distribution. `spread`: the standard deviation between people of what is measured.
    """
    z = _NORMAL.inv_cdf(0.975) + _NORMAL.inv_cdf(power)
    return z * spread * math.sqrt(1 / label + 1 / holdout)


def people_for(least_units: int, held_out: int) -> int:
    """How many people must choose something, so that the smaller arm comes to its least number."""
    return math.ceil(least_units * 100 / min(held_out, 100 - held_out))


def split(people: int, held_out: int) -> tuple[int, int]:
    """How many of them see labels, and how many do not, on average."""
    holdout = round(people * held_out / 100)
    return people - holdout, holdout
