"""`place`: where to hold the stock that there is, for least grams or cost of what is expected to be asked for.

    every piece of a SKU is wanted somewhere: expected pieces by region, scaled to the stock (largest remainders)
    min sum of cost[w, region] over pieces,   pieces held at w <= capacity of w

That is an allocation in which each warehouse could hold all of a SKU and sends at most its capacity: exact without capacities, with a
bound beside it where they tie SKUs together. Stock above what is expected is spread as the expectation is. What nobody is expected to
ask for stays where it is. Moving stock about costs grams and money of its own, which are not in the figures; the pieces that move are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.parcels.decision import DENSITY_KG_PER_M3, METHOD_ID, METHOD_VERSION
from leafmark.parcels.fulfilment.allocating import allocate
from leafmark.parcels.fulfilment.coupled import ENDLESS
from leafmark.parcels.fulfilment.limits import Limits
from leafmark.parcels.fulfilment.problem import Lines, Problem, Whole, weights
from leafmark.parcels.fulfilment.reading import FulfilmentError, Progress, Table, opened, silent
from leafmark.parcels.fulfilment.rules import clairvoyant
from leafmark.parcels.fulfilment.tables import COMPARISON_SCHEMA, DEMAND_SCHEMA, STOCK_SCHEMA
from leafmark.parcels.fulfilment.tables_in import read_problem

PLACED_SCHEMA = pa.schema([pa.field("stock", pa.string(), nullable=False), *COMPARISON_SCHEMA])
"""`stock`: as_is or placed; then as `COMPARISON_SCHEMA`."""


@dataclass(frozen=True)
class Placement:
    """Where to hold what: a stock table, how many pieces are elsewhere than before, and the comparison on held-out demand if any."""

    stock: pa.Table
    moved: int
    gap: float
    refused: pa.Table
    comparison: pa.Table | None

    def content(self) -> dict[str, Any]:
        """As plain values, `leafmark.placement/1`."""
        return {
            "schema": "leafmark.placement/1", "method": f"{METHOD_ID}@{METHOD_VERSION}", "booked": False, "moved": self.moved,
            "gap": self.gap, "stock": self.stock.to_pylist(), "refused": self.refused.to_pylist(),
            "comparison": None if self.comparison is None else self.comparison.to_pylist(),
        }  # fmt: skip


def place(
    stock: Table, forecast: Table, lanes: Table, *, capacity: Mapping[str, int] | None = None, held_out: Table | None = None,
    objective: str = "co2e", cost_per_tonne: float | None = None, parcel_co2e_mg: int = 0,
    density_kg_per_m3: float = DENSITY_KG_PER_M3, progress: Progress = silent,
) -> Placement:  # fmt: skip
    """Decide where to hold the stock.

    Parameters
    ----------
    stock : what there is, wherever it is now. forecast : a demand table. lanes : as of `allocate`.
    capacity : most pieces that a warehouse holds, of all SKUs together.
    held_out : demand that the forecast does not know; both stocks are compared on it, by all three rules, and only there.

    Raises
    ------
    FulfilmentError : as `allocate`; or capacities below the stock.
    """
    co2e, cost = weights(objective, cost_per_tonne)
    table = opened(forecast, "forecast", DEMAND_SCHEMA)
    table = table.drop_columns(["order_id"]) if "order_id" in table.column_names else table
    table = _with_all_held(table, opened(stock, "stock", STOCK_SCHEMA))
    settings: dict[str, Any] = {"parcel_co2e_mg": parcel_co2e_mg, "density_kg_per_m3": density_kg_per_m3}
    problem = read_problem(table, stock, lanes, needs_money=cost > 0, demand_name="forecast", **settings)
    wanted = _scaled(problem)
    unasked = np.bincount(problem.lines.sku, weights=problem.lines.pieces, minlength=len(problem.skus)) == 0
    room = np.maximum(_room(problem, capacity) - problem.stock[:, unasked].sum(axis=1), 0)
    placed = clairvoyant(wanted, wanted.plain_scale(co2e, cost), Limits(room), progress)
    if placed.totals.unmet and _is_short(wanted, room):
        raise FulfilmentError(
            f"capacity: found room for {placed.totals.pieces:,} pieces where they are expected; expected room for "
            f"{placed.totals.pieces + placed.totals.unmet:,}, all that is held and asked for"
        )
    held = np.zeros_like(problem.stock)
    sent = placed.plan.warehouse < len(problem.warehouses)
    sku = problem.lines.sku[placed.plan.line]
    np.add.at(held, (placed.plan.warehouse[sent], sku[sent]), placed.plan.pieces[sent])
    left = problem.stock.sum(axis=0) - held.sum(axis=0)  # expected nowhere that a lane leads to: stays
    stays = _first_pieces(problem.stock, left)
    new = held + stays
    moved = int(np.maximum(new - problem.stock, 0).sum())
    after = _stock_table(problem, new)
    comparison = None
    if held_out is not None:
        rows = []
        for name, each in (("as_is", _stock_table(problem, problem.stock)), ("placed", after)):
            found = allocate(
                held_out, each, lanes, objective=objective, cost_per_tonne=cost_per_tonne, history=table, progress=progress, **settings
            )  # fmt: skip
            rows += [{"stock": name, **row} for row in found.comparison.to_pylist()]
        comparison = pa.Table.from_pylist(rows, schema=PLACED_SCHEMA)
    return Placement(after, moved, placed.gap, problem.refused, comparison)


def _with_all_held(forecast: pa.Table, stock: pa.Table) -> pa.Table:
    """The forecast, with a row of nothing for each SKU that is held and not expected, so that its stock is known."""
    held = pc.unique(stock["sku"].cast(pa.string()))
    unknown = held.filter(pc.invert(pc.is_in(held, value_set=pc.unique(forecast["sku"].cast(pa.string())))))
    region = forecast["region"].cast(pa.string()).slice(0, 1).to_pylist()
    if not len(unknown) or not region:
        return forecast
    nothing = {"sku": unknown, "region": pa.array(region * len(unknown), pa.string())}
    rest = {name: pa.array(["0"] * len(unknown)) for name in ("quantity", "weight_g")}
    columns = {**nothing, **rest}
    rows = [
        columns[each.name].cast(each.type) if each.name in columns else pa.nulls(len(unknown), each.type)
        for each in forecast.schema
    ]
    return pa.concat_tables([forecast, pa.table(rows, schema=forecast.schema)])


def _scaled(problem: Problem) -> Problem:
    """The problem in which every piece of stock is wanted somewhere, and every warehouse could hold it."""
    lines, whole = problem.lines, problem.stock.sum(axis=0)
    asked = np.bincount(lines.sku, weights=lines.pieces, minlength=len(whole))
    exact = lines.pieces * (whole / np.maximum(asked, 1))[lines.sku]
    pieces = np.floor(exact).astype(np.int64)
    short = whole - np.bincount(lines.sku, weights=pieces, minlength=len(whole)).astype(np.int64)
    order = np.lexsort((pieces - exact, lines.sku))
    start = np.searchsorted(lines.sku[order], np.arange(len(whole)))
    rank = np.arange(len(order)) - start[lines.sku[order]]
    pieces[order] += (rank < short[lines.sku[order]]) & (lines.pieces[order] > 0)
    everywhere = np.tile(whole, (len(problem.warehouses), 1))
    return replace(problem, lines=Lines(*lines[:-1], pieces), stock=everywhere)


def _room(problem: Problem, capacity: Mapping[str, int] | None) -> Whole:
    room = np.full(len(problem.warehouses), ENDLESS)
    for name, pieces in (capacity or {}).items():
        if name not in problem.warehouses:
            raise FulfilmentError(f"capacity: found the warehouse {name!r}; expected one that the lanes name")
        if not isinstance(pieces, int) or pieces < 0:
            raise FulfilmentError(f"capacity of {name}: found {pieces!r}; expected a whole number of pieces, 0 or more")
        room[problem.warehouses.index(name)] = pieces
    return room


def _is_short(wanted: Problem, room: Whole) -> bool:
    return bool(room.sum() < ENDLESS and room.sum() < wanted.lines.pieces.sum())


def _first_pieces(stock: Whole, wanted: Whole) -> Whole:
    """Of each SKU so many pieces, from the first warehouses that have them."""
    before = np.cumsum(stock, axis=0) - stock
    return np.clip(wanted[None, :] - before, 0, stock)


def _stock_table(problem: Problem, stock: Whole) -> pa.Table:
    warehouse, sku = np.nonzero(stock)
    return pa.table(
        [
            pa.array(problem.warehouses, pa.string()).take(pa.array(warehouse)),
            pa.array(problem.skus, pa.string()).take(pa.array(sku)), pa.array(stock[warehouse, sku]),
        ],
        schema=STOCK_SCHEMA,
    )  # fmt: skip
