"""Design tokens of the label: every colour and size that artwork may use, in one place.

Class colours appear in labels only (DESIGN, "The site"); the site may share the rest. Text contrast is computed, not
judged: `contrast` is the WCAG 2.2 ratio, and the tests hold every text of every label to `CONTRAST_MIN`.
"""

from __future__ import annotations

from typing import Final

INK: Final = "#1b1b1b"
SOFT: Final = "#474747"  # secondary text
PAPER: Final = "#ffffff"
EDGE: Final = "#767676"  # the label's own border
RULE: Final = "#c9c9c9"  # hairlines and the comparison track
BAND: Final = "#8f8f8f"  # the middle of a benchmark on its track
MARK: Final = "#12395b"  # this product on the comparison strip
PANEL: Final = "#eef2f6"  # ground of the saving panel
FLAG: Final = "#f5efe2"  # ground of a category estimate's or an unknown's notice
FLAG_EDGE: Final = "#8a6d2f"

CONTRAST_MIN: Final = 4.5
"""WCAG 2.2, success criterion 1.4.3 (AA), for text."""

GRAPHIC_CONTRAST_MIN: Final = 3.0
"""WCAG 2.2, success criterion 1.4.11, for parts of a graphic against what they stand on."""

STAGES: Final = ("materials", "manufacturing", "packaging", "transport", "use", "end_of_life")
"""Life-cycle stages, in the order of a life (docs/formats.md, `products.parquet`)."""

STAGE_COLOURS: Final[dict[str, str]] = {
    "materials": "#12395b",
    "manufacturing": "#3d78a8",
    "packaging": "#7c5c9b",
    "transport": "#1f8a8c",
    "use": "#c27a17",
    "end_of_life": "#6f6f6f",
}

CLASS_COLOURS: Final = ("#0a4a63", "#226f8c", "#5f9fb4", "#e2b84b", "#d9812f", "#c1502b", "#8a1c33")
"""Best to worst: blue to red through sand, told apart with any colour vision; letter and place say the same."""


def class_colours(count: int) -> tuple[str, ...]:
    """Give `count` (2 to 7) class colours, best first, spread over the whole scale.

    Raises
    ------
    ValueError
        If `count` is not 2 to 7.
    """
    if not 2 <= count <= len(CLASS_COLOURS):
        raise ValueError(f"a scheme has 2 to {len(CLASS_COLOURS)} classes, found {count}")
    last = len(CLASS_COLOURS) - 1
    return tuple(CLASS_COLOURS[round(place * last / (count - 1))] for place in range(count))


def luminance(colour: str) -> float:
    """Give the relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2, definitions)."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, 1 to 21 (WCAG 2.2, definitions)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(ground: str) -> str:
    """Give the text colour, dark or light, that reads best on `ground`."""
    return max((INK, PAPER), key=lambda ink: contrast(ink, ground))
