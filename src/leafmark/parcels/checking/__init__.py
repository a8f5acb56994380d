"""Checking: does a plan of parcels hold? Plain NumPy over the plan's tables; shares no line with what packs.

    orders x cartons x plan (parcels, placements, unpacked) -> violations, one row each; no row: the plan holds

Anybody's plan can be checked: ours, another packer's, one that a person has changed. `RULES` says what is asked of it.
"""

from leafmark.parcels.checking.check import check
from leafmark.parcels.checking.rules import RULES, VIOLATIONS_SCHEMA

__all__ = ["RULES", "VIOLATIONS_SCHEMA", "check"]
