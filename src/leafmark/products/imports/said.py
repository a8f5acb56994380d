"""What an import says: an English sentence that knows its code and values, so that a page can say it in its reader's language.

`strings/*.toml` hold a template for each code and language, complete (a test compares codes and values). A `Said` is a `str` in
English: whoever knows nothing of languages (the command line, a message) goes on as before.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any, Final

from leafmark.engine.sentences import table_of

ENGLISH: Final = "en"
_PROPOSALS: Final = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r"did you mean (?P<names>.+)\?", "did_you_mean"),
        (r"money needs .+", "money_unit"),
        (r"docs/factors\.md lists all units", "units_listed"),
        (r"(?P<given>.+) is alpha-3: write (?P<code>.+)", "region_alpha3"),
        (r"use ISO 3166-1 .+", "region_codes"),
    )
)
_SIMPLE: Final = frozenset({str, int, float})
Plain = dict[str, Any]
"""A sentence as JSON: `code`, and `values` that are numbers, texts, lists of texts, or sentences."""


class Said(str):
    """A sentence in English, its code, and its values: numbers, texts, lists of texts (joined by the language's "or"), or sentences."""

    code: str
    values: Mapping[str, Any]

    def plain(self) -> Plain:
        """The sentence as JSON."""
        return {"code": self.code, "values": {name: _plain(value) for name, value in self.values.items()}}


def say(code: str, /, **values: Any) -> Said:
    """A sentence.

    Raises
    ------
    KeyError : there is no such template, or a value is missing: a test's fault, never a sender's.
    """
    said = Said(_formed(ENGLISH, code, values))
    said.code, said.values = code, values
    return said


def in_language(said: str | Plain, lang: str) -> str:
    """A sentence in a language; a text without a code as it is."""
    if isinstance(said, Said):
        return str(said) if lang == ENGLISH else _formed(lang, said.code, said.values)
    return said if isinstance(said, str) else _formed(lang, said["code"], said["values"])


def renamed(said: Said, before: str, after: str) -> Said:
    """A sentence with a text in its values replaced, such as where a file lies by what its sender calls it."""

    def one(value: Any) -> Any:
        if isinstance(value, Said):
            return renamed(value, before, after)
        return value.replace(before, after) if isinstance(value, str) else value

    return say(said.code, **{name: one(value) for name, value in said.values.items()})


def together(code: str, parts: Sequence[Said]) -> Said:
    """Several sentences as one, by a template of `first` and `second`."""
    return reduce(lambda first, second: say(code, first=first, second=second), parts)


def proposed(told: str) -> Said:
    """What `units.proposal` and `regions.proposal` propose, as a sentence.

    Raises
    ------
    ValueError : they have learnt to say something else, which then needs its template.
    """
    for pattern, code in _PROPOSALS:
        if found := pattern.fullmatch(told):
            values: dict[str, Any] = found.groupdict()
            return say(code, **({"names": values["names"].split(" or ")} if "names" in values else values))
    raise ValueError(f"no template for the proposal {told!r}")


def record_of(fault: Any) -> dict[str, Any]:
    """A fault as plain data: its own fields in English, and `said`, those of them that can be said in other languages."""
    fields = {each.name: getattr(fault, each.name) for each in dataclasses.fields(fault)}
    said = {name: value.plain() for name, value in fields.items() if isinstance(value, Said)}
    return {**{name: str(v) if isinstance(v, str) else v for name, v in fields.items()}, "said": said}


def fault_in(record: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Such a record in a language; `english` names the fields that were kept in English alone, as records of earlier versions are."""
    said = record.get("said", {})
    words = {name: in_language(each, lang) for name, each in said.items()}
    return {**record, **words, "english": lang != ENGLISH and "said" not in record}


def _formed(lang: str, code: str, values: Mapping[str, Any]) -> str:
    words = table_of(__package__, lang)
    if _SIMPLE.issuperset(
        map(type, values.values())
    ):  # most of them, and there may be one for each of half a million rows
        return words[code].format(**values)
    return words[code].format(**{name: _shown(value, lang, words) for name, value in values.items()})


def _shown(value: Any, lang: str, words: Mapping[str, str]) -> Any:
    if isinstance(value, list | tuple):
        return words["or"].join(value)
    return in_language(value, lang) if isinstance(value, Said | dict) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Said):
        return value.plain()
    return list(value) if isinstance(value, list | tuple) else value
