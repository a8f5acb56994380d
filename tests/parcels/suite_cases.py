"""Small suites to try things on: price tables, and the exact best of all subsets in plain Python."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from leafmark.parcels.suites.instance import Crew, Instance, make_instance

CREW = Crew(2)


class Table(NamedTuple):
    """Prices [rows, cartons] of the pairs that fit, what is paid where nothing holds, and how many orders a row stands for."""

    price: NDArray[np.int64]
    fit: NDArray[np.bool_]
    unheld: NDArray[np.int64]
    orders: NDArray[np.int64]

    def instance(self) -> Instance:
        rows = np.arange(len(self.unheld))
        return make_instance(self.price, self.fit, rows, self.unheld, self.orders, CREW)

    def paid(self, suite: tuple[int, ...]) -> int:
        """What all orders pay under a suite, in plain Python."""
        total = 0
        for i, least in enumerate(self.unheld.tolist()):
            for j in suite:
                if self.fit[i, j]:
                    least = min(least, int(self.price[i, j]))
            total += least * int(self.orders[i])
        return total

    def best(self, k: int) -> int:
        """The least that any suite of up to `k` cartons costs: all of them tried."""
        cartons = range(self.price.shape[1])
        return min(self.paid(suite) for size in range(k + 1) for suite in combinations(cartons, size))


@st.composite
def tables(draw: st.DrawFn, rows: int = 7, cartons: int = 6, most: int = 30) -> Table:
    """Few orders and cartons, prices with ties, zeros among them."""
    n, m = draw(st.integers(1, rows)), draw(st.integers(1, cartons))
    cells = st.lists(st.integers(0, most), min_size=n * m, max_size=n * m)
    price = np.array(draw(cells), np.int64).reshape(n, m)
    fit = np.array(draw(st.lists(st.booleans(), min_size=n * m, max_size=n * m)), np.bool_).reshape(n, m)
    dear = draw(st.lists(st.integers(0, 3 * most), min_size=n, max_size=n))
    orders = draw(st.lists(st.integers(1, 5), min_size=n, max_size=n))
    return Table(price, fit, np.array(dear, np.int64), np.array(orders, np.int64))


def sizes_table(seed: int, rows: int, cartons: int) -> Table:
    """Cuboids in cuboids: an order fits a carton by its edges and pays its surface; what nothing holds pays ten times its own."""
    random = np.random.default_rng(seed)
    piece = np.sort(random.lognormal(np.log([90, 150, 250]), 0.5, (rows, 3)), axis=1)
    carton = np.sort(piece[random.choice(rows, cartons, replace=False)] * random.uniform(1, 1.3, (cartons, 1)), axis=1)
    fit = (piece[:, None, :] <= carton[None, :, :]).all(axis=2)
    surface = carton[:, 0] * carton[:, 1] + carton[:, 1] * carton[:, 2] + carton[:, 0] * carton[:, 2]
    price = np.rint(np.broadcast_to(surface, fit.shape)).astype(np.int64)
    least = np.where(fit, price, 2**40).min(axis=1)
    held = fit.any(axis=1)
    return Table(price[held], fit[held], 10 * least[held], random.integers(1, 4, int(held.sum())))
