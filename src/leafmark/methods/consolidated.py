"""What every method of a company's inventory shares: where, when, and how much of it is the reporting company's."""

from __future__ import annotations

from leafmark.methods.model import Column

SHARE = Column(
    "share", "float", required=False, low=0, high=1, cap_reason="nobody consolidates more than the whole",
    meaning="the reporting company's consolidated share of the activity; empty: all of it",
)  # fmt: skip
"""GHG Protocol Corporate Standard, chapter 3: the equity held, or 1 or 0 by control."""

REGION = Column("region", "text", required=False, meaning="where it happens; empty: the world")
DATE = Column("date", "date", required=False, meaning="when; empty: the run's date")
ACTIVITY_ID = Column("activity_id", "id", required=False, meaning="unique id of the row")
LAST = (REGION, DATE, ACTIVITY_ID, SHARE)
"""The columns that stand after a method's own, in this order."""


def site(meaning: str) -> Column:
    """The column that every line is summed by: a site, a fleet, a department."""
    return Column("site_id", "id", meaning=meaning)


def consolidated(amount: str) -> str:
    """The company's share of an amount, as SQL."""
    return f"({amount}) * COALESCE(share, 1)"
