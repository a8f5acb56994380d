"""Cartons that run out: orders that lose least by another carton give theirs up.

Packed first as if there were no limit. Of each carton used more often than it is there, every order that uses it is packed again without
it; those whose value rises least give it up, as many as have to. At last whatever is still over is packed in the orders' sequence
with what is left. Exact for one scarce carton and one parcel an order; a good greedy beyond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.packing.kernel.arrays import Cartons, usable_only
from leafmark.parcels.packing.kernel.choosing import value_in
from leafmark.parcels.packing.kernel.running import UNPACKED, Out, new_out
from leafmark.parcels.packing.reading import CartonSet

if TYPE_CHECKING:
    from leafmark.parcels.packing.cartonize import Run

ROUNDS_MAX = 8


def within_stock(run: Run, cartons: Cartons, carton_set: CartonSet, out: Out) -> Out:
    """The plan with no carton used more often than there are."""
    stock = carton_set.numbers("stock", np.inf)
    if not np.isfinite(stock).any():
        return out
    usable = stock > 0
    for _ in range(ROUNDS_MAX):
        uses = uses_of(run, out, len(stock))
        over = uses.sum(axis=0) - stock
        if not (over > 0).any():
            return out
        scarce = int(np.argmax(np.where(over > 0, over, -np.inf)))
        usable[scarce] = False
        without = usable_only(cartons, usable & (uses.sum(axis=0) < stock))
        users = np.flatnonzero(uses[:, scarce] > 0)
        other = run.pack(without, users, new_out(len(out.parcel), len(out.parcels)))
        now = worth(run, cartons, out, users)
        packed = np.isfinite(now)  # an order that is not whole as it is loses nothing more
        regret = np.where(packed, worth(run, cartons, other, users) - np.where(packed, now, 0.0), 0.0)
        given_up = 0
        for i in np.argsort(regret, kind="stable"):
            if given_up >= over[scarce]:
                break
            take_over(run, other, out, int(users[i]))
            given_up += int(uses[users[i], scarce])
    return in_sequence(run, cartons, stock, out)


def in_sequence(run: Run, cartons: Cartons, stock: NDArray[np.float64], out: Out) -> Out:
    """Orders one after the other: each keeps its cartons while there are some, else is packed with what is left."""
    left = stock.copy()
    uses = uses_of(run, out, len(stock))
    for order in range(len(out.parcels)):
        if (uses[order] > left).any():
            allowed, short = left > 0, uses[order] > left
            while short.any():  # a carton of which too few are left for this order goes out of its choice
                one = run.pack(
                    usable_only(cartons, allowed), np.array([order]), new_out(len(out.parcel), len(out.parcels))
                )
                uses[order] = uses_of(run, one, len(stock), only=order)
                short = uses[order] > left
                allowed &= ~short
            take_over(run, one, out, order)
        left -= uses[order]
    return out


def uses_of(run: Run, out: Out, cartons: int, only: int | None = None) -> NDArray[np.int64]:
    """int64 [orders, cartons]: parcels of each order in each carton; of one order alone a row."""
    starts = run.piece_starts[run.orders.starts]
    if only is not None:
        used = out.carton[starts[only] : starts[only] + out.parcels[only]]
        return np.bincount(used, minlength=cartons)
    found = np.zeros((len(out.parcels), cartons), np.int64)
    order = np.repeat(np.arange(len(out.parcels)), out.parcels)
    first = np.concatenate([[0], np.cumsum(out.parcels)])[:-1]
    number = np.arange(int(out.parcels.sum())) - first[order]
    np.add.at(found, (order, out.carton[starts[order] + number]), 1)
    return found


def worth(run: Run, cartons: Cartons, out: Out, orders: NDArray[np.int64]) -> NDArray[np.float64]:
    """Value of each order's parcels by the objective; infinite where a piece is left unpacked."""
    starts, items = run.orders.starts, run.orders.items
    found = np.zeros(len(orders))
    for i, order in enumerate(orders):
        rows = slice(int(starts[order]), int(starts[order + 1]))
        pieces = slice(int(run.piece_starts[rows.start]), int(run.piece_starts[rows.stop]))
        parcel = out.parcel[pieces]
        weight = np.repeat(items.weight_g[rows], items.quantity[rows])
        if (parcel == UNPACKED).sum() > (items.quantity[rows] - run.packable[rows]).sum():
            found[i] = np.inf
            continue
        for p in range(out.parcels[order]):
            c = out.carton[pieces.start + p]
            found[i] += value_in.py_func(cartons, c, weight[parcel == p].sum(), run.km[order], run.task)
    return found


def take_over(run: Run, source: Out, target: Out, order: int) -> None:
    """One order's result from one plan into another."""
    starts = run.orders.starts
    pieces = slice(int(run.piece_starts[starts[order]]), int(run.piece_starts[starts[order + 1]]))
    for name in ("parcel", "corner", "orientation", "carton"):
        getattr(target, name)[pieces] = getattr(source, name)[pieces]
    target.parcels[order] = source.parcels[order]
