"""The site's words in three languages, and figures as readers of each see them.

Sentences lie in `strings/LANGUAGE/`, a file for each room, complete in each (a test compares keys and placeholders). Labels have words of their own
(`products/strings`); the site takes those where it says the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Final

from django.utils.translation import get_language

from leafmark.engine.sentences import LANGS, flat
from leafmark.products import i18n
from leafmark.products.words import Words, clean, pick

TAGS: Final = {"en": "en", "zh-hant": "zh-Hant", "zh-hans": "zh-Hans"}
"""Django's code of a language -> the tag of `LANGS`."""
CODES: Final = {tag: code for code, tag in TAGS.items()}


def tag() -> str:
    """The language of this request, one of `LANGS`."""
    return TAGS.get(get_language() or "en", "en")


@lru_cache(maxsize=len(LANGS))
def table(lang: str) -> Mapping[str, str]:
    """One language's sentences by dotted key."""
    found: dict[str, str] = {}
    for source in (resources.files("leafmark.web") / "strings" / lang).iterdir():
        found.update(flat(tomllib.loads(source.read_text(encoding="utf-8"))))
    return found


def say(lang: str, key: str, **values: object) -> str:
    """One sentence with its values put in; `count` chooses between a key's `.one` and `.other` where it has both."""
    words = table(lang)
    if key not in words and "count" in values:
        key = f"{key}.{'one' if values['count'] in (1, '1') else 'other'}"
    return words[key].format(**values) if values else words[key]


def mass(amount_ug: int | None, lang: str) -> str:
    """An amount with its unit to three significant digits, as `412 kg`; that it is not known where there is none."""
    if amount_ug is None:
        return i18n.text(lang, "unknown")
    scale, unit = i18n.mass_unit(amount_ug)
    return f"{i18n.significant(amount_ug / scale)} {unit}"


def per(unit: Words | None, lang: str) -> str:
    """What a figure is per, as `per item`: a code of the label's tables, or the seller's own word."""
    said = unit or "item"
    known = isinstance(said, str) and i18n.has(lang, f"unit.{said}")
    return i18n.text(lang, "per", unit=i18n.text(lang, f"unit.{said}") if known else clean(pick(said, lang)))


def span(low_ug: int, high_ug: int, reference_ug: int) -> str:
    """A range in the unit of the figure it belongs to, as `338 – 497 kg`."""
    scale, unit = i18n.mass_unit(reference_ug)
    return f"{i18n.significant(low_ug / scale)} – {i18n.significant(high_ug / scale)} {unit}"


__all__ = ["CODES", "LANGS", "TAGS", "mass", "per", "pick", "say", "span", "table", "tag"]
