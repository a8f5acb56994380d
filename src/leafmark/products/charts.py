"""SVG charts drawn by the server: positions across in per cent, down in pixels, so that text keeps its size everywhere.

No script, no style attribute: colours come from the page's classes, and follow its light or dark scheme. Each chart is
one picture to a screen reader (`role="img"`, title and description); the same figures follow it as a table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from leafmark.engine.curves import Curve, Figure
from leafmark.engine.sentences import MINUS
from leafmark.products.i18n import significant

ROW = 46
COLUMNS_TALL = 240
"""Height in pixels of the field of a chart of columns or dots."""
LEFT = 13.0
"""Per cent of the width kept for the labels of an upright axis."""
MARGIN = 1.0
"""Per cent of the width kept free on both sides of differences, for the caps of their ranges."""
TICKS_MAX = 6
CAP = 5
"""Half the length in pixels of the caps of a range."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its 95 % range, in the chart's unit; `text` is what stands beside it. `own`: the one the page is about."""

    name: str
    value: float
    low: float
    high: float
    text: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A point: `across` and `up` in the units of the axes."""

    across: float
    up: float


def ticks(highest: float, lowest: float = 0.0) -> list[float]:
    """At most six round numbers (1, 2 or 5 times a power of ten apart) from `lowest` or below to `highest` or above."""
    span = highest - lowest
    if span <= 0:
        return [lowest, lowest + 1]
    rough = span / (TICKS_MAX - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(n * power for n in (1, 2, 5, 10, 20) if _steps(lowest, highest, n * power) <= TICKS_MAX - 1)
    first = math.floor(lowest / step)
    return [round((first + n) * step, 10) for n in range(_steps(lowest, highest, step) + 1)]


def _steps(lowest: float, highest: float, step: float) -> int:
    return math.ceil(highest / step - 1e-9) - math.floor(lowest / step + 1e-9)


def bars(name: str, title: str, rows: Sequence[Bar], unit: str, said: str = "") -> str:
    """Level bars from zero, each under its name, with its range as a line. `said` describes them to those who cannot see them."""
    marks = ticks(max(row.high for row in rows))
    floor = len(rows) * ROW + 4
    body = "".join(_upright_lines(marks, floor, unit))
    for number, row in enumerate(rows):
        top = number * ROW
        x0, x1 = (100 * end / marks[-1] for end in (row.low, row.high))
        middle = top + 30
        own = " own" if row.own else ""
        body += (
            f'<text class="name{own}" x="0" y="{top + 15}">{escape(row.name)}</text>'
            f'<text class="end" x="100%" y="{top + 15}">{escape(row.text)}</text>'
            f'<rect class="bar{own}" x="0" y="{top + 22}" width="{100 * row.value / marks[-1]:.2f}%" height="16"/>'
            + _range_line((f"{x0:.2f}%", middle), (f"{x1:.2f}%", middle))
        )
    return _svg(name, title, said or _said(rows, unit), floor + 24, body)


def differences(name: str, title: str, rows: Sequence[Bar], unit: str, said: str) -> str:
    """Differences about zero, each a point with its range under its name; a line that crosses zero can be nothing."""
    marks = ticks(max(0.0, *(row.high for row in rows)), min(0.0, *(row.low for row in rows)))
    floor = len(rows) * ROW + 4

    def place(value: float) -> str:
        return f"{MARGIN + (100 - 2 * MARGIN) * (value - marks[0]) / (marks[-1] - marks[0]):.2f}%"

    body = ""
    for number, row in enumerate(rows):
        top, own = number * ROW, " own" if row.own else ""
        middle = top + 30
        body += (
            f'<text class="name{own}" x="0" y="{top + 15}">{escape(row.name)}</text>'
            f'<text class="end" x="100%" y="{top + 15}">{escape(row.text)}</text>'
            f'<line class="range" x1="{place(0)}" x2="{place(0)}" y1="{middle - 10}" y2="{middle + 12}" stroke-dasharray="3 3"/>'
            + _range_line((place(row.low), middle), (place(row.high), middle))
            + f'<circle class="bar{own}" cx="{place(row.value)}" cy="{middle}" r="6"/>'
        )
    for mark in marks:
        text = f"{_mark(mark)} {unit}" if mark == marks[-1] else _mark(mark)
        side = " end" if mark == marks[-1] else "" if mark == marks[0] else " mid"
        body += (
            f'<line class="rule" x1="{place(mark)}" x2="{place(mark)}" y1="{floor}" y2="{floor + 5}"/>'
            f'<text class="small{side}" x="{place(mark)}" y="{floor + 19}">{escape(text)}</text>'
        )
    body += f'<line class="rule" x1="0" x2="100%" y1="{floor}" y2="{floor}"/>'
    return _svg(name, title, said, floor + 24, body)


def columns(name: str, title: str, rows: Sequence[Bar], unit: str) -> str:
    """Standing columns from zero with their ranges, in the order given; `name` of a row is its label on the axis."""
    marks = ticks(max(row.high for row in rows))
    floor = COLUMNS_TALL + 22
    body = "".join(_level_lines(marks, floor, unit))
    slot = (100 - LEFT) / len(rows)
    for number, row in enumerate(rows):
        middle = LEFT + slot * (number + 0.5)
        tall = COLUMNS_TALL * row.value / marks[-1]
        y0, y1 = (floor - COLUMNS_TALL * end / marks[-1] for end in (row.high, row.low))
        body += (
            f'<rect class="bar" x="{middle - slot * 0.34:.2f}%" y="{floor - tall:.1f}" width="{slot * 0.68:.2f}%" '
            f'height="{tall:.1f}"/>'
            + _range_line((f"{middle:.2f}%", round(y0, 1)), (f"{middle:.2f}%", round(y1, 1)), upright=True)
            + f'<text class="mid small{" odd" if number % 2 else ""}" x="{middle:.2f}%" y="{floor + 17}">'
            f"{escape(row.name)}</text>"
        )
    return _svg(name, title, _said(rows, unit), floor + 24, body)


def shares(name: str, title: str, rows: Sequence[tuple[str, Sequence[tuple[str, float, str]]]]) -> str:
    """Whole bars of 100 %, each cut into (part, share, text); parts keep their place and class from bar to bar."""
    body, said = "", []
    for number, (row, cut) in enumerate(rows):
        top, start = number * ROW, 0.0
        body += f'<text x="0" y="{top + 15}">{escape(row)}</text>'
        for place, (_, share, text) in enumerate(cut):
            if share > 0:
                body += (
                    f'<rect class="s{place}" x="{start:.2f}%" y="{top + 21}" width="{100 * share:.2f}%" height="20"/>'
                )
                if share >= 0.13:  # a narrower part has no room for its text on a telephone
                    body += f'<text class="mid small t{place}" x="{start + 50 * share:.2f}%" y="{top + 36}">{escape(text)}</text>'
            start += 100 * share
        said.append(f"{row}: " + ", ".join(f"{part} {text}" for part, _, text in cut))
    return _svg(name, title, "; ".join(said) + ".", len(rows) * ROW + 2, body)


def dots(name: str, title: str, points: Sequence[Dot], units: tuple[str, str], said: str) -> str:
    """Points over two axes: `units` name the one across and the one up, which begins at zero."""
    across = ticks(max(p.across for p in points), min(p.across for p in points))
    up = ticks(max(p.up for p in points))
    floor = COLUMNS_TALL + 22
    body = "".join(_level_lines(up, floor, units[1]))

    def place(value: float) -> float:
        return LEFT + (98 - LEFT) * (value - across[0]) / (across[-1] - across[0])

    for mark in across:
        body += (
            f'<line class="rule" x1="{place(mark):.2f}%" x2="{place(mark):.2f}%" y1="{floor}" y2="{floor + 5}"/>'
            f'<text class="mid small" x="{place(mark):.2f}%" y="{floor + 19}">{_mark(mark)}</text>'
        )
    body += f'<text class="end small" x="100%" y="{floor + 37}">{escape(units[0])}</text>'
    body += "".join(
        f'<circle class="dot" cx="{place(p.across):.2f}%" cy="{floor - COLUMNS_TALL * p.up / up[-1]:.1f}" r="4"/>'
        for p in points
    )
    return _svg(name, title, said, floor + 44, body)


def curves(name: str, title: str, lines: Sequence[Curve], units: tuple[str, str], said: str) -> str:
    """Lines over two axes; the one up begins at zero. Each has its mark (disc, ring, square) and its name above the field."""
    places = [point for line in lines for point in line.points]
    across = ticks(max(x for x, _ in places), min(x for x, _ in places))
    up = ticks(max(y for _, y in places))
    top = 22 * len(lines)
    floor = top + COLUMNS_TALL + 22

    def place(value: float) -> float:
        return LEFT + (96 - LEFT) * (value - across[0]) / (across[-1] - across[0])

    def height(value: float) -> float:
        return floor - COLUMNS_TALL * value / up[-1]

    body = (
        f'<svg y="{top}" height="{COLUMNS_TALL + 34}">'
        + "".join(_level_lines(up, COLUMNS_TALL + 22, units[1]))
        + "</svg>"
    )
    for mark in across:
        body += (
            f'<line class="rule" x1="{place(mark):.2f}%" x2="{place(mark):.2f}%" y1="{floor}" y2="{floor + 5}"/>'
            f'<text class="mid small" x="{place(mark):.2f}%" y="{floor + 19}">{_mark(mark)}</text>'
        )
    body += f'<text class="end small" x="100%" y="{floor + 37}">{escape(units[0])}</text>'
    for number, line in enumerate(lines):
        body += (
            _symbol(number, "1.5%", 22 * number + 9) + f'<text x="4%" y="{22 * number + 14}">{escape(line.name)}</text>'
        )
        ordered = sorted(line.points) if line.joined else []
        dashes = ' stroke-dasharray="5 4"' if line.dashed else ""
        body += "".join(
            f'<line class="range" x1="{place(x0):.2f}%" y1="{height(y0):.1f}" x2="{place(x1):.2f}%" y2="{height(y1):.1f}"{dashes}/>'
            for (x0, y0), (x1, y1) in pairwise(ordered)
        )
        for point, (x, y) in enumerate(line.points):
            label = line.labels[point] if point < len(line.labels) else ""
            body += _symbol(number, f"{place(x):.2f}%", height(y))
            if label:
                side, gap = (" end", -8) if place(x) > 60 else ("", 8)
                body += (
                    f'<svg class="cap" x="{place(x):.2f}%" y="{height(y) + (16 if y > 0.92 * up[-1] else -8):.1f}"><text class="small{side}" x="{gap}" y="0">'
                    f"{escape(label)}</text></svg>"
                )
    return _svg(name, title, said, floor + 44, body)


def of_figure(name: str, figure: Figure) -> str:
    """A figure's curves as a chart."""
    return curves(name, figure.title, figure.curves, figure.units, figure.said)


def table_of(figure: Figure) -> str:
    """The table that follows a figure's chart: its first column names the row, the others are aligned as figures are."""
    kinds = ["", *[' class="number n"'] * (len(figure.head) - 1)]
    head = "".join(f'<th scope="col"{kind}>{escape(name)}</th>' for kind, name in zip(kinds, figure.head, strict=True))
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f'<td class="number n">{escape(cell)}</td>' for cell in row[1:])
        + "</tr>"
        for row in figure.rows
    )
    return (
        f"<table><caption>{escape(figure.title)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _symbol(number: int, x: str, y: float) -> str:
    """The mark of a line's points: told apart by form, not by colour alone."""
    if number % 3 == 0:
        return f'<circle class="bar own" cx="{x}" cy="{y:.1f}" r="4.5"/>'
    if number % 3 == 1:
        return f'<circle class="ring" cx="{x}" cy="{y:.1f}" r="4"/>'
    return f'<svg class="cap" x="{x}" y="{y:.1f}"><rect class="bar" x="-4" y="-4" width="8" height="8"/></svg>'


def _svg(name: str, title: str, said: str, height: int, body: str) -> str:
    return (
        f'<svg class="chart" role="img" width="100%" height="{height}" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(said)}</desc>{body}</svg>'
    )


def _said(rows: Sequence[Bar], unit: str) -> str:
    most = max(rows, key=lambda row: row.value)
    least = min(rows, key=lambda row: row.value)
    return f"In {unit}, with 95 % ranges. Most: {most.name}, {most.text}. Least: {least.name}, {least.text}."


def _mark(value: float) -> str:
    return f"{value:,.0f}".replace("-", MINUS) if value == round(value) else significant(value)


def _upright_lines(marks: Sequence[float], floor: int, unit: str) -> Iterator[str]:
    for mark in marks:
        x = 100 * mark / marks[-1]
        anchor = "small" if mark == marks[0] else "small end" if mark == marks[-1] else "small mid"
        text = f"{_mark(mark)} {unit}" if mark == marks[-1] else _mark(mark)
        yield f'<line class="rule" x1="{x:.2f}%" x2="{x:.2f}%" y1="{floor}" y2="{floor + 5}"/>'
        yield f'<text class="{anchor}" x="{x:.2f}%" y="{floor + 19}">{escape(text)}</text>'
    yield f'<line class="rule" x1="0" x2="100%" y1="{floor}" y2="{floor}"/>'


def _level_lines(marks: Sequence[float], floor: int, unit: str) -> Iterator[str]:
    for mark in marks:
        y = floor - COLUMNS_TALL * mark / marks[-1]
        yield f'<line class="rule" x1="{LEFT}%" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="small end" x="{LEFT - 1.5}%" y="{y + 4:.1f}">{_mark(mark)}</text>'
    yield f'<text class="small" x="0" y="10">{escape(unit)}</text>'


def _range_line(start: tuple[str, float], end: tuple[str, float], upright: bool = False) -> str:
    """A line from end to end with caps; a cap is drawn within a nested picture, since per cent and pixels do not add."""
    (x0, y0), (x1, y1) = start, end
    line = f'<line class="range" x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}"/>'
    for x, y in (start, end):
        dx, dy = (CAP, 0) if upright else (0, CAP)
        line += (
            f'<svg class="cap" x="{x}" y="{y}"><line class="range" x1="{-dx}" y1="{-dy}" x2="{dx}" y2="{dy}"/></svg>'
        )
    return line
