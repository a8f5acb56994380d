"""Plans under a bound by placing jobs one after another, then taking a few out and putting them back better.

Large neighbourhood search (Shaw, CP 1998): each round takes some jobs that run near one hour out of the plan and puts them back at their
cheapest places in another order; what is better stays. A fixed seed and a fixed number of rounds: the same jobs give the same plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from leafmark.inventory.cloud_planning.problem import Problem, Run
from leafmark.inventory.cloud_planning.tables import Real

SEED: Final = 20_261_127
ORDERS: Final = 20
"""Orders tried until all jobs find room."""
ROUNDS: Final = 500
TAKEN_OUT: Final = (4, 14)
NEAR_H: Final = 24.0
BETTER: Final = 1e-6


def placed(problem: Problem, room: Real, price: Real | None = None, orders: int = ORDERS) -> list[Run] | None:
    """All jobs in the room there is (kW, float64 [regions, hours]), the largest first; None where no order tried fits them all."""
    random = np.random.RandomState(SEED)
    size = np.array([job.kwh for job in problem.jobs])
    rigid = np.array([not job.interruptible for job in problem.jobs])
    for attempt in range(orders):
        # What cannot be interrupted finds room less easily, so it goes first.
        weight = (size if attempt == 0 else size * random.uniform(0.3, 1, len(size))) + rigid * size.max()
        runs = _in_order(problem, np.argsort(-weight, kind="stable").tolist(), room.copy(), price)
        if runs is not None:
            return [runs[j] for j in range(len(size))]
    return None


def _in_order(problem: Problem, order: Sequence[int], room: Real, price: Real | None) -> dict[int, Run] | None:
    """Jobs one after another at their cheapest places; `room` is used up."""
    runs: dict[int, Run] = {}
    for j in order:
        run = problem.cheapest(j, room, price)
        if run is None:
            return None
        room[run.region, run.hours] -= run.kw
        runs[j] = run
    return runs


def improved(
    problem: Problem, runs: Sequence[Run], room: Real, price: Real | None = None, rounds: int = ROUNDS
) -> list[Run]:
    """A plan that is no worse, in the same room (kW for all jobs together)."""
    random = np.random.RandomState(SEED)
    now = list(runs)
    left = room + problem.grid.base_kw - problem.load(now)
    grams = np.array([problem.grams(run) for run in now])
    size = np.array([job.kwh for job in problem.jobs])
    middle = np.array([run.first + len(run.kw) / 2 for run in now])
    hours = len(problem.grid.hours)
    for _ in range(rounds if len(now) > 1 else 0):
        count = min(int(random.randint(*TAKEN_OUT)), len(now))
        far = np.abs(middle - random.randint(hours)) + random.uniform(0, NEAR_H, len(now))
        out = np.argsort(far, kind="stable")[:count]
        order = out[np.argsort(-size[out] * random.uniform(0.2, 1, count), kind="stable")]
        free = left.copy()
        for j in out:
            free[now[j].region, now[j].hours] += now[j].kw
        again = _in_order(problem, order.tolist(), free, price if random.random_sample() < 0.5 else None)
        if again is None or sum(problem.grams(run) for run in again.values()) >= grams[out].sum() - BETTER:
            continue
        left = free
        for j, run in again.items():
            now[j], grams[j], middle[j] = run, problem.grams(run), run.first + len(run.kw) / 2
    return now
