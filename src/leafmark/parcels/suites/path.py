"""Suites of one carton, of two, up to k: each made from the one before, so that one more size never costs more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from leafmark.parcels.suites.bound import Bound, Cuts
from leafmark.parcels.suites.instance import Crew, Instance
from leafmark.parcels.suites.interchange import Served, best_to_add, improved, serve

GAP_ON_THE_WAY: Final = 1e-3
"""A bound this near is near enough for the suites on the way to k, whose sets seed exchanges."""

GAP_AT_THE_END: Final = 2e-4
"""The last suite's bound is looked for to this."""


class Step(NamedTuple):
    """The suite of one size: cartons by number, its total, and what no suite of as many can undercut."""

    suite: tuple[int, ...]
    total: int
    bound: int

    @property
    def gap(self) -> float:
        """(total - bound) / bound; 0 where both are nothing."""
        return (self.total - self.bound) / self.bound if self.bound else 0.0


Progress = Callable[[int, int, str], None]


def best_path(instance: Instance, k: int, crew: Crew, progress: Progress = lambda *_: None) -> list[Step]:
    """The best suites found of 1, 2, ... `k` cartons; fewer where another carton would save nothing.

    Each is the last one and the carton that saves the most beside it, then exchanges; or what the bound leans on, then exchanges;
    whichever costs less. What is done for one size does not depend on `k`.
    """
    cuts = Cuts(instance, crew)
    suite: list[int] = []
    served = serve(instance, suite, crew)
    steps: list[Step] = []
    for size in range(1, k + 1):
        progress(size - 1, k, "suites of sizes")
        carton, saved = best_to_add(instance, served, crew)
        if saved == 0:
            break
        suite, served = improved(instance, [*suite, carton], crew)
        bound = cuts.bound(size, suite, served.total, GAP_ON_THE_WAY)
        suite, served = _better(instance, bound, size, suite, served, crew)
        steps.append(Step(tuple(sorted(suite)), served.total, bound.value))
    if steps and steps[-1].gap > GAP_AT_THE_END:
        last = steps[-1]
        value = cuts.bound(len(last.suite), list(last.suite), last.total, GAP_AT_THE_END).value
        steps[-1] = last._replace(bound=max(last.bound, value))
    progress(k, k, "suites of sizes")
    return _as_strong(steps)


def _better(
    instance: Instance, bound: Bound, size: int, suite: list[int], served: Served, crew: Crew
) -> tuple[list[int], Served]:
    """The suite, or a cheaper one from the cartons that the bound leans on: the largest shares, the most worth."""
    starts = {
        tuple(sorted(np.argsort(-weight, kind="stable")[:size].tolist())) for weight in (bound.shares, bound.worth)
    }
    for start in sorted(starts - {tuple(sorted(suite))}):
        other, other_served = improved(instance, list(start), crew)
        if other_served.total < served.total:
            suite, served = other, other_served
    return suite, served


def _as_strong(steps: list[Step]) -> list[Step]:
    """A bound of more cartons is one of fewer too."""
    strongest = 0
    for n in range(len(steps) - 1, -1, -1):
        strongest = max(strongest, steps[n].bound)
        steps[n] = steps[n]._replace(bound=strongest)
        assert strongest <= steps[n].total, "a bound above what a suite costs"
    return steps
