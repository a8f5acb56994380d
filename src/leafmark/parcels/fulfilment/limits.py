"""A plan of whole pieces within limits, reached in steps, each of which says what cannot be had.

    throughput -> how many pieces can be sent at all -> how many of them in time -> how few grams that takes -> the least objective

The most pieces are sent first; a service share or a carbon budget that does not leave room for them is an error that names the best
there is. Every step starts from the plans of the one before, so that its limits can be kept from the start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from leafmark.parcels.fulfilment.coupled import ENDLESS, Limit, Mixed, Plans, empty_plans, mix, nobody_weight
from leafmark.parcels.fulfilment.per_sku import Flows, Sinks
from leafmark.parcels.fulfilment.problem import Problem, Whole
from leafmark.parcels.fulfilment.reading import FulfilmentError, Progress
from leafmark.parcels.fulfilment.whole import settle


@dataclass(frozen=True)
class Limits:
    """`room` [warehouses]: pieces each may send, ENDLESS where nobody says; at least `in_time` pieces within the service's days (None:
    no promise); at most `carbon_mg` milligrams (None: no budget)."""

    room: Whole
    in_time: int | None = None
    carbon_mg: int | None = None

    @property
    def tie(self) -> bool:
        """Whether there is any."""
        return self.in_time is not None or self.carbon_mg is not None or bool((self.room < ENDLESS).any())


@dataclass(frozen=True)
class Within:
    """Flows within the limits, the mix of the last step, and the bound on the objective of the pieces that are sent."""

    flows: Flows
    mixed: Mixed
    weight: Whole
    limit: Limit
    explicit: bool
    bound: float


def keep(problem: Problem, sinks: Sinks, co2e: int, cost: int, limits: Limits, progress: Progress) -> Within:
    """The least plan within the limits.

    Raises
    ------
    FulfilmentError : the most pieces cannot be sent within the service share or the budget; it names what can be had.
    """
    warehouses = len(problem.warehouses)
    weight = np.zeros(warehouses + 4, np.int64)
    weight[-3:-1] = co2e, cost
    limited = np.flatnonzero(limits.room < ENDLESS)
    plans, limit = empty_plans(problem), Limit(limited, limits.room[limited])
    explicit = bool(len(limited))
    if explicit:
        weight[-1] = nobody_weight(problem, weight)
        mixed = mix(problem, sinks, weight, limit, plans, progress, True)
        if limits.in_time is None and limits.carbon_mg is None:
            flows = settle(problem, sinks, plans, mixed, weight, limit, True)
            unmet = int(flows.pieces[flows.warehouse == warehouses].sum())
            return Within(flows, mixed, weight, limit, True, mixed.bound - float(weight[-1]) * unmet)
        least_unmet = math.ceil(float(mixed.share @ plans.uses[:, -1]) - 1e-6)
        weight[-1] = 0
        limit = _with(limit, warehouses + 3, least_unmet)
    else:
        plans = Plans(plans.sku[:0], plans.uses[:0], plans.round[:0])
    if limits.in_time is not None:
        limit = _in_time(problem, sinks, limits.in_time, limit, plans, progress, explicit)
    if limits.carbon_mg is not None:
        limit = _carbon(problem, sinks, limits.carbon_mg, limit, plans, progress, explicit)
    mixed = mix(problem, sinks, weight, limit, plans, progress, explicit)
    return Within(
        settle(problem, sinks, plans, mixed, weight, limit, explicit), mixed, weight, limit, explicit, mixed.bound
    )


def _in_time(
    problem: Problem, sinks: Sinks, asked: int, limit: Limit, plans: Plans, progress: Progress, explicit: bool
) -> Limit:
    weight = np.zeros(plans.uses.shape[1], np.int64)
    weight[-4] = 1
    most = -mix(problem, sinks, weight, limit, plans, progress, explicit).value
    if most < asked - 1e-6:
        pieces = int(problem.lines.pieces.sum())
        raise FulfilmentError(
            f"service: found a share of {asked / max(pieces, 1):.4g} in time, {asked:,} of {pieces:,} pieces; expected at most "
            f"{math.floor(most + 1e-6):,}, which is all that stock and lanes allow"
        )
    return _with(limit, plans.uses.shape[1] - 4, -asked)


def _carbon(
    problem: Problem, sinks: Sinks, budget_mg: int, limit: Limit, plans: Plans, progress: Progress, explicit: bool
) -> Limit:
    weight = np.zeros(plans.uses.shape[1], np.int64)
    weight[-3] = 1
    least_mg = math.ceil(mix(problem, sinks, weight, limit, plans, progress, explicit).bound - 0.5)
    if least_mg > budget_mg:
        raise FulfilmentError(
            f"carbon_budget_mg: found {budget_mg:,}; expected at least {least_mg:,}, the least in which all that can be "
            "sent is sent"
        )
    return _with(limit, plans.uses.shape[1] - 3, budget_mg)


def _with(limit: Limit, column: int, most: int) -> Limit:
    return replace(limit, column=np.append(limit.column, column), most=np.append(limit.most, most))
