"""What categories are for: `purposes.toml`, a cited table. Two categories of one purpose may stand beside each other.

A catalogue's row names its product's purpose; nothing is guessed from a category's name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from leafmark.engine.sentences import LANGS

PER: Final = ("kg",)
"""What averages may be per: a unit that the catalogue's row states an amount of."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose: its classes in the source, and the unit in which its categories are held against each other."""

    code: str
    classes: str
    per: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Purposes:
    """The table, by code, and where its classes come from."""

    title: str
    url: str
    by_code: Mapping[str, Purpose]


@cache
def purposes() -> Purposes:
    """Read and check the table.

    Raises
    ------
    ValueError
        A purpose lacks a name, its classes or a unit that is known; the message names it.
    """
    said = tomllib.loads((resources.files(__package__) / "purposes.toml").read_text(encoding="utf-8"))
    found = {}
    for code, row in said["purpose"].items():
        lacking = [field for field in ("classes", "per", *LANGS) if not row.get(field)]
        if lacking or row["per"] not in PER:
            raise ValueError(
                f"purposes.toml: {code}: expected classes, per ({', '.join(PER)}) and names, lacking {lacking}"
            )
        found[code] = Purpose(code, row["classes"], row["per"], {lang: row[lang] for lang in LANGS})
    return Purposes(said["title"], said["url"], found)
