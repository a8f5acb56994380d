"""A label's picture as PNG: resvg with the fonts of this package and no others, so that every machine draws the same.

A character the fonts lack is reported, never silently boxed: `missing_glyphs` lists them, and `png` refuses unless told
otherwise.
"""

from __future__ import annotations

import itertools
import json
import re
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final
from xml.sax.saxutils import unescape

import resvg_py

FACES: Final = (
    "NotoSans-Regular.ttf",
    "NotoSans-Bold.ttf",
    "NotoSansSC-Regular.otf",
    "NotoSansSC-Bold.otf",
    "NotoSansTC-Regular.otf",
    "NotoSansTC-Bold.otf",
)
ZOOM_MAX: Final = 8
TEXT: Final = re.compile(r"(<text[^>]*>)([^<]*)</text>")
LANG: Final = re.compile(r'<svg[^>]* lang="([^"]*)"')


class MissingGlyphError(ValueError):
    """The vendored fonts lack characters of a label; `characters` lists them."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        """Say which, with their code points."""
        self.characters = characters
        named = ", ".join(f"{character} (U+{ord(character):04X})" for character in characters)
        super().__init__(
            f"no glyph for {named}: change the text, make an SVG, which is drawn with the reader's own fonts, or draw an "
            "empty box in its place (--allow-missing, in Python allow_missing=True)"
        )


@lru_cache(maxsize=1)
def font_files() -> tuple[str, ...]:
    """Give the paths of the six vendored fonts."""
    folder = Path(str(resources.files(__package__) / "fonts"))
    return tuple(str(folder / face) for face in FACES)


@lru_cache(maxsize=1)
def covered() -> frozenset[str]:
    """Give every character the vendored fonts can draw, in whatever weight."""
    coverage = json.loads((resources.files(__package__) / "fonts" / "coverage.json").read_text(encoding="utf-8"))
    return frozenset(coverage["regular"]) | frozenset(coverage["bold"])


@lru_cache(maxsize=1)
def latin_covered() -> frozenset[str]:
    """Give the characters of the Noto Sans faces."""
    widths = json.loads((resources.files(__package__) / "fonts" / "metrics.json").read_text(encoding="utf-8"))
    return frozenset(widths["regular"])


def missing_glyphs(svg: str) -> tuple[str, ...]:
    """Give the characters of an SVG's texts that no vendored font has, sorted."""
    used = {character for _, line in TEXT.findall(svg) for character in unescape(line)}
    return tuple(sorted(used - covered()))


def with_faces(svg: str) -> str:
    """Give the SVG with each run of characters that Noto Sans lacks named to its language's CJK face.

    resvg takes one face per run and falls back to the first loaded that has the glyph, whatever its weight or region:
    left alone, bold Chinese comes out regular and traditional characters in their mainland shapes.
    """
    lang = LANG.search(svg)
    face = "Noto Sans CJK TC" if lang and lang[1] == "zh-Hant" else "Noto Sans CJK SC"

    def name_runs(text: re.Match[str]) -> str:
        pieces = []
        for latin, run in itertools.groupby(text[2], key=lambda character: character in latin_covered()):
            drawn = "".join(run)
            pieces.append(drawn if latin else f'<tspan font-family="{face}">{drawn}</tspan>')
        return text[1] + "".join(pieces) + "</text>"

    return TEXT.sub(name_runs, svg)


def png(svg: str, *, zoom: float = 2, allow_missing: bool = False) -> bytes:
    """Draw an SVG label as PNG, `zoom` pixels per unit.

    Raises
    ------
    MissingGlyphError
        If the fonts lack a character and `allow_missing` is false.
    ValueError
        If `zoom` is not above 0 and at most `ZOOM_MAX`.
    """
    if not 0 < zoom <= ZOOM_MAX:
        raise ValueError(f"zoom: expected above 0 and at most {ZOOM_MAX}, found {zoom!r}")
    if not allow_missing and (lacking := missing_glyphs(svg)):
        raise MissingGlyphError(lacking)
    drawn = resvg_py.svg_to_bytes(
        svg_string=with_faces(svg),
        skip_system_fonts=True,
        font_files=list(font_files()),
        font_family="Noto Sans",
        sans_serif_family="Noto Sans",
        zoom=zoom,
    )
    return bytes(drawn)
