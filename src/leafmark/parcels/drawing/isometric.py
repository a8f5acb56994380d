"""A parcel as an isometric SVG: its carton, open at the top, and its pieces with the numbers of the order of placing.

One pure function from a parcel to text. Presentation attributes alone (no `style`), so a strict Content-Security-Policy shows it; white
paper in light and dark, as it is printed; `<title>` and `<desc>` say to those who hear it what lies where.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

import numpy as np

from .colours import BOARD, BOARD_EDGE, EARLIER, INK, PAPER, SOFT, item_colour, number_ink, shades
from .numbering import SIDES, Spot, spots, type_size
from .painting import Boxes, Part, X, Y, Z, hides, paint_order
from .parcel import Parcel, Piece
from .projection import Plane, Size, flat, pulled_apart, turned
from .words import say, shown, sides

WIDE_PX: Final = 420
TALL_PX_MAX: Final = 460
MARGIN_PX: Final = 30
TYPE_PX_MAX: Final = 17.0
TYPE_PX_MIN: Final = 6.5
"""A number in smaller type is not drawn; the picture says how many are not."""
PIECES_DRAWN_MAX: Final = 1_000
PIECES_SAID_MAX: Final = 60
FLAP: Final = 0.22
"""Length of a flap as a share of the carton's shorter side."""
TURNS: Final = (0, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class _View:
    """What a picture shows: pieces with their boxes as turned and pulled apart."""

    parcel: Parcel
    pieces: Sequence[Piece]
    boxes: Boxes
    inner_mm: Size
    since: int
    step: int | None
    plane: Plane


def parcel_svg(
    parcel: Parcel, lang: str = "en", *, step: int | None = None, since: int | None = None, turn: int = 0, apart_percent: int = 0,
    name: str = "",
) -> str:  # fmt: skip
    """A parcel's picture.

    Parameters
    ----------
    parcel : from `parcel_of`.
    lang : `en`, `zh-Hant` or `zh-Hans`.
    step : show the pieces up to this number, this one in its colour and the earlier ones grey; all in colour where None.
    since : where a step places several alike, the first of them: those from it to `step` are in colour.
    turn : quarter turns of the carton, 0 to 3: which of its corners is in front.
    apart_percent : how far pieces are pulled apart, of their distance from the back corner; the carton is then left out.
    name : beginning of the ids within the document, where a page shows one parcel twice; else it is made from what is shown.

    Raises
    ------
    ValueError : an unknown language, turn or step.
    """
    if turn not in TURNS:
        raise ValueError(f"turn: expected 0 to 3 quarter turns, found {turn!r}")
    if step is not None and not 1 <= (since or step) <= step <= len(parcel.pieces):
        raise ValueError(
            f"step: expected 1 to {len(parcel.pieces)}, and since at most step; found {step!r}, since {since!r}"
        )
    pieces = parcel.pieces[: min(step or len(parcel.pieces), PIECES_DRAWN_MAX)]
    boxes, inner = turned(_boxes(parcel.pieces), parcel.inner_mm, turn)
    boxes = pulled_apart(boxes, apart_percent)
    plane, tall = _plane(boxes, inner, parcel.kind, apart_percent)
    view = _View(parcel, pieces, boxes[: len(pieces)], inner, since or step or 1, step, plane)
    body = "" if apart_percent else _walls(view)
    body += _painted(view, lang)
    body += "" if apart_percent else _front(view)
    numbers, unnumbered = _numbers(view)
    body += numbers + _note(view, unnumbered, tall, lang)
    ident = (
        name
        or "p"
        + hashlib.sha256(
            repr((parcel.order_id, parcel.parcel_no, step, turn, apart_percent, lang)).encode()
        ).hexdigest()[:10]
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE_PX} {tall}" width="{WIDE_PX}" height="{tall}" lang="{lang}" '
        f'font-family="\'Noto Sans\',\'Noto Sans CJK SC\',sans-serif" role="img" aria-labelledby="{ident}-t {ident}-d">'
        f'<title id="{ident}-t">{escape(title(parcel, lang, step))}</title>'
        f'<desc id="{ident}-d">{escape(described(parcel, lang, step))}</desc>'
        f'<rect width="{WIDE_PX}" height="{tall}" fill="{PAPER}"/>{body}</svg>'
    )


def title(parcel: Parcel, lang: str, step: int | None = None) -> str:
    """What the picture is of, in a line."""
    values = {"order": shown(parcel.order_id), "number": parcel.parcel_no, "carton": shown(parcel.carton_id)}
    if step is None:
        return say(lang, "title.whole", **values)
    return say(
        lang, "title.step", step=step, pieces=len(parcel.pieces), item=shown(parcel.pieces[step - 1].item_id), **values
    )


def described(parcel: Parcel, lang: str, step: int | None = None) -> str:
    """What lies where, in sentences."""
    pieces = parcel.pieces if step is None else parcel.pieces[step - 1 : step]
    said = [say(lang, f"carton.{parcel.kind}", size=sides(parcel.inner_mm))]
    if step is None:
        said.append(say(lang, "pieces", count=len(parcel.pieces)))
    said += [piece_said(piece, lang) for piece in pieces[:PIECES_SAID_MAX]]
    if len(pieces) > PIECES_SAID_MAX:
        said.append(say(lang, "more_pieces", count=len(pieces) - PIECES_SAID_MAX))
    return " ".join(said)


def piece_said(piece: Piece, lang: str) -> str:
    """One piece: its number, item, size as it lies, and where."""
    x, y, z = piece.low_mm
    return say(lang, "piece", number=piece.number, item=shown(piece.item_id), size=sides(piece.size_mm), x=x, y=y, z=z)


def _boxes(pieces: Iterable[Piece]) -> Boxes:
    return np.array([[*piece.low_mm, *piece.high_mm] for piece in pieces], np.int64).reshape(-1, 6)


def _plane(boxes: Boxes, inner: Size, kind: str, apart_percent: int) -> tuple[Plane, int]:
    """The scale at which everything fits, and the picture's height."""
    if apart_percent:
        corners = [(box[x], box[y], box[z]) for box in boxes.tolist() for x in (0, 3) for y in (1, 4) for z in (2, 5)]
    else:
        length, width, height = inner
        corners = [(x, y, z) for x in (0, length) for y in (0, width) for z in (0, height)]
        corners += [corner for flap in _flaps(inner, kind) for corner in flap]
    places = [flat(corner) for corner in corners] or [(0.0, 0.0)]
    left, right = min(x for x, _ in places), max(x for x, _ in places)
    top, bottom = min(y for _, y in places), max(y for _, y in places)
    scale = min((WIDE_PX - 2 * MARGIN_PX) / max(right - left, 1), (TALL_PX_MAX - 2 * MARGIN_PX) / max(bottom - top, 1))
    start = (WIDE_PX - (right - left) * scale) / 2
    return Plane(scale, start - left * scale, MARGIN_PX - top * scale), round((bottom - top) * scale + 2 * MARGIN_PX)


def _flaps(inner: Size, kind: str) -> list[list[tuple[float, float, float]]]:
    """The two flaps at the back of an open box; mailers and totes have none."""
    if kind != "box":
        return []
    length, width, height = inner
    out = FLAP * min(length, width) * 0.7071
    return [
        [(0, 0, height), (0, width, height), (-out, width, height + out), (-out, 0, height + out)],
        [(0, 0, height), (length, 0, height), (length, -out, height + out), (0, -out, height + out)],
    ]


def _path(plane: Plane, corners: Iterable[Sequence[float]], closed: bool = True) -> str:
    places = (plane.place((corner[0], corner[1], corner[2])) for corner in corners)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places) + ("Z" if closed else "")


def _walls(view: _View) -> str:
    """Floor, back walls and flaps of the carton, behind everything."""
    length, width, height = view.inner_mm
    faces: list[list[tuple[float, float, float]]] = [
        [(0, 0, 0), (length, 0, 0), (length, width, 0), (0, width, 0)],
        [(0, 0, 0), (0, width, 0), (0, width, height), (0, 0, height)],
        [(0, 0, 0), (length, 0, 0), (length, 0, height), (0, 0, height)],
        *_flaps(view.inner_mm, view.parcel.kind),
    ]
    data = "".join(f'<path d="{_path(view.plane, face)}"/>' for face in faces)
    return f'<g fill="{BOARD}" stroke="{BOARD_EDGE}" stroke-width="1" stroke-linejoin="round">{data}</g>'


def _front(view: _View) -> str:
    """The carton's edges in front of the pieces, dashed where a wall was left out to see them, and its sides' lengths."""
    length, width, height = view.inner_mm
    rim = [(length, 0, height), (length, width, height), (0, width, height)]
    floor = [(length, 0, 0), (length, width, 0), (0, width, 0)]
    upright = [[(length, width, 0), (length, width, height)]]
    sides_ = [[(length, 0, 0), (length, 0, height)], [(0, width, 0), (0, width, height)]]
    dashed = "".join(f'<path d="{_path(view.plane, line, False)}"/>' for line in ([rim, *upright]))
    whole = "".join(f'<path d="{_path(view.plane, line, False)}"/>' for line in ([floor, *sides_]))
    x0, y0 = view.plane.place((length, width / 2, 0))
    x1, y1 = view.plane.place((length / 2, width, 0))
    x2, y2 = view.plane.place((length, 0, height / 2))
    texts = (
        f'<text x="{x0 - 6:.1f}" y="{y0 + 16:.1f}" text-anchor="end">{width:,}</text>'
        f'<text x="{x1 + 6:.1f}" y="{y1 + 16:.1f}">{length:,}</text>'
        f'<text x="{x2 - 6:.1f}" y="{y2 + 4:.1f}" text-anchor="end">{height:,}</text>'
    )
    return (
        f'<g fill="none" stroke="{BOARD_EDGE}" stroke-width="1.2" stroke-linejoin="round">{whole}<g stroke-dasharray="5 4">{dashed}</g></g>'
        f'<g fill="{SOFT}" font-size="11">{texts}</g>'
    )


def _colour(view: _View, piece: Piece) -> str:
    if piece.number < view.since:
        return EARLIER
    return item_colour(view.parcel.items.index(piece.item_id))


def _painted(view: _View, lang: str) -> str:
    """The pieces, the farthest first. A piece that was cut to be painted keeps the edges that are its own."""
    colours = [shades(_colour(view, piece)) for piece in view.pieces]
    said = [escape(piece_said(piece, lang)) for piece in view.pieces]
    found = []
    for part in paint_order(view.boxes):
        piece = view.pieces[part.box]
        faces = "".join(
            f'<path fill="{fill}" stroke="{fill}" d="{_path(view.plane, _side(part, side))}"/>'
            for side, fill in enumerate(colours[part.box])
        )
        edges = _edges(view, part)
        found.append(
            f'<g data-piece="{piece.number}"><title>{said[part.box]}</title>{faces}<path fill="none" d="{edges}"/></g>'
        )
    drawn = f'<g stroke="{INK}" stroke-width=".9" stroke-linejoin="round" stroke-linecap="round">{"".join(found)}</g>'
    if view.step is not None and view.step <= len(view.pieces) and hides(view.boxes)[view.step - 1].any():
        drawn += _outline(view, view.boxes[view.step - 1])
    return drawn


def _side(part: Part, side: int) -> list[tuple[float, ...]]:
    """The corners of one of the three sides seen: top, left, right."""
    out, one, two = SIDES[side]
    found = []
    for a, b in ((0, 0), (1, 0), (1, 1), (0, 1)):
        corner = [0.0, 0.0, 0.0]
        corner[out] = part.high[out]
        corner[one] = (part.low, part.high)[a][one]
        corner[two] = (part.low, part.high)[b][two]
        found.append(tuple(corner))
    return found


def _edges(view: _View, part: Part) -> str:
    """Path of the seen edges that are the whole box's own: those of its two other axes lie where the box ends."""
    box = view.boxes[part.box]
    data = ""
    for along in (X, Y, Z):
        one, two = (axis for axis in (X, Y, Z) if axis != along)
        for a, b in ((1, 1), (0, 1), (1, 0)):  # the fourth lies at the back
            at_one, at_two = (part.low, part.high)[a][one], (part.low, part.high)[b][two]
            if at_one == box[3 * a + one] and at_two == box[3 * b + two]:
                ends = []
                for end in (part.low, part.high):
                    corner = [0.0, 0.0, 0.0]
                    corner[along], corner[one], corner[two] = end[along], at_one, at_two
                    ends.append(corner)
                data += _path(view.plane, ends, closed=False)
    return data


def _outline(view: _View, box: Sequence[int]) -> str:
    """The dashed outline of a piece that others hide in part."""
    x0, y0, z0, x1, y1, z1 = (int(each) for each in box)
    around = [(x0, y1, z0), (x0, y1, z1), (x0, y0, z1), (x1, y0, z1), (x1, y0, z0), (x1, y1, z0)]
    return f'<path d="{_path(view.plane, around)}" fill="none" stroke="{INK}" stroke-width="2" stroke-dasharray="6 4" stroke-linejoin="round"/>'


def _numbers(view: _View) -> tuple[str, list[int]]:
    """The numbers as text, and those for which there is no room."""
    found, without = [], []
    for piece, spot in zip(view.pieces, spots(view.boxes), strict=True):
        if piece.number < view.since:
            continue
        text = str(piece.number)
        size = 0.0 if spot is None else min(type_size(spot, len(text), view.plane.scale), TYPE_PX_MAX)
        if spot is None or size < TYPE_PX_MIN:
            without.append(piece.number)
        else:
            found.append(_number(view, piece, spot, text, size))
    return f'<g font-weight="700" text-anchor="middle">{"".join(found)}</g>', without


def _number(view: _View, piece: Piece, spot: Spot, text: str, size: float) -> str:
    x, y = view.plane.place(spot.at)
    ink = number_ink(shades(_colour(view, piece))[spot.side])
    return f'<text x="{x:.1f}" y="{y + 0.36 * size:.1f}" font-size="{size:.1f}" fill="{ink}">{text}</text>'


def _note(view: _View, unnumbered: Sequence[int], tall: int, lang: str) -> str:
    """A line at the foot: pieces that lie behind others or are too small to be numbered, and those that are not drawn."""
    said = []
    if view.step is None and unnumbered:
        listed = ", ".join(map(str, unnumbered[:12])) + (" …" if len(unnumbered) > 12 else "")
        said.append(say(lang, "hidden", count=len(unnumbered), numbers=listed))
    left = (view.step or len(view.parcel.pieces)) - len(view.pieces)
    if left > 0:
        said.append(say(lang, "not_drawn", count=left))
    if not said:
        return ""
    return f'<text x="{WIDE_PX / 2}" y="{tall - 8}" font-size="11" text-anchor="middle" fill="{SOFT}">{escape(" ".join(said))}</text>'
