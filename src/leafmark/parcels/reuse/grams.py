"""Grams per use, of a box used again and of the single use it stands in for; and how many uses make them even.

    reusable = (m_r x EF_r + end of life) / E  +  way back + cleaning + repair          (a use; E uses of one box)
    single   =  m_s x EF_s + end of life
    even at    n = ceil( (m_r x EF_r + end of life) / (single - way back - cleaning - repair) )

The way back and the cleaning are counted at every use, also at the one after which a box stays away: so the figure is the act's
(`packaging.reuse`) and errs against reuse. Each line is rounded once to whole micrograms, and totals are their sums. Ranges: a
line's spread is its factor's; one factor's error is the same wherever it is used, on both sides; the spread of E is that of the return
rate. Single use by moment matching, as the engine's; a use of the box, the difference and the break-even by paired draws, since few returns seen make
1 / E anything but lognormal, and a lognormal holds no negative.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from leafmark.engine.closing import lognormal_range
from leafmark.parcels.reuse.pricing import Price
from leafmark.parcels.reuse.uses import ReturnRate, expected_use_count

DRAWS: Final = 4_000
_SEED: Final = 20261127
_SAME: Final = 1 + 1e-9
"""Below this ratio two figures are one: a rate of 0.95 is no double, and 20 uses are 1 / (1 - 0.95)."""
SURE: Final = 0.95
"""`lower` and `higher` are said only where this share of draws agrees (DESIGN: like with like)."""

NEVER: Final[dict[str, str]] = {
    "marginal_not_below": "way back, cleaning and repair of one use already emit as much as single use, or more",
    "past_cap": "it would take more uses than one box can have",
    "past_reach": "it would take more uses than the return rate can ever reach, 1 / (1 - q)",
    "past_expected": "with this return rate and this cap an average box sees fewer uses than it takes",
}
"""Why reuse never pays -> in words."""


@dataclass(frozen=True)
class Line:
    """One part of the grams of a use. `once`: of the whole box, spread over its uses; else of every use."""

    name: str
    side: str
    """`reusable` or `single_use`."""
    once: bool
    amount: float
    price: Price

    @property
    def co2e_ug(self) -> int:
        """Micrograms of the amount, rounded once; of the whole box where it is spread."""
        return round(self.amount * self.price.ug_per_unit)

    def per_use_ug(self, use_count: float) -> int:
        """Micrograms a use."""
        return round(self.amount / use_count * self.price.ug_per_unit) if self.once else self.co2e_ug


@dataclass(frozen=True)
class BreakEven:
    """The least number of uses at which reuse emits no more than single use, or why it never does.

    `use_count` is that number even where a cap or the return rate keeps a box from reaching it; None only where no number
    would do. `use_count_exact` is it before rounding up.
    """

    use_count: int | None
    use_count_exact: float | None
    never: str | None


def break_even(
    making_ug: float, each_use_ug: float, single_use_ug: float, use_cap: int | None = None, return_rate: float | None = None
) -> BreakEven:  # fmt: skip
    """Uses at which `making / n + each use <= single use`.

    Parameters
    ----------
    making_ug : of the box, once, its end of life with it. each_use_ug : way back, cleaning, repair. single_use_ug : a use. Any one unit.
    return_rate : chance of coming back fit; None: not known, and no reason is taken from it.
    """
    gap = single_use_ug - each_use_ug
    if gap < 0 or (gap == 0 and making_ug > 0):
        return BreakEven(None, None, "marginal_not_below")
    exact = making_ug / gap if making_ug > 0 else 0.0
    if not math.isfinite(exact) or exact > 1e15:
        return BreakEven(None, None, "marginal_not_below")
    count = max(1, math.ceil(exact))
    if count > 1 and making_ug <= gap * (count - 1):  # the division was rounded up past a whole number
        count -= 1
    never = None
    if use_cap is not None and count > use_cap:
        never = "past_cap"
    elif return_rate is not None and return_rate < 1 and making_ug * (1 - return_rate) > gap * _SAME:
        never = "past_reach"
    elif (
        return_rate is not None
        and use_cap is not None
        and expected_use_count(return_rate, use_cap) * gap * _SAME < making_ug
    ):
        never = "past_expected"
    return BreakEven(count, exact, never)


@dataclass(frozen=True)
class Span:
    """A figure in micrograms with its 95 % range."""

    co2e_ug: int
    low_ug: int
    high_ug: int


@dataclass(frozen=True)
class Compared:
    """Both sides of one use and their difference (single use less reusable: above zero is avoided), with what is told apart.

    `lower_share` : of the draws, how many have reuse at or below single use. `break_even_low`, `break_even_high` : 95 % of the draws of
    the number of uses; None: never. `verdict` : `lower`, `higher` or `not_told_apart`, of reuse against single use.
    """

    reusable: Span
    single_use: Span
    avoided: Span
    lower_share: float
    break_even_low: int | None
    break_even_high: int | None
    verdict: str


def total_ug(lines: Sequence[Line], side: str, use_count: float) -> int:
    """Micrograms a use of one side: the sum of its lines, each rounded once."""
    return sum(line.per_use_ug(use_count) for line in lines if line.side == side)


def compare(
    lines: Sequence[Line], use_count: float, rate: ReturnRate | None, fit_rate: float, use_cap: int | None
) -> Compared:
    """Hold both sides of a use beside each other, with ranges.

    Parameters
    ----------
    use_count : expected uses, E. rate : whose range is that of E; None, or given rather than measured: E has no range.
    """
    draws = np.random.default_rng(_SEED)
    uses = _drawn_uses(draws, use_count, rate, fit_rate, use_cap)
    error = {
        price.factor: _drawn(draws, price.rel_sd)
        for price in {line.price.factor: line.price for line in lines}.values()
    }
    made, each, single = (np.zeros(DRAWS) for _ in range(3))
    for line in lines:
        drawn = line.co2e_ug * error[line.price.factor]
        if line.side == "single_use":
            single += drawn
        elif line.once:
            made += drawn
        else:
            each += drawn
    used = made / uses + each
    gap = single - each
    with np.errstate(divide="ignore", invalid="ignore"):
        even = np.where(gap > 0, np.maximum(1, np.ceil(made / gap / _SAME)), np.inf)
    low, high = np.quantile(even, [0.025, 0.975], method="nearest")
    reusable = _drawn_span(total_ug(lines, "reusable", use_count), used)
    avoided = total_ug(lines, "single_use", use_count) - reusable.co2e_ug
    share = float((single >= used).mean())
    return Compared(
        reusable, _single_use_span(lines), _drawn_span(avoided, single - used), share,
        int(low) if math.isfinite(low) else None, int(high) if math.isfinite(high) else None,
        "lower" if share >= SURE else "higher" if share <= 1 - SURE else "not_told_apart",
    )  # fmt: skip


def _drawn_span(co2e_ug: int, drawn: np.ndarray) -> Span:
    """A figure with the middle 95 % of its draws, which hold it."""
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Span(co2e_ug, min(co2e_ug, math.floor(low)), max(co2e_ug, math.ceil(high)))


def _single_use_span(lines: Sequence[Line]) -> Span:
    """Single use and its range: errors of one factor add up before they are squared."""
    by_factor: dict[str, float] = {}
    for line in lines:
        if line.side == "single_use":
            by_factor[line.price.factor] = by_factor.get(line.price.factor, 0.0) + line.co2e_ug * line.price.rel_sd
    total = sum(line.co2e_ug for line in lines if line.side == "single_use")
    return Span(total, *lognormal_range(total, sum(sd * sd for sd in by_factor.values())))


def _drawn(draws: np.random.Generator, rel_sd: float) -> np.ndarray:
    """Lognormal draws of mean 1."""
    sigma = math.sqrt(math.log1p(rel_sd * rel_sd))
    return np.asarray(np.exp(sigma * draws.standard_normal(DRAWS) - sigma * sigma / 2))


def _drawn_uses(
    draws: np.random.Generator, use_count: float, rate: ReturnRate | None, fit_rate: float, use_cap: int | None
) -> np.ndarray:
    """Expected uses for drawn return rates: Jeffreys' posterior of the cases the rate is worth."""
    if rate is None or rate.worth is None:
        return np.full(DRAWS, use_count)
    back = rate.rate * rate.worth
    drawn = np.minimum(draws.beta(back + 0.5, rate.worth - back + 0.5, DRAWS), 1 - 1e-9) * fit_rate
    return np.asarray([expected_use_count(float(one), use_cap) for one in drawn])
