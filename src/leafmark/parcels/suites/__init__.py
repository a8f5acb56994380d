"""Suites: which carton sizes to stock, so that a history of orders goes out with the least grams, money or volume.

history - held-out orders -> kinds -> fit (kernel) -> prices -> suites of 1, 2, ... k, each with its bound
held-out orders -> packed into the suite chosen, the one given and a naive one -> gain
"""

from leafmark.parcels.suites.board import Board, slotted_cases
from leafmark.parcels.suites.candidates import candidate_sizes
from leafmark.parcels.suites.choosing import suite
from leafmark.parcels.suites.faults import REASONS, SuiteError
from leafmark.parcels.suites.result import SIZES_SCHEMA, Suite, chart_points
from leafmark.parcels.suites.warming import warmup

__all__ = [
    "REASONS", "SIZES_SCHEMA", "Board", "Suite", "SuiteError", "candidate_sizes", "chart_points", "slotted_cases", "suite",
    "warmup",
]  # fmt: skip
