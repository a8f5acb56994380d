"""Which words name an offset or a removal credit: one list for keys of packs, for activities, for entries and for finished tables."""

from __future__ import annotations

import re
from typing import Final

OFFSET_WORDS: Final = (
    r"(^|[^a-z])(offsets?|offsetting|carbon[ _.-]?credits?|removal[ _.-]?credits?|vcus?|ccers?|cers|vers|erus?)([^a-z]|$)"
    r"|抵消|抵銷|碳信用|核证自愿减排|核證自願減排"
)
"""What names an offset or a credit in a factor key or a description (lower case; RE2)."""
PRINTED_WORDS: Final = r"offset[ _.-]?(print|paper|press|lithograph|plate|ink)"
"""Offset printing is an activity like any other."""
CREDIT_NAMES: Final = ("offset", "carbon_credit", "removal_credit", "compensation")
"""What the name of a key, a template, a method or a factor begins with that is a credit and no activity."""


def is_credit(name: str) -> bool:
    """Whether a name is that of a credit."""
    word = name.lower()
    if re.search(PRINTED_WORDS, word):
        return False
    return word.startswith(CREDIT_NAMES) or re.search(OFFSET_WORDS, word) is not None
