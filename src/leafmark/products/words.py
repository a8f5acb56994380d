"""Texts that come with the data (a product's name, a category's): one text, or one per language.

`Words` is a plain text or a mapping from language tag to text. The label's own sentences are not here: they live in
`strings/` and are complete in every language; a seller's texts are as complete as the seller made them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Words: TypeAlias = str | Mapping[str, str]

NEAREST: Final[dict[str, tuple[str, ...]]] = {
    "en": ("en", "zh-Hant", "zh-Hans"),
    "zh-Hant": ("zh-Hant", "zh-Hans", "en"),
    "zh-Hans": ("zh-Hans", "zh-Hant", "en"),
}
BIDI_CONTROLS: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
BLANK_CONTROLS: Final = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
REPLACEMENT: Final = "\ufffd"


def as_words(value: Any) -> Words:
    """Take a text or a mapping of texts; a blank is no text.

    Raises
    ------
    ValueError
        If it is neither.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and value and all(isinstance(v, str) for v in value.values()):
        return {str(tag): text for tag, text in value.items()}
    raise ValueError(f"expected a text or a table of texts by language, found {value!r}")


def pick(words: Words, lang: str) -> str:
    """Give the text in `lang`, else in the nearest language there is."""
    if isinstance(words, str):
        return words
    for tag in NEAREST.get(lang, ()):
        if words.get(tag):
            return words[tag]
    return next(iter(words.values()), "")


def _clean_character(character: str) -> str:
    if character in BIDI_CONTROLS:
        return ""
    if character in BLANK_CONTROLS:
        return " "
    illegal = unicodedata.category(character) in ("Cc", "Cs") or ord(character) & 0xFFFE == 0xFFFE
    return REPLACEMENT if illegal else character


def clean(text: str) -> str:
    """Give `text` as one line that XML 1.0 allows and that cannot turn the reading direction.

    Runs of blanks become one; a character XML forbids becomes U+FFFD (XML 1.0, section 2.2); bidirectional controls
    are dropped (a name must not re-order the figure beside it).
    """
    if text.isprintable():  # none of those is: most texts need no look at each character
        return " ".join(text.split())
    return " ".join("".join(map(_clean_character, text)).split())
