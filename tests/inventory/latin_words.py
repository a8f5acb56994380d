"""English in a text that should have none: two Latin words in a row that are no name, unit or command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]+(?:[ \u00a0]+[A-Za-z][A-Za-z'’-]+)+")
"""Two words or more with nothing but a blank between."""
NAMES = (
    "GHG Protocol", "GLEC Framework", "Cloud Carbon Footprint", "kg CO", "Own Company", "leafmark replay RUN", "leafmark factors search",
    "leafmark explain", "leafmark inventory run COMPANY", "leafmark inventory run", "leafmark inventory verify", "t CO", "IPCC AR",
)  # fmt: skip
"""Names of standards and projects, units, and commands as they are typed."""


class _Said(HTMLParser):
    """What a page says, to eyes and to ears; code and styles are not said."""

    QUIET = ("style", "code", "script")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._quiet = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._quiet += tag in self.QUIET
        self.said += [value for name, value in attrs if name in ("aria-label", "title", "alt", "placeholder") and value]

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag in self.QUIET

    def handle_data(self, data: str) -> None:
        if not self._quiet and data.strip():
            self.said.append(data.strip())


def said_on(page: str) -> list[str]:
    """Each text of a page."""
    return _Said(page).said


def english_in(texts: Iterable[str], names: Iterable[str] = NAMES) -> list[str]:
    """Texts with English in them, names left out of account."""
    found = []
    for text in texts:
        left = text
        for name in names:
            left = left.replace(name, "·")
        if LATIN.search(left):
            found.append(text)
    return found
