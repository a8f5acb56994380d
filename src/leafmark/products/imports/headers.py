"""Which column of a file is which: by our name, or by what people call it in English and Chinese (`headers.csv`).

A name is compared without case, blanks, hyphens and width. Our own name goes before another word for it; two columns of equal
right are an error, since nobody can say which is meant. A unit in brackets (`重量(克)`, `Weight [g]`) belongs to the amount.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from leafmark.engine.closest import Closest

from .limits import ImportRefusedError, refusal
from .raw import RawTable
from .said import say, together

FAULT_COLUMNS = ("fault", "row_before")
"""What a file of rejected rows carries besides: passed over when the mended file comes back."""

_BRACKETS = re.compile(r"^(?P<name>.+?)\s*[(\[【（]\s*(?P<unit>[^()\[\]【】（）]{1,12})\s*[)\]】）]$")
_SHOWN_COLUMNS = 40
_COMMON_NAMES = {"重量": "amount", "weight": "amount", "mass": "amount", "淨重": "amount", "净重": "amount"}
"""Words for a mass that mean the amount in a bill, where there is no column of that name."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One column of the file and what it is taken for; `column` is empty where it is not read.

    place : position, from 1, as a spreadsheet's columns A, B, C. unit : what stood in the header's brackets.
    """

    place: int
    header: str
    column: str
    unit: str = ""


def fold(name: str) -> str:
    """A header without case, width, blanks, hyphens and marks of a required field."""
    plain = unicodedata.normalize("NFKC", name).replace("\ufeff", "").strip().strip("*:：").strip()
    return re.sub(r"[\s_\-]+", "", plain).casefold()


@cache
def _words() -> dict[str, tuple[str, ...]]:
    """Folded word -> the columns it may mean."""
    text = (resources.files(__package__) / "headers.csv").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        for word in (row["column"], *row["names"].split(";")):
            found.setdefault(fold(word), []).append(row["column"])
    for word, column in _COMMON_NAMES.items():
        found.setdefault(fold(word), []).append(column)
    return {word: tuple(columns) for word, columns in found.items()}


def _reading(header: str, columns: Sequence[str]) -> tuple[str, str, int] | None:
    """(column, unit in brackets, rank) of a header: 0 for our own name, 1 for a word for it, 2 with a unit apart."""
    bracketed = _BRACKETS.match(unicodedata.normalize("NFKC", header).strip())
    tries = [(header, "", 0)] + ([(bracketed["name"], bracketed["unit"].strip(), 2)] if bracketed else [])
    for name, unit, rank in tries:
        folded = fold(name)
        for column in _words().get(folded, ()):
            if column in columns:
                return column, unit, rank if folded == fold(column) else rank + 1
    return None


def map_columns(raw: RawTable, columns: Sequence[str], required: Sequence[str]) -> tuple[Mapped, ...]:
    """Say of every column of the file what it is taken for.

    Raises
    ------
    ImportRefusedError
        A required column is missing, or two columns of equal right serve one.
    """
    readings = [
        None if fold(header) in map(fold, FAULT_COLUMNS) else _reading(header, columns) for header in raw.header
    ]
    chosen: dict[str, int] = {}
    for column in columns:
        ranked = sorted((r[2], place) for place, r in enumerate(readings) if r is not None and r[0] == column)
        if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
            which = [say("column", header=raw.header[place], place=place + 1) for _, place in ranked[:4]]
            raise refusal("same_column", raw.file, which=together("and_column", which), column=column)
        if ranked:
            chosen[column] = ranked[0][1]
    missing = [column for column in required if column not in chosen]
    if missing:
        raise _missing(raw, columns, missing)
    served = {place: column for column, place in chosen.items()}
    return tuple(
        Mapped(place + 1, header, served.get(place, ""), (readings[place] or ("", "", 0))[1] if place in served else "")
        for place, header in enumerate(raw.header)
    )


def _missing(raw: RawTable, columns: Sequence[str], missing: Sequence[str]) -> ImportRefusedError:
    near = Closest(columns)
    found = [header[:40] for header in raw.header if header]
    guesses = [
        say("guess", header=header, column=close[0])
        for header in found[:_SHOWN_COLUMNS]
        if (close := near.to(header)) and close[0] in missing
    ]
    shown: str = ", ".join(found[:_SHOWN_COLUMNS]) or say("none")
    if len(found) > _SHOWN_COLUMNS:
        shown = say("and_more", some=shown, more=len(found) - _SHOWN_COLUMNS)
    values = {"missing": ", ".join(missing), "found": shown}
    if guesses:
        return refusal("no_column_guess", raw.file, **values, guesses=together("and_guess", guesses))
    return refusal("no_column", raw.file, **values)
