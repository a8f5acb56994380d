"""Which cartons hold which orders: 40 M pairs, of which the packing kernel is asked about a few in a hundred.

What is sure is settled first: an order of one piece by its edges; of several, cartons too weak, too small in volume, or too short for
some piece are out. Then one carton from the middle of those left, by volume, is packed. A "yes" says where the pieces lie, so every
carton that holds *the box around them* holds the order too (turned about the vertical, never tipped: what stands must go on standing);
a "no" rules out every carton inside that one. A "no" is what the kernel's recipes did not find, as everywhere in packing; so the
matrix never claims a fit that has no plan.

Cost: two to three dozen fillings an order where all 400 are in question; one order in a hundred thousand takes as long as any other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.packing.kernel.arrays import HOLDS_MM3, Cartons, Items
from leafmark.parcels.packing.kernel.choosing import Desk, Task, new_desk
from leafmark.parcels.suites.instance import Crew, even_ranges
from leafmark.parcels.suites.kernel.fitting import fit_some

SLICE: Final = 512
"""Orders of one piece of work, and of one step of progress."""

RECIPES_TRIED: Final = 6
"""Recipes tried on a carton, half of what packing tries: on real sizes that loses 0.2 % of the fits, and takes a sixth less time."""


def fits(
    items: Items,
    starts: NDArray[np.int64],
    cartons: Cartons,
    support: int,
    crew: Crew,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> tuple[NDArray[np.bool_], int]:
    """(bool [orders, cartons]: whether a carton holds an order whole, fillings that it took).

    Parameters
    ----------
    items : rows of the orders; order `o` has rows `starts[o]` to `starts[o + 1]`. support : ten-thousandths of each base.
    """
    orders = len(starts) - 1
    fit = np.zeros((orders, len(cartons.sizes)), np.bool_)
    rows = int(np.diff(starts).max(initial=1))
    by_volume = np.argsort(cartons.sizes[:, HOLDS_MM3], kind="stable")
    quantity = np.ascontiguousarray(items.quantity)
    task = Task(haul=0.0, support=support, recipes=RECIPES_TRIED, splits=1, nodes=0)
    done = [0]

    def work(low: int, high: int) -> int:
        desk: Desk = new_desk(rows, 1)
        state = np.zeros(len(cartons.sizes), np.int8)
        tried = fit_some(desk, items, starts, quantity, cartons, by_volume, task, low, high, state, fit)
        done[0] += high - low
        progress(done[0], orders)
        return int(tried)

    return fit, sum(crew.run(even_ranges(orders, max(orders // SLICE, 1)), work))
