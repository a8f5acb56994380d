"""Orders and cartons as the kernel sees them: flat arrays, whole millimetres and grams, one row an item or a carton.

Pieces of a row are alike. Rows of an order lie side by side: order `o` has rows `starts[o]` to `starts[o + 1]`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.tables import ORIENTATIONS


class Items(NamedTuple):
    """Rows of orders.

    `size` int32 [rows, 6, 3]: length along x, y, z in each orientation; `mask` int64: bit per allowed orientation, each different
    size once; `max_load_g` -1 where there is no limit; `keep` and `apart` -1 where there is no mark.
    """

    size: NDArray[np.int64]
    mask: NDArray[np.int64]
    weight_g: NDArray[np.int64]
    volume_mm3: NDArray[np.int64]
    quantity: NDArray[np.int64]
    fragile: NDArray[np.bool_]
    max_load_g: NDArray[np.int64]
    keep: NDArray[np.int64]
    apart: NDArray[np.int64]
    mailer_ok: NDArray[np.bool_]


class Cartons(NamedTuple):
    """Cartons, and what a parcel in each is worth by the objective.

    Value of a parcel: `base + haul x km x max(gross kg, dimensional_kg)`; the least is best. `inner` int32 [cartons, 3];
    `max_weight_g` of the contents; `mailer` says that the contents' height is taken from length and width too.
    """

    inner: NDArray[np.int64]
    volume_mm3: NDArray[np.int64]
    max_weight_g: NDArray[np.int64]
    tare_g: NDArray[np.int64]
    mailer: NDArray[np.bool_]
    base: NDArray[np.float64]
    dimensional_kg: NDArray[np.float64]
    usable: NDArray[np.bool_]


def make_items(
    edges_mm: NDArray[np.int64],
    weight_g: NDArray[np.int64],
    quantity: NDArray[np.int64],
    allowed: NDArray[np.int64],
    fragile: NDArray[np.bool_],
    max_load_g: NDArray[np.int64],
    keep: NDArray[np.int64],
    apart: NDArray[np.int64],
    mailer_ok: NDArray[np.bool_],
) -> Items:
    """Items from edges int64 [rows, 3] and one bit for each allowed orientation; orientations of one size are tried once."""
    size = np.stack([edges_mm[:, list(axes)] for axes in ORIENTATIONS], axis=1).astype(np.int64)
    mask = allowed.copy()
    for later in range(1, 6):
        for earlier in range(later):
            same = (size[:, later] == size[:, earlier]).all(axis=1) & ((allowed >> earlier) & 1 == 1)
            mask = np.where(same, mask & ~(1 << later), mask)
    return Items(
        size=np.ascontiguousarray(size),
        mask=mask.astype(np.int64),
        weight_g=weight_g.astype(np.int64),
        volume_mm3=edges_mm.prod(axis=1).astype(np.int64),
        quantity=quantity.astype(np.int64),
        fragile=fragile.astype(np.bool_),
        max_load_g=max_load_g.astype(np.int64),
        keep=keep.astype(np.int64),
        apart=apart.astype(np.int64),
        mailer_ok=mailer_ok.astype(np.bool_),
    )
