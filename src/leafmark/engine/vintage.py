"""Vintage rules: valid periods become disjoint spans of dates, and the gap to a period widens a factor's spread."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

from leafmark.methods.model import Vintage

# Contribution of an age gap to the squared GSD of a factor: pedigree matrix, temporal correlation.
# Frischknecht et al. 2007, ecoinvent report No. 1, table 7.2 (1.00, 1.03, 1.10, 1.20, 1.50).
_GAP_FACTORS: tuple[tuple[int, float], ...] = ((3, 1.00), (6, 1.03), (10, 1.10), (15, 1.20))
_GAP_FACTOR_BEYOND = 1.50

DAY_MIN, DAY_MAX = dt.date(1900, 1, 1), dt.date(2200, 1, 1)


@lru_cache(maxsize=65536)
def widened_sigma(gsd: float, gap_years: int) -> float:
    """ln GSD of a factor used `gap_years` outside its valid period (pedigree matrix, temporal correlation)."""
    extra = next((factor for years, factor in _GAP_FACTORS if gap_years <= years), _GAP_FACTOR_BEYOND)
    return math.hypot(math.log(gsd), math.log(extra) / 2)


@lru_cache(maxsize=65536)
def relative_sd(sigma: float) -> float:
    """Standard deviation over mean of a lognormal: sqrt(e^(sigma^2) - 1)."""
    return math.sqrt(math.expm1(sigma * sigma))


def _add_years(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


@dataclass(frozen=True)
class Span:
    """Dates [start, end) served by the row at `index`, `gap_years` outside its valid period."""

    start: dt.date
    end: dt.date
    index: int
    gap_years: int


@lru_cache(maxsize=65536)
def effective_spans(periods: tuple[tuple[dt.date, dt.date], ...], vintage: Vintage) -> tuple[Span, ...]:
    """Turn valid periods into disjoint spans under a vintage rule.

    Parameters
    ----------
    periods : pairs [valid_from, valid_to), any order.
    vintage : the method's rule.

    Returns
    -------
    Disjoint spans in order of time; `index` points into `periods`. Among equals the later `valid_from` wins.
    """
    reach = vintage.reach_years if vintage.rule != "exact" else 0
    marks: set[dt.date] = set()
    for start, end in periods:
        marks.update((start, end))
        marks.update(min(_add_years(end, year), DAY_MAX) for year in range(1, reach + 1) if end.year + year < 2200)
        if vintage.rule == "nearest":
            marks.update(max(_add_years(start, -year), DAY_MIN) for year in range(1, reach + 1))
    if vintage.rule == "nearest":
        ends, starts = sorted({end for _, end in periods}), sorted({start for start, _ in periods})
        marks.update(end + (start - end).days // 2 * dt.timedelta(1) for end in ends for start in starts if end < start)
    ordered = sorted(marks)
    spans: list[Span] = []
    for left, right in itertools.pairwise(ordered):
        best: tuple[tuple[int, int], int, int] | None = None
        for index, (start, end) in enumerate(periods):
            after = (left - end).days + 1 if left >= end else 0
            before = (start - left).days if left < start else 0
            if vintage.rule == "latest":
                if before or left >= _add_years(end, reach):
                    continue
                rank = (-start.toordinal(), 0)
            else:
                if (after and left >= _add_years(end, reach)) or (before and left < _add_years(start, -reach)):
                    continue
                rank = (max(before, after), -start.toordinal())
            years = _years_outside(left, start, end)
            if best is None or rank < best[0]:
                best = (rank, index, years)
        if best is not None:
            last = spans[-1] if spans else None
            if last and last.end == left and (last.index, last.gap_years) == best[1:]:
                spans[-1] = Span(last.start, right, best[1], best[2])
            else:
                spans.append(Span(left, right, best[1], best[2]))
    return tuple(spans)


def _years_outside(day: dt.date, start: dt.date, end: dt.date) -> int:
    """Whole years, rounded up, between a day and the period [start, end); 0 inside."""
    if start <= day < end:
        return 0
    years = 1
    if day >= end:
        while day >= _add_years(end, years):
            years += 1
    else:
        while day < _add_years(start, -years):
            years += 1
    return years


def intersect(
    layers: list[list[tuple[dt.date, dt.date, int, int]]],
) -> list[tuple[dt.date, dt.date, tuple[int, ...], tuple[int, ...]]]:
    """The spans in which every layer has one: (start, end, its index in each layer, its gap in years in each)."""
    result: list[tuple[dt.date, dt.date, tuple[int, ...], tuple[int, ...]]]
    result = [(start, end, (index,), (gap,)) for start, end, index, gap in layers[0]]
    for layer in layers[1:]:
        result = [
            (max(a, c), min(b, d), (*indices, index), (*gaps, gap))
            for a, b, indices, gaps in result
            for c, d, index, gap in layer
            if max(a, c) < min(b, d)
        ]
    return result


def minus(start: dt.date, end: dt.date, taken: list[tuple[dt.date, dt.date]]) -> list[tuple[dt.date, dt.date]]:
    """What is left of the dates [start, end) outside the spans `taken`."""
    left = [(start, end)]
    for a, b in taken:
        left = [piece for c, d in left for piece in ((c, min(d, a)), (max(c, b), d)) if piece[0] < piece[1]]
    return left
