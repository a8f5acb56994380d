"""The tables of Scope 2 by market: electricity consumed and contracts in, who was served by what out.

Energy is whole watt-hours inside, so that parts add up; `kwh` beside it is the same amount for people and for the method.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

CONSUMPTION_SCHEMA: Final = pa.schema([
    pa.field("group_id", pa.string(), nullable=False),  # what the amounts are grouped by; becomes the method's site_id
    pa.field("entity_id", pa.string()),
    pa.field("site_id", pa.string()),
    pa.field("region", pa.string()),                    # NULL: not told, no contract serves it
    pa.field("month", pa.date32()),                     # its first day; NULL: not told, no contract serves it
    pa.field("kwh", pa.float64()),                      # consolidated: the company's share of it
])  # fmt: skip
"""Electricity that the company consumed, by group and month."""

USED_BEFORE_SCHEMA: Final = pa.schema([
    pa.field("registry", pa.string()),
    pa.field("serial", pa.string(), nullable=False),
    pa.field("year", pa.int32()),
])  # fmt: skip
"""Serial numbers that former inventories stand on."""

ROWS_SCHEMA: Final = pa.schema([
    pa.field("site_id", pa.string(), nullable=False),  # the group
    pa.field("kwh", pa.float64(), nullable=False),
    pa.field("key", pa.string(), nullable=False),
    pa.field("region", pa.string()),
    pa.field("date", pa.date32(), nullable=False),
    pa.field("share", pa.float64(), nullable=False),   # 1: consolidated already
])  # fmt: skip
"""Input of the method electricity.market."""

SERVED_SCHEMA: Final = pa.schema([
    pa.field("contract_id", pa.string(), nullable=False),
    pa.field("group_id", pa.string(), nullable=False),
    pa.field("entity_id", pa.string()),
    pa.field("site_id", pa.string()),
    pa.field("region", pa.string()),
    pa.field("month", pa.date32(), nullable=False),
    pa.field("wh", pa.int64(), nullable=False),
])  # fmt: skip
"""Who was served by what: each watt-hour at most once."""

INSTRUMENTS_SCHEMA: Final = pa.schema([
    pa.field("contract_id", pa.string(), nullable=False),
    pa.field("row", pa.int64(), nullable=False),
    pa.field("kind", pa.string()),
    pa.field("region", pa.string()),
    pa.field("market", pa.string()),
    pa.field("technology", pa.string()),
    pa.field("registry", pa.string()),
    pa.field("serial", pa.string()),
    pa.field("valid_from", pa.date32()),
    pa.field("valid_to", pa.date32()),
    pa.field("retired_on", pa.date32()),
    pa.field("kg_per_kwh", pa.float64()),
    pa.field("contracted_wh", pa.int64()),              # NULL: as much as is consumed
    pa.field("used_wh", pa.int64(), nullable=False),
    pa.field("unused_wh", pa.int64()),                  # NULL where contracted is
    pa.field("why", pa.string()),                       # of leafmark.inventory.reasons or the engine's: why not all of it is used
    pa.field("met", pa.list_(pa.int8()), nullable=False),        # quality criteria that are met
    pa.field("not_shown", pa.list_(pa.int8()), nullable=False),  # that the row cannot show
    pa.field("not_met", pa.list_(pa.int8()), nullable=False),
])  # fmt: skip
"""A row for each contract, in the order of the file."""

CRITERIA_SCHEMA: Final = pa.schema([
    pa.field("contract_id", pa.string(), nullable=False),
    pa.field("row", pa.int64(), nullable=False),
    pa.field("criterion", pa.int8(), nullable=False),
    pa.field("status", pa.string(), nullable=False),    # met, not_met, not_shown or does_not_apply
    pa.field("reason", pa.string(), nullable=False),
])  # fmt: skip
"""Every quality criterion of every contract, with what speaks for it."""
