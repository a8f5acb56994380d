"""The program of a schedule: a column for each hour or start a job may take, a row for each job and for each hour's power.

    interruptible    u[j, r, t] in [0, 1]: share of the hour at the job's power     sum over t of u = hours (x z[j, r], if regions are to choose)
    runs through     y[j, r, s] in {0, 1}: starts at s                              sum over r, s of y = 1
    power            base[r, t] + sum of kW <= bound[r], or <= P where P is a column
    grams            sum of cost <= most, where they are bounded and the peak is what is made least

Without jobs that run through this is a linear program: a transport problem of kWh to hours. With them it is the time-indexed form (Sousa
and Wolsey, Mathematical Programming 54, 1992), whose relaxation is tight; a start's cost comes from prefix sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leafmark.inventory.cloud_planning.highs import Model
from leafmark.inventory.cloud_planning.problem import Problem, Run, steps_of
from leafmark.inventory.cloud_planning.tables import Real, Whole

HOUR, START, REGION, PEAK = range(4)


@dataclass(frozen=True)
class Columns:
    """Columns of a schedule: what each is (`kind`), whose, where and when; `entries` of each with the rows."""

    kind: Whole
    job: Whole
    region: Whole
    at: Whole
    cost: Real
    rows: list[Whole]
    values: list[Real]
    low: Real
    high: Real
    power: slice

    def model(
        self,
        problem: Problem,
        bound_kw: Real | None,
        price_g_per_kw: float = 0.0,
        most_g: float | None = None,
        peak_only: bool = False,
    ) -> Model:
        """The program with a bound for each region, or with the peak as a column (`bound_kw` None) that costs `price_g_per_kw`.

        most_g : no more grams than that. peak_only : the grams themselves cost nothing.
        """
        base, rows, values = problem.grid.base_kw.ravel(), list(self.rows), list(self.values)
        low, high = self.low.copy(), self.high.copy()
        cost = np.zeros(len(self.cost)) if peak_only else self.cost
        whole = self.kind != HOUR
        upper = np.ones(len(cost))
        if bound_kw is not None:
            high[self.power] = np.repeat(bound_kw, len(problem.grid.hours)) - base
        else:
            high[self.power] = -base
            rows.append(np.arange(self.power.start, self.power.stop))
            values.append(np.full(len(base), -1.0))
            cost = np.append(cost, 1.0 if peak_only else price_g_per_kw)
            upper, whole = np.append(upper, np.inf), np.append(whole, False)
        if most_g is not None:
            for n in np.flatnonzero(self.cost):
                rows[n], values[n] = np.append(rows[n], len(low)), np.append(values[n], self.cost[n])
            low, high = np.append(low, -np.inf), np.append(high, most_g)
        start = np.concatenate([[0], np.cumsum([len(each) for each in rows])])
        return Model(
            cost, np.zeros(len(cost)), upper, whole, start, np.concatenate(rows), np.concatenate(values), low, high
        )

    def runs(self, problem: Problem, value: Real) -> list[Run]:
        """The plan of a solution in which starts and regions are whole."""
        out: list[Run | None] = [None] * len(problem.jobs)
        for n in np.flatnonzero((self.kind == START) & (value[: len(self.kind)] > 0.5)):
            j = int(self.job[n])
            out[j] = Run(int(self.region[n]), int(self.at[n]), problem.profile(j))
        for j, run in enumerate(out):
            if run is None:
                out[j] = self._hours(problem, j, value)
        return [run for run in out if run is not None]

    def _hours(self, problem: Problem, j: int, value: Real) -> Run:
        own = np.flatnonzero((self.kind == HOUR) & (self.job == j))
        places = np.array(problem.regions[j])
        most = int(places[np.argmax([value[own[self.region[own] == place]].sum() for place in places])])
        own = own[self.region[own] == most]
        kw = np.zeros(problem.last[j] - problem.first[j])
        kw[self.at[own] - problem.first[j]] = np.clip(value[own], 0, 1)
        return Run(most, problem.first[j], kw * (problem.jobs[j].kwh / kw.sum()))

    def values_of(self, problem: Problem, runs: list[Run]) -> Real:
        """A plan as a solution, for a program to begin with; a column for the peak is not in it."""
        out = np.zeros(len(self.kind))
        for n, kind in enumerate(self.kind.tolist()):
            run = runs[self.job[n]]
            if self.region[n] != run.region:
                continue
            if kind == START:
                out[n] = self.at[n] == run.first
            elif kind == HOUR:
                at = int(self.at[n]) - run.first
                out[n] = run.kw[at] / problem.jobs[self.job[n]].power_kw if 0 <= at < len(run.kw) else 0.0
            else:
                out[n] = 1.0
        return out


def columns(problem: Problem) -> Columns:
    """The columns of all jobs."""
    hours, count = len(problem.grid.hours), len(problem.jobs)
    links = {
        (j, place): count + n
        for n, (j, place) in enumerate(
            (j, place)
            for j, job in enumerate(problem.jobs)
            if job.interruptible and len(problem.regions[j]) > 1
            for place in problem.regions[j]
        )
    }
    power = count + len(links)
    parts: list[tuple[int, int, int, int, float]] = []
    rows: list[Whole] = []
    values: list[Real] = []
    low = np.full(power + len(problem.grid.regions) * hours, -np.inf)
    high = np.full(len(low), np.inf)
    for j, job in enumerate(problem.jobs):
        low[j] = high[j] = job.hours if job.interruptible and (j, problem.regions[j][0]) not in links else 1.0
        for place in problem.regions[j]:
            link, above = links.get((j, place)), power + place * hours
            if not job.interruptible:
                profile, grams = problem.profile(j), problem.starts(j, place)
                steps = np.arange(steps_of(job))
                for n in np.flatnonzero(np.isfinite(grams)):
                    parts.append((START, j, place, problem.first[j] + int(n), float(grams[n])))
                    rows.append(np.concatenate([[j], above + problem.first[j] + n + steps]))
                    values.append(np.concatenate([[1.0], profile]))
                continue
            for t in problem.first[j] + np.flatnonzero(problem.known[place, problem.first[j] : problem.last[j]]):
                parts.append((HOUR, j, place, int(t), job.power_kw * float(problem.cost[place, t])))
                rows.append(np.array([j if link is None else link, above + t]))
                values.append(np.array([1.0, job.power_kw]))
            if link is not None:
                low[link] = high[link] = 0.0
                parts.append((REGION, j, place, 0, 0.0))
                rows.append(np.array([j, link]))
                values.append(np.array([1.0, -job.hours]))
    kind, of_job, region, at, cost = (np.array(each) for each in zip(*parts, strict=True))
    return Columns(kind, of_job, region, at, cost.astype(np.float64), rows, values, low, high, slice(power, len(low)))
