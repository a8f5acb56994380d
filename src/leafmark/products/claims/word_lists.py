"""Topics: the word lists that rules name, one TOML file each in `topics/`, in five languages.

`except` holds phrases that cover a word and take the claim out of it: `eco mode` of a dishwasher, 低碳钢.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from .phrases import Phrase, phrases_of

LANGUAGES: Final = ("en", "fr", "de", "zh-Hant", "zh-Hans")
EXCEPT: Final = "except"


@dataclass(frozen=True, slots=True)
class Topic:
    """What one word list finds: phrases of all languages, and those that take a find back."""

    id: str
    phrases: tuple[Phrase, ...]
    exceptions: tuple[Phrase, ...]


def parse_topic(identity: str, text: str, file: str) -> Topic:
    """Read one word list.

    Raises
    ------
    ValueError
        With every fault at once: file, field, what was found, what was expected.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file}: not TOML: {error}") from error
    exceptions = data.pop(EXCEPT, {})
    faults = [
        f"{file}, {language}: expected a list of phrases, found {data.get(language)!r}"
        for language in LANGUAGES
        if not _is_list(data.get(language))
    ]
    faults += [
        f"{file}, {name}: expected one of {', '.join(LANGUAGES)}, {EXCEPT}" for name in set(data) - set(LANGUAGES)
    ]
    if not isinstance(exceptions, Mapping) or set(exceptions) - set(LANGUAGES):
        faults.append(f"{file}, {EXCEPT}: expected lists by language, found {exceptions!r}")
        exceptions = {}
    found = list(_phrases(data, file, "", faults))
    excluded = list(_phrases(exceptions, file, f"{EXCEPT}.", faults))
    if faults:
        raise ValueError("\n".join(faults))
    return Topic(identity, tuple(found), tuple(excluded))


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)


def _phrases(lists: Mapping[str, Any], file: str, prefix: str, faults: list[str]) -> Iterator[Phrase]:
    for language, lines in lists.items():
        for place, line in enumerate(lines if isinstance(lines, Iterable) else ()):
            try:
                yield from phrases_of(str(line))
            except ValueError as error:
                faults.append(f"{file}, {prefix}{language}[{place}]: {error}")


@cache
def shipped_topics() -> dict[str, Topic]:
    """Give the word lists inside the package, by id."""
    folder = resources.files(__package__) / "topics"
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name)
    found = [
        parse_topic(each.name.removesuffix(".toml"), each.read_text(encoding="utf-8"), f"topics/{each.name}")
        for each in files
    ]
    return {topic.id: topic for topic in found}
