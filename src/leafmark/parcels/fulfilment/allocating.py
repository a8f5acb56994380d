"""`allocate`: which warehouse ships what, at least grams, least money, or both; with what it is measured against."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.parcels.decision import DENSITY_KG_PER_M3, METHOD_ID, METHOD_VERSION
from leafmark.parcels.fulfilment.coupled import ENDLESS
from leafmark.parcels.fulfilment.figures import MILLI
from leafmark.parcels.fulfilment.limits import Limits
from leafmark.parcels.fulfilment.online import Expected
from leafmark.parcels.fulfilment.per_sku import Assignment
from leafmark.parcels.fulfilment.problem import Problem, Whole, weights
from leafmark.parcels.fulfilment.reading import FulfilmentError, Progress, Table, silent
from leafmark.parcels.fulfilment.result_tables import comparison_table, shipments_table, unmet_table
from leafmark.parcels.fulfilment.rules import Planned, by_prices, clairvoyant, keeps, nearest
from leafmark.parcels.fulfilment.tables_in import read_problem
from leafmark.parcels.fulfilment.totals import Totals, total

SCHEMA: Final = "leafmark.allocation/1"


@dataclass(frozen=True)
class Service:
    """At least this share of all demanded pieces is to arrive within so many days (the lanes' `days`)."""

    share: float
    within_days: float


@dataclass(frozen=True)
class Allocation:
    """What is sent from where, and the three rules side by side.

    Parameters
    ----------
    shipments, unmet, refused, comparison : tables of `leafmark.parcels.fulfilment.tables`. Shipments are the clairvoyant's.
    bound : least objective that any plan of as many pieces can have, proven; in mg, thousandths of money, or `unit`.
    gap : how far the shipments may be above it, as a share; 0 is proven least.
    prices : whether the online rule had a history to make its prices of.
    limit_prices : what one more piece of throughput, one piece less in time, or one more milligram saves, in the objective's unit.
    """

    shipments: pa.Table
    unmet: pa.Table
    refused: pa.Table
    comparison: pa.Table
    objective: str
    unit: str
    value: int
    bound: float
    gap: float
    prices: str
    limit_prices: dict[str, float]

    def content(self) -> dict[str, Any]:
        """Everything but the shipments as plain values, `leafmark.allocation/1`."""
        return {
            "schema": SCHEMA, "method": f"{METHOD_ID}@{METHOD_VERSION}", "booked": False, "objective": self.objective,
            "unit": self.unit, "value": self.value, "bound": self.bound, "gap": self.gap, "online_prices": self.prices,
            "comparison": self.comparison.to_pylist(), "limit_prices": self.limit_prices, "shipments": self.shipments.num_rows,
            "unmet": self.unmet.to_pylist(), "refused": self.refused.to_pylist(),
        }  # fmt: skip


def allocate(
    demand: Table, stock: Table, lanes: Table, *, objective: str = "co2e", cost_per_tonne: float | None = None,
    throughput: Mapping[str, int] | None = None, service: Service | None = None, carbon_budget_mg: int | None = None,
    history: Table | None = None, history_scale: float = 1.0, parcel_co2e_mg: int = 0,
    density_kg_per_m3: float = DENSITY_KG_PER_M3, progress: Progress = silent,
) -> Allocation:  # fmt: skip
    """Decide which warehouse ships what: the most pieces first, and those at the least objective.

    Parameters
    ----------
    demand, stock, lanes : Arrow tables, or CSV or Parquet files (`DEMAND_SCHEMA`, `STOCK_SCHEMA`, `LANES_SCHEMA`). With a column
        `order_id`, lines of an order to one region share a parcel from each warehouse; without, every piece is a parcel of its own.
    objective : `co2e`, `cost`, or `both`: money plus grams at `cost_per_tonne`, money for a tonne CO2e.
    throughput : most pieces that a warehouse sends. service : least share in time. carbon_budget_mg : most milligrams in all.
    history : demand of an earlier time, from which the online rule makes its prices of stock; times `history_scale` it is what is
        expected. Without it the prices are 0.
    parcel_co2e_mg : fixed milligrams of a parcel on lanes that give none. density_kg_per_m3 : dimensional density.

    Returns
    -------
    Allocation : decision grams (`parcels.decision`), to choose by; never posted to a book.

    Raises
    ------
    FulfilmentError : a table cannot be read, or a setting or limit cannot be kept; the message names it, and what can be had.
    """
    co2e, cost = weights(objective, cost_per_tonne)
    days = None if service is None else service.within_days
    problem = read_problem(
        demand, stock, lanes, parcel_co2e_mg=parcel_co2e_mg, within_days=days, needs_money=cost > 0,
        density_kg_per_m3=density_kg_per_m3,
    )  # fmt: skip
    limits = limits_of(problem, throughput, service, carbon_budget_mg)
    scale = problem.plain_scale(co2e, cost)
    planned = clairvoyant(problem, scale, limits, progress)
    expected, refused = None, problem.refused
    if history is not None:
        if not 0 < history_scale < math.inf:
            raise FulfilmentError(f"history_scale: found {history_scale}; expected a number above 0")
        past = read_problem(
            history, stock, lanes, parcel_co2e_mg=parcel_co2e_mg, within_days=days, needs_money=cost > 0,
            density_kg_per_m3=density_kg_per_m3, demand_name="history",
        )  # fmt: skip
        expected = Expected(past, history_scale)
        refused = pa.concat_tables([refused, past.refused.filter(pc.equal(past.refused["table"], "history"))])
    plans = {"nearest": nearest(problem, scale, limits.room)}
    plans["online"] = by_prices(problem, scale, limits, expected, progress)
    rows = {name: total(problem, each) for name, each in plans.items()}
    for name, each in rows.items():
        planned = _better(planned, plans[name], each, each.value(co2e, cost), limits)
    rows["clairvoyant"] = planned.totals
    return Allocation(
        shipments_table(problem, planned.plan), unmet_table(problem, planned.plan, limits.room), refused,
        comparison_table(problem, rows, {name: keeps(each, limits) for name, each in rows.items()}, service is not None),
        objective, _unit(objective, co2e, cost), planned.value, planned.bound, planned.gap,
        "zero" if expected is None else "history", planned.limit_price,
    )  # fmt: skip


def _better(planned: Planned, plan: Assignment, totals: Totals, value: int, limits: Limits) -> Planned:
    """Who knows all can do as a rule that knows less; only where the plan is not proven least may that be better."""
    if not keeps(totals, limits) or (totals.unmet, value) >= (planned.totals.unmet, planned.value):
        return planned
    if totals.unmet < planned.totals.unmet or value < planned.bound - 0.5:
        raise AssertionError(f"a rule in turn has {totals.unmet} unmet at {value}, below the bound {planned.bound}")
    return replace(planned, plan=plan, totals=totals, value=value)


def _unit(objective: str, co2e: int, cost: int) -> str:
    if objective == "both":
        return f"{co2e} x mg CO2e + {cost} x money / {MILLI}"
    return "mg CO2e" if objective == "co2e" else f"money / {MILLI}"


def limits_of(
    problem: Problem, throughput: Mapping[str, int] | None, service: Service | None, carbon_budget_mg: int | None
) -> Limits:
    """Limits as arrays.

    Raises
    ------
    FulfilmentError : a warehouse that no lane names, or a number out of its range.
    """
    room = np.full(len(problem.warehouses), ENDLESS)
    for name, pieces in (throughput or {}).items():
        if name not in problem.warehouses:
            raise FulfilmentError(
                f"throughput: found the warehouse {name!r}; expected one of {', '.join(problem.warehouses[:20])}"
            )
        if not isinstance(pieces, int) or not 0 <= pieces < ENDLESS:
            raise FulfilmentError(
                f"throughput of {name}: found {pieces!r}; expected a whole number of pieces, 0 or more"
            )
        room[problem.warehouses.index(name)] = pieces
    return Limits(room, _pieces_in_time(problem.lines.pieces, service), _budget(carbon_budget_mg))


def _pieces_in_time(pieces: Whole, service: Service | None) -> int | None:
    if service is None:
        return None
    if not 0 <= service.share <= 1:
        raise FulfilmentError(f"service: found a share of {service.share}; expected 0 to 1")
    return math.ceil(service.share * int(pieces.sum()) - 1e-9)


def _budget(carbon_budget_mg: int | None) -> int | None:
    if carbon_budget_mg is not None and not 0 <= carbon_budget_mg < 2**60:
        raise FulfilmentError(f"carbon_budget_mg: found {carbon_budget_mg}; expected whole milligrams, 0 or more")
    return carbon_budget_mg
