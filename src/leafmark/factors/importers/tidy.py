"""Anyone's own factors: a tidy CSV of few columns, its source in comment lines on top. See `docs/packs/importers.md`.

    # publisher: Example Ltd
    # title: Factors of our mills
    # year: 2025
    # licence: CC-BY-4.0
    # licence_class: open
    key,name_en,region,boundary,unit,co2e_kg,data_year
    material.recycled_cotton,Recycled cotton,IN,cradle_to_gate,kg,1.9,2024

Seven columns must be there; any other column of `factors.csv` may be. What is left out gets the plainest default, each
documented. A bad cell loses its row, with a fault, and no other.
"""

from __future__ import annotations

import csv
import datetime
import re
from pathlib import Path

from leafmark.factors.columns import BOUNDARIES, FACTOR_COLUMNS, LICENCE_CLASSES, THEMES
from leafmark.factors.fault import Fault
from leafmark.factors.importers.base import (
    Imported,
    Row,
    UnreadableFile,
    Value,
    factor_row,
    number,
    slug,
    source_row,
)
from leafmark.factors.importers.opening import record
from leafmark.factors.importers.spread import with_spread
from leafmark.factors.units import UnitError, canonical

REQUIRED = ("key", "name_en", "region", "boundary", "unit", "co2e_kg", "data_year")
SOURCE_FIELDS = ("publisher", "title", "year", "url", "licence", "licence_class", "note")
_SOURCE_REQUIRED = ("publisher", "title", "year", "licence", "licence_class")
_THEME_OF_KEY = {"electricity": "grid", "heat": "grid"}
_TYPES = {column.name: column.type for column in FACTOR_COLUMNS}
_MAX_KEY_CHARS = 120
_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")


def read(path: Path) -> Imported:
    """Read a tidy CSV in UTF-8.

    Raises
    ------
    UnreadableFile
        No UTF-8, a required column or line of the source is missing, or a column is unknown.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path.name}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    comments = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    source = _source(path, lines[:comments])
    reader = csv.reader(lines[comments:])
    header = next(reader, [])
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in _TYPES]
    if missing or unknown:
        raise UnreadableFile(
            f"{path.name}: missing columns {missing or 'none'}, unknown columns {unknown or 'none'}; "
            f"expected {', '.join(REQUIRED)} and any other column of factors.csv"
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise UnreadableFile(f"{path.name}: columns {twice} stand twice in the header; expected each once")
    imported = Imported(sources=[source])
    seen: dict[str, int] = {}
    for row, cells in enumerate(reader, start=comments + 2):
        if not any(cell.strip() for cell in cells):
            continue
        named = record(path.name, row, header, cells, imported.faults)
        factor = None if named is None else _factor(path.name, row, named, source, imported)
        if factor is None:
            continue
        factor_id = str(factor["factor_id"])
        if factor_id in seen:
            imported.faults.append(Fault(path.name, row, "factor_id", factor_id, f"once; row {seen[factor_id]} has it"))
            continue
        seen[factor_id] = row
        imported.rows.append(with_spread(factor))
    return imported


def _source(path: Path, comments: list[str]) -> Row:
    found: dict[str, Value] = {}
    for line in comments:
        name, _, value = line.lstrip("# ").partition(":")
        if name.strip() in SOURCE_FIELDS and value.strip():
            found[name.strip()] = value.strip()
    missing = [name for name in _SOURCE_REQUIRED if name not in found]
    if missing or found["licence_class"] not in LICENCE_CLASSES or not str(found["year"]).isdigit():
        classes = f"licence_class of {', '.join(LICENCE_CLASSES)}, a year"
        wanted = "; ".join(f"# {name}: ..." for name in missing) or classes
        raise UnreadableFile(f"{path.name}: the lines on top must say who published it: {wanted}")
    return source_row(path, {**found, "year": int(str(found["year"])), "source_id": slug(path.stem).replace("_", "-")})


def _factor(file: str, row: int, cells: dict[str, str], source: Row, imported: Imported) -> Row | None:
    faults: list[Fault] = []
    values: Row = {}
    for name, text in cells.items():
        try:
            values[name] = _value(name, text.strip())
        except ValueError:
            faults.append(Fault(file, row, name, repr(text), _EXPECTED[_TYPES[name]]))
    faults += [Fault(file, row, name, "an empty cell", "a value") for name in REQUIRED if values.get(name) is None
               and name not in {fault.field for fault in faults}]  # fmt: skip
    faults += _wrong(file, row, values)
    if faults:
        imported.faults += faults
        return None
    year = int(str(values["data_year"]))
    first = str(values["key"]).split(".")[0]
    defaults: Row = {
        "theme": _THEME_OF_KEY.get(first, first),
        "gwp_set": "unstated",
        "valid_from": f"{year}-01-01",
        "valid_to": f"{year + 1}-01-01" if not values.get("valid_from") else None,
        "published_on": f"{source['year']}-12-31",
        "source_id": source["source_id"],
        "locator": f"row {row}",
    }
    given = {name: value for name, value in values.items() if value is not None and name != "source_id"}
    factor = factor_row(**{**defaults, **given})
    if factor["theme"] not in THEMES:
        imported.faults.append(Fault(file, row, "theme", str(factor["theme"]), f"a column theme, or a key that begins "
                                     f"with one of {', '.join(THEMES)}, electricity, heat"))  # fmt: skip
        return None
    return factor


_EXPECTED = {"float": "a number", "int": "a whole number", "date": "a date YYYY-MM-DD", "text": "text"}


def _value(name: str, text: str) -> Value:
    kind = _TYPES[name]
    if not text:
        return None
    if kind == "float":
        return number(text)
    if kind == "int":
        return int(text)
    return datetime.date.fromisoformat(text).isoformat() if kind == "date" else text


def _wrong(file: str, row: int, values: Row) -> list[Fault]:
    """Return faults of single cells that need no other row: key, boundary, unit, negative total."""
    faults = []
    key, boundary, unit, total = (values.get(name) for name in ("key", "boundary", "unit", "co2e_kg"))
    if key is not None and (not _KEY.fullmatch(str(key)) or len(str(key)) > _MAX_KEY_CHARS):
        faults.append(Fault(file, row, "key", str(key), "dotted lower case, like material.recycled_cotton"))
    if boundary is not None and boundary not in BOUNDARIES:
        faults.append(Fault(file, row, "boundary", str(boundary), f"one of {', '.join(BOUNDARIES)}"))
    if unit is not None:
        try:
            values["unit"] = canonical(str(unit))
        except UnitError as error:
            faults.append(Fault(file, row, "unit", str(unit), "a known unit", str(error)))
    if isinstance(total, float) and total < 0:
        faults.append(Fault(file, row, "co2e_kg", repr(total), "0 or more: removals have a column of their own"))
    return faults
