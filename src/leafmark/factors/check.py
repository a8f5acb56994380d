"""Checking a pack: every rule on every row, and all faults at once.

A rule is a function `(pack as read) -> faults`; none stops another, and none trusts a cell another rule has refused
(such cells are None). The rules that look across rows (`check_across`) sort instead of comparing pairs, so a pack of
20,000 rows takes about a second.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from leafmark.factors import gwp, licences, regions, units
from leafmark.factors.check_across import consistent_units, outliers, overlaps
from leafmark.factors.columns import (
    BOUNDARIES,
    FACTOR_COLUMNS,
    LICENCE_CLASSES,
    SOURCE_COLUMNS,
    THEMES,
)
from leafmark.factors.credit_words import is_credit
from leafmark.factors.fault import Fault, PackError
from leafmark.factors.gsd import defaults
from leafmark.factors.reading import read_table, read_toml, shown

__all__ = ["Fault", "Inspection", "PackError", "check", "inspect"]

GAS_TOLERANCE = 0.01
_KEY = re.compile(r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")
_CONTRACT_KEY = "electricity.contract."  # the rest is the contract's own number, whatever it spells
_SOURCE_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_GAS_FIELDS = (*gwp.GAS_COLUMNS, "f_gases")

Row = dict[str, Any]
NumberedRow = tuple[int, Row]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A pack as read, with its faults in the order of files and rows."""

    fields: dict[str, str]
    factor_rows: list[Row]
    source_rows: list[Row]
    faults: tuple[Fault, ...]


def check(pack_folder: str | Path) -> list[Fault]:
    """Return all faults of a pack folder; an empty list is a pack that loads. Never raises for what the files hold."""
    return list(inspect(Path(pack_folder)).faults)


def inspect(folder: Path) -> Inspection:
    """Read and check a pack folder."""
    fields, faults = read_toml(folder / "pack.toml")
    factors = read_table(folder / "factors.csv", FACTOR_COLUMNS)
    sources = read_table(folder / "sources.csv", SOURCE_COLUMNS)
    faults += factors.faults + sources.faults
    factor_rows = list(zip(factors.numbers, factors.rows, strict=True))
    source_rows = list(zip(sources.numbers, sources.rows, strict=True))
    source_ids = frozenset(row["source_id"] for row in sources.rows if row["source_id"])
    for number, row in factor_rows:
        for rule in _ROW_RULES:
            faults += _located(factors.file, number, rule(row))
        faults += _located(factors.file, number, _source_exists(row, source_ids))
    for number, row in source_rows:
        faults += _located(sources.file, number, _source(row))
    faults += _repeated(factors.file, "factor_id", factor_rows)
    faults += _repeated(sources.file, "source_id", source_rows)
    faults += chain(consistent_units(factors.file, factor_rows), overlaps(factors.file, factor_rows))
    faults += outliers(factors.file, factor_rows)
    file_order = {"pack.toml": 0, factors.file: 1, sources.file: 2}
    column_order = {column.name: at for at, column in enumerate(FACTOR_COLUMNS + SOURCE_COLUMNS)}
    faults.sort(key=lambda fault: (file_order[fault.file], fault.row, column_order.get(fault.field, -1), fault))
    return Inspection(fields, factors.rows, sources.rows, tuple(faults))


# A rule yields (field, found, expected, hint); file and row are added by the caller.
Finding = tuple[str, str, str, str]
RowRule = Callable[[Row], Iterator[Finding]]


def _located(file: str, number: int, findings: Iterator[Finding]) -> Iterator[Fault]:
    return (Fault(file, number, *finding) for finding in findings)


def _repeated(file: str, field: str, rows: list[NumberedRow]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for number, row in rows:
        if row[field] is not None and first.setdefault(row[field], number) != number:
            hint = "ids are unique; append ~PUBLISHED_ON for another release" if field == "factor_id" else ""
            yield Fault(
                file, number, field, f"{row[field]!r} again", f"an id not used before (row {first[row[field]]})", hint
            )


def _identity(row: Row) -> Iterator[Finding]:
    key, region, boundary, factor_id = row["key"], row["region"], row["boundary"], row["factor_id"]
    if key and not _KEY.match(key):
        yield "key", shown(key), "dotted lower case, like fuel.diesel", ""
    if key and is_credit(key) and not key.startswith(_CONTRACT_KEY):
        expected = "an activity: an offset or a removal credit is none, and lowers no figure of a product or a company"
        yield "key", shown(key), expected, "credits stand beside gross emissions: leafmark inventory targets --credits"
    if factor_id and key and region and boundary and not factor_id.startswith(f"{key}@{region}:{boundary}:"):
        expected = f"KEY@REGION:BOUNDARY:YEAR, so {key}@{region}:{boundary}:{row['data_year'] or 'YEAR'}"
        yield "factor_id", shown(factor_id), expected, "the id repeats the row's own key, region and boundary"


def _closed_lists(row: Row) -> Iterator[Finding]:
    for field, allowed in (("theme", THEMES), ("boundary", BOUNDARIES), ("gwp_set", (*gwp.GWP_SETS, gwp.UNSTATED))):
        if row[field] is not None and row[field] not in allowed:
            yield field, shown(row[field]), f"one of {', '.join(allowed)}", ""


def _region(row: Row) -> Iterator[Finding]:
    if row["region"] is not None and not regions.known(row["region"]):
        try:
            regions.parents(row["region"])
        except regions.RegionError as error:
            yield "region", shown(row["region"]), "a known region", str(error).partition("; ")[2]


def _unit(row: Row) -> Iterator[Finding]:
    if row["unit"] is None:
        return
    try:
        name = units.canonical(row["unit"])
    except units.UnitError as error:
        yield "unit", shown(row["unit"]), "a known unit", str(error).partition("; ")[2]
        return
    if name != row["unit"]:
        yield "unit", shown(row["unit"]), f"its name in packs, {name}", ""


def _times(row: Row) -> Iterator[Finding]:
    for start, end in (("valid_from", "valid_to"), ("published_on", "superseded_on")):
        if row[start] and row[end] and row[end] <= row[start]:
            yield (
                end,
                str(row[end]),
                f"a date after {start} {row[start]}",
                "intervals are half open: add a day to an inclusive end",
            )


def _gases(row: Row) -> Iterator[Finding]:
    f_gases = row["f_gases"] or ""
    try:
        gwp.parse_f_gases(f_gases)
    except gwp.GwpError as error:
        yield "f_gases", shown(f_gases), "NAME=kg;NAME=kg", str(error)
        return
    co2e_kg, gwp_set, other = row["co2e_kg"], row["gwp_set"], row["other_co2e_kg"] or 0.0
    if (
        co2e_kg is None
        or gwp_set not in (*gwp.GWP_SETS, gwp.UNSTATED)
        or not any(row[name] is not None for name in _GAS_FIELDS)
    ):
        return
    if other < -GAS_TOLERANCE * co2e_kg:
        yield (
            "other_co2e_kg",
            repr(other),
            "0 or more, but for rounding",
            "a negative remainder hides gases that say too much",
        )
        return
    sums: dict[str, float] = {}
    for name in gwp.GWP_SETS if gwp_set == gwp.UNSTATED else (gwp_set,):
        try:
            sums[name] = gwp.total_from_gases(row, f_gases, name) + other
            if name == "AR5":
                sums["AR5, fossil methane 30"] = gwp.total_from_gases(row, f_gases, name, fossil_30=True) + other
        except gwp.GwpError as error:
            if gwp_set != gwp.UNSTATED:
                yield "f_gases", shown(f_gases), f"gases that {gwp_set} assesses", str(error)
                return
    if sums and not any(abs(total - co2e_kg) <= GAS_TOLERANCE * co2e_kg for total in sums.values()):
        nearest = min(sums, key=lambda name: abs(sums[name] - co2e_kg))
        found = f"{co2e_kg!r}, but gases x GWP100 + other is {sums[nearest]:.6g} ({nearest})"
        hint = "give the rest as other_co2e_kg, or mend the gas, the total or gwp_set"
        yield "co2e_kg", found, f"agreement within {GAS_TOLERANCE:.0%}", hint


def _spread(row: Row) -> Iterator[Finding]:
    gsd, basis, theme = row["gsd"], row["gsd_basis"], row["theme"]
    if basis is None:
        return
    if basis == "constant" or gsd == 1:
        if gsd is not None and gsd != 1:
            yield "gsd", repr(gsd), "1, since gsd_basis is constant", "a constant is certain by definition"
        elif basis != "constant":
            yield "gsd", repr(gsd), "above 1", "1 is for constants only (gsd_basis constant)"
        return
    if basis == "published":
        return
    rule = defaults().get(basis.removeprefix("default:")) if basis.startswith("default:") else None
    if rule is None:
        hint = "rules are in gsd_defaults.csv: " + ", ".join(_rules_of(theme))
        yield "gsd_basis", shown(basis), "published, constant or default:RULE", hint
        return
    if theme in THEMES and rule.theme not in ("any", theme):
        yield (
            "gsd_basis",
            shown(basis),
            f"a rule of theme {theme}",
            f"this one is of {rule.theme}; try {', '.join(_rules_of(theme))}",
        )
    if gsd is not None and not math.isclose(gsd, rule.gsd, rel_tol=1e-6):
        yield "gsd", repr(gsd), f"{rule.gsd}, the value of {basis}", "a number of your own needs gsd_basis published"


def _rules_of(theme: str | None) -> list[str]:
    return [f"default:{rule.rule}" for rule in defaults().values() if rule.theme in (theme, "any")]


def _source_exists(row: Row, source_ids: frozenset[str]) -> Iterator[Finding]:
    if row["source_id"] is not None and row["source_id"] not in source_ids:
        yield "source_id", shown(row["source_id"]), "a source_id of sources.csv", "add the source, or mend the id"


def _source(row: Row) -> Iterator[Finding]:
    if row["source_id"] and not _SOURCE_ID.match(row["source_id"]):
        yield "source_id", shown(row["source_id"]), "letters, digits, '.', '_', '-'", ""
    if row["licence_class"] is not None and row["licence_class"] not in LICENCE_CLASSES:
        hint = "public domain, CC0, OGL, CC BY are open; ODbL and BY-SA share-alike; unread terms cite-only"
        yield "licence_class", shown(row["licence_class"]), f"one of {', '.join(LICENCE_CLASSES)}", hint
    if row["licence_class"] == "open" and row["licence"] and (terms := licences.closed_terms(row["licence"])):
        yield (
            "licence_class",
            f"open, with the licence {shown(row['licence'])}",
            f"{terms.licence_class}: {terms.asks}",
            "public domain, CC0, OGL and CC BY are open; mend the class, or the licence's name",
        )
    if row["file_sha256"] and not _SHA256.match(row["file_sha256"]):
        yield "file_sha256", shown(row["file_sha256"]), "64 hex digits in lower case", ""
    if row["url"] and not re.match(r"^https?://[^\s]+$", row["url"]):
        yield "url", shown(row["url"]), "an http or https address", ""


_ROW_RULES: tuple[RowRule, ...] = (_identity, _closed_lists, _region, _unit, _times, _gases, _spread)


def summary(faults: list[Fault]) -> Counter[str]:
    """Count faults by field, for a first look at a long list."""
    return Counter(fault.field or "row" for fault in faults)
