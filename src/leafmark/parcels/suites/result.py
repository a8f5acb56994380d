"""A suite as it is handed over: cartons, who uses them, what they cost, and how far from the best that can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from leafmark.parcels.suites.heldout import HeldOut, Sent
from leafmark.parcels.suites.path import Step

SIZES_SCHEMA = pa.schema(
    [
        pa.field("carton_id", pa.string(), nullable=False),
        pa.field("inner_length_mm", pa.int64(), nullable=False),
        pa.field("inner_width_mm", pa.int64(), nullable=False),
        pa.field("inner_height_mm", pa.int64(), nullable=False),
        pa.field("tare_g", pa.int64(), nullable=False),
        pa.field("orders", pa.int64(), nullable=False),  # that it holds whole and cheapest, of those chosen by
        pa.field("share", pa.float64(), nullable=False),  # of the orders chosen by
        pa.field("total", pa.int64(), nullable=False),  # of its orders, in the objective's unit
        pa.field("fill", pa.float64(), nullable=False),  # contents over inner volume, all its orders together
    ]
)


@dataclass(frozen=True)
class Suite:
    """Which sizes to stock.

    `cartons` in `CARTONS_SCHEMA`, as packing takes them; `sizes` one row a carton, by volume (`SIZES_SCHEMA`). `total`, `bound` and
    `per_order` are over `orders`, those chosen by, in `unit`; no suite of as many of the candidates can cost them less than
    `bound`. `unheld` of them no chosen carton holds whole, at the price in `leafmark.parcels.suites.pricing`; `too_large` more, that
    no candidate holds whole, had no part in the choice, and `unreadable` orders had a row that was refused. `steps` are
    the best suites of 1, 2, ... sizes.
    """

    objective: str
    unit: str
    cartons: pa.Table
    sizes: pa.Table
    total: int
    bound: int
    orders: int
    unheld: int
    too_large: int
    unreadable: int
    candidates: int
    steps: tuple[Step, ...]
    held_out: HeldOut | None
    refused: list[dict[str, Any]]
    settings: dict[str, Any]

    @property
    def gap(self) -> float:
        """(total - bound) / bound: at most so much dearer than the best suite that there is."""
        return (self.total - self.bound) / self.bound if self.bound else 0.0

    @property
    def per_order(self) -> float:
        """In `unit`, of the orders chosen by."""
        return self.total / self.orders if self.orders else 0.0

    def content(self) -> dict[str, Any]:
        """All of it as plain values, for JSON."""
        held_out = self.held_out
        return {
            "objective": self.objective, "unit": self.unit, "candidates": self.candidates,
            "sizes": self.sizes.to_pylist(), "total": self.total, "bound": self.bound, "gap": self.gap,
            "orders": self.orders, "per_order": self.per_order, "unheld": self.unheld, "too_large": self.too_large,
            "unreadable": self.unreadable, "curve": chart_points(self),
            "held_out": None if held_out is None else {
                "chosen": _sent(held_out.chosen),
                **{name: {**_sent(sent), "gain": held_out.gain(name)} for name, sent in held_out.others.items()},
            },
            "refused": self.refused, **self.settings,
        }  # fmt: skip


def _sent(sent: Sent) -> dict[str, Any]:
    return {**vars(sent), "per_order": sent.per_order}


def chart_points(suite: Suite) -> list[dict[str, Any]]:
    """What 1, 2, ... sizes cost: a point each with `sizes`, `total`, `bound`, `gap`, and `per_order` and `bound_per_order` in `unit`."""
    return [
        {
            "sizes": len(step.suite), "total": step.total, "bound": step.bound, "gap": step.gap,
            "per_order": step.total / suite.orders, "bound_per_order": step.bound / suite.orders,
        }
        for step in suite.steps
    ]  # fmt: skip
