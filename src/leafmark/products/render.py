"""A label in any of its forms: `render(label, lang, form, format)`."""

from __future__ import annotations

import json
from typing import Final

from .artwork import svg
from .label import LabelData
from .png import png

FORMATS: Final = ("svg", "png", "json")


def render(
    label: LabelData, lang: str, form: str, format: str, *, zoom: float = 2, allow_missing: bool = False
) -> bytes | str:
    """Give a label as SVG text, PNG bytes or JSON text.

    JSON (`leafmark.label/1`) is the same in every language and form.

    Raises
    ------
    ValueError
        If language, form or format is none of those there are, or a glyph is missing from a PNG.
    """
    if format == "json":
        return json.dumps(label.to_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if format == "svg":
        return svg(label, lang, form)
    if format == "png":
        return png(svg(label, lang, form), zoom=zoom, allow_missing=allow_missing)
    raise ValueError(f"format: expected one of {', '.join(FORMATS)}, found {format!r}")
