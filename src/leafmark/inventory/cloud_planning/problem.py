"""Jobs on a grid as arrays, and the best place of a single job: what every way of scheduling is made of.

A job that runs through takes its power in each of ceil(hours) hours from a whole hour on, in the last one the rest of it; one that may
be interrupted takes up to its power in any hours of its window. Power is the mean of an hour, as a demand meter sees it. What a start
costs comes from prefix sums of the intensity, so all starts of a job cost one subtraction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from leafmark.inventory.cloud_planning.tables import Grid, Job, PlanningError, Real, Refused

ROUND: Final[float] = 1e-9
"""Hours, and kW, below which nothing is told apart."""


@dataclass(frozen=True)
class Run:
    """When and where a job runs: mean kW of each hour from the index `first` on."""

    region: int
    first: int
    kw: Real

    @property
    def hours(self) -> slice:
        """The hours' indices."""
        return slice(self.first, self.first + len(self.kw))


class Problem:
    """Sound jobs over the hours of a grid; `refused` has the others. `cost` is g/kWh, infinite where it is not known.

    Raises
    ------
    PlanningError : no job can be scheduled.
    """

    def __init__(self, jobs: Sequence[Job], grid: Grid) -> None:
        self.grid = grid
        self.cost: Real = np.where(np.isnan(grid.g_per_kwh), np.inf, grid.g_per_kwh)
        self.known = np.isfinite(self.cost)
        self._sums = np.concatenate(
            [np.zeros((len(grid.regions), 1)), np.cumsum(np.nan_to_num(grid.g_per_kwh), axis=1)], axis=1
        )
        self._unknown = np.concatenate([np.zeros((len(grid.regions), 1)), np.cumsum(~self.known, axis=1)], axis=1)
        self.jobs: list[Job] = []
        self.refused: list[Refused] = []
        self.regions: list[tuple[int, ...]] = []
        self.first: list[int] = []
        self.last: list[int] = []
        self._starts: dict[tuple[int, int], Real] = {}
        self._profiles: dict[int, Real] = {}
        for number, job in enumerate(jobs, 1):
            wrong = self._add(job)
            if wrong is not None:
                self.refused.append(Refused(job.row or number, job.job_id, *wrong))
        if not self.jobs:
            why = f"; the first: {self.refused[0].job_id}: {self.refused[0].reason}" if self.refused else ""
            raise PlanningError(f"jobs: expected at least one that can be scheduled, found none{why}")

    def _add(self, job: Job) -> tuple[str, str, str, str] | None:
        hours = self.grid.hours
        first, last = (int((each - hours[0]) / np.timedelta64(1, "h")) for each in (job.earliest, job.latest))
        if first < 0 or last > len(hours):
            field = "earliest" if first < 0 else "latest"
            return (
                field,
                "outside_grid",
                str(job.earliest if first < 0 else job.latest),
                f"{hours[0]} to {hours[-1] + 1}",
            )
        names = job.regions or self.grid.regions[:1]
        unknown = [name for name in names if name not in self.grid.regions]
        if unknown or (not job.regions and len(self.grid.regions) > 1):
            return "regions", "unknown_region", "|".join(job.regions), "|".join(self.grid.regions)
        places = tuple(self.grid.regions.index(name) for name in names)
        able = tuple(place for place in places if self._room(job, place, first, last))
        if not able:
            return "earliest", "no_intensity", f"{job.earliest} to {job.latest}", f"{job.hours:g} h with an intensity"
        self.jobs.append(job)
        self.regions.append(able)
        self.first.append(first)
        self.last.append(last)
        return None

    def _room(self, job: Job, place: int, first: int, last: int) -> bool:
        known = self.known[place, first:last]
        if job.interruptible:
            return bool(known.sum() >= job.hours - ROUND)
        steps = steps_of(job)
        return bool(steps <= last - first and sliding_window_view(known, steps).all(axis=1).any())

    def profile(self, j: int) -> Real:
        """Mean kW of each hour of a job that runs through."""
        if j not in self._profiles:
            job = self.jobs[j]
            out = np.full(steps_of(job), job.power_kw)
            out[-1] = job.power_kw * (job.hours - (len(out) - 1))
            self._profiles[j] = out
        return self._profiles[j]

    def starts(self, j: int, place: int) -> Real:
        """Grams of a job that runs through, by start from its earliest on; infinite where an hour's intensity is not known."""
        if (j, place) not in self._starts:
            self._starts[j, place] = self._start_grams(j, place)
        return self._starts[j, place]

    def _start_grams(self, j: int, place: int) -> Real:
        job, first, last = self.jobs[j], self.first[j], self.last[j]
        steps = steps_of(job)
        at = np.arange(first, last - steps + 1)
        grams = job.power_kw * (self._sums[place, at + steps - 1] - self._sums[place, at])
        rest = job.power_kw * (job.hours - (steps - 1))
        grams = grams + rest * np.nan_to_num(self.grid.g_per_kwh[place, at + steps - 1])
        out: Real = np.where(self._unknown[place, at + steps] > self._unknown[place, at], np.inf, grams)
        return out

    def grams(self, run: Run) -> float:
        """Grams of a run."""
        return float(run.kw @ np.nan_to_num(self.grid.g_per_kwh[run.region, run.hours]))

    def earliest(self, j: int) -> Run:
        """A job as soon as it may, where it runs today."""
        job, place, first = self.jobs[j], self.regions[j][0], self.first[j]
        if not job.interruptible:
            able = np.flatnonzero(np.isfinite(self.starts(j, place)))
            return Run(place, first + int(able[0]), self.profile(j))
        return Run(place, first, self._filled(j, place, np.arange(self.last[j] - first), None))

    def _filled(self, j: int, place: int, order: np.ndarray, room: Real | None) -> Real:
        """kW of an interruptible job's hours, taken in an order up to the room there is; less than the job where that is too little."""
        job, window = self.jobs[j], slice(self.first[j], self.last[j])
        share = self.known[place, window].astype(np.float64)
        if room is not None:
            share *= np.clip(room[place, window] / job.power_kw, 0, 1)
        taken = np.minimum(np.cumsum(share[order]), job.hours)
        out = np.zeros(len(order))
        out[order] = np.diff(taken, prepend=0.0) * job.power_kw
        return out

    def cheapest(self, j: int, room: Real | None = None, price: Real | None = None) -> Run | None:
        """The place of a job with the least grams (plus a price per kWh) in the room there is; None where it has none.

        room, price : float64 [regions, hours]: kW that are left, and g/kWh to be paid besides.
        """
        best: tuple[float, Run] | None = None
        for place in self.regions[j]:
            found = self._cheapest_at(j, place, room, price)
            if found is not None and (best is None or found[0] < best[0] - ROUND):
                best = found
        return None if best is None else best[1]

    def _cheapest_at(self, j: int, place: int, room: Real | None, price: Real | None) -> tuple[float, Run] | None:
        job, window = self.jobs[j], slice(self.first[j], self.last[j])
        if job.interruptible:
            cost = self.cost[place, window] + (0 if price is None else price[place, window])
            kw = self._filled(j, place, np.argsort(cost, kind="stable"), room)
            if kw.sum() < job.kwh - ROUND * max(job.kwh, 1):
                return None
            return float(kw @ np.where(np.isfinite(cost), cost, 0)), Run(place, window.start, kw)
        grams, profile = self.starts(j, place), self.profile(j)
        if price is not None:
            grams = grams + sliding_window_view(price[place, window], len(profile)) @ profile
        if room is not None:
            fits = (sliding_window_view(room[place, window], len(profile)) - profile >= -ROUND).all(axis=1)
            grams = np.where(fits, grams, np.inf)
        at = int(grams.argmin())
        return (float(grams[at]), Run(place, window.start + at, profile)) if np.isfinite(grams[at]) else None

    def load(self, runs: Sequence[Run]) -> Real:
        """kW by region and hour, what is taken anyway included."""
        out = self.grid.base_kw.copy()
        for run in runs:
            out[run.region, run.hours] += run.kw
        return out


def steps_of(job: Job) -> int:
    """Hours that a job which runs through touches."""
    return max(1, math.ceil(job.hours - ROUND))
