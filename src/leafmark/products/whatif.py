"""What a change to a product does to its figure: the difference with its range, and whether it is surely lower.

    difference = sum over factors of (amount after - amount before) x factor + what the amounts themselves are unsure of

A factor is drawn once, for both: what is the same before and after drops out, and what is left of a factor rises or falls as a
whole. The rises and the falls are two sums of lognormals without a common factor, each taken as the lognormal of its mean and
variance (Fenton 1960), as the engine does. So P(after < before) = Phi((ln-mean of falls - ln-mean of rises) / their joint
spread); with rises alone or falls alone it is 0 or 1, whatever the factors are. The range of the difference comes from paired draws,
since a lognormal holds no negative.

The figures themselves are the engine's; nothing here multiplies an amount by a factor.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from leafmark.engine.closing import lognormal_range

from .draws import DRAWS, normals
from .footprint import SURE


@dataclass(frozen=True, slots=True)
class LineResult:
    """One line's entry: signed micrograms CO2e, and the relative standard deviations of its factor and of its own amount.

    name : the line, the same before and after, so that its amount's error is drawn once. factors : the recipe it met.
    """

    name: str
    factors: str
    co2e_ug: int
    factor_sd: float
    own_sd: float = 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """After minus before in micrograms CO2e, its 95 % range, and P(after < before)."""

    co2e_ug: int
    low_ug: int
    high_ug: int
    probability_lower: float

    @property
    def relation(self) -> Literal["same", "lower", "higher", "unsure"]:
        """`lower` and `higher` only where that is at least 95 % sure."""
        if self.co2e_ug == self.low_ug == self.high_ug == 0:
            return "same"
        if self.co2e_ug < 0 and self.probability_lower >= SURE:
            return "lower"
        return "higher" if self.co2e_ug > 0 and self.probability_lower <= 1 - SURE else "unsure"


def difference(before: Iterable[LineResult], after: Iterable[LineResult]) -> Difference:
    """The difference of two figures of one product, factors and unchanged amounts drawn once."""
    by_factor: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    by_line: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    total = 0
    for sign, lines in ((-1, before), (1, after)):
        for line in lines:
            total += sign * line.co2e_ug
            for group, name, sd in ((by_factor, line.factors, line.factor_sd), (by_line, line.name, line.own_sd)):
                group[name][0] += sign * line.co2e_ug
                group[name][1] += sign * line.co2e_ug * sd
    rises, falls = _sides(by_factor, by_line)
    low, high, lower = _range(*rises, *falls)
    return Difference(total, min(total, low), max(total, high), lower)


Side = tuple[float, float]
"""Mean and variance of what rises, or of what falls; both above 0 or 0."""


def _sides(by_factor: dict[str, list[float]], by_line: dict[str, list[float]]) -> tuple[Side, Side]:
    means, variances = [0.0, 0.0], [0.0, 0.0]
    for net, sd in by_factor.values():
        means[net < 0] += abs(net)
        variances[net < 0] += sd * sd
    for net, sd in by_line.values():
        variances[net < 0] += sd * sd
    for side in (0, 1):
        if not means[side]:  # a side with no mean has no lognormal: its errors count with the other
            variances[1 - side] += variances[side]
    return (means[0], variances[0]), (means[1], variances[1])


def _range(rise: float, rise_var: float, fall: float, fall_var: float) -> tuple[int, int, float]:
    """(low, high, P(difference < 0))."""
    if not rise and not fall:
        return 0, 0, 0.5
    if not fall:
        return *lognormal_range(round(rise), rise_var), 0.0
    if not rise:
        low, high = lognormal_range(round(fall), fall_var)
        return -high, -low, 1.0
    (up, up_s), (down, down_s) = _logs(rise, rise_var), _logs(fall, fall_var)
    spread = math.hypot(up_s, down_s)
    lower = NormalDist().cdf((down - up) / spread) if spread else float(rise < fall)
    drawn = sorted(math.exp(up + up_s * one) - math.exp(down + down_s * other) for one, other in normals(2))
    return math.floor(drawn[round(DRAWS * 0.025)]), math.ceil(drawn[round(DRAWS * 0.975) - 1]), lower


def _logs(mean: float, variance: float) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of the lognormal with this mean and variance."""
    s2 = math.log1p(variance / (mean * mean))
    return math.log(mean) - s2 / 2, math.sqrt(s2)
