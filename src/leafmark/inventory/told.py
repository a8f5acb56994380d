"""What an inventory's tables say in English, said in the reader's language: read back by the very sentences that were written.

    "3 rows refused: unknown_site 3"  --why.rows_refused, count=3, reasons=...-->  "3 行遭拒：场所或车队既不在……（unknown_site）3 行"

An inventory keeps its sentences in English, so that a record is the same whoever reads it. The table `en` of the folder `strings` has
those sentences with holes for what changes; a text that fits one is said by its twin in another language, and a text that fits none is
somebody's own words and stays as it is. What a reason means is said in English in `reasons` alone, and in Chinese by its code.

The name of a hole says what may stand in it: `..._day` a day, `..._count` or `count` a number, `code` one word, `..._told` a sentence of the
same kind (said in the language too), `..._listed` reasons with their counts, `..._files` activity files with theirs; any other name
anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from string import Formatter
from typing import Final

from leafmark.engine.schema import REASONS as ENGINE_REASONS
from leafmark.engine.sentences import table_of
from leafmark.inventory.reasons import REASONS

ENGLISH: Final = "en"
BETWEEN: Final = "; "
"""Between sentences of one cell."""
DEPTH_MAX: Final = 6
"""Sentences in sentences: a text that somebody made to nest deeper stays as it is."""
_KEPT_MAX: Final = 20_000
_DAY: Final = r"\d{4}-\d\d-\d\d"
_COUNT: Final = r"[-\u2212]?[\d,]+(?:\.\d+)?(?:e[-+]?\d+)?"
_WORD: Final = r"[^\s;,]+"
_REASON: Final = re.compile(r"(?P<code>[a-z_]+) (?P<count>\d+)")
_FILES: Final = r"[a-z_]+ \d+(?:, [a-z_]+ \d+)*"
_LISTED: Final = r"[a-z_]+ \d+(?:, [a-z_]+ \d+)*(?: and \d+ reasons? more)?"


def meaning(reason: str, language: str = ENGLISH) -> str:
    """What a reason means; nothing of a code that is in neither list."""
    english = REASONS.get(reason) or ENGINE_REASONS.get(reason, "")
    return english if language == ENGLISH else table_of(__package__, language).get(f"reason.{reason}", english)


def told(text: str | None, group: str, language: str) -> str | None:
    """A text of an inventory's tables in a language.

    Parameters
    ----------
    group : which sentences it may be: `what` and `why` of the completeness table, `expected` and `found.REASON` of flags.
    """
    if not text or language == ENGLISH:
        return text
    return said_again(__package__, text, group, language)


@lru_cache(_KEPT_MAX)
def said_again(package: str, text: str, group: str, language: str) -> str:
    """A text as the twin of the English sentence that it fits; of sentences in a row each by itself; else as it is.

    Parameters
    ----------
    package : whose folder `strings` has the sentences.
    """
    whole = _one(package, text, group, language)
    if whole is not None:
        return whole
    parts = [(part, _one(package, part, group, language)) for part in text.split(BETWEEN)]
    found = ""
    ours = True
    for place, (part, said) in enumerate(parts):
        mark = "" if not place else "；" if ours or said is not None else BETWEEN
        found, ours = f"{found}{mark}{part if said is None else said}", said is not None
    return found


def _one(package: str, text: str, group: str, language: str, depth: int = 0) -> str | None:
    """One sentence in the language; None where it fits none."""
    table = table_of(package, language)
    plain, holed = _patterns(package, group)
    if text in plain:
        return table[plain[text]]
    if depth < DEPTH_MAX:
        for key, pattern in holed:
            match = pattern.fullmatch(text)
            if match is not None:
                cells = match.groupdict().items()
                holes = {name: _hole(package, name, cell, group, language, depth) for name, cell in cells}
                return table[key].format(**holes)
    return None


def _hole(package: str, name: str, text: str, group: str, language: str, depth: int) -> str:
    if name.endswith("_told"):
        said = _one(package, text, group, language, depth + 1)
        return text if said is None else said
    if name == "words":
        return text.replace(", or ", " 或 ").replace(", ", "、").replace(" or ", " 或 ")
    if name.endswith("_files"):
        return _files(text, language)
    return _reasons(text, language) if name.endswith("_listed") else text


def _files(text: str, language: str) -> str:
    """`electricity 12, fuel 5`, each activity file by its name in the language."""
    names = table_of(f"{__package__}.naming", language)
    counts = [each.split(" ") for each in text.split(", ")]
    return "、".join(f"{names.get(f'template.{name}', name)} {count}" for name, count in counts)


def _reasons(text: str, language: str) -> str:
    """`unknown_site 3, over_owned 1 and 2 reasons more`, each reason by what it means, with its code."""
    table = table_of(__package__, language)
    shown, _, more = text.partition(" and ")
    said = [
        table["listed.reason"].format(meaning=meaning(match["code"], language), **match.groupdict())
        for match in _REASON.finditer(shown)
    ]
    if more:
        said.append(table["listed.more"].format(count=more.partition(" ")[0]))
    return "、".join(said)


@cache
def _patterns(package: str, group: str) -> tuple[Mapping[str, str], tuple[tuple[str, re.Pattern[str]], ...]]:
    """Of a group: sentences without holes by their text; and those with holes, the most told first."""
    mine = {key: said for key, said in table_of(package, ENGLISH).items() if key.rpartition(".")[0] == group}
    plain = {said: key for key, said in mine.items() if "{" not in said}
    parsed = {key: list(Formatter().parse(said)) for key, said in mine.items() if "{" in said}
    order = sorted(parsed, key=lambda key: -sum(len(text) for text, *_ in parsed[key]))
    return plain, tuple(
        (key, re.compile("".join(_piece(mine[key], *each[:2]) for each in parsed[key]), re.DOTALL)) for key in order
    )


def _piece(sentence: str, text: str, name: str | None) -> str:
    """A piece of a sentence and the hole behind it. What anybody may have written runs over `; ` where the sentence itself has one."""
    if name is None:
        return re.escape(text)
    anything = ".+?" if BETWEEN in sentence else rf"(?:(?!{BETWEEN}).)+?"
    kinds = {"_day": _DAY, "count": _COUNT, "code": _WORD, "_listed": _LISTED, "_files": _FILES}
    kind = next((pattern for end, pattern in kinds.items() if name.endswith(end)), anything)
    return f"{re.escape(text)}(?P<{name}>{kind})"
