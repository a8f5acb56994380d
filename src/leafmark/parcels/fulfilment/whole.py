"""From a mix of plans to whole pieces: SKUs with one plan keep it, of the few others the cells that differ go to an integer program."""

from __future__ import annotations

import numpy as np

from leafmark.parcels.fulfilment.coupled import Limit, Mixed, Plans
from leafmark.parcels.fulfilment.per_sku import Flows, Sinks, haul_of_sinks
from leafmark.parcels.fulfilment.problem import Flags, Problem, Whole
from leafmark.parcels.fulfilment.program import Entries, Program
from leafmark.parcels.fulfilment.reading import FulfilmentError

ONE = 1 - 1e-7
SETTLED_CELLS_MAX = 200_000
SHORT_S = 10.0


def settle(
    problem: Problem, sinks: Sinks, plans: Plans, mixed: Mixed, weight: Whole, limit: Limit, explicit: bool
) -> Flows:
    """Whole flows within the limits, near the mix. Where `explicit` is false, every SKU sends as many pieces as its plans do.

    Raises
    ------
    FulfilmentError : there are none within reach of the plans found; a limit a little looser has some.
    """
    skus = len(problem.skus)
    chosen = np.full(skus, -1)
    sure = np.flatnonzero(mixed.share > ONE)
    chosen[plans.sku[sure]] = sure
    nobody = None
    if not explicit:
        nobody = np.zeros(skus, np.int64)
        nobody[plans.sku] = plans.uses[:, -1]
    for candidates in (np.flatnonzero(mixed.share > 1e-9), np.arange(len(plans.sku))):
        kept = (
            chosen if candidates[-1:] != len(plans.sku) - 1 or len(candidates) < len(plans.sku) else np.full(skus, -1)
        )
        open_sku = np.ones(skus, np.bool_)
        open_sku[kept >= 0] = False
        open_sku[np.bincount(sinks_sku(sinks), minlength=skus) == 0] = False
        parts = [_flows_of(sinks, plans, each) for each in kept[kept >= 0]]
        used = plans.uses[kept[kept >= 0]].sum(axis=0)
        if not open_sku.any():
            settled: tuple[Whole, ...] | None = (np.zeros(0, np.int64),) * 4
        else:
            settled = _whole_cells(
                problem,
                sinks,
                plans,
                candidates[open_sku[plans.sku[candidates]]],
                weight,
                limit,
                used[limit.column],
                nobody,
            )
        if settled is not None:
            sink, warehouse, pieces, sku = (np.concatenate(each) for each in zip(*parts, settled, strict=True))
            order = np.lexsort((warehouse, sink))
            order = order[pieces[order] > 0]
            zero = np.zeros(0, np.int64)
            return Flows(sink[order], warehouse[order], pieces[order], sku[order], zero, zero, zero)
    raise FulfilmentError("limits: no plan in whole pieces keeps them all; loosen one by a few pieces")


def sinks_sku(sinks: Sinks) -> Whole:
    """The SKU of each sink."""
    return np.repeat(np.arange(len(sinks.start) - 1), np.diff(sinks.start))


def _flows_of(sinks: Sinks, plans: Plans, plan: int) -> tuple[Whole, ...]:
    """Sink, warehouse, pieces and SKU of one plan."""
    sku = plans.sku[plan]
    if plans.round[plan] < 0:  # the plan that sends nothing
        sink = np.arange(sinks.start[sku], sinks.start[sku + 1])
        return sink, np.full(len(sink), plans.uses.shape[1] - 4), sinks.pieces[sink], np.full(len(sink), sku)
    flows = plans.flows[plans.round[plan]]
    first, last = np.searchsorted(flows.sku, [sku, sku + 1])
    return flows.sink[first:last], flows.warehouse[first:last], flows.pieces[first:last], flows.sku[first:last]


def _whole_cells(
    problem: Problem,
    sinks: Sinks,
    plans: Plans,
    candidates: Whole,
    weight: Whole,
    limit: Limit,
    used: Whole,
    nobody: Whole | None,
) -> tuple[Whole, ...] | None:
    """Pieces of the open SKUs in the cells that their plans use, by an integer program."""
    warehouses = len(problem.warehouses)
    cells = [_flows_of(sinks, plans, each)[:2] for each in candidates]
    open_skus = np.unique(plans.sku[candidates])
    idle = np.concatenate([np.arange(sinks.start[k], sinks.start[k + 1]) for k in open_skus])
    sink = np.concatenate([*(each[0] for each in cells), idle])
    warehouse = np.concatenate([*(each[1] for each in cells), np.full(len(idle), warehouses)])
    keys = np.unique(sink * (warehouses + 1) + warehouse)
    if len(keys) > SETTLED_CELLS_MAX:
        return None
    sink, warehouse = keys // (warehouses + 1), keys % (warehouses + 1)
    sku = sinks_sku(sinks)[sink]
    uses = _uses(problem, sinks, sku, warehouse, sink)
    stock_key = sku * warehouses + warehouse
    sent = warehouse < warehouses
    stocks, stock_row = np.unique(stock_key[sent], return_inverse=True)
    demands, demand_row = np.unique(sink, return_inverse=True)
    at = np.arange(len(keys))
    tied_row, tied_at = np.nonzero(uses[:, limit.column].T)
    unit = np.maximum(np.abs(limit.most), 1) / 1e3
    ends = np.cumsum([0, len(demands), len(stocks), len(limit.most), len(open_skus)])
    program = Program(
        np.concatenate([sinks.pieces[demands], np.full(ends[3] - ends[1], -np.inf), np.zeros(len(open_skus))]),
        np.concatenate([
            sinks.pieces[demands], problem.stock[stocks % warehouses, stocks // warehouses], (limit.most - used) / unit,
            np.full(len(open_skus), np.inf) if nobody is None else nobody[open_skus],
        ]),
    )  # fmt: skip
    entries = Entries(
        np.concatenate([demand_row, ends[1] + stock_row, ends[2] + tied_row, ends[3] + np.searchsorted(open_skus, sku[~sent])]),
        np.concatenate([at, at[sent], tied_at, at[~sent]]),
        np.concatenate([
            np.ones(len(at) + int(sent.sum())), (uses[:, limit.column] / unit).T[tied_row, tied_at], np.ones(int((~sent).sum())),
        ]),
    )  # fmt: skip
    cost = (uses @ weight).astype(np.float64)
    program.add(cost / max(1.0, float(np.abs(cost).max())), entries, sinks.pieces[sink].astype(np.float64))
    found = program.least(True, SHORT_S)
    if found is None:
        return None
    pieces = np.rint(found.value).astype(np.int64)
    if not _keeps(pieces, uses, limit, used, sink, sinks, problem, sku, warehouse):
        return None
    some = pieces > 0
    return sink[some], warehouse[some], pieces[some], sku[some]


def _uses(problem: Problem, sinks: Sinks, sku: Whole, warehouse: Whole, sink: Whole) -> Whole:
    """What a piece of each cell uses, as the columns of `Plans.uses`."""
    warehouses = len(problem.warehouses)
    uses = np.zeros((len(sku), warehouses + 4), np.int64)
    sent = np.flatnonzero(warehouse < warehouses)
    mg, milli = haul_of_sinks(problem, sinks, sku[sent], warehouse[sent], sink[sent])
    uses[sent, warehouse[sent]] = 1
    uses[sent, -4] = -problem.lanes.on_time[warehouse[sent], sinks.region[sink[sent]]].astype(np.int64)
    uses[sent, -3], uses[sent, -2] = mg, milli
    uses[warehouse == warehouses, -1] = 1
    return uses


def _keeps(
    pieces: Whole, uses: Whole, limit: Limit, used: Whole, sink: Whole, sinks: Sinks, problem: Problem, sku: Whole, warehouse: Whole
) -> bool:  # fmt: skip
    """Whether the rounded pieces keep demand, stock and limits to the piece."""
    got = np.bincount(sink, weights=pieces, minlength=len(sinks.region))
    asked: Flags = np.isin(np.arange(len(sinks.region)), sink)
    sent = warehouse < len(problem.warehouses)
    taken = np.zeros_like(problem.stock)
    np.add.at(taken, (warehouse[sent], sku[sent]), pieces[sent])
    return bool(
        (got[asked] == sinks.pieces[asked]).all()
        and (taken <= problem.stock).all()
        and (pieces @ uses[:, limit.column] + used <= limit.most).all()
    )
