"""The compact form for a product page's margin: 300 units wide; number, range, class or notice, comparison, method."""

from __future__ import annotations

from typing import Final

from .canvas import Canvas
from .fit import shorten, width
from .parts import QUIET_MODULES, draw_qr, figure, ladder, notice, qr_path, qr_side
from .sentences import Sentences
from .tokens import SOFT

WIDTH: Final = 300.0
EDGE: Final = 14.0
INNER: Final = WIDTH - 2 * EDGE
QR_LARGEST: Final = 66.0


def _head(sheet: Canvas, words: Sentences) -> float:
    y = 25.0
    title = sheet.text(EDGE, y, words.say("title"), 12.5, bold=True)
    aside = words.say("heading_right", boundary=words.boundary, per=words.per)
    if title + 12 + width(aside, 10) <= INNER:
        sheet.text(WIDTH - EDGE, y, aside, 10, anchor="end", fill=SOFT)
    else:
        y = sheet.lines(EDGE, y + 14, aside, 10, INNER, leading=13, fill=SOFT) - 13
    sheet.text(EDGE, y + 17, shorten(words.pick(words.label.name), INNER, 11), 11)
    return y + 22


def _figure(sheet: Canvas, words: Sentences, top: float, room: float) -> float:
    if not words.known:
        sheet.text(EDGE, top + 24, words.figure, 21, bold=True)
        return top + 32
    figure(sheet, words, EDGE, top + 30, room, 34, 13)
    y = top + 46
    if words.likely:
        y = sheet.lines(EDGE, y, words.likely, 10, room, leading=13, fill=SOFT)
    return y - 9


def draw(words: Sentences) -> tuple[Canvas, float]:
    """Draw the compact form; give the sheet and its height."""
    label = words.label
    sheet = Canvas(words.lang, WIDTH)
    top = _head(sheet, words)
    room, foot = INNER, top
    if label.link and label.gtin:
        side = qr_side(label.link, QR_LARGEST)
        quiet = QUIET_MODULES * side / qr_path(label.link)[0]
        draw_qr(sheet, label.link, WIDTH - EDGE, top + quiet, side)
        room = INNER - side - quiet
        foot = top + side + 2 * quiet
    top = _figure(sheet, words, top, room)
    if words.compared:
        y = top + 16
        top = sheet.lines(EDGE, y, words.compared, 11, room if y - 9 < foot else INNER, leading=14, bold=True) - 10
    top = max(top, foot - 4)
    if label.grade.letter is not None:
        top = ladder(sheet, label, EDGE + 1, top + 9, INNER - 2, 18)
        y = sheet.lines(EDGE, top + 14, words.scheme, 9.5, INNER, leading=12.5, lines_max=3, fill=SOFT)
        top = y - 12.5 + 3
    if words.notice:
        top = notice(sheet, words.notice, EDGE, top + 8, INNER, 11)
    y = top + 17
    small = [words.method, words.validity]
    if label.grade.state in ("declared", "not_applicable"):
        small.insert(0, words.say(f"state.{label.grade.state}"))
    if words.cut_off:
        small.append(words.cut_off)
    for fact in small:
        y = sheet.lines(EDGE, y, fact, 10, INNER, leading=13.5, fill=SOFT)
    return sheet, round(y - 13.5 + 15)
