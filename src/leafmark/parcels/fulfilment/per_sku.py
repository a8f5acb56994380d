"""All SKUs of a problem, each a transport of its own (`transport`): two threads over Numba kernels that hold no lock.

Lines of one SKU to one region are one *sink*. Where lines share parcels, a piece carries the share `F[w, r] / divisor` of its parcel's
fixed figure, rounded down; `divisor` = pieces of the line x lines of the consignment. A plan that sends the consignment
whole then pays F at most once, and one that splits it pays less than it should: so the optimum is a lower bound.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit

from leafmark.parcels.fulfilment.figures import FORBIDDEN
from leafmark.parcels.fulfilment.problem import Lines, Problem, Scale, Whole
from leafmark.parcels.fulfilment.transport import dual_value, transport, unserved_cost

THREADS = 2


class Sinks(NamedTuple):
    """Demand by SKU, region and divisor: `start[k] : start[k + 1]` are SKU k's."""

    start: Whole
    region: Whole
    pieces: Whole
    divisor: Whole


@dataclass(frozen=True)
class Flows:
    """What goes from where to which sink; warehouse number `warehouses` is nobody. `price` [SKUs, warehouses] in the scale's unit.

    `bound` [SKUs]: what prices prove to be the least; pieces that nobody serves count only where the scale gives them a cost of
    its own. Sinks come in order.
    """

    sink: Whole
    warehouse: Whole
    pieces: Whole
    sku: Whole
    price: Whole
    bound: Whole
    unserved_cost: Whole


def sinks_of(problem: Problem) -> tuple[Sinks, Whole]:
    """The sinks, and the lines in the order of their sinks with the sink of each: [2, lines]."""
    lines = problem.lines
    divisor = _divisors(problem)
    order = np.lexsort((divisor, lines.region, lines.sku))
    keys = np.stack([lines.sku[order], lines.region[order], divisor[order]])
    new = np.ones(len(order), np.bool_)
    new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    sink = np.cumsum(new) - 1
    pieces = np.zeros(int(new.sum()), np.int64)
    np.add.at(pieces, sink, lines.pieces[order])
    start = np.searchsorted(keys[0][new], np.arange(len(problem.skus) + 1))
    return Sinks(start, keys[1][new], pieces, keys[2][new]), np.stack([order, sink])


def _divisors(problem: Problem) -> Whole:
    lines = problem.lines
    if not problem.by_order:
        return np.ones(len(lines.row), np.int64)
    asked = lines.pieces > 0
    members = np.bincount(lines.group[asked], minlength=int(lines.group.max(initial=-1)) + 1)
    return np.maximum(lines.pieces, 1) * np.maximum(members[lines.group], 1)


def solve(problem: Problem, sinks: Sinks, scale: Scale, stock: Whole | None = None) -> Flows:
    """The least plan of every SKU under one scale; exact where no parcel is shared."""
    stock = problem.stock if stock is None else stock
    skus = len(problem.skus)
    middle = int(np.searchsorted(sinks.start, sinks.start[-1] / 2))
    ranges = [(0, middle), (middle, skus)]

    def work(span: tuple[int, int]) -> tuple[Whole, ...]:
        return _solve_range(*span, sinks, problem.chargeable_kg, stock, problem.lanes, scale)  # type: ignore[no-any-return]

    if len(sinks.region) < 1000:
        parts = [work((0, skus))]
    else:
        with ThreadPoolExecutor(THREADS) as pool:
            parts = list(pool.map(work, ranges))
    return Flows(*(np.concatenate(each) for each in zip(*parts, strict=True)))


@njit(cache=True, nogil=True)
def fill_cost(cost, first, last, sinks, kg, lanes, scale):  # type: ignore[no-untyped-def]
    """Costs of a piece of one SKU, [warehouses, sinks first to last]; FORBIDDEN where no lane leads."""
    for at in range(first, last):
        r = sinks.region[at]
        for w in range(lanes.km.shape[0]):
            if not lanes.leads[w, r]:
                cost[w, at - first] = FORBIDDEN
                continue
            mg = haul_mg(kg, lanes, w, r)
            milli = haul_milli(kg, lanes, w, r)
            parcel = scale.co2e * lanes.parcel_mg[w, r] + scale.cost * lanes.parcel_milli[w, r]
            cost[w, at - first] = scale.co2e * mg + scale.cost * milli + parcel // sinks.divisor[at] + scale.piece[w]
            if lanes.on_time[w, r]:
                cost[w, at - first] -= scale.credit


@njit(cache=True, nogil=True, inline="always")
def haul_mg(kg, lanes, w, r):  # type: ignore[no-untyped-def]
    """Milligrams of one piece on a lane: `leafmark.parcels.decision.haul_co2e_mg`, rounded."""
    return np.int64(np.floor(kg * lanes.km[w, r] * lanes.kg_per_tkm[w, r] * 1e3 + 0.5))


@njit(cache=True, nogil=True, inline="always")
def haul_milli(kg, lanes, w, r):  # type: ignore[no-untyped-def]
    """Thousandths of money of one piece on a lane."""
    return np.int64(np.floor(kg * lanes.milli_per_kg[w, r] + 0.5))


@njit(cache=True, nogil=True)
def _solve_range(first_sku, last_sku, sinks, chargeable_kg, stock, lanes, scale):  # type: ignore[no-untyped-def]
    warehouses = lanes.km.shape[0]
    skus = last_sku - first_sku
    room = 2 * (sinks.start[last_sku] - sinks.start[first_sku]) + 64
    out = np.empty((4, room), np.int64)
    used = 0
    prices = np.zeros((skus, warehouses), np.int64)
    bounds = np.zeros(skus, np.int64)
    unserved_costs = np.zeros(skus, np.int64)
    for k in range(first_sku, last_sku):
        first, last = sinks.start[k], sinks.start[k + 1]
        if first == last:
            continue
        places = last - first
        cost = np.empty((warehouses, places), np.int64)
        fill_cost(cost, first, last, sinks, chargeable_kg[k], lanes, scale)
        flow = np.empty((warehouses + 1, places), np.int64)
        demand, supply = sinks.pieces[first:last], stock[:, k].copy()
        price = prices[k - first_sku]
        unserved = scale.unserved if scale.unserved >= 0 else unserved_cost(cost)
        transport(cost, demand, supply, unserved, flow, price)
        unserved_costs[k - first_sku] = unserved
        bounds[k - first_sku] = dual_value(cost, demand, supply, price, unserved)
        if scale.unserved < 0:
            bounds[k - first_sku] -= unserved * flow[warehouses].sum()
        for j in range(places):
            for w in range(warehouses + 1):
                if flow[w, j] > 0:
                    if used == out.shape[1]:
                        wider = np.empty((4, 2 * used), np.int64)
                        wider[:, :used] = out
                        out = wider
                    out[0, used], out[1, used], out[2, used], out[3, used] = first + j, w, flow[w, j], k
                    used += 1
    kept = out[:, :used].copy()
    return kept[0], kept[1], kept[2], kept[3], prices, bounds, unserved_costs


def haul_of_sinks(problem: Problem, sinks: Sinks, sku: Whole, warehouse: Whole, sink: Whole) -> tuple[Whole, Whole]:
    """Milligrams and thousandths of money of one piece, its parcel included; where no parcels are shared."""
    lanes, region, kg = problem.lanes, sinks.region[sink], problem.chargeable_kg[sku]
    mg = np.floor(kg * lanes.km[warehouse, region] * lanes.kg_per_tkm[warehouse, region] * 1e3 + 0.5).astype(np.int64)
    milli = np.floor(kg * lanes.milli_per_kg[warehouse, region] + 0.5).astype(np.int64)
    return mg + lanes.parcel_mg[warehouse, region], milli + lanes.parcel_milli[warehouse, region]


class Assignment(NamedTuple):
    """Pieces of a line from a warehouse, or (number `warehouses`) from nobody; by line, one row a warehouse."""

    line: Whole
    warehouse: Whole
    pieces: Whole


def to_lines(flows: Flows, by_sink: Whole, lines: Lines) -> Assignment:
    """Hand the flows of each sink to its lines in the order in which they came; the nearest warehouse's number goes first."""
    order, _ = by_sink
    asked = order[lines.pieces[order] > 0]
    line_ends = np.cumsum(lines.pieces[asked])
    flow_ends = np.cumsum(flows.pieces)
    ends = np.union1d(line_ends, flow_ends)
    starts = np.concatenate([[0], ends[:-1]])[: len(ends)]
    line = asked[np.searchsorted(line_ends, starts, side="right")]
    warehouse = flows.warehouse[np.searchsorted(flow_ends, starts, side="right")]
    return by_line(line, warehouse, ends - starts)


def by_line(line: Whole, warehouse: Whole, pieces: Whole) -> Assignment:
    """Rows put in order of line and warehouse, those of the same two added up."""
    if not len(line):
        return Assignment(line, warehouse, pieces)
    order = np.lexsort((warehouse, line))
    line, warehouse, pieces = line[order], warehouse[order], pieces[order]
    new = np.ones(len(line), np.bool_)
    new[1:] = (line[1:] != line[:-1]) | (warehouse[1:] != warehouse[:-1])
    at = np.flatnonzero(new)
    return Assignment(line[at], warehouse[at], np.add.reduceat(pieces, at))
