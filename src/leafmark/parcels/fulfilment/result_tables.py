"""A plan as tables: what is sent, what is not and why, and the three rules side by side."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leafmark.parcels.fulfilment.figures import MILLI
from leafmark.parcels.fulfilment.per_sku import Assignment
from leafmark.parcels.fulfilment.problem import Problem, Whole
from leafmark.parcels.fulfilment.tables import COMPARISON_SCHEMA, SHIPMENTS_SCHEMA, UNMET_SCHEMA
from leafmark.parcels.fulfilment.totals import Totals, haul_figures

UNMET_REASONS = ("no_lane", "not_stocked", "throughput_reached", "stock_below_demand")


def shipments_table(problem: Problem, plan: Assignment) -> pa.Table:
    """One row for each demanded row and warehouse that sends pieces of it."""
    sent = plan.warehouse < len(problem.warehouses)
    line, warehouse, pieces = plan.line[sent], plan.warehouse[sent], plan.pieces[sent]
    mg, milli = haul_figures(problem, line, warehouse)
    cost = pa.array(milli * pieces / MILLI) if problem.money else pa.nulls(len(line), pa.float64())
    return pa.table(
        [
            *_about(problem, line), _named(problem.warehouses, warehouse), pa.array(pieces), pa.array(mg * pieces), cost,
        ],
        schema=SHIPMENTS_SCHEMA,
    )  # fmt: skip


def unmet_table(problem: Problem, plan: Assignment, room: Whole) -> pa.Table:
    """One row for each demanded row with pieces that nobody sends."""
    warehouses = len(problem.warehouses)
    lacking = plan.warehouse == warehouses
    line, pieces = plan.line[lacking], plan.pieces[lacking]
    region, sku = problem.lines.region[line], problem.lines.sku[line]
    left, sent = problem.stock.copy(), ~lacking
    np.subtract.at(left, (plan.warehouse[sent], problem.lines.sku[plan.line[sent]]), plan.pieces[sent])
    leads = problem.lanes.leads[:, region]
    code = np.where(
        ~leads.any(axis=0), 0,
        np.where(~(leads & (problem.stock[:, sku] > 0)).any(axis=0), 1, np.where((leads & (left[:, sku] > 0)).any(axis=0), 2, 3)),
    )  # fmt: skip
    return pa.table([*_about(problem, line), pa.array(pieces), _named(list(UNMET_REASONS), code)], schema=UNMET_SCHEMA)


def comparison_table(problem: Problem, rows: dict[str, Totals], kept: dict[str, bool], promised: bool) -> pa.Table:
    """The rules, one row each."""
    asked = int(problem.lines.pieces.sum())
    found = [
        {
            "rule": name, "co2e_mg": each.co2e_mg, "cost": each.milli / MILLI if problem.money else None, "parcels": each.parcels,
            "splits": each.splits, "pieces": each.pieces, "unmet": each.unmet,
            "on_time": each.in_time / asked if promised and asked else None, "keeps_limits": kept[name],
        }
        for name, each in rows.items()
    ]  # fmt: skip
    return pa.Table.from_pylist(found, schema=COMPARISON_SCHEMA)


def _about(problem: Problem, line: Whole) -> list[pa.Array]:
    lines = problem.lines
    ids = pa.nulls(len(line), pa.string()) if problem.order_ids is None else problem.order_ids.take(pa.array(line))
    return [
        pa.array(lines.row[line]), ids, _named(problem.skus, lines.sku[line]), _named(problem.regions, lines.region[line])
    ]  # fmt: skip


def _named(names: list[str], codes: Whole) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(codes))
