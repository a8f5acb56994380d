"""A packing slip: one HTML page without script, for A4 paper or a label printer of 100 mm, in three languages.

Everything is in the page: its style sheet too, whose hash `slip_policy` names, so that a strict Content-Security-Policy lets it in.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib import resources
from itertools import groupby
from typing import Final

from leafmark.engine.sentences import three_digits

from .colours import INK, item_colour
from .isometric import parcel_svg
from .parcel import Parcel, Piece
from .words import NOT_KNOWN, co2e, percent, say, shown, sides, weight

PAPERS: Final = {"a4": "A4 portrait", "label": "100mm 150mm"}
"""Paper -> its size as CSS says it: A4, or a label printer's 100 mm by 150 mm."""
PAGE_MARGIN: Final = {"a4": "12mm", "label": "4mm"}
STEPS_SHOWN_MAX: Final = 24
"""Steps drawn on the slip; more would be a booklet. The table lists all."""
APART_PERCENT: Final = 60
MM3_A_LITRE: Final = 10**6


@cache
def _css(paper: str) -> str:
    sheet = (resources.files(__package__) / "slip.css").read_text(encoding="utf-8")
    return f"{sheet}@page{{size:{PAPERS[paper]};margin:{PAGE_MARGIN[paper]}}}"


@cache
def slip_policy(paper: str = "a4") -> str:
    """The Content-Security-Policy under which the page is whole: its own style sheet by its hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_css(paper).encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def packing_slip(parcel: Parcel, lang: str = "en", *, paper: str = "a4", booked_co2e_mg: int | None = None) -> str:
    """A parcel's packing slip as an HTML document.

    Parameters
    ----------
    parcel : from `parcel_of`; give it the orders table too, or the slip cannot say what is fragile.
    lang : `en`, `zh-Hant` or `zh-Hans`.
    paper : `a4`, or `label` for a label printer (100 mm by 150 mm), which has no steps.
    booked_co2e_mg : what the methods of freight and packaging came to for this parcel; None where they were not run.

    Raises
    ------
    ValueError : an unknown language or paper.
    """
    if paper not in PAPERS:
        raise ValueError(f"paper: expected one of {', '.join(PAPERS)}, found {paper!r}")
    title = f"{say(lang, 'slip.title')} {shown(parcel.order_id)} · {parcel.parcel_no}"
    body = (
        _head(parcel, lang),
        _facts(parcel, lang, booked_co2e_mg),
        _pictures(parcel, lang, paper),
        _table(parcel, lang, paper),
    )
    steps = _steps(parcel, lang) if paper == "a4" else ""
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><style>{_css(paper)}</style></head>\n<body class="{paper}"><main>\n'
        + "\n".join((*body, steps))
        + "\n</main></body></html>\n"
    )


def _head(parcel: Parcel, lang: str) -> str:
    where = say(lang, "slip.of", number=parcel.parcel_no, parcels=parcel.parcels)
    return (
        f'<div class="top"><h1>{say(lang, "slip.title")}</h1>'
        f"<p>{say(lang, 'slip.order')} {escape(shown(parcel.order_id))} · {say(lang, 'slip.parcel')} {escape(where)}</p></div>"
    )


def _facts(parcel: Parcel, lang: str, booked_co2e_mg: int | None) -> str:
    inside = say(lang, "slip.inside", size=sides(parcel.inner_mm))
    outside = (
        "" if parcel.outer_mm == parcel.inner_mm else "; " + say(lang, "slip.outside", size=sides(parcel.outer_mm))
    )
    km = NOT_KNOWN if parcel.distance_km is None else f"{three_digits(parcel.distance_km)} km"
    booked = "slip.booked_what" if booked_co2e_mg is not None else "slip.not_booked"
    facts = (
        ("carton", f"{shown(parcel.carton_id)} ({say(lang, f'slip.carton_kind.{parcel.kind}')})", inside + outside),
        ("weight", weight(parcel.gross_g), say(lang, "slip.contents", contents=weight(parcel.contents_g), tare=weight(parcel.tare_g))),
        ("filled", percent(parcel.fill), say(lang, "slip.void", litres=three_digits(parcel.void_mm3 / MM3_A_LITRE))),
        ("distance", km, ""),
        ("decision", f"{co2e(parcel.decision_co2e_mg)} CO₂e",
         say(lang, "slip.decision_what", packaging=co2e(parcel.packaging_co2e_mg), haul=co2e(parcel.haul_co2e_mg))),
        ("booked", NOT_KNOWN if booked_co2e_mg is None else f"{co2e(booked_co2e_mg)} CO₂e", say(lang, booked)),
    )  # fmt: skip
    cells = "".join(
        f'<div><dt>{say(lang, f"slip.{name}")}</dt><dd class="big">{escape(figure)}</dd>'
        + (f'<dd class="soft">{escape(remark)}</dd>' if remark else "")
        + "</div>"
        for name, figure, remark in facts
    )
    return f'<dl class="facts">{cells}</dl>'


def _pictures(parcel: Parcel, lang: str, paper: str) -> str:
    found = [("picture", parcel_svg(parcel, lang, name="whole"))]
    if paper == "a4" and len(parcel.pieces) > 1:
        found.append(("apart", parcel_svg(parcel, lang, apart_percent=APART_PERCENT, name="apart")))
    figures = "".join(
        f"<figure><figcaption>{say(lang, f'slip.{name}')}</figcaption>{picture}</figure>" for name, picture in found
    )
    return f'<div class="pictures">{figures}</div>'


def runs_of(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Pieces in the order of placing, those of one item, size and marks that follow each other together."""
    for _, run in groupby(pieces, key=lambda piece: (piece.item_id, piece.size_mm, piece.marks)):
        yield list(run)


def numbers_of(run: Sequence[Piece]) -> str:
    """`7`, or `7 – 12`."""
    first, last = run[0].number, run[-1].number
    return f"{first}" if first == last else f"{first} – {last}"


def _table(parcel: Parcel, lang: str, paper: str) -> str:
    names = ("done", "number", "item", "size", *(("where",) if paper == "a4" else ()))
    nowrap = {"done": ' class="n"'}
    head = "".join(f'<th scope="col"{nowrap.get(name, "")}>{say(lang, f"slip.{name}")}</th>' for name in names)
    rows = "".join(_row(parcel, run, lang, paper) for run in runs_of(parcel.pieces))
    key = f'<p class="soft">{say(lang, "slip.where")}: {say(lang, "slip.where_key")}</p>' if paper == "a4" else ""
    return f'<h2>{say(lang, "slip.placing")}</h2><div class="wrap"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{key}'


def _row(parcel: Parcel, run: Sequence[Piece], lang: str, paper: str) -> str:
    piece = run[0]
    colour = item_colour(parcel.items.index(piece.item_id))
    many = f" × {len(run)}" if len(run) > 1 else ""
    said = "; ".join(say(lang, f"mark.{mark}") for mark in piece.marks)
    marks = f'<br><span class="soft">{said}</span>' if said else ""
    x, y, z = piece.low_mm
    where = f"<td>{say(lang, 'slip.where_is', x=x, y=y, z=z)}</td>" if paper == "a4" else ""
    return (
        f'<tr><td class="box"><svg viewBox="0 0 16 16" aria-hidden="true"><rect x="1" y="1" width="14" height="14" fill="none" '
        f'stroke="{INK}"/></svg></td><th scope="row" class="n"><svg class="swatch" viewBox="0 0 8 8" aria-hidden="true"><rect width="8" '
        f'height="8" fill="{colour}" stroke="{INK}"/></svg>{numbers_of(run)}</th><td>{escape(shown(piece.item_id))}{many}{marks}</td>'
        f"<td>{sides(piece.size_mm)}</td>{where}</tr>"
    )


def _steps(parcel: Parcel, lang: str) -> str:
    """A picture after each run of like pieces."""
    runs = list(runs_of(parcel.pieces))
    if len(runs) < 2 or len(runs) > STEPS_SHOWN_MAX:
        return ""
    figures = "".join(
        f"<figure><figcaption>{say(lang, 'slip.step', numbers=numbers_of(run))}</figcaption>"
        + parcel_svg(parcel, lang, step=run[-1].number, since=run[0].number, name=f"step{run[0].number}")
        + "</figure>"
        for run in runs
    )
    return f'<h2>{say(lang, "slip.steps")}</h2><div class="steps">{figures}</div>'
