"""Orders whose lines share parcels: a plan that is improved until nothing helps, and the bound beside it.

With a fixed figure for each parcel the problem is a facility location for each order, tied together by stock: hard to solve
exactly. So there are two numbers. The **bound** gives every warehouse's stock a price and lets each order choose freely, parcels and
all (Lagrangian relaxation of the stock; Fisher, Management Science 27(1), 1981): no plan that serves as many pieces costs less. The **plan**
starts from the better of two (each SKU's transport with parcels shared out by piece; orders in turn at the prices) and is improved by
SKU (all its lines anew, exactly, other parcels as they stand) and by order (its lines parted anew), each step kept only if it saves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leafmark.parcels.fulfilment import order_kernels as kernels
from leafmark.parcels.fulfilment.in_sequence import Queue, send
from leafmark.parcels.fulfilment.per_sku import Assignment, Flows
from leafmark.parcels.fulfilment.problem import Problem, Scale, Whole
from leafmark.parcels.fulfilment.reading import Progress
from leafmark.parcels.fulfilment.totals import Totals, total

STEPS = 24
"""How often the prices of the bound are moved."""
PASSES = 6
"""How often the plan is gone through, at most."""
ENDLESS_ROOM = 2**40


@dataclass(frozen=True)
class Shared:
    """A plan of shared parcels, the bound, and the prices that prove it [SKUs, warehouses]."""

    plan: Assignment
    totals: Totals
    bound: int
    price: Whole


def consolidate(
    problem: Problem, queue: Queue, scale: Scale, flows: Flows, by_piece: Assignment, progress: Progress
) -> Shared:
    """From the transports of all SKUs to a plan with whole parcels.

    Parameters
    ----------
    flows, by_piece : the transports with parcels shared out by piece, and what they give each line.
    """
    bound, price = _bound(problem, queue, scale, flows, progress)
    room = np.full(len(problem.warehouses), ENDLESS_ROOM)
    in_turn = send(problem, queue, (0, len(queue.start) - 1), scale, price, problem.stock.copy(), room)
    starts = [(each, total(problem, each)) for each in (by_piece, in_turn)]
    least_unmet = starts[0][1].unmet
    plan, totals = min(
        (each for each in starts if each[1].unmet == least_unmet),
        key=lambda each: each[1].value(scale.co2e, scale.cost),
    )
    if totals.value(scale.co2e, scale.cost) > bound:
        plan = _improve(problem, queue, scale, plan, progress)
        totals = total(problem, plan)
    return Shared(plan, totals, bound, price)


def _bound(problem: Problem, queue: Queue, scale: Scale, flows: Flows, progress: Progress) -> tuple[int, Whole]:
    """The best bound of a few steps along the subgradient (pieces used less pieces held), from the transports' prices on."""
    lines, price = problem.lines, flows.price.copy()
    unmet = np.zeros(len(problem.skus), np.int64)
    nobody = flows.warehouse == len(problem.warehouses)
    np.add.at(unmet, flows.sku[nobody], flows.pieces[nobody])
    wanted = np.maximum(np.bincount(lines.sku, weights=lines.pieces, minlength=len(problem.skus)), 1)
    each = np.maximum(flows.bound / wanted, 1.0)
    best, best_price = sum(flows.bound.tolist()), price
    step = 0.3
    for number in range(STEPS):
        progress(number, STEPS, "bound of the orders")
        used = np.zeros_like(problem.stock)
        value = kernels.least_by_price(
            queue, lines.sku, lines.region, lines.pieces, problem.chargeable_kg, problem.lanes, scale, price, flows.unserved_cost, used
        )  # fmt: skip
        value -= sum((price.T * problem.stock).sum(axis=1).tolist()) + sum((unmet * flows.unserved_cost).tolist())
        if value > best:
            best, best_price = int(value), price
        elif number % 3 == 2:
            step *= 0.6
            price = best_price
        towards = (used - problem.stock).T / wanted[:, None] * (each * step)[:, None]
        price = np.maximum(price + np.rint(towards).astype(np.int64), 0)
    return best, best_price


def _improve(problem: Problem, queue: Queue, scale: Scale, plan: Assignment, progress: Progress) -> Assignment:
    lines, warehouses = problem.lines, len(problem.warehouses)
    sent = np.zeros((len(lines.row), warehouses + 1), np.int64)
    sent[plan.line, plan.warehouse] = plan.pieces
    opened = np.zeros((len(queue.start) - 1, warehouses), np.int64)
    for w in range(warehouses):
        np.add.at(opened[:, w], lines.group, sent[:, w] > 0)
    asked = np.flatnonzero(lines.pieces > 0)
    by_sku = asked[np.argsort(lines.sku[asked], kind="stable")]
    sku_start = np.searchsorted(lines.sku[by_sku], np.arange(len(problem.skus) + 1))
    of_lines = (lines.region, lines.pieces, problem.chargeable_kg, problem.lanes, scale)
    for number in range(PASSES):
        progress(number, PASSES, "orders put together")
        saved = kernels.improve_by_sku(sku_start, by_sku, lines.group, *of_lines, problem.stock, sent, opened)
        left = problem.stock.copy()
        for w in range(warehouses):
            np.subtract.at(left[w], lines.sku, sent[:, w])
        saved += kernels.improve_by_group(queue, lines.sku, *of_lines, left, sent, opened)
        if saved == 0:
            break
    line, warehouse = np.nonzero(sent)
    return Assignment(line, warehouse, sent[line, warehouse])
