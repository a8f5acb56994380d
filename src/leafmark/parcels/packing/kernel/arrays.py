"""Orders and cartons as the kernel sees them: flat arrays, whole millimetres and grams, one row an item or a carton.

Pieces of a row are alike. Rows of an order lie side by side: order `o` has rows `starts[o]` to `starts[o + 1]`. Facts are columns of one
array, since each array that a kernel takes is compiled into every function it is handed through: with twenty of them the kernel
took three times as long to compile.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.tables import ORIENTATIONS

MASK, WEIGHT_G, VOLUME_MM3, QUANTITY, FRAGILE, MAX_LOAD_G, KEEP, APART, MAILER_OK = range(9)
"""Columns of `Items.facts`. MASK: a bit per allowed orientation, each different size once; -1 where there is no limit or mark."""

LENGTH, WIDTH, HEIGHT, HOLDS_MM3, MAX_WEIGHT_G, TARE_G, MAILER, USABLE = range(8)
"""Columns of `Cartons.sizes`; inner sizes, mass of the contents at most. MAILER: the contents' height is taken from length and width too."""

BASE, DIMENSIONAL_KG = range(2)
"""Columns of `Cartons.worth`. A parcel is worth `BASE + haul x km x max(gross kg, DIMENSIONAL_KG)`; the least is best."""

WEIGHT_UNLIMITED_G: Final = 10**12


class Items(NamedTuple):
    """Rows of orders: `size` int64 [rows, 6, 3], length along x, y, z in each orientation; `facts` int64 [rows, 9]."""

    size: NDArray[np.int64]
    facts: NDArray[np.int64]

    @property
    def quantity(self) -> NDArray[np.int64]:
        """int64 [rows]: pieces of each row."""
        return self.facts[:, QUANTITY]

    @property
    def weight_g(self) -> NDArray[np.int64]:
        """int64 [rows]: mass of one piece."""
        return self.facts[:, WEIGHT_G]


class Cartons(NamedTuple):
    """Cartons, and what a parcel in each is worth: `sizes` int64 [cartons, 8]; `worth` float64 [cartons, 2]."""

    sizes: NDArray[np.int64]
    worth: NDArray[np.float64]


def make_items(edges_mm: NDArray[np.int64], allowed: NDArray[np.int64], facts: dict[int, NDArray[np.int64]]) -> Items:
    """Items from edges int64 [rows, 3], a bit for each allowed orientation, and the other columns by number.

    Orientations of one size are tried once.
    """
    size = np.stack([edges_mm[:, list(axes)] for axes in ORIENTATIONS], axis=1).astype(np.int64)
    mask = allowed.copy()
    for later in range(1, 6):
        for earlier in range(later):
            same = (size[:, later] == size[:, earlier]).all(axis=1) & ((allowed >> earlier) & 1 == 1)
            mask = np.where(same, mask & ~(1 << later), mask)
    table = np.zeros((len(edges_mm), 9), np.int64)
    for column, values in {**facts, MASK: mask, VOLUME_MM3: edges_mm.prod(axis=1)}.items():
        table[:, column] = values
    return Items(np.ascontiguousarray(size), table)


def usable_only(cartons: Cartons, usable: NDArray[np.bool_]) -> Cartons:
    """The same cartons, of which only some may be used."""
    sizes = cartons.sizes.copy()
    sizes[:, USABLE] = usable
    return Cartons(sizes, cartons.worth)
