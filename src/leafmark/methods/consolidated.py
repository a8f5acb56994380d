"""What every method of a company's inventory shares: where, when, and how much of it is the reporting company's."""

from __future__ import annotations

from leafmark.methods.model import Column, Part

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


def energy_of_others(category: int, *more: tuple[str, ...]) -> tuple[Part, ...]:
    """Parts of a Scope 3 category that is the Scope 1 and 2 of somebody else: operation, then upstream and losses apart.

    The first part alone is the minimum boundary of the Scope 3 Standard (2011), table 5.4; the others are more than it asks
    for and stand by themselves, so that either can be read. `more` are further recipes of the first part.
    """
    return (
        Part("operation", (("direct",), ("life_cycle",), *more), 3, category),
        Part("upstream", (("upstream",), ("wtt",)), 3, category, optional=True, beside="direct"),
        Part("td_loss", (("td_loss",),), 3, category, optional=True, beside="direct"),
        Part("td_loss_upstream", (("td_loss_upstream",),), 3, category, optional=True, beside="direct"),
    )


READ = (
    "The Technical Guidance for Calculating Scope 3 Emissions (version 1.0, 2013) and table 5.4 of the Scope 3 Standard were "
    "read in a public transcription, not in the publisher's file; the guidance's worked examples are reproduced by tests."
)
"""What of the standard was read, for the pages of the methods."""
