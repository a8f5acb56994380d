"""Products: a row is one product that a brand sells."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.factors import regions, units
from leafmark.factors.search import fold as fold_text
from leafmark.methods.category_rules import RULES, CategoryRules, CategoryRulesError, category_rules

from .columns import Field
from .findings import Finding, Texts, finding
from .limits import DEFAULT_LIMITS, Limits, refusal
from .numbers import Decimal
from .raw import Ints
from .reading import Progress, read_file, silent
from .result import Import, Reading
from .said import Said, proposed, say
from .words import BOUNDARY_CHOICES, SECTOR_CHOICES, SECTORS, UNIT_CHOICES

NAMES: Final = ("name_en", "name_zh_hant", "name_zh_hans")
MASS_KG_MAX: Final = 100_000.0
"""A product heavier than 100 t is no article of commerce; a unit is wrong."""
LIFETIME_YEARS_MAX: Final = 100.0
_HAN: Final = r"\p{Han}"
_UNIT_OF_KG: Final = re.compile(r"kg|kgs|公斤|千克", re.IGNORECASE)
_CHINESE_MASS: Final = {
    "克": "g",
    "公克": "g",
    "公斤": "kg",
    "千克": "kg",
    "吨": "t",
    "噸": "t",
    "公噸": "t",
    "毫克": "mg",
}


def region(text: str) -> tuple[str | None, Said | None]:
    """A region's code, or what to write instead."""
    code = text if regions.known(text) else text.upper()
    if regions.known(code):
        return code, None
    return None, say("region", proposal=proposed(regions.proposal(text)))


def _rules(text: str, known: Collection[CategoryRules] = ()) -> tuple[str | None, Said | None]:
    try:
        return category_rules(text, known).name, None
    except CategoryRulesError:
        names = ", ".join(sorted({each.name for each in (*RULES, *known)}))
        return None, say("category_rules", name=repr(text), known=names)


def _fields(rules: Collection[CategoryRules]) -> tuple[Field, ...]:
    """The columns, with category rules known beside those of the library."""
    return tuple(replace(each, read=partial(_rules, known=rules)) if each.read is _rules else each for each in FIELDS)


FIELDS: Final = (
    Field("product_id", "id", required=True, chars_max=200),
    Field("gtin", "gtin"),
    Field("name", chars_max=500),
    Field("name_en", chars_max=500),
    Field("name_zh_hant", chars_max=500),
    Field("name_zh_hans", chars_max=500),
    Field("brand"),
    Field("category"),
    Field("sector", "choice", required=True, choices=SECTOR_CHOICES),
    Field("declared_unit", "choice", choices=UNIT_CHOICES),
    Field("mass_kg", "number", above_zero=True),
    Field("functional_unit"),
    Field("boundary", "choice", choices=BOUNDARY_CHOICES),
    Field("category_rules", "listed", read=_rules),
    Field("lifetime_years", "number", above_zero=True, high=LIFETIME_YEARS_MAX),
    Field("use_region", "listed", read=region),
    Field("valid_until", "day"),
)


def read_products(
    path: str | Path, limits: Limits = DEFAULT_LIMITS, *, decimal: Decimal | None = None, sector: str | None = None,
    progress: Progress = silent, called: str = "", rules: Collection[CategoryRules] = (),
) -> Import:  # fmt: skip
    """Read a file of products: CSV, TSV, XLSX or Parquet.

    Parameters
    ----------
    limits : sizes past which the file is refused.
    decimal : "point" or "comma": what a lone comma or point in a number is; None = a number with two meanings is a fault.
    sector : of all products, where the file has no column for it: one of `SECTORS`.
    progress : called with (done, whole, what).
    called : what the sender calls the file, for every message, where it lies under another name.
    rules : category rules that a product may name beside those of the library.

    Returns
    -------
    Import
        `rows` with every column of docs/import.md (masses in kg, GTINs as 14 digits, `valid_until` as a day).

    Raises
    ------
    ImportRefusedError
        The file cannot be read at all, or lacks a column it cannot do without.
    ValueError
        `sector` is none that is known.
    """
    if sector is not None and sector not in SECTORS:
        raise ValueError(f"sector: found {sector!r}, expected one of {', '.join(SECTORS)}")
    needed = ("product_id",) if sector else ("product_id", "sector")
    reading = read_file("products", path, _fields(rules), limits, decimal, progress, needed, called)
    reading = _with_mass_in_kg(_with_names(_complete(reading, sector)))
    found = [*_twice(reading, "product_id"), *_twice(reading, "gtin"), *_nameless(reading), *_too_heavy(reading)]
    return replace(reading.more(found), typed=reading.typed.drop_columns(["name"])).result()


def _complete(reading: Reading, sector: str | None) -> Reading:
    """Every column there, in order; a column the file lacks is missing in every row."""
    rows = reading.raw.table.num_rows
    columns: dict[str, pa.Array] = {}
    for field in FIELDS:
        kind = {"number": pa.float64(), "day": pa.date32()}.get(field.kind, pa.string())
        given = field.name in reading.typed.column_names
        columns[field.name] = reading.typed.column(field.name) if given else pa.nulls(rows, kind)
    if sector:
        columns["sector"] = pc.fill_null(columns["sector"], sector)
    columns["declared_unit"] = pc.fill_null(columns["declared_unit"], "item")
    return replace(reading, typed=pa.table(columns))


def _with_names(reading: Reading) -> Reading:
    """Names in a column without a language go where their characters belong: Latin, traditional or simplified.

    A Chinese name in which no character has another form in the other script counts as simplified.
    """
    table, notes = reading.typed, list(reading.notes)
    if not any(each.column == "name" for each in reading.columns):
        return reading
    name = table.column("name").combine_chunks()
    han = pc.fill_null(pc.match_substring_regex(name, _HAN), False)
    chinese = name.filter(han)
    few = chinese.dictionary_encode()
    changed = pa.array([_is_traditional(text) for text in few.dictionary.to_pylist()], pa.bool_())
    traditional = np.zeros(len(name), bool)
    traditional[np.flatnonzero(han.to_numpy(zero_copy_only=False))] = changed.take(few.indices).to_numpy(
        zero_copy_only=False
    )
    masks = {
        "name_en": pc.invert(han),
        "name_zh_hant": pa.array(traditional),
        "name_zh_hans": pc.and_(han, pa.array(~traditional)),
    }
    for column, mask in masks.items():
        taken = pc.if_else(mask, name, pa.scalar(None, pa.string()))
        table = table.set_column(table.column_names.index(column), column, pc.coalesce(table.column(column), taken))
    english, hant = int(pc.sum(masks["name_en"]).as_py() or 0), int(traditional.sum())
    notes.append(say("note.names", english=english, hant=hant, hans=len(chinese) - hant))
    return replace(reading, typed=table, notes=tuple(notes))


def _is_traditional(text: str) -> bool:
    return any(fold_text(char) != char for char in text if "\u3400" <= char <= "\u9fff")


def _with_mass_in_kg(reading: Reading) -> Reading:
    """Masses in the unit of their header as kg.

    Raises
    ------
    ImportRefusedError
        The header names no unit, or one that is no mass: a guess could be wrong by a thousand.
    """
    mapped = next((each for each in reading.columns if each.column == "mass_kg"), None)
    if mapped is None:
        return reading
    stated = mapped.unit or ("kg" if "kg" in mapped.header.casefold() else "")
    unit = _CHINESE_MASS.get(stated, stated)
    if _UNIT_OF_KG.fullmatch(unit):
        return reading
    try:
        per_kg = units.factor_between(unit, "kg")
    except units.UnitError as error:
        raise refusal("mass_unit", reading.raw.file, header=mapped.header, unit=unit or "no unit") from error
    table = reading.typed
    scaled = pc.multiply(table.column("mass_kg"), per_kg)
    notes = (*reading.notes, say("note.mass_unit", header=mapped.header, unit=unit))
    place = table.column_names.index("mass_kg")
    return replace(reading, typed=table.set_column(place, "mass_kg", scaled), notes=notes)


def _twice(reading: Reading, column: str) -> list[Finding]:
    """Rows that share a value: all of them are rejected, since nobody can say which is right."""
    coded = reading.typed.column(column).combine_chunks().dictionary_encode()
    if not len(coded.dictionary):
        return []
    valid = coded.indices.is_valid().to_numpy(zero_copy_only=False)
    places = np.flatnonzero(valid)
    codes = coded.indices.drop_null().to_numpy().astype(np.int64)
    times = np.bincount(codes, minlength=len(coded.dictionary))
    twice = np.flatnonzero(times[codes] > 1)
    if not len(twice):
        return []
    first, second = _first_two(codes, len(times))
    here = codes[twice]
    other = np.where(first[here] == twice, second[here], first[here])
    told = [
        _twice_said(int(reading.raw.numbers[places[o]]), int(times[c]) - 2)
        for o, c in zip(other.tolist(), here.tolist(), strict=True)
    ]
    expected: Texts = np.array(told, object)
    return [Finding(column, places[twice].astype(np.int64), expected, say("keep_right"))]


def _twice_said(row: int, more: int) -> Said:
    return say("one_row_more", row=row, more=more) if more else say("one_row", row=row)


def _first_two(codes: Ints, count: int) -> tuple[Any, Any]:
    """Where each code stands first, and where for the second time."""
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(count))
    return order[starts], order[np.minimum(starts + 1, len(order) - 1)]


def _nameless(reading: Reading) -> list[Finding]:
    table = reading.typed
    nameless = pc.coalesce(*(table.column(column) for column in NAMES)).is_null().to_numpy()
    return finding("name", nameless & ~reading.bad("name", *NAMES), say("a_name"), say("name_columns"))


def _too_heavy(reading: Reading) -> list[Finding]:
    heavy = pc.fill_null(pc.greater(reading.typed.column("mass_kg"), MASS_KG_MAX), False).to_numpy()
    return finding("mass_kg", heavy, say("mass_most", most=MASS_KG_MAX), say("unit_or_point"))
