"""Demand, stock and lanes as arrays, checked: what every rule of fulfilment works on.

A piece of SKU k that goes from warehouse w to region r costs

    haul_mg    = round(chargeable_kg[k] x km[w, r] x kg/tkm[w, r] x 1000)         chargeable_kg = max(g / 1e3, mm3 / 1e9 x density)
    haul_milli = round(chargeable_kg[k] x milli_per_kg[w, r])                     thousandths of the money's unit

and its parcel `parcel_mg[w, r]` and `parcel_milli[w, r]` more, once. Each is rounded once, a piece; every total is an integer sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafmark.parcels.fulfilment.figures import SUM_MAX
from leafmark.parcels.fulfilment.reading import FulfilmentError

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Flags = NDArray[np.bool_]

WEIGHT_DENOMINATOR_MAX = 10_000_000


class Lanes(NamedTuple):
    """What leads from where to where: arrays [warehouses, regions]. Where `leads` is false the others hold 0."""

    leads: Flags
    km: Real
    kg_per_tkm: Real
    milli_per_kg: Real
    parcel_mg: Whole
    parcel_milli: Whole
    on_time: Flags


class Scale(NamedTuple):
    """What is made least: `co2e` x mg + `cost` x milli + `piece[w]` for each piece, less `credit` for a piece in time. Whole numbers.

    `unserved`: cost of a piece that nobody sends; below 0, the most pieces are sent first, whatever that costs.
    """

    co2e: int
    cost: int
    piece: Whole
    credit: int
    unserved: int = -1


class Lines(NamedTuple):
    """Demanded rows that are good, in the order they came; `group` numbers consignments (an order's lines to one region)."""

    row: Whole
    group: Whole
    sku: Whole
    region: Whole
    pieces: Whole


@dataclass(frozen=True)
class Problem:
    """Everything that a rule needs; names for the way back.

    `by_order`: lines of one order share parcels; else every piece is a parcel of its own. `money`: every lane has its money.
    """

    warehouses: list[str]
    regions: list[str]
    skus: list[str]
    lines: Lines
    order_ids: pa.Array | None
    chargeable_kg: Real
    stock: Whole
    lanes: Lanes
    by_order: bool
    money: bool
    refused: pa.Table

    def plain_scale(self, co2e: int, cost: int) -> Scale:
        """Weights alone, without prices of limits."""
        return Scale(co2e, cost, np.zeros(len(self.warehouses), np.int64), 0)


def weights(objective: str, cost_per_tonne: float | None) -> tuple[int, int]:
    """Whole weights of milligrams and of thousandths of money.

    `co2e` counts grams, `cost` money, `both` money plus grams at a price: milli + mg x cost_per_tonne x 1e-6 (1e-9 t in a mg, 1000
    milli). The ratio is the nearest fraction with a denominator up to ten million.

    Raises
    ------
    FulfilmentError : another word, or a price that is missing, not needed, or not above 0.
    """
    if objective not in ("co2e", "cost", "both"):
        raise FulfilmentError(f"objective: found {objective!r}; expected co2e, cost or both")
    if objective != "both":
        if cost_per_tonne is not None:
            raise FulfilmentError("cost_per_tonne: goes with the objective both; leave it out, or say both")
        return (1, 0) if objective == "co2e" else (0, 1)
    if cost_per_tonne is None or not 0 < cost_per_tonne < float("inf"):
        raise FulfilmentError(
            f"cost_per_tonne: found {cost_per_tonne}; expected the money that a tonne of CO2e is to count as, above 0"
        )
    ratio = Fraction(cost_per_tonne * 1e-6).limit_denominator(WEIGHT_DENOMINATOR_MAX)
    if not ratio:
        raise FulfilmentError(f"cost_per_tonne: found {cost_per_tonne}; expected at least 0.1, or the objective cost")
    return ratio.numerator, ratio.denominator


def spare_factor(problem: Problem, scale: Scale) -> float:
    """By how much all costs could be multiplied before a sum runs over 64 bits; checked before any kernel adds them.

    Raises
    ------
    FulfilmentError : weights, distances or quantities are together too large.
    """
    lanes = problem.lanes
    heaviest_kg = float(problem.chargeable_kg.max(initial=0))
    mg = heaviest_kg * float((lanes.km * lanes.kg_per_tkm).max(initial=0)) * 1e3 + float(lanes.parcel_mg.max(initial=0))
    milli = heaviest_kg * float(lanes.milli_per_kg.max(initial=0)) + float(lanes.parcel_milli.max(initial=0))
    dearest = scale.co2e * mg + scale.cost * milli + float(scale.piece.max(initial=0)) + 2 * scale.credit + 1
    pieces = float(np.bincount(problem.lines.sku, weights=problem.lines.pieces, minlength=1).max())
    room = SUM_MAX / (dearest * (len(problem.warehouses) + 3) * max(pieces, 1.0))
    if room < 1:
        raise FulfilmentError(
            f"demand: {pieces:,.0f} pieces of one SKU at up to {dearest:,.0f} each are more than can be added exactly; expected a "
            "product below 1e17: look for a weight, distance or quantity that is a typing error, or count money in larger units"
        )
    return room
