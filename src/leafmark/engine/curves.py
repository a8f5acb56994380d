"""A chart of curves and its table as plain data: what a room has to show, in the reader's language, and nothing of how it is drawn.

`leafmark.products.charts.of_figure` draws it and `table_of` writes its table, as for every chart of curves.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (across, up) in the axes' units, joined from left to right or not; `labels` beside those that have one."""

    name: str
    points: tuple[tuple[float, float], ...]
    joined: bool = True
    dashed: bool = False
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart and its table. `said`: for those who hear it. `units`: of the axis across and of the one up."""

    title: str
    said: str
    units: tuple[str, str]
    curves: tuple[Curve, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
