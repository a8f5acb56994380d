"""Limits that tie SKUs together: throughput of warehouses, a share in time, a carbon budget. Prices of limits, a bound, a whole plan.

The linear program of all SKUs at once (12 million columns at 20 x 2,000 x 300) is never written down. Dantzig and Wolfe's
decomposition (Operations Research 8(1), 1960) asks each SKU for its least plan at the limits' present prices (`per_sku`, exact), and HiGHS
mixes the plans found so far within the limits, which gives the next prices. Prices are whole numbers of a finer unit (1 / `fine`), so

    bound = sum over SKUs of its least plan at the prices - prices x limits

is exact, whatever the mix; when nothing new is offered, the mix is the optimum of the linear program. At most as many SKUs as there
are limits stay mixed; their pieces are settled by a small integer program over the cells in which their plans differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from leafmark.parcels.fulfilment.figures import SUM_MAX
from leafmark.parcels.fulfilment.per_sku import Flows, Sinks, haul_of_sinks, solve
from leafmark.parcels.fulfilment.problem import Problem, Real, Scale, Whole
from leafmark.parcels.fulfilment.program import Entries, Program
from leafmark.parcels.fulfilment.reading import FulfilmentError, Progress

ROUNDS = 60
FINE_MAX = 2**20
ENOUGH = 1e-6
"""Rounds end where mix and bound are this close, as a share."""
ENDLESS = 2**40
"""Pieces a warehouse may send where nobody limits it."""


@dataclass
class Plans:
    """Plans of single SKUs found so far, one an entry: what each uses, and where its flows are."""

    sku: Whole
    uses: Whole  # [plans, warehouses + 4]: pieces sent from each, pieces not in time (negative: in time), mg, milli, nobody's
    round: Whole
    flows: list[Flows] = field(default_factory=list)


@dataclass(frozen=True)
class Limit:
    """Rows over `Plans.uses`: `column` of each, and the most it may come to."""

    column: Whole
    most: Whole


@dataclass(frozen=True)
class Mixed:
    """The best mix: shares of the plans, whole prices of the limits by column of `uses` in 1 / `fine`, and the bound."""

    share: Real
    price: Whole
    fine: int
    bound: float
    value: float


def empty_plans(problem: Problem) -> Plans:
    """Of every SKU the plan that sends nothing: with it throughput can always be kept."""
    skus, warehouses = len(problem.skus), len(problem.warehouses)
    uses = np.zeros((skus, warehouses + 4), np.int64)
    np.add.at(uses[:, -1], problem.lines.sku, problem.lines.pieces)
    return Plans(np.arange(skus), uses, np.full(skus, -1))


def mix(
    problem: Problem,
    sinks: Sinks,
    weight: Whole,
    limit: Limit,
    plans: Plans,
    progress: Progress,
    explicit: bool = False,
) -> Mixed:
    """The least mix of plans within the limits; plans that are found on the way are added.

    Parameters
    ----------
    weight : int64 [columns of uses], the objective.
    explicit : a piece that nobody sends costs its weight and price; else the most pieces are sent first.
    """
    columns = plans.uses.shape[1]
    price, best = np.zeros(columns, np.int64), -np.inf
    best_price, mixed = price, None
    fine, most = _fine(problem, weight, explicit)
    master = _Master(weight, limit, len(problem.skus), float(dearest_piece(problem, weight)) * 10)
    master.add(plans.sku, plans.uses)
    for number in range(ROUNDS):
        progress(number, ROUNDS, "prices of the limits")
        fresh = _plans_of(
            problem, sinks, solve(problem, sinks, scale_of(weight, price, fine, explicit)), len(plans.flows)
        )
        bound = (
            sum(fresh.flows[0].bound.tolist()) - sum((price[limit.column].astype(object) * limit.most).tolist())
        ) / fine
        if bound > best:
            best, best_price = bound, price
        if mixed is not None:
            own = (fresh.uses @ (weight * fine + price)) / fine
            offered = own < mixed.least[fresh.sku] - np.abs(mixed.least[fresh.sku]) * 1e-9
            sent_value = mixed.value - float(weight[-1] * (mixed.share @ plans.uses[:, -1]))
            if not offered.any() or mixed.value - best <= ENOUGH * max(1.0, abs(sent_value)):
                break
            fresh = Plans(fresh.sku[offered], fresh.uses[offered], fresh.round[offered], fresh.flows)
        plans.sku = np.concatenate([plans.sku, fresh.sku])
        plans.uses = np.concatenate([plans.uses, fresh.uses])
        plans.round = np.concatenate([plans.round, fresh.round])
        plans.flows += fresh.flows
        master.add(fresh.sku, fresh.uses)
        mixed = master.least()
        price = np.zeros(columns, np.int64)
        price[limit.column] = np.rint(np.clip(mixed.dual * fine, 0, most[limit.column])).astype(np.int64)
    assert mixed is not None
    share = np.concatenate([mixed.share, np.zeros(len(plans.sku) - len(mixed.share))])
    return Mixed(share, best_price, fine, best, mixed.value)


def scale_of(weight: Whole, price: Whole, fine: int, explicit: bool) -> Scale:
    """Weights and prices of limits as a scale of the transports, in 1 / `fine` of the objective's unit."""
    fined = weight * fine + price
    nobody = int(fined[-1]) if explicit else -1
    return Scale(int(fined[-3]), int(fined[-2]), np.ascontiguousarray(fined[:-4]), int(fined[-4]), nobody)


def dearest_piece(problem: Problem, weight: Whole) -> int:
    """Above the objective of any piece that is sent."""
    lanes, kg = problem.lanes, float(problem.chargeable_kg.max(initial=0))
    mg = kg * float((lanes.km * lanes.kg_per_tkm).max(initial=0)) * 1e3 + float(lanes.parcel_mg.max(initial=0)) + 1
    milli = kg * float(lanes.milli_per_kg.max(initial=0)) + float(lanes.parcel_milli.max(initial=0)) + 1
    return int(weight[-3] * mg + weight[-2] * milli + abs(weight[-4])) + 1


def nobody_weight(problem: Problem, weight: Whole) -> int:
    """More than any chain of moves over warehouses saves, within a SKU or from one SKU to the next where throughput ties them."""
    return (2 * len(problem.warehouses) + 3) * dearest_piece(problem, weight)


def _fine(problem: Problem, weight: Whole, explicit: bool) -> tuple[int, Real]:
    """How fine prices are, and the highest of each that sums of 64 bits have room for; a bound holds at any price."""
    dearest = dearest_piece(problem, weight)
    mg = dearest_piece(problem, np.eye(len(weight), dtype=np.int64)[-3])
    chain = nobody_weight(problem, weight)
    pieces = max(1.0, float(np.bincount(problem.lines.sku, weights=problem.lines.pieces, minlength=1).max()))
    fine = max(1, min(FINE_MAX, int(SUM_MAX / (64.0 * chain * pieces))))
    most = np.full(len(weight), float((chain if explicit else 16 * dearest) * fine))
    most[-3] /= mg
    return fine, most


@dataclass(frozen=True)
class _Shares:
    share: Real
    dual: Real
    least: Real
    value: float


class _Master:
    """Shares of the plans, at least cost within the limits: one row a SKU, one a limit; it grows with the plans."""

    def __init__(self, weight: Whole, limit: Limit, skus: int, cost_unit: float) -> None:
        self._weight, self._limit, self._skus, self._cost_unit = weight, limit, skus, cost_unit
        self._unit = np.maximum(np.abs(limit.most), 1) / 1e3
        self._program = Program(
            np.concatenate([np.ones(skus), np.full(len(self._unit), -np.inf)]),
            np.concatenate([np.ones(skus), limit.most / self._unit]),
        )

    def add(self, sku: Whole, uses: Whole) -> None:
        tied = uses[:, self._limit.column] / self._unit
        plan, row = np.nonzero(tied)
        each = np.arange(len(sku))
        entries = Entries(
            np.concatenate([sku, self._skus + row]), np.concatenate([each, plan]),
            np.concatenate([np.ones(len(each)), tied[plan, row]]),
        )  # fmt: skip
        self._program.add((uses @ self._weight) / self._cost_unit, entries)

    def least(self) -> _Shares:
        """Shares, prices of the limits, and of each SKU the least that a new plan has to beat."""
        found = self._program.least()
        if found is None:
            raise FulfilmentError("limits: no mix of plans keeps them all; loosen one of them")
        dual = found.dual * self._cost_unit
        return _Shares(
            found.value, -dual[self._skus :] / self._unit, dual[: self._skus], found.objective * self._cost_unit
        )


def _plans_of(problem: Problem, sinks: Sinks, flows: Flows, number: int) -> Plans:
    """What each SKU's flows use."""
    warehouses, skus = len(problem.warehouses), len(problem.skus)
    uses = np.zeros((skus, warehouses + 4), np.int64)
    sent = flows.warehouse < warehouses
    sku, w, sink, pieces = (each[sent] for each in (flows.sku, flows.warehouse, flows.sink, flows.pieces))
    mg, milli = haul_of_sinks(problem, sinks, sku, w, sink)
    np.add.at(uses, (sku, w), pieces)
    np.subtract.at(uses[:, -4], sku, pieces * problem.lanes.on_time[w, sinks.region[sink]])
    np.add.at(uses[:, -3], sku, mg * pieces)
    np.add.at(uses[:, -2], sku, milli * pieces)
    np.add.at(uses[:, -1], flows.sku[~sent], flows.pieces[~sent])
    return Plans(np.arange(skus), uses, np.full(skus, number), [flows])
