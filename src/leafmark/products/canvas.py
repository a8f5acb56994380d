"""A sheet to draw a label on: SVG elements with presentation attributes only, and the box of everything drawn.

No `style` attribute and no `<style>`: a strict Content-Security-Policy shows the label as it is. Every text is cleaned
and escaped here, in one place. The boxes let tests prove that nothing overlaps or leaves the sheet, and that every
text reads against its ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from .fit import width, wrap
from .tokens import INK, PAPER
from .words import clean

NUMBERS_KEPT: Final = 4_096
"""Coordinates that are remembered: a layout has the same ones on every label."""
ASCENT: Final = 0.80
DESCENT: Final = 0.22
FAMILIES: Final = {
    "en": "'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif",
    "zh-Hans": "'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif",
    "zh-Hant": "'Noto Sans','Noto Sans CJK TC','PingFang TC','Microsoft JhengHei',sans-serif",
}


@dataclass(frozen=True, slots=True)
class Box:
    """What a drawn thing covers, in sheet units; `text` is empty for shapes."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    fill: str
    ground: str

    def overlaps(self, other: Box) -> bool:
        """Say whether two boxes share an area."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > 0.01 and down > 0.01


@lru_cache(maxsize=NUMBERS_KEPT)
def number(value: float) -> str:
    """Give a coordinate as short as it may be: two decimals, no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


class Canvas:
    """One sheet; `width` is fixed, the height is whatever the layout needed."""

    def __init__(self, lang: str, sheet_width: float) -> None:
        """Begin an empty sheet."""
        self.lang = lang
        self.width = sheet_width
        self.parts: list[str] = []
        self.boxes: list[Box] = []

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        bold: bool = False,
        anchor: str = "start",
        fill: str = INK,
        ground: str = PAPER,
    ) -> float:
        """Draw one line with its baseline at `y`; give its width."""
        line = clean(words)
        if not line:
            return 0.0
        wide = width(line, size, bold=bold)
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
        self.boxes.append(Box(left, y - ASCENT * size, left + wide, y + DESCENT * size, line, fill, ground))
        attributes = f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}"'
        if bold:
            attributes += ' font-weight="700"'
        if anchor != "start":
            attributes += f' text-anchor="{anchor}"'
        if fill != INK:
            attributes += f' fill="{fill}"'
        self.parts.append(f"<text {attributes}>{escape(line)}</text>")
        return wide

    def lines(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        room: float,
        *,
        leading: float,
        lines_max: int = 2,
        bold: bool = False,
        fill: str = INK,
        ground: str = PAPER,
    ) -> float:
        """Draw a text in lines of at most `room`, the first baseline at `y`; give the baseline after the last."""
        for line in wrap(clean(words), room, size, bold=bold, lines_max=lines_max):
            self.text(x, y, line, size, bold=bold, fill=fill, ground=ground)
            y += leading
        return y

    def rect(
        self, x: float, y: float, wide: float, high: float, fill: str, *, radius: float = 0, edge: str = ""
    ) -> None:
        """Draw a filled rectangle."""
        attributes = f'x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(high)}"'
        if radius:
            attributes += f' rx="{number(radius)}"'
        attributes += f' fill="{fill}"'
        if edge:
            attributes += f' stroke="{edge}"'
        self.parts.append(f"<rect {attributes}/>")

    def path(self, data: str, **attributes: str | float) -> None:
        """Draw a path; attribute names take `_` for `-`."""
        given = "".join(
            f' {name.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
            for name, value in attributes.items()
        )
        self.parts.append(f'<path d="{data}"{given}/>')

    def occupy(self, left: float, top: float, right: float, bottom: float, what: str = "") -> None:
        """Note an area that no text may enter, such as a code with its quiet zone."""
        self.boxes.append(Box(left, top, right, bottom, what, "", ""))

    def svg(self, height: float, title: str, description: Sequence[str], ident: str, edge: str) -> str:
        """Close the sheet and give the document."""
        wide, high = number(self.width), number(height)
        about = " ".join(filter(None, (clean(sentence) for sentence in description)))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
            f'lang="{self.lang}" font-family={quoteattr(FAMILIES[self.lang])} fill="{INK}" role="img" '
            f'aria-labelledby="{ident}-t {ident}-d"><title id="{ident}-t">{escape(clean(title))}</title>'
            f'<desc id="{ident}-d">{escape(about)}</desc>'
            f'<rect x=".5" y=".5" width="{number(self.width - 1)}" height="{number(height - 1)}" rx="8" '
            f'fill="{PAPER}" stroke="{edge}"/>{"".join(self.parts)}</svg>'
        )
