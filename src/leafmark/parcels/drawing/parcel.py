"""One parcel of a plan: its carton, its pieces in the order of placing, and what it weighs and costs the climate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .painting import Boxes, placing_order

YES: Final = ("true", "yes", "1")
"""Texts that a file's cell says yes by."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece where it lies, millimetres from the carton's back corner; `number` is its place in the order of placing, from 1.

    `marks`: what a packer has to know of it: `fragile`, `upright`, `fixed`.
    """

    number: int
    item_id: str
    low_mm: tuple[int, int, int]
    size_mm: tuple[int, int, int]
    marks: tuple[str, ...] = ()

    @property
    def high_mm(self) -> tuple[int, int, int]:
        """The corner opposite to `low_mm`."""
        x, y, z = (at + long for at, long in zip(self.low_mm, self.size_mm, strict=True))
        return x, y, z


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel. `distance_km` and `cost` are None where the plan does not know them; `parcels` is how many its order has."""

    order_id: str
    parcel_no: int
    parcels: int
    carton_id: str
    kind: str
    inner_mm: tuple[int, int, int]
    outer_mm: tuple[int, int, int]
    pieces: tuple[Piece, ...]
    contents_g: int
    tare_g: int
    fill: float
    void_mm3: int
    distance_km: float | None
    decision_co2e_mg: int
    packaging_co2e_mg: int
    haul_co2e_mg: int
    cost: float | None

    @property
    def gross_g(self) -> int:
        """Contents and carton."""
        return self.contents_g + self.tare_g

    @property
    def items(self) -> tuple[str, ...]:
        """Its items, each once, in the order of their first pieces."""
        return tuple(dict.fromkeys(piece.item_id for piece in self.pieces))


def parcel_of(
    parcels: pa.Table,
    placements: pa.Table,
    cartons: pa.Table,
    order_id: str,
    parcel_no: int,
    orders: pa.Table | None = None,
) -> Parcel:
    """One parcel out of a plan's tables (schemas in `leafmark.parcels.tables`).

    Parameters
    ----------
    orders : the orders table that the plan was made of, for the marks of pieces; without it they have none.

    Raises
    ------
    LookupError : the plan has no such parcel, or the cartons table lacks its carton.
    """
    of_order = parcels.filter(pc.equal(parcels.column("order_id"), order_id))
    row = next((each for each in of_order.to_pylist() if each["parcel_no"] == parcel_no), None)
    if row is None:
        raise LookupError(f"order {order_id!r}: the plan has no parcel {parcel_no}")
    carton = carton_named(cartons, row["carton_id"])
    inner, outer = carton_sizes(carton)
    own = placements.filter(
        pc.and_(pc.equal(placements.column("order_id"), order_id), pc.equal(placements.column("parcel_no"), parcel_no))
    )
    figures = (
        "contents_g",
        "tare_g",
        "fill",
        "void_mm3",
        "distance_km",
        "decision_co2e_mg",
        "packaging_co2e_mg",
        "haul_co2e_mg",
        "cost",
    )
    return Parcel(
        order_id=order_id, parcel_no=parcel_no, parcels=of_order.num_rows, carton_id=row["carton_id"], kind=carton.get("kind") or "box",
        inner_mm=inner, outer_mm=outer, pieces=pieces_of(own, orders), **{name: row[name] for name in figures},
    )  # fmt: skip


def carton_named(cartons: pa.Table, carton_id: str) -> dict[str, Any]:
    """A row of the cartons table.

    Raises
    ------
    LookupError : there is none of this id.
    """
    found = cartons.filter(pc.equal(cartons.column("carton_id"), carton_id)).to_pylist()
    if not found:
        raise LookupError(f"carton {carton_id!r} is not in the cartons table that was given")
    return dict(found[0])


def carton_sizes(carton: dict[str, Any]) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Inner and outer length, width and height in millimetres; outer ones that are missing are the inner ones."""
    axes = ("length", "width", "height")
    inner = [int(carton[f"inner_{axis}_mm"]) for axis in axes]
    outer = [int(carton.get(f"outer_{axis}_mm") or inner[place]) for place, axis in enumerate(axes)]
    return (inner[0], inner[1], inner[2]), (outer[0], outer[1], outer[2])


def pieces_of(placements: pa.Table, orders: pa.Table | None = None) -> tuple[Piece, ...]:
    """The pieces of one parcel's placements, numbered in the order of placing."""
    rows = placements.to_pylist()
    marks = _marks(orders, [int(row["order_row"]) for row in rows])
    boxes = boxes_of(rows)
    found = []
    for number, place in enumerate(placing_order(boxes), 1):
        x, y, z, *_ = (int(each) for each in boxes[place])
        row = rows[place]
        size = (int(row["along_x_mm"]), int(row["along_y_mm"]), int(row["along_z_mm"]))
        found.append(Piece(number, str(row["item_id"]), (x, y, z), size, marks[place]))
    return tuple(found)


def boxes_of(rows: list[dict[str, Any]]) -> Boxes:
    """Rows of placements as boxes."""
    low = np.array([[row["x_mm"], row["y_mm"], row["z_mm"]] for row in rows], np.int64).reshape(-1, 3)
    size = np.array([[row["along_x_mm"], row["along_y_mm"], row["along_z_mm"]] for row in rows], np.int64).reshape(
        -1, 3
    )
    return np.hstack([low, low + size])


def _marks(orders: pa.Table | None, order_rows: list[int]) -> list[tuple[str, ...]]:
    """What a packer has to know of each piece, from the row of its order."""
    if orders is None or not order_rows:
        return [()] * len(order_rows)
    told = orders.take(pa.array(order_rows, pa.int64())).to_pylist()
    return [
        tuple(
            mark
            for mark, holds in (
                ("fragile", _word(row, "fragile") in YES),
                ("upright", _word(row, "rotation") == "upright"),
                ("fixed", _word(row, "rotation") == "fixed"),
            )
            if holds
        )
        for row in told
    ]


def _word(row: dict[str, Any], column: str) -> str:
    """A cell as the packer reads it: orders may come as text, in which `false` is no yes."""
    return str(row.get(column) or "").strip().lower()
