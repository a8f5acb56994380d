"""What is written down before the start: what is measured, how many are held out, until when, on how many people at least."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

GRAMS: Final = "grams"
COUNTED: Final = ("lower_half", "in_channel")
"""Outcomes that a choice either is or is not."""
OUTCOMES: Final = (GRAMS, *COUNTED)
HELD_OUT_MIN, HELD_OUT_MAX = 5, 50
"""Per cent of the units that may be held out: fewer say nothing, more are without labels for no gain in precision."""
UNITS_MIN: Final = 100
"""The least number of people in an arm that a plan may ask for: below it the range of a skewed outcome is too narrow."""


class PlanError(ValueError):
    """A plan that cannot be followed; the message names the field, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment as it was declared.

    `outcome`: `grams`, micrograms CO2e of what is chosen; `lower_half`, whether it lies below the middle of what it may be compared
    with; `in_channel`, whether it stands in the Low-carbon channel. `held_out`: per cent. `least_units`: people in each arm who
    chose something that counts. `ends_on`: the last day.
    """

    experiment: str
    outcome: str
    held_out: int
    least_units: int
    ends_on: dt.date

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise PlanError(f"outcome: found {self.outcome!r}; expected one of {', '.join(OUTCOMES)}")
        if not HELD_OUT_MIN <= self.held_out <= HELD_OUT_MAX:
            raise PlanError(
                f"held_out: found {self.held_out}; expected {HELD_OUT_MIN} to {HELD_OUT_MAX} per cent of the people"
            )
        if self.least_units < UNITS_MIN:
            raise PlanError(f"least_units: found {self.least_units}; expected {UNITS_MIN} or more in each arm")
