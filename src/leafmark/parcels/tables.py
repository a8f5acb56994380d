"""The tables that the room exchanges: orders and cartons in; parcels, placements and unpacked rows out.

    orders x cartons --pack--> parcels (one row each) + placements (one row a piece) + unpacked (one row a refusal)

All lengths are whole millimetres and all masses whole grams, so geometry is exact; x runs along a carton's length, y along its
width, z up. A placement says where the lower corner is and how long the piece is along each axis *as placed*; its orientation is
one of six (`ORIENTATIONS`). Every piece of every order is either in `placements` or in `unpacked`, by number of pieces.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import pyarrow as pa

DIMENSION_MM_MAX: Final = 20_000
"""Longest edge that is read: past it a length is a typing error (a 40-foot container is 12,192 mm long)."""

WEIGHT_G_MAX: Final = 30_000_000
"""Heaviest piece or load that is read: a 40-foot container holds 30 t."""

PIECES_MAX: Final = 100_000
"""Most pieces of one order that are packed."""

ORIENTATIONS: Final[tuple[tuple[int, int, int], ...]] = (
    (0, 1, 2),
    (1, 0, 2),
    (0, 2, 1),
    (2, 0, 1),
    (1, 2, 0),
    (2, 1, 0),
)
"""Which of an item's (length, width, height) lies along x, y and z. The first two keep this side up; the first alone is fixed."""

ROTATIONS: Final[dict[str, tuple[int, ...]]] = {"any": (0, 1, 2, 3, 4, 5), "upright": (0, 1), "fixed": (0,)}
"""What an item's `rotation` allows -> indices into `ORIENTATIONS`."""

CARTON_KINDS: Final = ("box", "mailer", "tote")
"""A rigid box, a flexible mailer (its height is the thickest it can be filled), or a rigid box that comes back."""

Objective: TypeAlias = Literal["co2e", "cost", "volume", "count"]
"""What cartons are chosen for, the least of: decision grams, money, outer volume, number of parcels."""

OBJECTIVES: Final[tuple[Objective, ...]] = ("co2e", "cost", "volume", "count")

ORDERS_SCHEMA: Final = pa.schema(
    [
        pa.field("order_id", pa.string(), nullable=False),
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("quantity", pa.int64(), nullable=False),
        pa.field("length_mm", pa.int64(), nullable=False),
        pa.field("width_mm", pa.int64(), nullable=False),
        pa.field("height_mm", pa.int64(), nullable=False),
        pa.field("weight_g", pa.int64(), nullable=False),  # 0 is a weight; missing is refused
        pa.field("rotation", pa.string()),  # a key of ROTATIONS; missing = any
        pa.field("fragile", pa.bool_()),  # nothing may lie on top; missing = false
        pa.field("max_load_g", pa.int64()),  # most that may lie on top of it, all the way up; missing = no limit
        pa.field("keep_with", pa.string()),  # items of an order with the same mark go into one parcel
        pa.field("apart_from", pa.string()),  # items of an order with different marks never share a parcel
        pa.field("mailer_ok", pa.bool_()),  # may go in a mailer; missing = false
        pa.field("distance_km", pa.float64()),  # how far the order's parcels go; missing = the run's own distance
    ]
)

CARTONS_SCHEMA: Final = pa.schema(
    [
        pa.field("carton_id", pa.string(), nullable=False),
        pa.field("kind", pa.string()),  # one of CARTON_KINDS; missing = box
        pa.field("inner_length_mm", pa.int64(), nullable=False),
        pa.field("inner_width_mm", pa.int64(), nullable=False),
        pa.field("inner_height_mm", pa.int64(), nullable=False),
        pa.field("outer_length_mm", pa.int64()),  # missing = inner
        pa.field("outer_width_mm", pa.int64()),
        pa.field("outer_height_mm", pa.int64()),
        pa.field("tare_g", pa.int64(), nullable=False),
        pa.field("max_weight_g", pa.int64()),  # of the contents; missing = no limit
        pa.field(
            "cost", pa.float64()
        ),  # money for one use, any one currency; missing = unknown, refused by objective=cost
        pa.field("stock", pa.int64()),  # pieces at hand for the whole run; missing = no limit
        pa.field("material", pa.string()),  # key of the factor of the material; missing = corrugated board
        pa.field("use_count", pa.float64()),  # uses over which its making is spread; missing = 1
        pa.field("return_co2e_mg", pa.int64()),  # of bringing an empty tote back and washing it, a use; missing = 0
    ]
)

PARCELS_SCHEMA: Final = pa.schema(
    [
        pa.field("order_id", pa.string(), nullable=False),
        pa.field("parcel_no", pa.int32(), nullable=False),  # 1, 2, ... within the order
        pa.field("carton_id", pa.string(), nullable=False),
        pa.field("pieces", pa.int32(), nullable=False),
        pa.field("contents_g", pa.int64(), nullable=False),
        pa.field("tare_g", pa.int64(), nullable=False),
        pa.field("contents_mm3", pa.int64(), nullable=False),
        pa.field("inner_mm3", pa.int64(), nullable=False),
        pa.field("outer_mm3", pa.int64(), nullable=False),
        pa.field("fill", pa.float64(), nullable=False),  # contents_mm3 / inner_mm3
        pa.field("void_mm3", pa.int64(), nullable=False),  # inner_mm3 - contents_mm3
        pa.field("distance_km", pa.float64()),
        pa.field("decision_co2e_mg", pa.int64(), nullable=False),  # marginal, to decide with; never booked
        pa.field("packaging_co2e_mg", pa.int64(), nullable=False),  # its part that is the carton
        pa.field("haul_co2e_mg", pa.int64(), nullable=False),  # its part that is the way
        pa.field("cost", pa.float64()),
    ]
)

PLACEMENTS_SCHEMA: Final = pa.schema(
    [
        pa.field("order_id", pa.string(), nullable=False),
        pa.field("parcel_no", pa.int32(), nullable=False),
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("order_row", pa.int64(), nullable=False),  # row of the orders table, from 0
        pa.field("x_mm", pa.int32(), nullable=False),
        pa.field("y_mm", pa.int32(), nullable=False),
        pa.field("z_mm", pa.int32(), nullable=False),
        pa.field("along_x_mm", pa.int32(), nullable=False),
        pa.field("along_y_mm", pa.int32(), nullable=False),
        pa.field("along_z_mm", pa.int32(), nullable=False),
        pa.field("orientation", pa.int8(), nullable=False),  # index into ORIENTATIONS
    ]
)

UNPACKED_SCHEMA: Final = pa.schema(
    [
        pa.field("order_row", pa.int64(), nullable=False),
        pa.field("order_id", pa.string()),
        pa.field("item_id", pa.string()),
        pa.field("pieces", pa.int64()),  # missing where the quantity itself cannot be read
        pa.field("reason", pa.string(), nullable=False),  # a key of leafmark.parcels.reasons.REASONS
        pa.field("field", pa.string()),
        pa.field("found", pa.string()),
        pa.field("expected", pa.string()),
    ]
)
