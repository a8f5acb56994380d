"""What the charts of this room and of targets share: a figure with its table, axes, marks that need no colour, and a page around them.

A chart is 360 units wide and scales with its column: letters are 11 pixels on a telephone and larger elsewhere. No script, no style
attribute; what things are is told by form (solid, dashed, dotted, hatched, hollow), so that it reads in black and white.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from leafmark.engine.sentences import MINUS
from leafmark.inventory.time.words import figure

WIDTH: Final = 360
TICKS_HIGH: Final = 6
STYLE: Final = """\
.inventory-figure{margin:0 0 2rem;max-width:45rem}
.inventory-figure svg{display:block;width:100%;height:auto;color:inherit}
.inventory-figure svg text{font-size:11px;fill:currentColor;paint-order:stroke;stroke:var(--paper,#fff);stroke-width:3px}
.inventory-figure table{font-size:.875rem;border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
.inventory-figure caption{text-align:start;font-weight:600;padding:.5rem 0}
.inventory-figure th,.inventory-figure td{padding:.25rem .5rem .25rem 0;border-bottom:1px solid #8886;text-align:end;vertical-align:top}
.inventory-figure th:first-child{text-align:start}
.inventory-figure tbody th{font-weight:400}
.inventory-figure td{white-space:nowrap}
.inventory-figure .wide{overflow-x:auto}
"""
"""The figures' own style, for a page that has none of its own."""
HATCH: Final = (
    '<defs><pattern id="{id}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<line x1="0" y1="0" x2="0" y2="5" stroke="currentColor" stroke-width="1.6"/></pattern></defs>'
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart (`svg`), what it says to those who cannot see it, and the same as a table; the first column names the row."""

    name: str
    title: str
    said: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def html(self) -> str:
        """The chart, what it says in words, and its table."""
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in self.head)
        rows = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
            + "</tr>"
            for row in self.rows
        )
        return (
            f'<figure class="inventory-figure">{self.svg}<figcaption>{escape(self.said)}</figcaption><div class="wide"><table><caption>{escape(self.title)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></figure>"
        )


def page(title: str, figures: Sequence[Figure], lang: str) -> str:
    """A page of its own with figures in it."""
    body = "".join(each.html() for each in figures)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>body{{font:16px/1.5 system-ui,sans-serif;margin:1rem;color:#111;background:#fff}}\n"
        f"{STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )


def svg(name: str, title: str, said: str, height: float, body: str) -> str:
    """A chart: one picture to a screen reader. `{name}-hatch` is its hatching."""
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height:g}" aria-labelledby="{name}-t {name}-d" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(said)}</desc>'
        f"{HATCH.format(id=f'{name}-hatch')}{body}</svg>"
    )


def ticks(low: float, high: float) -> list[float]:
    """At most six round numbers (1, 2 or 5 times a power of ten apart) that hold low and high between them."""
    if not high > low:
        high = low + (abs(low) or 1)
    power = 10.0 ** math.floor(math.log10((high - low) / (TICKS_HIGH - 1)))
    for step in (n * power for n in (1, 2, 5, 10, 20)):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first < TICKS_HIGH:
            break
    return [n * step for n in range(first, last + 1)]


def mark(value: float) -> str:
    """A tick's number, as short as it is."""
    return f"{value:,.6g}".replace("-", MINUS) if abs(value) < 1e6 else figure(value)


def text(x: float, y: float, content: str, anchor: str = "start", bold: bool = False) -> str:
    """A text; `anchor` start, middle or end."""
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{escape(content)}</text>'


def line(points: Sequence[tuple[float, float]], width: float = 1.5, dash: str = "") -> str:
    """A line through points; `dash` as SVG writes it."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="currentColor" stroke-width="{width}"{dashes}/>'


def fitted(content: str, wide: float) -> str:
    """A text cut to a width in units, at about 6 for a Latin letter and 11 for a Chinese one."""
    room, kept = wide, ""
    for char in content:
        room -= 11 if ord(char) > 0x2E80 else 6
        if room < 6:
            return kept + "…"
        kept += char
    return kept
