"""`leafmark match`: which factors the names of products or materials may meet."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.endings import UnusableError, unusable
from leafmark.cli.inputs import load_packs
from leafmark.cli.output import Progress, emit, json_option, table

if TYPE_CHECKING:
    from leafmark.products.matching import Candidate, Confirmation

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NAME_COLUMNS = ("name", "name_en", "name_zh_hans", "name_zh_hant", "material")
CONFIRMED_COLUMNS = ("key", "by", "on", "name")


@click.command(short_help="Factors that names of products or materials may meet.")
@click.argument("names", type=FILE, metavar="NAMES")
@click.option(
    "--confirmed",
    type=FILE,
    metavar="FILE",
    help="CSV of what people confirmed before: key, by, on, name and, where known, gtin, brand, category.",
)
@click.option(
    "--pack", "packs", multiple=True, metavar="FOLDER", help="Packs whose factors are proposed.  [default: builtin]"
)
@json_option
def match(names: Path, confirmed: Path | None, packs: tuple[str, ...], as_json: bool) -> None:
    """Propose factor keys for NAMES: a CSV in UTF-8 with a column name (or name_en, name_zh_hans, name_zh_hant, material) and,
    where known, category, brand, gtin.

    Each proposal has a confidence, which docs/matching.md says how to read, and a reason. None is confirmed: a person does that.

    \b
    Examples:
      leafmark match materials.csv
      leafmark match materials.csv --json
    """
    from leafmark.products.matching import propose

    rows = _rows(names)
    column = next((each for each in NAME_COLUMNS if rows and each in rows[0]), None)
    if column is None:
        raise UnusableError(
            f"{names}: expected a column {', '.join(NAME_COLUMNS)} and a row, found {', '.join(rows[0]) if rows else 'no row'}"
        )
    given = [_name(row) for row in rows]
    before = [] if confirmed is None else _confirmations(confirmed)
    with Progress() as progress:
        found = propose(
            given, _column(rows, "category"), before, load_packs(packs), gtin=_column(rows, "gtin"),
            brand=_column(rows, "brand"), progress=progress,
        )  # fmt: skip
    content = [
        {"row": place + 2, "name": name, "candidates": [_candidate(each) for each in found[place]]}
        for place, name in enumerate(given)
    ]
    emit(content, as_json, lambda: _text(given, [found[place] for place in range(len(given))]))


def _rows(path: Path) -> list[dict[str, str]]:
    with unusable(UnicodeDecodeError, csv.Error, about=f"{path}: not readable as CSV in UTF-8: "):
        return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(keepends=True)))


def _name(row: dict[str, str]) -> str:
    return next((row[column] for column in NAME_COLUMNS if row.get(column)), "")


def _column(rows: list[dict[str, str]], name: str) -> list[str | None]:
    return [row.get(name) or None for row in rows]


def _confirmations(path: Path) -> list[Confirmation]:
    """What people confirmed, row by row; a row that names nobody is no confirmation."""
    from leafmark.products.matching import Confirmation

    found = []
    for number, row in enumerate(_rows(path), 2):
        cells = {name: row.get(name) or "" for name in (*CONFIRMED_COLUMNS, "gtin", "brand", "category")}
        with unusable(ValueError, about=f"{path} row {number}: "):
            on = dt.date.fromisoformat(cells.pop("on"))
            found.append(Confirmation(on=on, **cells))
    return found


def _candidate(each: Candidate) -> dict[str, Any]:
    return {**dataclasses.asdict(each), "why": each.why, "status": each.status}


def _text(names: list[str], found: list[tuple[Candidate, ...]]) -> str:
    rows = [("name", "confidence", "proposed key", "why")]
    for name, candidates in zip(names, found, strict=True):
        rows += [
            (name if first else "", f"{each.confidence:.2f}", each.key, each.why)
            for first, each in ((each is candidates[0], each) for each in candidates)
        ] or [(name, "", "none", "no factor's name is like it")]
    return table(rows, right=(1,))
