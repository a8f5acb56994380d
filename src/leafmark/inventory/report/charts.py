"""Bars as SVG, without a script: what each is stands in the table under it, which carries the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from leafmark.inventory.report.words import tonnes

WIDTH: Final = 640
ROW: Final = 44
BAR: Final = 14
LEFT: Final = 4
"""Pixels of the drawing, which grows and shrinks with the page."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A name with its micrograms, their range, and whether it is the second of two statements."""

    name: str
    co2e_ug: int
    low_ug: int
    high_ug: int
    other: bool = False


def bars(title: str, rows: Sequence[Bar], colon: str) -> str:
    """Horizontal bars from a common zero, each with a whisker of its range; a credit goes to the left."""
    ends = [value for bar in rows for value in (bar.low_ug, bar.high_ug, bar.co2e_ug)]
    least, most = min([0, *ends]), max([0, *ends])
    scale = (WIDTH - 2 * LEFT) / ((most - least) or 1)

    def x(ug: int) -> float:
        return round(LEFT + (ug - least) * scale, 1)

    drawn = []
    for place, bar in enumerate(rows):
        top = place * ROW
        start, end = sorted((x(0), x(bar.co2e_ug)))
        middle = top + 24 + BAR / 2
        kind = "b2" if bar.other else "b1"
        drawn.append(
            f'<text x="{LEFT}" y="{top + 17}">{escape(bar.name)}{escape(colon)}{escape(tonnes(bar.co2e_ug))}</text>'
            f'<rect class="{kind}" x="{start}" y="{top + 24}" width="{round(max(end - start, 0.5), 1)}" height="{BAR}"/>'
            f'<path class="w" d="M{x(bar.low_ug)} {middle}H{x(bar.high_ug)}M{x(bar.low_ug)} {middle - 4}v8M{x(bar.high_ug)} {middle - 4}v8"/>'
        )
    height = len(rows) * ROW + 4
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">'
        f'<path class="w" d="M{x(0)} 20V{height}"/>{"".join(drawn)}</svg>\n'
    )
