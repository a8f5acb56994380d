"""Markets of sale: `markets.toml`. What a label speaks there by default, whose rules hold, which grid, and which official marks."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from leafmark.engine.sentences import LANGS

from .label import LabelData


@dataclass(frozen=True, slots=True)
class Market:
    """A market of sale. `grid` is empty where no factor of the whole market is at hand; `claims` where no rules of it are."""

    code: str
    names: Mapping[str, str]
    language: str
    claims: tuple[str, ...]
    grid: str
    marks: frozenset[str]
    sources: tuple[str, ...]


@cache
def markets() -> Mapping[str, Market]:
    """All markets by code, as they stand in the file.

    Raises
    ------
    ValueError
        A market lacks a name or a source, or its language is none of ours; the message names it.
    """
    said = tomllib.loads((resources.files(__package__) / "markets.toml").read_text(encoding="utf-8"))
    found = {}
    for code, row in said.items():
        if code == "version":
            continue
        if row["language"] not in LANGS or not all(row.get(lang) for lang in LANGS) or not row["sources"]:
            raise ValueError(
                f"markets.toml: {code}: expected a name in {', '.join(LANGS)}, one of these as language, and sources"
            )
        found[code] = Market(
            code, {lang: row[lang] for lang in LANGS}, row["language"], tuple(row["claims"]), row["grid"],
            frozenset(row["marks"]), tuple(row["sources"]),
        )  # fmt: skip
    return found


def of_mark(scheme_id: str) -> Market | None:
    """The market that a scheme's official class is a mark of."""
    return next((each for each in markets().values() if scheme_id in each.marks), None)


def of_grid(region: str) -> Market | None:
    """The market whose things are used on a region's grid."""
    return next((each for each in markets().values() if region and each.grid == region), None)


def for_market(label: LabelData, scheme_id: str | None, market: Market) -> LabelData:
    """A label as it stands in a market: without an official class that is another market's. `scheme_id`: of the class it has."""
    return label if scheme_id is None or scheme_id in market.marks else replace(label, official=None)
