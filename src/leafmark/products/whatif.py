"""What a change to a product does to its figure: the difference with its range, and whether it is surely lower.

    difference = sum over lines and factors of (grams after - grams before) x error of the factor x error of the line's amount

The range comes from paired draws, since a lognormal holds no negative: a factor is drawn once, for both figures and all their lines,
and so is what a line's own amount is unsure of. What is the same before and after drops out before anything is drawn; where a factor's
grams only fall, the product is lower whatever the factor is. Errors are lognormal with mean 1, as in the engine.

The draws come from NumPy's frozen generator (`RandomState`, whose stream never changes) with one seed, so a difference is the same on
every replay. The figures themselves are the engine's; nothing here multiplies an amount by a factor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from .footprint import SURE

DRAWS: Final = 10_000
"""A probability of 95 % is then known to 0.2 points (one standard error)."""
SEED: Final = 20_261_126

Floats = npt.NDArray[np.float64]


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
    """The difference of two figures of one product, each factor and each line's amount drawn once.

    Of one factor or line that comes with two spreads (its years differ), the wider counts.
    """
    net: dict[tuple[str, str], int] = {}
    factor_sd: dict[str, float] = {}
    own_sd: dict[str, float] = {}
    for sign, lines in ((-1, before), (1, after)):
        for line in lines:
            place = line.name, line.factors
            net[place] = net.get(place, 0) + sign * line.co2e_ug
            factor_sd[line.factors] = max(factor_sd.get(line.factors, 0.0), line.factor_sd)
            own_sd[line.name] = max(own_sd.get(line.name, 0.0), line.own_sd)
    parts = {place: ug for place, ug in sorted(net.items()) if ug}
    total = sum(parts.values())
    if not parts:
        return Difference(0, 0, 0, 0.5)
    drawn = _drawn(parts, factor_sd, own_sd)
    low, high = (int(each) for each in np.quantile(drawn, [0.025, 0.975]))
    lower = float(np.count_nonzero(drawn < 0) + np.count_nonzero(drawn == 0) / 2) / DRAWS
    return Difference(total, min(total, low), max(total, high), lower)


def _drawn(parts: dict[tuple[str, str], int], factor_sd: dict[str, float], own_sd: dict[str, float]) -> Floats:
    """`DRAWS` draws of the sum of all parts."""
    random = np.random.RandomState(SEED)
    by_factor = {name: _errors(random, factor_sd[name]) for name in sorted({factors for _, factors in parts})}
    by_line = {name: _errors(random, own_sd[name]) for name in sorted({line for line, _ in parts}) if own_sd[name]}
    drawn = np.zeros(DRAWS)
    for (line, factors), ug in parts.items():
        part = float(ug) * by_factor[factors]
        drawn += part * by_line[line] if line in by_line else part
    return drawn


def _errors(random: np.random.RandomState, relative_sd: float) -> Floats:
    """Lognormal errors of mean 1 with this relative standard deviation."""
    s2 = np.log1p(relative_sd * relative_sd)
    return np.asarray(np.exp(np.sqrt(s2) * random.standard_normal(DRAWS) - s2 / 2), np.float64)
