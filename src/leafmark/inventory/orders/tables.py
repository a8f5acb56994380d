"""The tables of grams per order.

Two rows, in two columns that nothing adds: *service* (the inventory's entries: cloud, packing, hubs, freight) and *goods* (the product
book's, cradle to gate).
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import pyarrow as pa

Row: TypeAlias = Literal["service", "goods"]
ROWS: Final[tuple[Row, ...]] = ("service", "goods")
CUTS: Final = ("day", "sector", "warehouse", "festival")
"""What figures can be cut by, in this order."""
KEYS: Final = ("orders", "lines", "parcels")
"""What shared grams can be spread by."""
GATE_STAGES: Final = ("materials", "manufacturing", "packaging")
"""Stages of a product before its maker's gate."""
RESALE_METHODS: Final = ("retail.purchase",)
"""Goods bought to be sold again: in the inventory, and no service."""
SOLD_CATEGORIES: Final = (11, 12)
"""Scope 3 categories of goods sold, their use and their end of life: no service either."""

ORDERS_COLUMNS: Final[dict[str, str]] = {
    "order_id": "VARCHAR", "day": "DATE", "sector": "VARCHAR", "warehouse": "VARCHAR", "festival": "VARCHAR", "lines": "BIGINT",
    "parcels": "BIGINT",
}  # fmt: skip
"""Orders: `order_id` and `day` have to be there; `festival` or a calendar; `lines` and `parcels` where something is spread by them."""

ENTRY_COLUMNS: Final[dict[str, str]] = {
    "book": "VARCHAR", "category": "TINYINT", "stage": "VARCHAR", "method_id": "VARCHAR", "factor_id": "VARCHAR", "co2e_ug": "BIGINT",
    "low_ug": "BIGINT", "high_ug": "BIGINT",
}  # fmt: skip
"""What is read of entries (`leafmark.engine.schema.ENTRY_SCHEMA`), beside the order."""

AMOUNT_COLUMNS: Final[dict[str, str]] = {"order_id": "VARCHAR", "method_id": "VARCHAR", "amount": "DOUBLE"}
"""Activity behind entries: kWh, tonne-kilometres, kg of board, ... in one unit for each method."""

SHARED_SCHEMA: Final = pa.schema([
    pa.field("shared_id", pa.string(), nullable=False),
    pa.field("day", pa.date32()),                      # NULL: all days there are orders of
    pa.field("warehouse", pa.string()),                # NULL: all warehouses
    pa.field("method_id", pa.string(), nullable=False),
    pa.field("factor_id", pa.string(), nullable=False),
    pa.field("spread_by", pa.string(), nullable=False),  # of KEYS
    pa.field("co2e_ug", pa.int64(), nullable=False),
    pa.field("low_ug", pa.int64(), nullable=False),
    pa.field("high_ug", pa.int64(), nullable=False),
    pa.field("amount", pa.float64()),                  # activity behind it: kWh, ...
])  # fmt: skip
"""Service grams of the inventory that belong to no one order: a day's cloud, a warehouse's power."""

FESTIVALS_SCHEMA: Final = pa.schema([
    pa.field("festival", pa.string(), nullable=False),
    pa.field("from", pa.date32(), nullable=False),
    pa.field("until", pa.date32(), nullable=False),    # the first day after it
])  # fmt: skip

FIGURES: Final = pa.schema([
    pa.field("orders", pa.int64(), nullable=False),
    pa.field("service_orders", pa.int64(), nullable=False),  # that have service entries of their own
    pa.field("service_ug", pa.int64()),                      # NULL: not assessed
    pa.field("service_low_ug", pa.int64()),
    pa.field("service_high_ug", pa.int64()),
    pa.field("service_shared_ug", pa.int64(), nullable=False),  # of service_ug: spread
    pa.field("service_g_per_order", pa.float64()),
    pa.field("service_low_g_per_order", pa.float64()),
    pa.field("service_high_g_per_order", pa.float64()),
    pa.field("goods_orders", pa.int64(), nullable=False),
    pa.field("goods_ug", pa.int64()),
    pa.field("goods_low_ug", pa.int64()),
    pa.field("goods_high_ug", pa.int64()),
    pa.field("goods_g_per_order", pa.float64()),
    pa.field("goods_low_g_per_order", pa.float64()),
    pa.field("goods_high_g_per_order", pa.float64()),
])  # fmt: skip
"""Columns of a cut after its own: micrograms of the cut, grams of an order that is assessed."""
