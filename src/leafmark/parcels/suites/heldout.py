"""What a suite is worth on orders that had no part in choosing it: packed by the packer, splits and all.

Suites are compared on the orders that each of them can send whole or split; how many one of them cannot send is said beside it, and
costs it nothing in the comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leafmark.parcels.decision import Haul
from leafmark.parcels.packing.cartonize import cartonize
from leafmark.parcels.packing.reading import OrderSet
from leafmark.parcels.suites.pricing import PER_BASE
from leafmark.parcels.tables import Objective

PARCEL_VALUE = {"co2e": "decision_co2e_mg", "cost": "cost", "volume": "outer_mm3"}
"""Column of the parcels that an objective sums."""


@dataclass(frozen=True)
class Sent:
    """The held-out orders in one suite: `sent` of `orders`, in `parcels`; `total` in the objective's unit over the orders compared."""

    orders: int
    sent: int
    parcels: int
    split: int
    fill: float
    tare_kg: float
    compared: int
    total: int

    @property
    def per_order(self) -> float:
        """Of the orders compared; 0 where there are none."""
        return self.total / self.compared if self.compared else 0.0


@dataclass(frozen=True)
class HeldOut:
    """The chosen suite, and those it is compared with, on the held-out orders."""

    chosen: Sent
    others: dict[str, Sent]

    def gain(self, other: str) -> float | None:
        """Share by which the chosen suite costs less than another; None where nothing could be compared."""
        theirs = self.others[other].total
        return 1 - self.chosen.total / theirs if theirs else None


def send(
    orders: OrderSet,
    which: NDArray[np.int64],
    suites: Mapping[str, pa.Table],
    objective: Objective,
    haul: Haul,
    materials: Mapping[str, float] | None,
    support_share: float,
    threads: int,
    progress: Callable[[int, int, str], None],
) -> dict[str, Sent]:
    """Pack the orders `which` into each of the suites; name of a suite -> what came of it."""
    rows = _rows_of(orders, which)
    per_order: dict[str, NDArray[np.float64]] = {}
    facts: dict[str, dict[str, Any]] = {}
    number = {orders.order_ids[o]: n for n, o in enumerate(which)}
    for name, cartons in suites.items():
        plan = cartonize(
            rows, without_stock(cartons), objective, haul=haul, materials=materials, support_share=support_share, threads=threads,
            progress=partial(_said, progress, f"held-out orders, {name} suite"),
        )  # fmt: skip
        of = np.array([number[order] for order in plan.parcels.column("order_id").to_pylist()], np.int64)
        value = np.asarray(plan.parcels.column(PARCEL_VALUE[objective]), np.float64) * PER_BASE[objective]
        total = np.bincount(of, value, minlength=which.size).astype(np.float64)
        unsent = {number[order] for order in plan.unpacked.column("order_id").to_pylist()}
        total[list(unsent)] = np.nan
        per_order[name] = total
        inner = float(pc.sum(plan.parcels.column("inner_mm3")).as_py() or 0)
        facts[name] = {
            "orders": which.size, "sent": which.size - len(unsent), "parcels": plan.parcels.num_rows,
            "split": int((np.bincount(of, minlength=which.size) > 1).sum()),
            "fill": float(pc.sum(plan.parcels.column("contents_mm3")).as_py() or 0) / inner if inner else 0.0,
            "tare_kg": float(pc.sum(plan.parcels.column("tare_g")).as_py() or 0) / 1e3,
        }  # fmt: skip
    by_all = ~np.isnan(np.stack(list(per_order.values()))).any(axis=0)
    return {
        name: Sent(**facts[name], compared=int(by_all.sum()), total=round(float(np.rint(total[by_all]).sum())))
        for name, total in per_order.items()
    }


def _said(progress: Callable[[int, int, str], None], what: str, done: int, whole: int) -> None:
    progress(done, whole, what)


def without_stock(cartons: pa.Table) -> pa.Table:
    """The cartons as if there were any number of each: choosing what to stock is not bound by what is there."""
    if "stock" not in cartons.column_names:
        return cartons
    place = cartons.column_names.index("stock")
    return cartons.set_column(place, "stock", pa.nulls(cartons.num_rows, pa.int64()))


def _rows_of(orders: OrderSet, which: NDArray[np.int64]) -> pa.Table:
    """Rows of the orders' table that belong to the orders `which`."""
    rows = [orders.order_row[orders.starts[o] : orders.starts[o + 1]] for o in which]
    return orders.table.take(pa.array(np.concatenate(rows) if rows else np.zeros(0, np.int64)))
