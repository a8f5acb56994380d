"""A schedule of deferrable jobs: least grams, and a peak that is bounded, least, or has its price.

    before       every job as soon as it may
    carbon only  every job in its cheapest hours: the least grams there are, whatever peak that makes
    after        least grams with peak <= a bound | least peak with grams <= (1 + x) least | least grams + price x peak

Carbon alone puts all jobs into the same clean hours; so a wish about the peak belongs to every real schedule. Jobs that may be
interrupted make a linear program, solved exactly; with jobs that run through the answer comes with what no plan can go below (the
relaxation, or HiGHS' own bound), and is called proven where the two meet within `GAP`. The peak is the largest hourly mean of any region,
with the power that is taken anyway. All intensities are averages of their hour: what one more kWh causes (marginal) is another figure, and
a shift that is large for its grid changes what it counts on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

from leafmark.inventory.cloud_planning.columns import HOUR, Columns, columns
from leafmark.inventory.cloud_planning.highs import Answer, solve
from leafmark.inventory.cloud_planning.problem import ROUND, Problem, Run, steps_of
from leafmark.inventory.cloud_planning.searching import improved, placed
from leafmark.inventory.cloud_planning.tables import Grid, Job, NoPlanError, PlanningError, Real

GAP: Final = 1e-3
"""A plan within 0.1 % of what no plan can go below is called proven."""
SECONDS: Final = 0.5
"""Time HiGHS may take where jobs run through."""
SEARCH_S: Final = 0.4
"""About what a search of `ROUNDS` rounds takes; of a longer time the rest is HiGHS'."""
LADDER: Final = (1.01, 1.03, 1.06, 1.1, 1.15, 1.2, 1.3, 1.5, 2.0, 3.0)
"""Peaks tried, as multiples of the relaxation's."""
PRICED: Final = 2
"""Plans of the ladder that are looked at where a peak has its price."""
LADDER_ORDERS: Final = 5
LADDER_ROUNDS: Final = 150
KEPT: Final = 1e-6
"""kW (relative) by which a bound counts as kept: the arithmetic's own error."""


@dataclass(frozen=True)
class Scheduled:
    """A plan, and how good it is.

    `least_g` : grams of carbon only. `bound_g` : no plan with this wish emits less. `bound_kw` : no plan that keeps the grams has a lower
    peak (None where the peak was given). `proven` : the plan lies within `GAP` of its bound.
    """

    problem: Problem
    wish: str
    before: list[Run]
    carbon_only: list[Run]
    after: list[Run]
    least_g: float
    bound_g: float
    bound_kw: float | None
    gap: float
    proven: bool

    def grams(self, runs: Sequence[Run]) -> float:
        """Grams of a plan."""
        return sum(map(self.problem.grams, runs))

    def peak_kw(self, runs: Sequence[Run]) -> float:
        """The largest hourly mean of any region."""
        return peak_of(self.problem, runs)


def schedule(
    jobs: Sequence[Job], grid: Grid, peak_kw: float | Mapping[str, float] | None = None, within_percent: float | None = None,
    price_g_per_kw: float | None = None, seconds: float = SECONDS,
) -> Scheduled:  # fmt: skip
    """Schedule jobs; without a wish about the peak, by carbon only.

    Parameters
    ----------
    peak_kw : bound of each region's peak, or by region. within_percent : the least peak with at most that many per cent more grams than
    the least. price_g_per_kw : grams that a kW of the peak is worth. seconds : for HiGHS, where jobs run through.

    Raises
    ------
    NoPlanError : the bound cannot be kept: says which job and hour, and what bound would do. PlanningError : nothing to schedule, or more
    than one wish.
    """
    wishes = [each for each in (peak_kw, within_percent, price_g_per_kw) if each is not None]
    if len(wishes) > 1:
        raise PlanningError("peak: expected one of a bound in kW, a per cent of grams, or a price; found more")
    if any(isinstance(each, int | float) and not each >= 0 for each in wishes):
        raise PlanningError(f"peak: expected 0 or more, found {wishes[0]}")
    problem = Problem(jobs, grid)
    before = [problem.earliest(j) for j in range(len(problem.jobs))]
    least = [_known(problem.cheapest(j)) for j in range(len(problem.jobs))]
    least_g = sum(map(problem.grams, least))
    if not wishes:
        return _told(problem, "carbon only", before, least, least, least_g, least_g, None)
    made = columns(problem)
    start = _Start(problem, before, least)
    if peak_kw is not None:
        bound = _by_region(problem, peak_kw)
        after, bound_g = _bounded(problem, made, bound, start, seconds)
        text = ", ".join(f"{name} {kw:g} kW" for name, kw in zip(grid.regions, bound, strict=True))
        return _told(problem, f"peak at most {text}", before, least, after, least_g, bound_g, None, bound)
    if within_percent is not None:
        most_g = least_g * (1 + within_percent / 100)
        after, bound_g, bound_kw = _least_peak(problem, made, most_g, start, seconds)
        return _told(
            problem,
            f"least peak within {within_percent:g} % of the least grams",
            before,
            least,
            after,
            least_g,
            bound_g,
            bound_kw,
        )
    assert price_g_per_kw is not None
    after, bound_g = _priced(problem, made, price_g_per_kw, start, seconds)
    return _told(
        problem,
        f"a kW of the peak counted as {price_g_per_kw:g} g",
        before,
        least,
        after,
        least_g,
        bound_g,
        None,
        price=price_g_per_kw,
    )


@dataclass(frozen=True)
class _Start:
    problem: Problem
    before: list[Run]
    least: list[Run]

    def plans(self, bound: Real) -> list[list[Run]]:
        """Those of the two plans known at once that keep a bound."""
        return [runs for runs in (self.least, self.before) if _keeps(self.problem, runs, bound)]


def _known(run: Run | None) -> Run:
    assert run is not None, "a sound job has a place where nothing bounds it"
    return run


def _by_region(problem: Problem, peak_kw: float | Mapping[str, float]) -> Real:
    names = problem.grid.regions
    if not isinstance(peak_kw, Mapping):
        return np.full(len(names), float(peak_kw))
    unknown = [name for name in peak_kw if name not in names]
    if unknown or len(peak_kw) < len(names):
        raise PlanningError(f"peak: expected a bound for each of {', '.join(names)}, found {', '.join(peak_kw)}")
    return np.array([float(peak_kw[name]) for name in names])


def peak_of(problem: Problem, runs: Sequence[Run]) -> float:
    """The largest hourly mean kW of any region, what is taken anyway included."""
    return float(problem.load(runs).max())


def _keeps(problem: Problem, runs: Sequence[Run], bound: Real) -> bool:
    return bool((problem.load(runs).max(axis=1) <= bound * (1 + KEPT) + ROUND).all())


def _room(problem: Problem, bound: Real) -> Real:
    return bound[:, None] - problem.grid.base_kw


def _prices(problem: Problem, made: Columns, answer: Answer) -> Real:
    """g/kWh that the relaxation would pay for power in an hour: the duals of its rows."""
    return np.maximum(-answer.dual[made.power], 0).reshape(problem.cost.shape)


def _bounded(
    problem: Problem, made: Columns, bound: Real, start: _Start, seconds: float, first: list[Run] | None = None
) -> tuple[list[Run], float]:
    """Least grams under a bound by region: a plan, and what none can go below."""
    if _keeps(problem, start.least, bound):
        return start.least, sum(map(problem.grams, start.least))
    model = made.model(problem, bound)
    relaxed = solve(model, seconds, relaxed=True)
    if relaxed.value is None:
        raise _no_plan(problem, made, bound, proven=True)
    if not model.whole.any():
        return made.runs(problem, relaxed.value), relaxed.bound
    price, room = _prices(problem, made, relaxed), _room(problem, bound)
    plans = [runs for runs in (first, *start.plans(bound), placed(problem, room, price)) if runs is not None]
    best = min(plans, key=lambda runs: sum(map(problem.grams, runs)), default=None)
    if best is not None and _gap(problem, best, relaxed.bound) <= GAP:
        return best, relaxed.bound
    whole = solve(
        model,
        max(seconds - SEARCH_S, seconds / 2),
        gap=GAP / 2,
        start=None if best is None else made.values_of(problem, best),
    )
    bound_g = max(relaxed.bound, whole.bound if np.isfinite(whole.bound) else 0.0)
    if whole.value is not None and (best is None or whole.objective < sum(map(problem.grams, best))):
        best = made.runs(problem, whole.value)
    if best is None:
        raise _no_plan(problem, made, bound, proven=whole.infeasible)
    if _gap(problem, best, bound_g) > GAP:
        best = improved(problem, best, room, price)
    return best, bound_g


def _gap(problem: Problem, runs: Sequence[Run], bound_g: float) -> float:
    grams = sum(map(problem.grams, runs))
    return max(0.0, grams / bound_g - 1) if bound_g > 0 else 0.0 if grams <= ROUND else np.inf


def _same(problem: Problem, kw: float) -> Real:
    return np.full(len(problem.grid.regions), kw * (1 + ROUND))


def _least_peak(
    problem: Problem, made: Columns, most_g: float, start: _Start, seconds: float
) -> tuple[list[Run], float, float]:
    """The least peak with no more grams than that, then the least grams with that peak: a plan, its bound in grams, and that in kW."""
    model = made.model(problem, None, most_g=most_g * (1 + ROUND), peak_only=True)
    relaxed = solve(model, seconds, relaxed=True)
    lowest = max(relaxed.objective, _lowest(problem))
    if not model.whole.any():
        runs, bound_g = _bounded(problem, made, _same(problem, lowest), start, seconds)
        return runs, bound_g, lowest
    best = start.least
    for runs in _ladder(problem, made, lowest, peak_of(problem, best)):
        if sum(map(problem.grams, runs)) <= most_g:
            best = runs
            break
    if peak_of(problem, best) > lowest * (1 + GAP):
        value = np.append(made.values_of(problem, best), peak_of(problem, best))
        whole = solve(model, seconds / 2, gap=GAP / 2, start=value)
        lowest = max(lowest, whole.bound)
        if whole.value is not None and whole.objective < peak_of(problem, best):
            best = made.runs(problem, whole.value)
    runs, bound_g = _bounded(problem, made, _same(problem, peak_of(problem, best)), start, seconds / 2, best)
    return runs, bound_g, lowest


def _ladder(problem: Problem, made: Columns, lowest: float, highest: float) -> Iterator[list[Run]]:
    """Plans at rising peaks, from the relaxation's on, each placed by the prices of its own relaxation."""
    for step in LADDER:
        if lowest * step >= highest:
            return
        bound = _same(problem, lowest * step)
        relaxed = solve(made.model(problem, bound), 0.0, relaxed=True)
        if relaxed.value is None:
            continue
        room, price = _room(problem, bound), _prices(problem, made, relaxed)
        runs = placed(problem, room, price, LADDER_ORDERS)
        if runs is not None:
            yield improved(problem, runs, room, price, LADDER_ROUNDS)


def _priced(
    problem: Problem, made: Columns, price_g_per_kw: float, start: _Start, seconds: float
) -> tuple[list[Run], float]:
    """Least grams + price x peak: a plan, and what the sum of none can go below."""
    model = made.model(problem, None, price_g_per_kw)
    relaxed = solve(model, seconds, relaxed=True)
    assert relaxed.value is not None, "a peak that is free to rise has a plan"
    if not model.whole.any():
        return made.runs(problem, relaxed.value), relaxed.bound

    def worth(runs: Sequence[Run]) -> float:
        return sum(map(problem.grams, runs)) + price_g_per_kw * peak_of(problem, runs)

    rising = _ladder(problem, made, float(relaxed.value[-1]), peak_of(problem, start.least))
    best = min([start.least, start.before, *islice(rising, PRICED)], key=worth)
    value = np.append(made.values_of(problem, best), peak_of(problem, best))
    whole = solve(model, seconds / 2, gap=GAP / 2, start=value)
    if whole.value is not None and whole.objective < worth(best):
        best = made.runs(problem, whole.value)
    return best, max(relaxed.bound, whole.bound)


def _no_plan(problem: Problem, made: Columns, bound: Real, proven: bool) -> NoPlanError:
    """Where a bound is tightest, what every plan needs, and a bound that does."""
    model = made.model(problem, None, peak_only=True)
    relaxed = solve(model, SECONDS, relaxed=True)
    assert relaxed.value is not None, "a peak that is free to rise has a plan"
    place, hour = divmod(int(np.argmax(np.abs(relaxed.dual[made.power]))), len(problem.grid.hours))
    there = np.array([_kw_there(made, n, place, hour, problem) * relaxed.value[n] for n in range(len(made.kind))])
    j = int(made.job[int(there.argmax())])
    others = len({int(made.job[n]) for n in np.flatnonzero(there > ROUND)}) - 1
    needed = max(relaxed.objective, _lowest(problem))
    if needed > relaxed.objective * (1 + KEPT):  # a single job, or what is taken anyway, is past the bound
        j = max(_rigid(problem), key=lambda each: problem.jobs[each].power_kw, default=j)
        run = _known(problem.cheapest(j))
        place, hour, others = run.region, run.first, 0
    needed, enough = _enough(problem, made, needed)
    region, at, job = problem.grid.regions[place], problem.grid.hours[hour], problem.jobs[j].job_id
    asked = ", ".join(f"{kw:g}" for kw in sorted(set(bound.tolist())))
    more = f" and {others} more have" if others > 0 else " has"
    would = f"a bound of {np.ceil(enough * 10 - KEPT) / 10:g} kW would do" + (
        " (a lower one may)" if enough > needed * (1 + KEPT) else ""
    )
    why = (
        "no plan keeps it"
        if proven
        else f"no plan was found in the time given; every plan needs {needed:.1f} kW at least"
    )
    return NoPlanError(
        f"peak of {asked} kW: {why}. It is tightest at {at} UTC in {region}, where job {job!r}{more} to run; {would}, or a later `latest`",
        job, at, region, needed, enough,
    )  # fmt: skip


def _rigid(problem: Problem) -> list[int]:
    return [j for j, job in enumerate(problem.jobs) if not job.interruptible]


def _lowest(problem: Problem) -> float:
    """A peak that no plan goes below: what is taken anyway, and the power of any job that runs through for an hour at least."""
    own = [float(problem.profile(j).max()) for j in _rigid(problem)]
    return max([float(problem.grid.base_kw.max()), *own])


def _kw_there(made: Columns, n: int, place: int, hour: int, problem: Problem) -> float:
    hit = np.flatnonzero(made.rows[n] == made.power.start + place * len(problem.grid.hours) + hour)
    return float(made.values[n][hit[0]]) if len(hit) else 0.0


def _enough(problem: Problem, made: Columns, needed: float) -> tuple[float, float]:
    """What every plan's peak needs at least, and a peak that a plan was found for."""
    if not (made.kind != HOUR).any():
        return needed, needed
    early = [problem.earliest(j) for j in range(len(problem.jobs))]
    found = next(_ladder(problem, made, needed, peak_of(problem, early)), early)
    value = np.append(made.values_of(problem, found), peak_of(problem, found))
    whole = solve(made.model(problem, None, peak_only=True), SECONDS / 2, start=value)
    return max(needed, whole.bound), min(peak_of(problem, found), whole.objective)


def _told(
    problem: Problem, wish: str, before: list[Run], least: list[Run], after: list[Run], least_g: float, bound_g: float,
    bound_kw: float | None, peak: Real | None = None, price: float = 0.0,
) -> Scheduled:  # fmt: skip
    """The result, once every job of the plan is whole, in its window, and under the peak: checked again from the runs alone."""
    check(problem, after, peak)
    grams = sum(map(problem.grams, after))
    reached = grams + price * peak_of(problem, after)
    gap = max(0.0, reached / bound_g - 1) if bound_g > 0 else 0.0
    if bound_kw:
        gap = max(gap, peak_of(problem, after) / bound_kw - 1)
    return Scheduled(problem, wish, before, least, after, least_g, bound_g, bound_kw, gap, gap <= GAP)


def check(problem: Problem, runs: Sequence[Run], peak: Real | None = None) -> None:
    """Hold a plan to what was asked, from the runs alone.

    Raises
    ------
    AssertionError : a job is not whole, outside its window, torn apart, where no intensity is known, or the peak is not kept.
    """
    assert len(runs) == len(problem.jobs), "a job is missing"
    for j, (job, run) in enumerate(zip(problem.jobs, runs, strict=True)):
        used = np.flatnonzero(run.kw > ROUND) + run.first
        assert abs(run.kw.sum() - job.kwh) <= 1e-6 * job.kwh, f"{job.job_id}: {run.kw.sum()} of {job.kwh} kWh"
        assert used[0] >= problem.first[j], f"{job.job_id} starts too early"
        assert used[-1] < problem.last[j], f"{job.job_id} ends too late"
        assert run.kw.max() <= job.power_kw * (1 + KEPT), f"{job.job_id} takes more than its power"
        assert run.region in problem.regions[j], f"{job.job_id} is where it may not be"
        assert problem.known[run.region, used].all(), f"{job.job_id} runs where no intensity is known"
        assert job.interruptible or (len(run.kw) == steps_of(job) and np.allclose(run.kw[:-1], job.power_kw)), (
            f"{job.job_id} was torn apart"
        )
    assert peak is None or _keeps(problem, runs, peak), "the peak is not kept"
