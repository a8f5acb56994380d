"""What packing takes and answers: columns of `leafmark.parcels.tables`, by their names there.

A cell may be a number or a text, as in a file: what cannot be read is not a fault of the request but a refused row, with its reason.
"""

from __future__ import annotations

from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StringConstraints

from leafmark.parcels.tables import Objective

LINES_MAX = 2_000
CARTONS_MAX = 100
PIECES_MAX = 2_000
WORK_MAX = 16_000
"""Pieces times cartons: what a search takes time by. The hardest orders found take about a second and a half for so many, one thread."""

Text = Annotated[str, StringConstraints(max_length=255, pattern=r"^[^\x00]*$")]
Number = Annotated[StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)] | Text | None, Field(default=None)]
Truth = Annotated[StrictBool | Text | None, Field(default=None)]
Word = Annotated[Text | None, Field(default=None)]


class OrderLineIn(Schema):
    """A line of an order. `quantity` pieces, each of these edges and this weight."""

    model_config = ConfigDict(extra="forbid")
    order_id: Word
    item_id: Word
    quantity: Number
    length_mm: Number
    width_mm: Number
    height_mm: Number
    weight_g: Number
    rotation: Word
    fragile: Truth
    max_load_g: Number
    keep_with: Word
    apart_from: Word
    mailer_ok: Truth
    distance_km: Number


class CartonIn(Schema):
    """A carton. Outer edges that are missing are the inner ones."""

    model_config = ConfigDict(extra="forbid")
    carton_id: Word
    kind: Word
    inner_length_mm: Number
    inner_width_mm: Number
    inner_height_mm: Number
    outer_length_mm: Number
    outer_width_mm: Number
    outer_height_mm: Number
    tare_g: Number
    max_weight_g: Number
    cost: Number
    stock: Number
    material: Word
    use_count: Number
    return_co2e_mg: Number


class HaulIn(Schema):
    """The way that parcels go, and its factor, well to wheel."""

    model_config = ConfigDict(extra="forbid")
    distance_km: Annotated[float, Field(strict=True, ge=0, le=20_000, allow_inf_nan=False)]
    kg_co2e_per_tkm: Annotated[float, Field(strict=True, ge=0, le=10, allow_inf_nan=False)]


class PackIn(Schema):
    """Orders and the cartons that there are. Without a haul, grams are those of the cartons alone."""

    model_config = ConfigDict(extra="forbid")
    orders: Annotated[list[OrderLineIn], Field(min_length=1, max_length=LINES_MAX)]
    cartons: Annotated[list[CartonIn], Field(min_length=1, max_length=CARTONS_MAX)]
    objective: Objective = "co2e"
    haul: HaulIn | None = None
    support_share: Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)] = 0.75


class ParcelOut(Schema):
    """A parcel. `decision_co2e_mg` = packaging + haul: marginal, to decide with, in no book."""

    order_id: str
    parcel_no: int
    carton_id: str
    pieces: int
    contents_g: int
    tare_g: int
    contents_mm3: int
    inner_mm3: int
    outer_mm3: int
    fill: float
    void_mm3: int
    distance_km: float | None
    decision_co2e_mg: int
    packaging_co2e_mg: int
    haul_co2e_mg: int
    cost: float | None


class PlacementOut(Schema):
    """A piece: its corner next to the carton's, and how long it is along each axis as it lies."""

    order_id: str
    parcel_no: int
    item_id: str
    order_row: int
    x_mm: int
    y_mm: int
    z_mm: int
    along_x_mm: int
    along_y_mm: int
    along_z_mm: int
    orientation: int


class UnpackedOut(Schema):
    """A line that was not packed, or not whole, and why."""

    order_row: int
    order_id: str | None
    item_id: str | None
    pieces: int | None
    reason: str
    field: str | None
    found: str | None
    expected: str | None


class CartonRefusedOut(Schema):
    """A carton that was left out. `row` counts from 0."""

    row: int
    field: str
    reason: str
    found: str
    expected: str


class PackOut(Schema):
    """A plan. Every piece of every line is in `placements` or `unpacked`, by number of pieces."""

    method: str
    objective: str
    parcels: list[ParcelOut]
    placements: list[PlacementOut]
    unpacked: list[UnpackedOut]
    refused_cartons: list[CartonRefusedOut]
