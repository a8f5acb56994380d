"""Colours of pieces and cartons: told apart with any colour vision and in grey print; never a label's class colours.

Seven items have colours of their own, then they begin anew: the number on a piece, not its colour, says which one it is. The order is
from light to dark, so that neighbours differ in print too. Each colour has three shades, for the top and the two sides.
"""

from __future__ import annotations

from typing import Final

INK: Final = "#1b1b1b"
PAPER: Final = "#ffffff"
SOFT: Final = "#474747"
ITEMS: Final = ("#f9e68c", "#a9d4f2", "#f0a542", "#5fb38b", "#d27fb0", "#4285c6", "#bf4f22")
EARLIER: Final = "#e4e4e4"
"""Of pieces that were placed before the one a step is about."""
BOARD: Final = "#f4ead8"
"""Of the carton's own walls."""
BOARD_EDGE: Final = "#7a5c32"
LIGHTER, DARKER = 0.35, 0.16
WHITE, BLACK = "#ffffff", "#000000"


def shades(base: str) -> tuple[str, str, str]:
    """A colour's top, left and right side."""
    return _mixed(base, WHITE, LIGHTER), base, _mixed(base, BLACK, DARKER)


def item_colour(place: int) -> str:
    """The colour of the item at a place, from 0."""
    return ITEMS[place % len(ITEMS)]


def number_ink(ground: str) -> str:
    """Black or white, whichever reads better on a ground: one of them has 4.5 to 1 on any."""
    light = luminance(ground)
    return BLACK if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else WHITE


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2, definitions)."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))


def _mixed(one: str, other: str, share: float) -> str:
    """`share` of the other colour in one."""
    mixed = (round(255 * (a + (b - a) * share)) for a, b in zip(_channels(one), _channels(other), strict=True))
    return "#" + "".join(f"{each:02x}" for each in mixed)
