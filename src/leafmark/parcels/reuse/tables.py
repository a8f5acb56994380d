"""The tables of reuse: pools, their events or counts in; stock and return records out.

An event names a box of a pool, what befell it, and the day; events of one day count in the order of their rows. Masses are kg of one
piece, energy is kWh a cleaning. Pools without events may give counts by period, or a return rate of their own.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

EVENTS: Final = ("buy", "issue", "return", "clean", "repair", "loss", "retire")
"""What befalls a box: bought, sent out with goods, come back, cleaned, mended, lost, taken out of use."""

STATES: Final = ("ready", "out", "returned", "lost", "retired")
"""Where a box is: ready to go out, out with goods, back and not yet clean, lost, out of use for good."""

LOST_AFTER_DAYS: Final = 90
"""How long a box may be out before it counts as lost, where its pool does not say: Leafmark's own choice, a season."""

POOLS_SCHEMA: Final = pa.schema(
    [
        pa.field("pool_id", pa.string(), nullable=False),
        pa.field("box_kg", pa.float64(), nullable=False),
        pa.field("material", pa.string(), nullable=False),  # factor key of the box's material
        pa.field("single_use_kg", pa.float64(), nullable=False),  # what the same parcel would have had instead
        pa.field("single_use_material", pa.string(), nullable=False),
        pa.field("return_km", pa.float64(), nullable=False),  # way back of the empty box; a 0 has to be written
        pa.field("cleaning_kwh", pa.float64(), nullable=False),  # electricity of one cleaning; a 0 has to be written
        pa.field("return_key", pa.string()),  # factor key of the way back, in t_km; missing = an average diesel van
        pa.field("water_l", pa.float64()),  # of one cleaning, supply and treatment; missing = none
        pa.field("detergent_kg", pa.float64()),  # of one cleaning; missing = none
        pa.field("detergent_key", pa.string()),  # its factor key; needed where there is detergent
        pa.field("repair_kg", pa.float64()),  # material of one repair; missing = none
        pa.field("repair_material", pa.string()),  # missing = the box's
        pa.field("repairs_per_use", pa.float64()),  # missing = as the events say, else none
        pa.field("end_of_life_key", pa.string()),  # of the box; given for both sides or for none
        pa.field("single_use_end_of_life_key", pa.string()),
        pa.field("use_cap", pa.int64()),  # most uses of one box; missing = none
        pa.field("lost_after_days", pa.int64()),  # out for longer counts as lost; missing = LOST_AFTER_DAYS
        pa.field("clean_before_issue", pa.bool_()),  # may go out again only when cleaned; missing = true
        pa.field("return_rate", pa.float64()),  # where there are no events: share of uses that come back
        pa.field(
            "fit_rate", pa.float64()
        ),  # share of boxes come back that are fit to go out again; missing = by events, else 1
        pa.field("region", pa.string()),  # whose factors; missing = world
        pa.field("factor_region", pa.string()),  # whose factors stand in where the region has none
        pa.field("source", pa.string()),  # where the masses and kWh come from
    ]
)

EVENTS_SCHEMA: Final = pa.schema(
    [
        pa.field("pool_id", pa.string(), nullable=False),
        pa.field("box_id", pa.string(), nullable=False),
        pa.field("event", pa.string(), nullable=False),  # one of EVENTS
        pa.field("date", pa.date32(), nullable=False),
        pa.field("event_id", pa.string()),  # the partner's own; the same id twice is refused
        pa.field("account_id", pa.int64()),  # of who brought it back; a return without one makes no act
    ]
)

COUNTS_SCHEMA: Final = pa.schema(
    [
        pa.field("pool_id", pa.string(), nullable=False),
        pa.field("date", pa.date32(), nullable=False),  # last day of the period
        *(pa.field(name, pa.int64(), nullable=False) for name in ("bought", "issued", "returned", "cleaned", "repaired", "lost", "retired")),
    ]
)  # fmt: skip

STOCK_SCHEMA: Final = pa.schema(
    [
        pa.field("pool_id", pa.string(), nullable=False),
        pa.field("date", pa.date32(), nullable=False),  # at the end of the day
        pa.field("bought", pa.int64(), nullable=False),  # so far; the states below add up to it
        *(pa.field(name, pa.int64(), nullable=False) for name in STATES),
    ]
)

RETURNS_SCHEMA: Final = pa.schema(
    [
        pa.field("activity_id", pa.string(), nullable=False),
        pa.field("account_id", pa.int64(), nullable=False),
        pa.field("action", pa.string(), nullable=False),
        pa.field("document", pa.string(), nullable=False),
        pa.field("amount", pa.float64(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("date", pa.date32(), nullable=False),
        pa.field("evidence", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("region", pa.string()),
        pa.field("factor_region", pa.string()),
        pa.field("single_use_key", pa.string(), nullable=False),
        pa.field("single_use_kg", pa.float64(), nullable=False),
        pa.field("reusable_key", pa.string(), nullable=False),
        pa.field("reusable_kg", pa.float64(), nullable=False),
        pa.field("use_count", pa.float64(), nullable=False),
        pa.field("return_km", pa.float64(), nullable=False),
        pa.field("return_key", pa.string()),
        pa.field("washing_kwh", pa.float64(), nullable=False),
    ]
)
"""Returned boxes as the method `packaging.reuse` takes its acts (docs/actions.md): what `leafmark.actions` turns into credits."""
