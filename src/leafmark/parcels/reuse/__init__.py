"""Reuse: pools of boxes that come back; how often each is used, what a use emits, and whether it ever pays.

    pools + events -> book: stock, return rate, expected uses -> grams a use, break-even or never -> cartons' columns, acts

Figures are worked by hand in docs/reuse.md. Returned boxes become acts of `packaging.reuse` in `leafmark.actions`, which this room does
not know: it gives a table in their input's form.
"""

from leafmark.parcels.cells import ParcelsError
from leafmark.parcels.reuse.book import Book, Pool, open_book
from leafmark.parcels.reuse.grams import NEVER, BreakEven, break_even
from leafmark.parcels.reuse.records import as_carton_columns, content, grams_per_use, pool_content, return_acts
from leafmark.parcels.reuse.tables import (
    COUNTS_SCHEMA,
    EVENTS,
    EVENTS_SCHEMA,
    POOLS_SCHEMA,
    RETURNS_SCHEMA,
    STATES,
    STOCK_SCHEMA,
)
from leafmark.parcels.reuse.uses import ReturnRate, expected_use_count, measured_return_rate, rate_needed

__all__ = [
    "COUNTS_SCHEMA", "EVENTS", "EVENTS_SCHEMA", "NEVER", "POOLS_SCHEMA", "RETURNS_SCHEMA", "STATES", "STOCK_SCHEMA", "Book",
    "BreakEven", "ParcelsError", "Pool", "ReturnRate", "as_carton_columns", "break_even", "content", "expected_use_count", "grams_per_use",
    "measured_return_rate", "open_book", "pool_content", "rate_needed", "return_acts",
]  # fmt: skip
