"""Green acts: what they are worth in grams, on what evidence, and under which terms they earn points.

    table of acts -> judged -> signed lines -> the engine's entries (book `impact`) -> events for the ledger

An act is a small bill of signed lines: what was not emitted, less what was, all by factor look-up and cited parameters
(`parameters.csv`), by the frozen methods of `leafmark.methods`. `terms.csv` says what it earns. The ledger computes no
grams; this is the only room that knows it.
"""

from leafmark.actions.crediting import Credited, credit, open_credited
from leafmark.actions.events import EVENTS_SCHEMA
from leafmark.actions.explaining import explain_act
from leafmark.actions.finding import Index, Origin, origins, widest
from leafmark.actions.kinds import KINDS, Kind
from leafmark.actions.reasons import REASONS
from leafmark.actions.terms import catalogue

__all__ = [
    "EVENTS_SCHEMA", "KINDS", "REASONS", "Credited", "Index", "Kind", "Origin", "catalogue", "credit", "explain_act",
    "open_credited", "origins", "widest",
]  # fmt: skip
