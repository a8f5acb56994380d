"""What factors, their sources, methods, files and columns are called in the language of a report.

A code stays itself in every record; here is what stands beside it, or in its place, on a page. What a pack says in English is read back by
the sentence it was written with (`leafmark.inventory.told`); what a publisher calls its own work, and its table and row, are names.
"""

from __future__ import annotations

from typing import Final

from leafmark.engine.sentences import table_of
from leafmark.inventory.naming.traditional import traditional
from leafmark.inventory.told import ENGLISH, said_again

_WIDE: Final = str.maketrans("()", "（）")
"""Our packs write Chinese names with narrow brackets."""


def called(group: str, code: str, language: str) -> str | None:
    """The word of a code in a group of the tables; None where there is none."""
    return table_of(__package__, language).get(f"{group}.{code}")


def file_of(template: str, language: str) -> str:
    """An activity file: by its name, which begins with the template's; in Chinese with what it holds."""
    word = None if language == ENGLISH else called("template", template, language)
    return template if word is None else f"{word}（{template}）"


def heading_of(column: str, language: str) -> str:
    """The heading of a column that another room named; its name where we have no word for it."""
    return called("field", column, language) or column


def cell_of(column: str, value: str, language: str) -> str:
    """A cell of such a column: kinds of contracts and credits are words, anything else is as it was written."""
    return (called("kind", value, language) or value) if column == "kind" else value


def title_of(title_en: str, title_zh: str, language: str) -> str:
    """What a method or a factor is called, where we have its Chinese, which is kept in Simplified characters and may have narrow brackets."""
    if language == ENGLISH or not title_zh:
        return title_en
    wide = title_zh.translate(_WIDE)
    return traditional(wide) if language == "zh-Hant" else wide


def method_of(method_id: str, title_en: str, title_zh: str, language: str) -> str:
    """What a method is called: a shipped method's own Chinese is frozen with it, and in Simplified characters alone, so ours comes first."""
    ours = None if language == ENGLISH else called("method_title", method_id, language)
    return ours or title_of(title_en, title_zh, language)


def reference_of(method_id: str, english: str, language: str) -> str | None:
    """What a method rests on; None where it is told in English alone."""
    return english if language == ENGLISH else called("method", method_id, language)


def publisher_and_title(source_id: str, publisher: str, title: str, language: str) -> tuple[str, str]:
    """Who published a factor and in what: China's own names for what was published in Chinese, else the publisher's."""
    ours = None if language == ENGLISH else called("published", source_id, language)
    if ours is not None:
        known_as, _, work = ours.partition("|")
        return known_as, work
    return said(publisher, "publisher", language), said(title, "title", language)


PACK_GROUPS: Final = ("factor", "publisher", "title", "licence", "locator")
"""Of what a pack says, what can be read back."""


def said(text: str, group: str, language: str) -> str:
    """A text of a pack in the language, where it is one of the sentences of `group` (of PACK_GROUPS)."""
    return text if language == ENGLISH or not text else said_again(__package__, text, group, language)
