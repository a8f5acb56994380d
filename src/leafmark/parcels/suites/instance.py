"""The choice as numbers: what each order would pay in each carton that holds it, the cheapest first.

An order pays the cheapest carton of the suite that holds it, and `unheld` where none does. So a row needs only the cartons that
hold it and cost less than that, sorted by price: greedy, interchange and bound each read the start of a row, up to the price at
which nothing more can change. At 100,000 orders x 400 cartons where half of the pairs fit that is 20 M pairs x 10 bytes = 200 MB.

Prices are whole numbers (milligrams, millionths of money, mm3), rounded once a pair: totals, savings and the bound are exact
integers, the same for any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.suites.kernel.pairs import count_pairs, sort_pairs

TOTAL_MAX: Final = 2**61
"""Largest total of prices that is summed in int64, with room for a sum of two."""


class Instance(NamedTuple):
    """Orders with what they would pay.

    Row `i` has pairs `starts[i]` to `starts[i + 1]`: `carton` int16 and `price` int64, dearer from left to right; `unheld` int64 is
    what an order pays that no carton of the suite holds, `orders` int64 how many orders are alike; `cartons` how many there are.
    """

    starts: NDArray[np.int64]
    carton: NDArray[np.int16]
    price: NDArray[np.int64]
    unheld: NDArray[np.int64]
    orders: NDArray[np.int64]
    cartons: int

    @property
    def rows(self) -> int:
        """How many rows of orders alike."""
        return self.unheld.size


class Crew:
    """Threads that share the rows of an instance; the kernels let go of the interpreter, so they run side by side."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads)

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def run(self, ranges: list[tuple[int, int]], work: Callable[[int, int], Any]) -> list[Any]:
        """`work(low, high)` of every range, in their order."""
        return list(self._pool.map(lambda each: work(*each), ranges))


def even_ranges(rows: int, parts: int) -> list[tuple[int, int]]:
    """Ranges of about equally many rows."""
    edges = np.linspace(0, rows, min(parts, max(rows, 1)) + 1).astype(int)
    return [(int(low), int(high)) for low, high in pairwise(edges)]


def ranges_of(instance: Instance, parts: int) -> list[tuple[int, int]]:
    """Ranges of rows with about equally many pairs."""
    edges = np.searchsorted(instance.starts, np.linspace(0, instance.starts[-1], parts + 1)[1:-1])
    whole = [0, *(int(edge) for edge in edges), instance.rows]
    return list(pairwise(whole))


def make_instance(
    price: NDArray[np.int64],
    fit: NDArray[np.bool_],
    row_of: NDArray[np.int64],
    unheld: NDArray[np.int64],
    orders: NDArray[np.int64],
    crew: Crew,
) -> Instance:
    """Sort what the orders would pay.

    Parameters
    ----------
    price : int64 [rows, cartons] >= 0. fit : [kinds, cartons] whether a carton holds a kind of order; `row_of` [rows] names its kind.
    unheld : int64 [rows]. orders : int64 [rows], how many are alike.

    Raises
    ------
    OverflowError : the prices are so large that their total would not be exact.
    """
    largest = float(max(int(unheld.max(initial=0)), int(price.max(initial=0))))
    if largest * float(orders.sum()) >= TOTAL_MAX or largest * price.shape[1] >= TOTAL_MAX:
        raise OverflowError(
            f"the dearest parcel costs {largest:.3g} in the smallest unit, times {int(orders.sum()):,} orders: past what is summed "
            "exactly; check distances and weights, or hand over fewer orders"
        )
    ranges = even_ranges(unheld.size, 4 * crew.threads)
    pairs = np.zeros(unheld.size, np.int64)
    crew.run(ranges, lambda low, high: count_pairs(price, fit, row_of, unheld, low, high, pairs))
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(pairs)])
    carton, ascending = np.empty(starts[-1], np.int16), np.empty(starts[-1], np.int64)
    crew.run(ranges, lambda low, high: sort_pairs(price, fit, row_of, unheld, starts, low, high, carton, ascending))
    return Instance(starts, carton, ascending, unheld, orders, price.shape[1])
