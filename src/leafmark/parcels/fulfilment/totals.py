"""What an assignment comes to: grams, money, parcels, splits, pieces; and whether it keeps the limits. Integer sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leafmark.parcels.fulfilment.per_sku import Assignment
from leafmark.parcels.fulfilment.problem import Problem, Real, Whole


@dataclass(frozen=True)
class Totals:
    """Whole milligrams, thousandths of money, and counts; `by_warehouse` pieces sent."""

    co2e_mg: int
    milli: int
    parcels: int
    splits: int
    pieces: int
    unmet: int
    in_time: int
    by_warehouse: Whole

    def value(self, co2e: int, cost: int) -> int:
        """The weighted sum that a rule makes least."""
        return co2e * self.co2e_mg + cost * self.milli


def haul_figures(problem: Problem, line: Whole, warehouse: Whole) -> tuple[Whole, Whole]:
    """Milligrams and thousandths of money of one piece of each line from a warehouse, the parcel's own not counted."""
    lanes, region = problem.lanes, problem.lines.region[line]
    kg = problem.chargeable_kg[problem.lines.sku[line]]
    mg = _nearest(kg * lanes.km[warehouse, region] * lanes.kg_per_tkm[warehouse, region] * 1e3)
    return mg, _nearest(kg * lanes.milli_per_kg[warehouse, region])


def _nearest(values: Real) -> Whole:
    return np.floor(values + 0.5).astype(np.int64)


def total(problem: Problem, plan: Assignment) -> Totals:
    """Add up a plan."""
    warehouses = len(problem.warehouses)
    sent = plan.warehouse < warehouses
    line, warehouse, pieces = plan.line[sent], plan.warehouse[sent], plan.pieces[sent]
    region = problem.lines.region[line]
    mg, milli = haul_figures(problem, line, warehouse)
    if problem.by_order:
        groups = problem.lines.group[line]
        _, first = np.unique(groups * (warehouses + 1) + warehouse, return_index=True)
        parcels, splits = len(first), len(first) - len(np.unique(groups))
        fixed_mg = int(problem.lanes.parcel_mg[warehouse[first], region[first]].sum())
        fixed_milli = int(problem.lanes.parcel_milli[warehouse[first], region[first]].sum())
    else:
        parcels, splits = int(pieces.sum()), 0
        fixed_mg = int((pieces * problem.lanes.parcel_mg[warehouse, region]).sum())
        fixed_milli = int((pieces * problem.lanes.parcel_milli[warehouse, region]).sum())
    return Totals(
        int((mg * pieces).sum()) + fixed_mg, int((milli * pieces).sum()) + fixed_milli, parcels, splits, int(pieces.sum()),
        int(plan.pieces[~sent].sum()), int(pieces[problem.lanes.on_time[warehouse, region]].sum()),
        np.bincount(warehouse, weights=pieces, minlength=warehouses).astype(np.int64),
    )  # fmt: skip
