"""A label's picture: one pure function from data to SVG.

`svg(label, lang, form)` draws nothing that `LabelData` does not say, in two forms and three languages. Presentation
attributes only (no `style`), text escaped, `<title>` and `<desc>` for those who hear it, at most `GZIP_BYTES_MAX`
gzipped. The QR code is there where the label has a GS1 Digital Link; else the layout closes the gap.
"""

from __future__ import annotations

import hashlib
from typing import Final

from leafmark.engine.sentences import LANGS

from . import compact, full
from .canvas import Canvas
from .label import LabelData
from .sentences import Sentences
from .tokens import EDGE

FORMS: Final = ("full", "compact")
GZIP_BYTES_MAX: Final = 4096


def _drawn(words: Sentences, form: str) -> tuple[Canvas, float]:
    if words.lang not in LANGS:
        raise ValueError(f"language: expected one of {', '.join(LANGS)}, found {words.lang!r}")
    if form not in FORMS:
        raise ValueError(f"form: expected one of {', '.join(FORMS)}, found {form!r}")
    return full.draw(words) if form == "full" else compact.draw(words)


def draw(label: LabelData, lang: str, form: str) -> tuple[Canvas, float]:
    """Give the drawn sheet and its height: what `svg` prints, with the boxes that tests measure.

    Raises
    ------
    ValueError
        If language or form is none of `LANGS` and `FORMS`.
    """
    return _drawn(Sentences(label, lang), form)


def size(label: LabelData, lang: str, form: str) -> tuple[int, int]:
    """Give the picture's width and height in its own units, as `svg` states them."""
    sheet, height = draw(label, lang, form)
    return round(sheet.width), round(height)


def svg(label: LabelData, lang: str, form: str) -> str:
    """Give the label as an SVG document.

    Parameters
    ----------
    label
        What to say.
    lang
        `en`, `zh-Hant` or `zh-Hans`.
    form
        `full` or `compact`.
    """
    words = Sentences(label, lang)
    sheet, height = _drawn(words, form)
    figure = f"{words.figure} {words.unit_co2e}" if words.known else words.figure
    title = f"{words.say('title')} · {words.pick(label.name)} · {figure}"
    ident = "lm" + hashlib.sha256(f"{label.product_id}/{lang}/{form}".encode("utf-8", "replace")).hexdigest()[:8]
    return sheet.svg(height, title, words.description, ident, EDGE)
