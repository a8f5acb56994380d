"""Prices of stock from what is expected, and the rule that sends each order by them without knowing the next.

The rule follows Talluri and van Ryzin's bid prices (The Theory and Practice of Revenue Management, 2004, 3.2): solve the expected
rest of the demand against the stock that is left, and take what a piece of stock is worth there. Prices are made anew a few times on the
way, from stock and progress alone, each time as the mean over draws of the expected rest (the randomised linear program, Talluri and
van Ryzin, Management Science 45(7), 1999), since one solution's prices sit at an edge of many that are equally right.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leafmark.parcels.fulfilment.in_sequence import Queue, send
from leafmark.parcels.fulfilment.per_sku import Assignment, by_line, sinks_of, solve
from leafmark.parcels.fulfilment.problem import Problem, Scale, Whole
from leafmark.parcels.fulfilment.reading import Progress

TIMES = 12
"""How often prices are made."""
DRAWS = 3
SEED = 20261127
REST_MIN = 0.05
"""Where more came than was expected, this share of the expected is still to come."""


@dataclass(frozen=True)
class Expected:
    """What is expected to be asked for: a past demand as a problem with the same stock and lanes, times `scale`."""

    history: Problem
    scale: float


def expected_prices(problem: Problem, expected: Expected, scale: Scale, stock: Whole, rest: float, seed: int) -> Whole:
    """Prices of stock [SKUs of the problem, warehouses] from the expected rest: mean over draws, whole numbers."""
    history = expected.history
    ours = {name: number for number, name in enumerate(problem.skus)}
    both = np.array([(number, ours[name]) for number, name in enumerate(history.skus) if name in ours], np.int64)
    price = np.zeros((len(problem.skus), len(problem.warehouses)), np.int64)
    if not len(both):
        return price
    left = np.zeros_like(history.stock)
    left[:, both[:, 0]] = stock[:, both[:, 1]]
    sinks, _ = sinks_of(history)
    drawn = np.random.default_rng(seed)
    summed = np.zeros((len(history.skus), len(problem.warehouses)), np.int64)
    for _ in range(DRAWS):
        pieces = drawn.poisson(sinks.pieces * (expected.scale * rest)).astype(np.int64)
        summed += solve(history, sinks._replace(pieces=pieces), scale, left).price
    price[both[:, 1]] = summed[both[:, 0]] // DRAWS
    return price


def online(
    problem: Problem, queue: Queue, scale: Scale, expected: Expected | None, room: Whole, progress: Progress
) -> Assignment:
    """Send every order in turn by cost plus price; without an expectation every price is 0."""
    groups = len(queue.start) - 1
    stock, room = problem.stock.copy(), room.copy()
    price = np.zeros((len(problem.skus), len(problem.warehouses)), np.int64)
    came = np.concatenate([[0], np.cumsum(problem.lines.pieces[queue.line])])
    awaited = 0.0 if expected is None else float(expected.history.lines.pieces.sum()) * expected.scale
    stops = _stops(came[queue.start], awaited, groups) if expected is not None else [0, groups]
    parts = []
    for number, (first, last) in enumerate(pairwise(stops)):
        if expected is not None and awaited > 0:
            progress(number, len(stops) - 1, "orders in turn")
            rest = max(1 - float(came[queue.start[first]]) / awaited, REST_MIN)
            price = expected_prices(problem, expected, scale, stock, rest, SEED + number)
        parts.append(send(problem, queue, (first, last), scale, price, stock, room))
    return by_line(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _stops(came: Whole, awaited: float, groups: int) -> list[int]:
    """The groups before which prices are made: after each twelfth of the expected, known when it has come; none looks ahead."""
    marks = np.arange(TIMES) * awaited / TIMES
    found = np.minimum(np.searchsorted(came, marks), groups)
    return [*np.unique(np.concatenate([[0], found])).tolist(), groups] if groups else [0, 0]
