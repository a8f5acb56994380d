"""Targets: what is to fall and by when, held against the years of a history; the Scope 3+ ambition and credits stand beside, never in it."""

from __future__ import annotations

from leafmark.inventory.targets.ambition import AMBITION, Ambition, Cumulative, Impact, cumulative, impacts, read_impact
from leafmark.inventory.targets.charts import ambition_figure, neutrality_rows, path_figure
from leafmark.inventory.targets.neutrality import Credit, Row, read_credits, refuse_credits, statement
from leafmark.inventory.targets.pathways import contraction_percent
from leafmark.inventory.targets.progress import Progress, YearOf, progress
from leafmark.inventory.targets.projection import Projection, project
from leafmark.inventory.targets.target import Denominator, Target, read_targets

__all__ = [
    "AMBITION", "Ambition", "Credit", "Cumulative", "Denominator", "Impact", "Progress", "Projection", "Row", "Target", "YearOf",
    "ambition_figure", "contraction_percent", "cumulative", "impacts", "neutrality_rows", "path_figure", "progress", "project",
    "read_credits", "read_impact", "read_targets", "refuse_credits", "statement",
]  # fmt: skip
