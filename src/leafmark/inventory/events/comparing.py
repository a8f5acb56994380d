"""Variants of an event side by side: totals with their range, differences by paired draws, the distance at which two are even.

    difference      sum over entries of +-grams x error of the factor x error of the row's amount; the grams of the base count as negative
    at distance d   G(d) = fixed + T x d / d0,  T the grams of what goes with the distance at the event's own d0
    even at         d* = d0 x (fixed of the variant - fixed of the base) / (T of the base - T of the variant)

Each factor is drawn once, for both variants; the amount of a row once, for all factors over it, and it is the row's own. An amount without
`amount_gsd` is taken as given. Beyond d* the variant with less travel emits less, below it the other. Staff is counted in days and stands
beside the grams; fewer people are no emissions by themselves: their journeys, nights and meals are, and those have rows of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leafmark.engine.closing import total_range
from leafmark.engine.vintage import relative_sd
from leafmark.inventory.events.counting import Counted, Entry
from leafmark.inventory.events.tables import INVENTED, Activity

DRAWS: Final = 10_000
SEED: Final = 20_261_127
SURE: Final = 0.95
"""`lower` and `higher` are said only where this share of draws agrees (DESIGN: like with like)."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Span:
    """Micrograms with their 95 % range."""

    co2e_ug: int
    low_ug: int
    high_ug: int


@dataclass(frozen=True, slots=True)
class Staff:
    """People of a variant: heads and days; no emissions."""

    persons: float
    days: float
    roles: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class Even:
    """The distance at which a variant and the base are even, in km; None where no distance does it, with the reason in `why`.

    low_km, high_km : 95 % of the draws that have one; `share` : how many do.
    """

    km: float | None
    low_km: float | None
    high_km: float | None
    share: float
    why: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A variant less the base; `lower_share` of the draws have it below. None where one of the two is not complete.

    factors : the same with the factors' errors alone, every amount taken as given.
    """

    variant: str
    base: str
    span: Span
    lower_share: float
    even: Even | None
    factors: Span

    @property
    def relation(self) -> str:
        """`lower` or `higher` where 95 % of the draws agree."""
        if self.span.co2e_ug == self.span.low_ug == self.span.high_ug == 0:
            return "same"
        return "lower" if self.lower_share >= SURE else "higher" if self.lower_share <= 1 - SURE else "not told apart"


def span(entries: Iterable[Entry]) -> Span:
    """A sum with its range: errors add up within a factor and within a row's amount, variances between them.

    The variance of a row's amount, of relative standard deviation a over factors' parts v of relative standard deviation f, is
    a^2 (sum v)^2 + a^2 sum (v f)^2: the second is of both erring at once (Goodman 1960, the variance of a product).
    """
    groups: dict[str, list[int]] = {}
    rows: dict[str, tuple[float, dict[str, tuple[int, float]]]] = {}
    for each in entries:
        group = groups.setdefault(each.error, [0, 0, 0])
        group[0] += each.co2e_ug
        group[1] += round(each.co2e_ug * each.relative_sd)
        if each.amount_gsd > 1:
            parts = rows.setdefault(each.activity_id, (_relative_sd(each), {}))[1]
            ug, sd = parts.get(each.error, (0, 0.0))
            parts[each.error] = ug + each.co2e_ug, sd + each.co2e_ug * each.relative_sd
    for own, parts in rows.values():
        whole, both = sum(ug for ug, _ in parts.values()), sum(sd * sd for _, sd in parts.values())
        groups[next(iter(parts))][2] += round(own * own * (whole * whole + both))
    found = total_range({(number, False): group for number, group in enumerate(groups.values())})
    return Span(found["co2e_ug"], found["low_ug"], found["high_ug"])


def staff(activities: Sequence[Activity], variant: str) -> Staff:
    """People and days of a variant by role."""
    rows = [each for each in activities if each.variant == variant and each.kind == "crew"]
    roles = tuple((each.name, each.number("persons"), each.number("persons") * each.number("amount")) for each in rows)
    return Staff(sum(role[1] for role in roles), sum(role[2] for role in roles), roles)


def invented(activities: Sequence[Activity]) -> int:
    """Rows whose source says that their numbers are invented."""
    return sum(each.source.lower().startswith(INVENTED) for each in activities)


def differences(counted: Counted) -> dict[str, Difference | None]:
    """Every other variant less the base."""
    base = counted.event.base
    return {
        variant: _difference(counted, variant, base) if counted.complete(variant) and counted.complete(base) else None
        for variant in counted.event.variants if variant != base
    }  # fmt: skip


def _difference(counted: Counted, variant: str, base: str) -> Difference:
    errors, amounts = _errors(counted.entries), _amounts(counted.entries)
    net, moving = (
        _draws(counted.entries, variant, base, errors, amounts),
        _draws([each for each in counted.entries if each.with_distance], variant, base, errors, amounts),
    )
    alone = _draws(counted.entries, variant, base, errors, {}) if amounts else net
    total = counted.total_ug(variant) - counted.total_ug(base)
    share = float(np.count_nonzero(net < 0) + np.count_nonzero(net == 0) / 2) / DRAWS
    even = _even(counted, variant, base, net, moving)
    return Difference(variant, base, _within(net, total), share, even, _within(alone, total))


def _within(drawn: Floats, total_ug: int) -> Span:
    low, high = (int(each) for each in np.quantile(drawn, [0.025, 0.975]))
    return Span(total_ug, min(total_ug, low), max(total_ug, high))


def _relative_sd(entry: Entry) -> float:
    """Of the amount: a lognormal's standard deviation over its mean."""
    return relative_sd(math.log(entry.amount_gsd))


def _errors(entries: Iterable[Entry]) -> dict[str, Floats]:
    """Lognormal errors of mean 1, one draw for each factor; of one that comes with two spreads (its years differ) the wider counts."""
    widest: dict[str, float] = {}
    for each in entries:
        widest[each.error] = max(widest.get(each.error, 0.0), each.relative_sd)
    return _lognormal(widest, SEED)


def _amounts(entries: Iterable[Entry]) -> dict[str, Floats]:
    """Lognormal errors of mean 1, one draw for the amount of each row that has a spread."""
    return _lognormal({each.activity_id: _relative_sd(each) for each in entries if each.amount_gsd > 1}, SEED + 1)


def _lognormal(relative_sds: dict[str, float], seed: int) -> dict[str, Floats]:
    random = np.random.RandomState(seed)
    out = {}
    for name in sorted(relative_sds):
        s2 = np.log1p(relative_sds[name] ** 2)
        out[name] = np.asarray(np.exp(np.sqrt(s2) * random.standard_normal(DRAWS) - s2 / 2), np.float64)
    return out


def _draws(
    entries: Iterable[Entry], variant: str, base: str, errors: dict[str, Floats], amounts: dict[str, Floats]
) -> Floats:
    """Draws of the variant's micrograms less the base's; what two rows have in common meets before it is drawn."""
    net: dict[tuple[str, str], int] = {}
    for each in entries:
        if each.variant in (variant, base):
            place = each.error, each.activity_id if each.activity_id in amounts else ""
            net[place] = net.get(place, 0) + (each.co2e_ug if each.variant == variant else -each.co2e_ug)
    drawn = np.zeros(DRAWS)
    for (name, row), ug in sorted(net.items()):
        drawn += ug * errors[name] * amounts[row] if row else ug * errors[name]
    return drawn


def _even(counted: Counted, variant: str, base: str, net: Floats, moving: Floats) -> Even | None:
    distance = counted.event.distance_km
    if distance is None:
        return None
    going = {
        name: sum(each.co2e_ug for each in counted.entries if each.variant == name and each.with_distance)
        for name in (variant, base)
    }
    fixed = {name: counted.total_ug(name) - going[name] for name in (variant, base)}
    slope, gap = going[base] - going[variant], fixed[variant] - fixed[base]
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = distance * (net - moving) / -moving
    able = drawn[np.isfinite(drawn) & (drawn >= 0)]
    share = len(able) / DRAWS
    ends = [float(each) for each in np.quantile(able, [0.025, 0.975])] if len(able) else [None, None]
    if slope == 0:
        return Even(None, None, None, 0.0, "both travel alike: no distance changes which of the two emits less")
    km = distance * gap / slope
    if km < 0:
        better = variant if gap < 0 else base
        return Even(None, ends[0], ends[1], share, f"{better} emits less at any distance")
    further = variant if slope > 0 else base
    return Even(km, ends[0], ends[1], share, f"beyond it {further} emits less")
