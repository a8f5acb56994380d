"""The full form: 360 units wide, as high as what it has to say.

Each function draws one block from a top edge and gives the next top edge, so that a block left out (no QR, no class,
no comparison, no saving) leaves no hole.
"""

from __future__ import annotations

from typing import Final

from .canvas import Canvas, number
from .fit import width, wrap
from .gtin import spaced
from .label import StageShare
from .parts import QUIET_MODULES, draw_qr, figure, ladder, notice, qr_path, qr_side, strip, strip_ends
from .sentences import Sentences
from .tokens import PANEL, RULE, SOFT, STAGE_COLOURS

WIDTH: Final = 360.0
EDGE: Final = 20.0
INNER: Final = WIDTH - 2 * EDGE
QR_LARGEST: Final = 96.0


def _head(sheet: Canvas, words: Sentences) -> float:
    y = 34.0
    title = sheet.text(EDGE, y, words.say("title"), 16, bold=True)
    aside = words.say("heading_right", boundary=words.boundary, per=words.per)
    if title + 14 + width(aside, 11) <= INNER:
        sheet.text(WIDTH - EDGE, y, aside, 11, anchor="end", fill=SOFT)
    else:
        y = sheet.lines(EDGE, y + 18, aside, 11, INNER, leading=15, fill=SOFT) - 15
    y = sheet.lines(EDGE, y + 22, words.pick(words.label.name), 13, INNER, leading=17.5) - 17.5
    return y + 8


def _figure(sheet: Canvas, words: Sentences, top: float) -> float:
    label = words.label
    if words.known:
        y = top + 40
        figure(sheet, words, EDGE, y, INNER, 48, 18)
        y += 23
        if words.likely:
            y = sheet.lines(EDGE, y, words.likely, 12, INNER, leading=17, fill=SOFT)
    else:
        sheet.text(EDGE, top + 30, words.figure, 28, bold=True)
        y = top + 54
    if label.scenario:
        y = sheet.lines(EDGE, y, words.pick(label.scenario), 12, INNER, leading=17, fill=SOFT)
    bottom = y - 17 + 4
    if words.notice:
        bottom = notice(sheet, words.notice, EDGE, bottom + 9, INNER, 12)
    return bottom


def _class(sheet: Canvas, words: Sentences, top: float) -> float:
    if words.label.grade.letter is None:
        return top
    y = ladder(sheet, words.label, EDGE + 1, top + 14, INNER - 2, 26) + 17
    y = sheet.lines(EDGE, y, words.graded, 11.5, INNER, leading=15, bold=True)
    return sheet.lines(EDGE, y, words.scheme, 10, INNER, leading=13.5, lines_max=3, fill=SOFT) - 13.5 + 4


def _comparison(sheet: Canvas, words: Sentences, top: float) -> float:
    compared = words.label.comparison
    if compared is None:
        return top
    y = sheet.lines(EDGE, top + 26, words.compared, 13, INNER, leading=17, bold=True) - 17
    y = strip(sheet, words, compared, EDGE, WIDTH - EDGE, y + 39, 10.5)
    y = strip_ends(sheet, words, compared, EDGE, WIDTH - EDGE, y + 17)
    return sheet.lines(EDGE, y, words.compared_with, 10, INNER, leading=13.5, fill=SOFT) - 13.5 + 4


def _stages(sheet: Canvas, words: Sentences, top: float) -> float:
    label = words.label
    shown = [share for share in label.stages if share.co2e_ug is not None]
    if not words.known or not shown:
        return top
    y = _stage_bar(sheet, words, shown, top) if len(shown) > 1 else top + 21
    for said in (words.unsplit, words.inside, words.unassessed):
        if said:
            y = sheet.lines(EDGE, y, said, 10, INNER, leading=13.5, fill=SOFT) + 1.5
    if words.equivalence:
        y = sheet.lines(EDGE, y + 1, words.equivalence, 11, INNER, leading=15, fill=SOFT)
    return y - 15 + 2


def _stage_bar(sheet: Canvas, words: Sentences, shown: list[StageShare], top: float) -> float:
    """Draw the bar and its legend; give the baseline of the next line."""
    y = top + 26
    sheet.text(EDGE, y, words.say("stages.heading"), 13, bold=True)
    positive = [share for share in shown if (share.co2e_ug or 0) > 0]
    whole = sum(share.co2e_ug or 0 for share in positive)
    y += 9
    gap = 1.5
    room = INNER - gap * max(len(positive) - 1, 0)
    x = EDGE
    least = 3.0  # a sliver still shows
    spare = room - least * len(positive)
    for share in positive:
        wide = least + spare * (share.co2e_ug or 0) / whole
        sheet.rect(x, y, wide, 16, STAGE_COLOURS[share.stage])
        x += wide + gap
    if positive:
        sheet.occupy(EDGE, y, WIDTH - EDGE, y + 16, "stages")
    y += 16 + (0 if positive else -16)
    column = INNER / 2 - 8
    baseline = y + 19
    for place, share in enumerate(shown):
        left = EDGE + (place % 2) * (INNER / 2 + 8)
        baseline = y + 19 + (place // 2) * 18
        amount = share.co2e_ug or 0
        said = f"{share.percent}%" if share.percent is not None else f"{words.mass(amount)} {words.unit}"
        said = said.replace("-", "\u2212")
        sheet.rect(left, baseline - 9.5, 11, 11, STAGE_COLOURS[share.stage])
        taken = sheet.text(left + column, baseline, said, 11.5, bold=True, anchor="end")
        name = wrap(words.say(f"stages.{share.stage}"), column - 17 - taken - 6, 11.5, lines_max=1)
        sheet.text(left + 17, baseline, name[0], 11.5)
    return baseline + 19


def _official(sheet: Canvas, words: Sentences, top: float) -> float:
    named, source = words.official
    if not named:
        return top
    sheet.path(f"M{number(EDGE)} {number(top + 12)}H{number(WIDTH - EDGE)}", stroke=RULE)
    y = sheet.lines(EDGE, top + 31, named, 12, INNER, leading=16, bold=True)
    return sheet.lines(EDGE, y, source, 10, INNER, leading=13.5, lines_max=4, fill=SOFT) - 13.5 + 4


def _saving(sheet: Canvas, words: Sentences, top: float) -> float:
    said = words.saving
    if not said:
        return top
    heading, amount, reference, use, apart = said
    pad, room = 12.0, INNER - 24
    blocks = (
        (heading, 11.5, 21.0, True, 1),
        (amount, 15.0, 19.0, True, 2),
        (reference, 11.0, 15.0, False, 4),
        (use, 11.0, 18.0, False, 3),
        (apart, 11.5, 15.0, True, 2),
    )
    wrapped = [wrap(message, room, size, bold=bold, lines_max=most) for message, size, _, bold, most in blocks]
    high = 2 * pad + sum(len(lines) * leading for lines, (_, _, leading, _, _) in zip(wrapped, blocks, strict=True)) - 1
    top += 14
    sheet.rect(EDGE, top, INNER, high, PANEL, radius=5)
    y = top + pad + 10
    for lines, (_, size, leading, bold, _) in zip(wrapped, blocks, strict=True):
        for line in lines:
            sheet.text(EDGE + pad, y, line, size, bold=bold, ground=PANEL)
            y += leading
    return top + high


def _facts(sheet: Canvas, words: Sentences, top: float) -> float:
    label = words.label
    top += 16
    sheet.path(f"M{number(EDGE)} {number(top)}H{number(WIDTH - EDGE)}", stroke=RULE)
    room, foot = INNER, top
    if label.link and label.gtin:
        side = qr_side(label.link, QR_LARGEST)
        quiet = QUIET_MODULES * side / qr_path(label.link)[0]
        draw_qr(sheet, label.link, WIDTH - EDGE, top + 18, side)
        room = INNER - side - quiet - 6
        foot = top + 18 + side + quiet + 9
        code = spaced(label.gtin)
        sheet.text(WIDTH - EDGE, foot, code, 9, anchor="end", fill=SOFT)
        foot += 3
    y = sheet.lines(
        EDGE, top + 28, words.say("facts.scan" if label.link else "facts.heading"), 12, room, leading=18, bold=True
    )
    for fact in words.facts:
        narrow = y - 10 < foot
        y = sheet.lines(EDGE, y, fact, 11, room if narrow else INNER, leading=15, lines_max=3, fill=SOFT) + 2.5
    return max(y - 17.5 + 4, foot)


def draw(words: Sentences) -> tuple[Canvas, float]:
    """Draw the full form; give the sheet and its height."""
    sheet = Canvas(words.lang, WIDTH)
    top = _head(sheet, words)
    for block in (_figure, _class, _comparison, _stages, _official, _saving, _facts):
        top = block(sheet, words, top)
    return sheet, round(top + 18)
