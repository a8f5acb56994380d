"""The tables of fulfilment: demand, stock and lanes in; shipments, unmet and refused rows, and a comparison out.

    demand x stock x lanes --allocate--> shipments + unmet (every piece is in one of the two) + refused (rows that could not be read)

A piece is what is sold and shipped as one. Masses are whole grams, volumes whole cubic millimetres, distances kilometres. CO2e is
*decision grams* (`leafmark.parcels.decision`), whole milligrams; money is in whatever unit the lanes give it in.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

DEMAND_SCHEMA: Final = pa.schema(
    [
        pa.field("sku", pa.string(), nullable=False),
        pa.field("region", pa.string(), nullable=False),
        pa.field("quantity", pa.int64(), nullable=False),  # pieces; 0 is a demand of nothing
        pa.field("weight_g", pa.int64(), nullable=False),  # of one piece
        pa.field("volume_mm3", pa.int64()),  # of one piece; missing = mass alone counts
        pa.field("order_id", pa.string()),  # no such column: every piece is a parcel of its own
    ]
)

STOCK_SCHEMA: Final = pa.schema(
    [
        pa.field("warehouse", pa.string(), nullable=False),
        pa.field("sku", pa.string(), nullable=False),
        pa.field("quantity", pa.int64(), nullable=False),
    ]
)

LANES_SCHEMA: Final = pa.schema(
    [
        pa.field("warehouse", pa.string(), nullable=False),
        pa.field("region", pa.string(), nullable=False),
        pa.field("distance_km", pa.float64(), nullable=False),
        pa.field("kg_co2e_per_tkm", pa.float64(), nullable=False),  # well to wheel
        pa.field("parcel_co2e_mg", pa.int64()),  # fixed, of every parcel; missing = the run's own
        pa.field("parcel_cost", pa.float64()),  # money of every parcel; missing = unknown, refused where money counts
        pa.field("cost_per_kg", pa.float64()),  # money of a chargeable kilogram; missing = 0 where parcel_cost is given
        pa.field("days", pa.float64()),  # to the door; missing = unknown, which no service promise counts
    ]
)

SHIPMENTS_SCHEMA: Final = pa.schema(
    [
        pa.field("demand_row", pa.int64(), nullable=False),  # row of the demand table, from 0
        pa.field("order_id", pa.string()),
        pa.field("sku", pa.string(), nullable=False),
        pa.field("region", pa.string(), nullable=False),
        pa.field("warehouse", pa.string(), nullable=False),
        pa.field("pieces", pa.int64(), nullable=False),
        pa.field(
            "haul_co2e_mg", pa.int64(), nullable=False
        ),  # of these pieces, without the fixed grams of their parcels
        pa.field("haul_cost", pa.float64()),
    ]
)

UNMET_SCHEMA: Final = pa.schema(
    [
        pa.field("demand_row", pa.int64(), nullable=False),
        pa.field("order_id", pa.string()),
        pa.field("sku", pa.string(), nullable=False),
        pa.field("region", pa.string(), nullable=False),
        pa.field("pieces", pa.int64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),  # a key of leafmark.parcels.reasons.REASONS
    ]
)

REFUSED_SCHEMA: Final = pa.schema(
    [
        pa.field("table", pa.string(), nullable=False),  # demand, stock or lanes
        pa.field("row", pa.int64(), nullable=False),  # from 0
        pa.field("reason", pa.string(), nullable=False),
        pa.field("field", pa.string(), nullable=False),
        pa.field("found", pa.string()),
        pa.field("expected", pa.string(), nullable=False),
    ]
)

COMPARISON_SCHEMA: Final = pa.schema(
    [
        pa.field("rule", pa.string(), nullable=False),  # nearest, online, clairvoyant
        pa.field("co2e_mg", pa.int64(), nullable=False),
        pa.field("cost", pa.float64()),  # missing where a lane's money is unknown
        pa.field("parcels", pa.int64(), nullable=False),
        pa.field("splits", pa.int64(), nullable=False),  # parcels beyond an order's first
        pa.field("pieces", pa.int64(), nullable=False),  # shipped
        pa.field("unmet", pa.int64(), nullable=False),  # pieces
        pa.field("on_time", pa.float64()),  # share of demanded pieces that arrive within the service's days
        pa.field("keeps_limits", pa.bool_(), nullable=False),  # throughput, service share and carbon budget
    ]
)

PARETO_SCHEMA: Final = pa.schema(
    [
        pa.field("co2e_mg", pa.int64(), nullable=False),
        pa.field("cost", pa.float64(), nullable=False),
        pa.field("unmet", pa.int64(), nullable=False),
        pa.field("parcels", pa.int64(), nullable=False),
        pa.field("cost_per_tonne", pa.float64()),  # money that the next tonne saved costs, from the point before
        pa.field("gap", pa.float64(), nullable=False),  # of the weighted sum that found it; 0 = exact
    ]
)
