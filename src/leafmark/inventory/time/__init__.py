"""Years of one company: base year and its recalculation, what changed between two inventories, and why.

History (policy, versions of each year, journal)     recalculate(history, change) -> the history after it, and what came of it
bridge(before, after, by) -> activity, mix, factor, method, gwp, structure: whole micrograms that add up
"""

from __future__ import annotations

from leafmark.engine.sentences import LANGS
from leafmark.inventory.time.bridge import ACROSS, CUTS, PARTS, Bridge, Parts, Step, bridge
from leafmark.inventory.time.chart import waterfall
from leafmark.inventory.time.drawing import STYLE, Figure, page
from leafmark.inventory.time.history import BaseYear, History, Version
from leafmark.inventory.time.policy import KINDS, ORGANIC, Change, Policy, read_change, read_policy
from leafmark.inventory.time.recalculation import Outcome, Restated, Test, recalculate

__all__ = [
    "ACROSS", "CUTS", "KINDS", "LANGS", "ORGANIC", "PARTS", "STYLE", "BaseYear", "Bridge", "Change", "Figure", "History", "Outcome",
    "Parts", "Policy", "Restated", "Step", "Test", "Version", "bridge", "page", "read_change", "read_policy", "recalculate", "waterfall",
]  # fmt: skip
