"""Parcels drawn: a plan's parcel as an isometric SVG, step by step, and its packing slip.

    plan's tables --parcel_of--> Parcel --parcel_svg | packing_slip--> text, the same for the same parcel

Pieces are numbered in the order of placing, from the bottom at the back corner: that order is also one in which a painter may draw
them, so each piece lies open to view at the moment in which it is placed.
"""

from __future__ import annotations

from leafmark.engine.curves import Curve, Figure
from leafmark.engine.sentences import LANGS

from .charts import pareto_figure, suite_figure
from .isometric import parcel_svg
from .parcel import Parcel, Piece, parcel_of
from .slip import PAPERS, packing_slip, slip_policy

__all__ = [
    "LANGS", "PAPERS", "Curve", "Figure", "Parcel", "Piece", "packing_slip", "parcel_of", "parcel_svg", "pareto_figure",
    "slip_policy", "suite_figure",
]  # fmt: skip
