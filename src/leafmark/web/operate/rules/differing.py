"""What differs between two revisions: field by field, each limit of a letter a row of its own; and line by line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leafmark.methods.toml_shape import NAME, read_toml
from leafmark.web.operate.rules.texts import Texts

LINES_MAX: Final = 2_000
"""Of differences that are shown line by line."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field with what it said and says; None is nothing."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One text of the two. `scheme`: its id, none of the rules. `state`: changed, added, removed. `fields`: whether both are TOML."""

    scheme: str
    state: str
    rows: tuple[Row, ...]
    lines: tuple[str, ...]
    fields: bool


def differences(before: Texts, after: Texts) -> list[Part]:
    """The texts that differ. Schemes are told by their id, and by their place where they have none."""
    found = [_part("", before.rules, after.rules)]
    sides = [{scheme_id(text, place): text for place, text in enumerate(each.schemes)} for each in (before, after)]
    found += [_part(name, sides[0].get(name), sides[1].get(name)) for name in dict.fromkeys([*sides[0], *sides[1]])]
    return [each for each in found if each.lines]


def scheme_id(text: str, place: int) -> str:
    """A scheme's id, or its place in the draft where it has none that can be read."""
    found = read_toml(text)[0].get("id")
    return found if isinstance(found, str) and NAME.fullmatch(found) else f"#{place + 1}"


def _part(scheme: str, before: str | None, after: str | None) -> Part:
    state = "added" if before is None else "removed" if after is None else "changed"
    lines = difflib.unified_diff((before or "").splitlines(), (after or "").splitlines(), lineterm="", n=1)
    sides = [read_toml(text or "") for text in (before, after)]
    fields = not any(faults for _, faults in sides)
    rows = tuple(_rows(*(dict(flat(data)) for data, _ in sides))) if fields else ()
    return Part(scheme, state, rows, tuple(lines)[2 : 2 + LINES_MAX], fields)


def _rows(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Row]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield Row(name, before.get(name), after.get(name))


def flat(data: Mapping[str, Any], beginning: str = "") -> Iterator[tuple[str, str]]:
    """Fields by dotted name; of classes their order, and each one's limits by its letter."""
    for name, value in data.items():
        field = f"{beginning}{name}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{field}.")
        elif isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
            yield field, ", ".join(str(each.get("letter", "?")) for each in value)
            for place, each in enumerate(value, start=1):
                rest = {key: one for key, one in each.items() if key != "letter"}
                yield from flat(rest, f"{field}.{each.get('letter', f'#{place}')}.")
        else:
            yield field, _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
