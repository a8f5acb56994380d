"""Names of factors in Traditional characters: packs have their Chinese names in Simplified ones.

Each character that stands for one Traditional one alone (`leafmark.factors.search.simplified`, read backwards) becomes that; what stands
for several, and the few words in which it differs, are told in `traditional.csv` for the names of our packs. It changes the script of a
name and not its words; a test holds every name of the shipped packs to OpenCC's, and says where ours differs.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from leafmark.factors.search import simplified


@cache
def _words() -> Mapping[str, str]:
    """What is replaced, the longest first."""
    told = (resources.files(__package__) / "traditional.csv").read_text(encoding="utf-8")
    chosen = {row["hans"]: row["hant"] for row in csv.DictReader(told.splitlines())}
    several: dict[str, list[str]] = {}
    for code, hans in simplified().items():
        several.setdefault(hans, []).append(chr(code))
    single = {hans: found[0] for hans, found in several.items() if len(found) == 1}
    return dict(sorted({**single, **chosen}.items(), key=lambda item: -len(item[0])))


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _words())))


def traditional(text: str) -> str:
    """A name in Traditional characters."""
    return _pattern().sub(lambda match: _words()[match[0]], text)
