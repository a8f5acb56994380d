"""Why the service row changed: volume, mix, efficiency and grid, in whole micrograms that add up, nothing left over.

    grams = sum over sector, warehouse and method of   orders x share x activity x factor
                                                       volume   mix   efficiency  grid

    share = orders of the cell / orders,   activity = amount / orders of the cell,   factor = micrograms / amount

Each term's change is split by the logarithmic mean Divisia index, additive form (LMDI-I; Ang 2004, Energy Policy 32, 1131-1139; Ang
2015, Energy Policy 86, 233-238): effect of x = L(after, before) x ln(x after / x before) with L(a, b) = (a - b) / ln(a / b), so that the
effects of a term add up to its change. They are rounded to micrograms, and what rounding leaves goes to the term's largest effect.

Zeros by their analytic limits (Ang and Liu 2007, Energy Policy 35, 238-246): where a term appears or vanishes, the factor that was 0 has
it all. A factor that cannot be told (the activity of a cell without orders) did not change. So a warehouse that opens is mix, packing
where there was none is efficiency, power of 0 g is grid. Micrograms that change their sign pass through 0 by their factor. Where no amount
of activity is known, efficiency and grid cannot be told apart: that term's change in grams per order is `unseparated`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from leafmark.inventory.book import InventoryError

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
UG_MAX: Final = 9e18
"""What int64 micrograms hold: an effect can be larger than either side, where another is against it."""
EFFECTS: Final = ("volume", "mix", "efficiency", "grid", "unseparated")


@dataclass(frozen=True, slots=True)
class Side:
    """One period, term by term: all orders, orders of the term's cell, its amount of activity (any unit) and its micrograms."""

    orders: int
    cell_orders: Ints
    amount: Ints
    ug: Ints


def decompose(before: Side, after: Side, separated: npt.NDArray[np.bool_], by_order: bool = False) -> Ints:
    """Effects of each term, a column for each of `EFFECTS`; every row adds up to the change of its micrograms exactly.

    Parameters
    ----------
    separated : whether a term's amounts are known in both periods.
    by_order : the micrograms are those of a number of orders: nothing is due to volume.

    Raises
    ------
    InventoryError : an effect leaves int64 micrograms.
    """
    apart = separated & (before.amount >= 0) & (after.amount >= 0)
    apart &= ((before.amount > 0) | (before.ug == 0)) & ((after.amount > 0) | (after.ug == 0))
    ratios = _ratios(before, after, apart, by_order)
    change = after.ug - before.ug
    effects = _continuous(before.ug, after.ug, ratios)
    crossed = np.sign(before.ug) * np.sign(after.ug) < 0
    born = (before.ug == 0) ^ (after.ug == 0)
    whole = np.where(crossed | born, _whole(before, after, apart, born, by_order), -1)
    alone = np.arange(len(EFFECTS))[None, :] == whole[:, None]
    effects = np.where((whole >= 0)[:, None], np.where(alone, change[:, None], 0.0), effects)
    return _rounded(effects, change)


def _ratios(before: Side, after: Side, apart: npt.NDArray[np.bool_], by_order: bool) -> Floats:
    """ln(after / before) of each factor; 0 where it cannot be told or is 0 (such terms are dealt with as wholes)."""
    ones = np.ones(len(before.ug))
    volume = _log(after.orders * ones, before.orders * ones)
    cell = _log(after.cell_orders, before.cell_orders)
    amount, ug = _log(after.amount, before.amount), _log(after.ug, before.ug)
    out = np.zeros((len(ones), len(EFFECTS)))
    out[:, 0] = 0.0 if by_order else volume
    out[:, 1] = cell - volume
    out[:, 2] = np.where(apart, amount - cell, 0.0)
    per_order = ug - cell + (volume if by_order else 0.0)
    out[:, 3] = np.where(apart, per_order - out[:, 2], 0.0)
    out[:, 4] = np.where(apart, 0.0, per_order)
    return out


def _log(after: npt.ArrayLike, before: npt.ArrayLike) -> Floats:
    """ln(after / before), 0 where either is 0 or they differ in sign; by log1p where they are near each other."""
    a, b = np.asarray(after, np.float64), np.asarray(before, np.float64)
    some = a * b > 0
    one, two = np.where(some, a, 1.0), np.where(some, b, 1.0)
    near = np.abs(one - two) < 0.5 * np.abs(two)
    return np.asarray(np.where(near, np.log1p(np.where(near, (one - two) / two, 0.0)), np.log(one / two)))


def _continuous(before: Ints, after: Ints, ratios: Floats) -> Floats:
    """L(after, before) x ln ratio, of terms above 0 (or below 0) on both sides."""
    log = _log(after, before)
    change = (after - before).astype(np.float64)
    mean = np.where(log == 0.0, before.astype(np.float64), change / np.where(log == 0.0, 1.0, log))
    return np.asarray(mean[:, None] * ratios)


def _whole(
    before: Side, after: Side, apart: npt.NDArray[np.bool_], born: npt.NDArray[np.bool_], by_order: bool
) -> npt.NDArray[np.int64]:
    """Number of the effect that has all of a term's change: of the factor that is 0 on one side, else of the last one."""
    last = np.where(apart, EFFECTS.index("grid"), EFFECTS.index("unseparated"))
    no_amount = apart & ((before.amount == 0) | (after.amount == 0))
    no_cell = (before.cell_orders == 0) | (after.cell_orders == 0)
    found = np.where(born & no_amount, EFFECTS.index("efficiency"), last)
    found = np.where(born & no_cell, EFFECTS.index("mix"), found)
    if not by_order and (before.orders == 0 or after.orders == 0):
        found = np.where(born, EFFECTS.index("volume"), found)
    return np.asarray(found, np.int64)


def _rounded(effects: Floats, change: Ints) -> Ints:
    """Effects in whole micrograms, each row adding up to its change: what is left over is the largest effect's."""
    if (np.abs(effects) >= UG_MAX).any():
        raise InventoryError(
            "an effect is past 9 Mt of CO2e, more than is counted in whole micrograms: compare by smaller parts"
        )
    whole = np.rint(effects).astype(np.int64)
    largest = np.argmax(np.abs(effects), axis=1)
    whole[np.arange(len(change)), largest] += change - whole.sum(axis=1)
    return whole
