"""Three ways to send the same demand, always side by side: the nearest warehouse, the online rule, and one who knows all that comes.

Only the first two can be had while orders come one by one. The third, the *clairvoyant*, is a bound: what an ideal rule could save at
the most. A figure of it alone would be taken for a saving; so nothing here gives it without the other two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from leafmark.parcels.fulfilment.coupled import scale_of
from leafmark.parcels.fulfilment.in_sequence import queue_of, send
from leafmark.parcels.fulfilment.limits import Limits, Within, keep
from leafmark.parcels.fulfilment.online import Expected, online
from leafmark.parcels.fulfilment.orders import consolidate
from leafmark.parcels.fulfilment.per_sku import Assignment, sinks_of, solve, to_lines
from leafmark.parcels.fulfilment.problem import Problem, Scale, Whole, spare_factor
from leafmark.parcels.fulfilment.reading import FulfilmentError, Progress, silent
from leafmark.parcels.fulfilment.totals import Totals, total

RULES: Final = ("nearest", "online", "clairvoyant")


@dataclass(frozen=True)
class Planned:
    """The clairvoyant's plan, a bound that no plan of as many pieces is below, and what it is in the scale's unit.

    `price` [SKUs, warehouses]: what one more piece of stock saves. `limit_price`: what one more of each limit saves.
    """

    plan: Assignment
    totals: Totals
    value: int
    bound: float
    price: Whole | None
    limit_price: dict[str, float]

    @property
    def gap(self) -> float:
        """How far above the bound the plan may be, as a share of it; 0 is proven least."""
        return max(0.0, (self.value - self.bound) / self.value) if self.value else 0.0


def clairvoyant(problem: Problem, scale: Scale, limits: Limits, progress: Progress = silent) -> Planned:
    """The least plan with all demand known.

    Exact where pieces are parcels of their own and nothing ties SKUs together; else with the gap to its bound.

    Raises
    ------
    FulfilmentError : limits that cannot be kept, or limits on demand whose lines share parcels.
    """
    spare_factor(problem, scale)
    sinks, by_sink = sinks_of(problem)
    if limits.tie:
        if problem.by_order:
            raise FulfilmentError(
                "throughput, service and carbon_budget_mg go with demand whose pieces are parcels of their own; found a column order_id: "
                "leave it out, or the limits"
            )
        within = keep(problem, sinks, scale.co2e, scale.cost, limits, progress)
        plan = to_lines(within.flows, by_sink, problem.lines)
        totals = total(problem, plan)
        return Planned(
            plan, totals, totals.value(scale.co2e, scale.cost), within.bound, None, _limit_prices(problem, within)
        )
    flows = solve(problem, sinks, scale)
    plan = to_lines(flows, by_sink, problem.lines)
    if not problem.by_order:
        totals = total(problem, plan)
        value, bound = totals.value(scale.co2e, scale.cost), sum(flows.bound.tolist())
        if value != bound:  # strong duality: anything else is a fault of ours
            raise AssertionError(f"a plan of {value} has the bound {bound}; expected them to be equal")
        return Planned(plan, totals, value, bound, flows.price, {})
    shared = consolidate(problem, queue_of(problem), scale, flows, plan, progress)
    return Planned(
        shared.plan, shared.totals, shared.totals.value(scale.co2e, scale.cost), shared.bound, shared.price, {}
    )


def _limit_prices(problem: Problem, within: Within) -> dict[str, float]:
    """Prices of the limits by name, in the objective's unit for a piece, a piece in time, or a milligram."""
    names = [*problem.warehouses, "service", "carbon_budget_mg", "", "unmet"]
    price = within.mixed.price / within.mixed.fine
    return {names[column]: float(price[column]) for column in within.limit.column if names[column] != "unmet"}


def nearest(problem: Problem, scale: Scale, room: Whole) -> Assignment:
    """Every line, as it comes, from the nearest warehouse that has it, then the next nearest."""
    queue = queue_of(problem)
    price = np.zeros((len(problem.skus), len(problem.warehouses)), np.int64)
    return send(
        problem, queue, (0, len(queue.start) - 1), scale, price, problem.stock.copy(), room.copy(), nearest=True
    )


def by_prices(
    problem: Problem, scale: Scale, limits: Limits, expected: Expected | None, progress: Progress = silent
) -> Assignment:
    """The online rule; where limits tie SKUs together, at the limits' prices under what is expected."""
    if expected is not None and limits.tie:
        history = expected.history
        try:
            sinks, _ = sinks_of(history)
            within = keep(history, sinks, scale.co2e, scale.cost, _for_history(history, expected, limits), progress)
            scale = scale_of(within.weight, within.mixed.price, within.mixed.fine, False)
        except FulfilmentError:  # what is expected cannot be sent within the limits: no prices of limits then
            pass
    return online(problem, queue_of(problem), scale, expected, limits.room, progress)


def _for_history(history: Problem, expected: Expected, limits: Limits) -> Limits:
    share = 1 / max(expected.scale, 1e-9)
    return Limits(
        np.floor(limits.room * share).astype(np.int64),
        None if limits.in_time is None else int(limits.in_time * share),
        None if limits.carbon_mg is None else int(limits.carbon_mg * share),
    )


def keeps(totals: Totals, limits: Limits) -> bool:
    """Whether a rule's outcome is within all limits."""
    return bool(
        (totals.by_warehouse <= limits.room).all()
        and (limits.in_time is None or totals.in_time >= limits.in_time)
        and (limits.carbon_mg is None or totals.co2e_mg <= limits.carbon_mg)
    )
