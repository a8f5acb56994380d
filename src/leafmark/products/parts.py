"""The drawn parts both forms share: class ladder, comparison strip, notice, QR code."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import segno

from .canvas import Canvas, number
from .fit import width, wrap
from .label import Comparison, LabelData
from .sentences import Sentences
from .tokens import BAND, FLAG, FLAG_EDGE, INK, MARK, PAPER, RULE, SOFT, class_colours, ink_on

QUIET_MODULES: Final = 4
"""Quiet zone around a QR code, in modules (ISO/IEC 18004:2015, 9.1)."""


@lru_cache(maxsize=1024)
def qr_path(link: str) -> tuple[int, str]:
    """Give (modules per side, path of horizontal strokes one module high) of a link's QR code, error level M."""
    matrix = segno.make_qr(link, error="m", boost_error=False).matrix
    moves: list[str] = []
    for row, modules in enumerate(matrix):
        column = 0
        start = True
        gap = 0
        while column < len(modules):
            run = 1
            while column + run < len(modules) and modules[column + run] == modules[column]:
                run += 1
            if modules[column]:
                moves.append(f"M{column} {row}.5h{run}" if start else f"m{gap} 0h{run}")
                start = False
            else:
                gap = run
            column += run
    return len(matrix), "".join(moves)


def qr_side(link: str, largest: float) -> float:
    """Give the side of a link's code: the largest multiple of half a unit per module within `largest`."""
    modules, _ = qr_path(link)
    return modules * max(int(largest / modules * 2) / 2, 1.0)


def draw_qr(sheet: Canvas, link: str, right: float, top: float, side: float) -> None:
    """Draw a code with its top right corner there; its quiet zone is kept free."""
    modules, path = qr_path(link)
    scale = side / modules
    quiet = QUIET_MODULES * scale
    left = right - side
    sheet.path(
        path,
        transform=f"translate({number(left)} {number(top)}) scale({number(scale)})",
        stroke=INK,
        shape_rendering="crispEdges",
    )
    sheet.occupy(left - quiet, top - quiet, right + quiet, top + side + quiet, "QR")


def ladder(sheet: Canvas, label: LabelData, left: float, top: float, wide: float, high: float) -> float:
    """Draw the classes side by side, ours larger and pointed, with a letter in each; give the bottom."""
    colours = class_colours(len(label.letters))
    gap = 2.0
    step = (wide + gap) / len(label.letters)
    drop, rise = high * 0.42, high * 0.23
    ours = label.letters.index(label.grade.letter or "")
    small, large = high * 0.56, high * 0.94
    for place, (letter, colour) in enumerate(zip(label.letters, colours, strict=True)):
        if place != ours:
            x = left + place * step
            sheet.rect(x, top + rise, step - gap, high, colour)
            baseline = top + rise + high / 2 + small * 0.36
            sheet.text(
                x + (step - gap) / 2,
                baseline,
                letter,
                small,
                bold=True,
                anchor="middle",
                fill=ink_on(colour),
                ground=colour,
            )
    colour = colours[ours]
    x0, x1 = max(left + ours * step - 3, left - 3), min(left + ours * step + step - gap + 3, left + wide + 3)
    middle, foot = (x0 + x1) / 2, top + 2 * rise + high
    data = (
        f"M{number(x0)} {number(top)}H{number(x1)}V{number(foot)}L{number(middle)} {number(foot + drop * 0.6)}"
        f"L{number(x0)} {number(foot)}z"
    )
    sheet.path(data, fill=colour, stroke=PAPER, stroke_width=5)
    sheet.path(data, fill=colour, stroke=INK, stroke_width=1.5)
    sheet.text(
        middle,
        top + rise + high / 2 + large * 0.36,
        label.grade.letter or "",
        large,
        bold=True,
        anchor="middle",
        fill=ink_on(colour),
        ground=colour,
    )
    return foot + drop * 0.6


def figure(sheet: Canvas, words: Sentences, left: float, y: float, room: float, size: float, unit_size: float) -> None:
    """Draw the number and its unit in `room`, as large as `size`; an estimate has the sign for about before it."""
    about = "≈" if words.estimate else ""
    lead = width(about, size * 0.6, bold=True)
    lead += 4 if about else 0
    unit = width(words.unit_co2e, unit_size) + size / 8
    size = min(size, size * (room - lead - unit) / max(width(words.figure, size, bold=True), 1))
    if about:
        sheet.text(left - 1, y - size * 0.08, about, size * 0.6, bold=True)
    wide = sheet.text(left + lead - 1, y, words.figure, size, bold=True)
    sheet.text(left + lead + wide + size / 8, y, words.unit_co2e, unit_size)


def _clamped(centre: float, wide: float, left: float, right: float) -> float:
    return min(max(centre, left + wide / 2), right - wide / 2)


def strip(
    sheet: Canvas, words: Sentences, compared: Comparison, left: float, right: float, track: float, size: float
) -> float:
    """Draw the comparison strip on the line `track`: the category's spread and median, this product and its range.

    Gives the baseline of the next line.
    """
    label = words.label
    value = label.co2e_ug or 0
    low = value if label.low_ug is None else label.low_ug
    high = value if label.high_ug is None else label.high_ug
    floor, ceiling = min(compared.min_ug, low), max(compared.max_ug, high)
    inner_left, inner_right = left + 6, right - 6

    def at(amount: int) -> float:
        return inner_left + (inner_right - inner_left) * (amount - floor) / (ceiling - floor)

    y = number(track)
    sheet.path(
        f"M{number(at(compared.min_ug))} {y}H{number(at(compared.max_ug))}",
        stroke=RULE,
        stroke_width=8,
        stroke_linecap="round",
    )
    sheet.path(f"M{number(at(compared.p20_ug))} {y}H{number(at(compared.p80_ug))}", stroke=BAND, stroke_width=8)
    median = at(compared.median_ug)
    sheet.path(f"M{number(median)} {number(track - 13)}v25", stroke=INK, stroke_width=2)
    name = words.say("compare.median", value=words.mass(compared.median_ug))
    sheet.text(_clamped(median, width(name, size), left, right), track - 18, name, size, anchor="middle")
    from_x, to_x, x = at(low), at(high), at(value)
    if high > low:
        tick = f"{number(track - 6)}v12"
        bars = f"M{number(from_x)} {tick}M{number(from_x)} {y}H{number(to_x)}M{number(to_x)} {tick}"
        sheet.path(bars, stroke=MARK, stroke_width=2.5, fill="none")
    sheet.path(
        f"M{number(x)} {number(track - 8.5)}l8.5 8.5l-8.5 8.5l-8.5 -8.5z", fill=MARK, stroke=PAPER, stroke_width=1.5
    )
    sheet.occupy(left, track - 13, right, track + 12, "strip")
    ours = words.mass(value)
    if high > low:
        ours = words.say("compare.this", value=ours, low=words.mass(low), high=words.mass(high))
    ours_at = _clamped(x, width(ours, size + 0.5, bold=True), left, right)
    sheet.text(ours_at, track + 25, ours, size + 0.5, bold=True, anchor="middle")
    return track + 25


def strip_ends(sheet: Canvas, words: Sentences, compared: Comparison, left: float, right: float, y: float) -> float:
    """Write lowest, highest and what the darker band is; give the baseline of the next line."""
    size = 10.0
    lowest = words.say("compare.lowest", value=words.mass(compared.min_ug))
    highest = words.say("compare.highest", value=words.mass(compared.max_ug))
    middle = words.say("compare.middle")
    ends = sheet.text(left, y, lowest, size, fill=SOFT), sheet.text(right, y, highest, size, anchor="end", fill=SOFT)
    half = width(middle, size) / 2 + 8
    if max(ends) + half <= (right - left) / 2:
        sheet.text((left + right) / 2, y, middle, size, anchor="middle", fill=SOFT)
        return y + 15
    sheet.text(left, y + 14, middle, size, fill=SOFT)
    return y + 29


def notice(sheet: Canvas, message: str, left: float, top: float, wide: float, size: float) -> float:
    """Draw a framed notice: a category estimate's flag, or why a figure is not known; give its bottom."""
    leading = size * 1.4
    pad = size * 0.8
    lines = wrap(message, wide - 2 * pad - 5, size, bold=True, lines_max=3)
    high = 2 * pad + leading * (len(lines) - 1) + size * 0.95
    sheet.rect(left, top, wide, high, FLAG, radius=3)
    sheet.rect(left, top, 4, high, FLAG_EDGE)
    for place, line in enumerate(lines):
        sheet.text(left + 5 + pad, top + pad + size * 0.82 + place * leading, line, size, bold=True, ground=FLAG)
    return top + high
