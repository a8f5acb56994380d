"""A suite by greedy adding and exchange of one carton for another while that saves: the answer, never below the optimum."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.suites.instance import Crew, Instance, ranges_of
from leafmark.parcels.suites.kernel.passes import exchanges, savings, two_cheapest


class Served(NamedTuple):
    """Who pays what under a suite: `first` int64 [rows] is the carton, -1 none; `second_price` what it would pay without that one."""

    total: int
    first: NDArray[np.int64]
    price: NDArray[np.int64]
    second_price: NDArray[np.int64]


def serve(instance: Instance, suite: list[int], crew: Crew) -> Served:
    """Every row in its cheapest carton of the suite."""
    is_open = np.zeros(instance.cartons, np.bool_)
    is_open[suite] = True
    first, one, two = (np.empty(instance.rows, np.int64) for _ in range(3))
    totals = crew.run(
        ranges_of(instance, crew.threads),
        lambda low, high: two_cheapest(instance, is_open, low, high, first, one, two),
    )
    return Served(sum(map(int, totals)), first, one, two)


def best_to_add(instance: Instance, served: Served, crew: Crew) -> tuple[int, int]:
    """(carton that saves the most beside those that are there, what it saves)."""

    def part(low: int, high: int) -> NDArray[np.int64]:
        out = np.zeros(instance.cartons, np.int64)
        savings(instance, low, high, served.price, out)
        return out

    saved = np.sum(crew.run(ranges_of(instance, crew.threads), part), axis=0)
    best = int(saved.argmax())
    return best, int(saved[best])


def best_exchange(instance: Instance, suite: list[int], served: Served, crew: Crew) -> tuple[int, int, int]:
    """(carton to take in, place in the suite of the one that goes, what it saves); the saving is exact, <= 0 where none is left."""
    slot = np.full(instance.cartons, -1, np.int64)
    slot[suite] = np.arange(len(suite))

    def part(low: int, high: int) -> NDArray[np.int64]:
        gain, loss = np.zeros(instance.cartons, np.int64), np.zeros(len(suite), np.int64)
        kept = np.zeros((instance.cartons, len(suite)), np.int64)
        exchanges(instance, slot, low, high, served.first, served.price, served.second_price, gain, loss, kept)
        return gain[:, None] - loss[None, :] + kept

    saved = np.sum(crew.run(ranges_of(instance, crew.threads), part), axis=0)
    saved[suite] = np.iinfo(np.int64).min
    best, place = np.unravel_index(int(saved.argmax()), saved.shape)
    return int(best), int(place), int(saved[best, place])


def improved(instance: Instance, suite: list[int], crew: Crew) -> tuple[list[int], Served]:
    """Exchange one carton at a time, each time the pair that saves the most, until none saves anything."""
    suite = list(suite)
    served = serve(instance, suite, crew)
    while suite and len(suite) < instance.cartons:
        taken_in, place, saved = best_exchange(instance, suite, served, crew)
        if saved <= 0:
            break
        suite[place] = taken_in
        after = serve(instance, suite, crew)
        assert after.total == served.total - saved, "an exchange saved another amount than was worked out"
        served = after
    return suite, served
