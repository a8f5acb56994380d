"""Pools that give counts by period: stock by state, period by period, and a period that takes out more than there is refused."""

from __future__ import annotations

from typing import Any

from leafmark.parcels.cells import Refusal
from leafmark.parcels.reuse.tables import STATES

Level = dict[str, int]


def after_period(level: Level, counts: dict[str, Any], clean_before_issue: bool = True) -> Level:
    """Boxes by state after a period of counts. What is given up was out; what is taken out of use had come back.

    Where boxes go out again without cleaning, one that comes back is ready at once and is taken out of use from there.
    """
    level = dict(level)
    level["out"] += counts["issued"] - counts["returned"] - counts["lost"]
    level["lost"] += counts["lost"]
    level["retired"] += counts["retired"]
    level["ready"] += counts["bought"] - counts["issued"]
    if clean_before_issue:
        level["ready"] += counts["cleaned"]
        level["returned"] += counts["returned"] - counts["cleaned"] - counts["retired"]
    else:
        level["ready"] += counts["returned"] - counts["retired"]
    return level


def lived_by_counts(
    periods: list[dict[str, Any]], clean_before_issue: bool
) -> tuple[list[dict[str, Any]], list[Refusal]]:
    """Stock at the end of each period of one pool, with the period's own counts; and the periods that cannot be."""
    level: Level = dict.fromkeys(STATES, 0)
    bought = 0
    kept: list[dict[str, Any]] = []
    refused: list[Refusal] = []
    for counts in periods:
        then = after_period(level, counts, clean_before_issue)
        short = next((state for state in STATES if then[state] < 0), None)
        if short is not None:
            refused.append(
                Refusal(
                    counts["row"],
                    short,
                    "more_than_stock",
                    str(then[short]),
                    f"0 or more boxes {short} at the end of the period",
                )
            )
            continue
        level, bought = then, bought + counts["bought"]
        assert sum(level.values()) == bought, "stock by state does not add up to the boxes bought"
        kept.append({"counts": counts, "bought": bought, "stock": level})
    return kept, refused
