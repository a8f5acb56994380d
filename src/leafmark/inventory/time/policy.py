"""What a company says before it compares years: its base year, and when it recalculates it.

    base_year.toml:  years, reason, threshold_percent; base (all, scope, category), timing (same_year, following_year), triggers

GHG Protocol, Corporate Standard, chapter 5 and Scope 3 Standard (2011), chapter 9.3: a base year of one year or the mean of several, a
policy that is disclosed with its significance threshold, changes tested for what they do together, organic growth never. Which changes
recalculate is no choice of the policy: both standards say that structural changes, methods and errors shall, once they are significant.
The text of the Scope 3 Standard was read; chapter 5 was compared sentence by sentence where others quote it (its rules, not its figures);
of its appendix E contents and accounts were read.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from leafmark.inventory.book import InventoryError

POLICY_FILE: Final = "base_year.toml"
THRESHOLD_HIGH_PERCENT: Final = 20.0
"""Above it a threshold hides what it should show: the Scope 3 Standard's example is 10 %, SBTi asks for 5 % or less."""
YEAR_LOW, YEAR_HIGH = 1990, 2100

Base: TypeAlias = Literal["all", "scope", "category"]
BASES: Final[tuple[Base, ...]] = ("all", "scope", "category")
"""One base year (or target) for all scopes together, or one for each scope, or for each category of Scope 3 as well."""
TIMINGS: Final = ("same_year", "following_year")
"""When a change in the middle of a year is counted: in that year or in the next. Either way for whole years, never pro rata."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change. `structural`: it moves emissions between companies or scopes."""

    name: str
    structural: bool
    meaning: str


KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("acquisition", True, "operations bought or merged in: their grams of the base year are added"),
        Kind("divestment", True, "operations sold: their grams of the base year are taken out"),
        Kind("outsourcing", True, "an activity given to others: from Scope 1 or 2 to Scope 3"),
        Kind("insourcing", True, "an activity taken in: from Scope 3 to Scope 1 or 2"),
        Kind("method_change", False, "another method, better factors or data for the same facts"),
        Kind("error", False, "a mistake was found, or many small ones"),
        Kind("category_added", False, "a category or activity is counted that was not before"),
    )
}
"""What can make a base year be recalculated."""

ORGANIC: Final[dict[str, str]] = {
    "organic_growth": "more output is more emissions",
    "organic_decline": "less output is fewer emissions",
    "site_opened": "a site that the company opened itself is growth",
    "site_closed": "a site that was closed, and not sold, is decline",
    "product_mix": "other products are other emissions",
    "real_factor_change": "another fuel, technology or grid really emits more or less",
}
"""What never does: it changes what reaches the air, and the comparison has to show it (Corporate Standard, chapter 5; Scope 3, 9.3)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A base year's policy; see `read_policy`."""

    years: tuple[int, ...]
    reason: str
    threshold_percent: float
    base: Base = "all"
    timing: str = "same_year"
    triggers: tuple[str, ...] = tuple(KINDS)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to what is counted, not to what is emitted.

    `add` and `replace`: year -> file or folder; `remove`: columns of lines and the values whose lines go. `existed_from`: since when what
    was acquired emits. `reported_before`: whether an activity that moved between the company and others was in the inventory already.
    """

    id: str
    kind: str
    date: dt.date
    reason: str
    source: str
    entity_id: str | None = None
    existed_from: dt.date | None = None
    reported_before: bool = False
    add: Mapping[int, Path] | None = None
    remove: Mapping[str, Any] | None = None
    replace: Mapping[int, Path] | None = None


REMOVE_COLUMNS: Final = ("entity_id", "site_id", "template", "scope", "category", "key")


def _read(path: Path, known: Mapping[str, type | tuple[type, ...]], needed: tuple[str, ...]) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InventoryError(f"{path}: not readable as TOML: {fault}") from fault
    for name in content:
        if name not in known:
            raise InventoryError(f"{path}: {name}: no such field; expected of {', '.join(known)}")
    for name in needed:
        if content.get(name) in (None, "", []):
            raise InventoryError(f"{path}: {name}: missing; expected {_worded(known[name])}")
    for name, value in content.items():
        if not isinstance(value, known[name]) or (isinstance(value, bool) and known[name] is not bool):
            raise InventoryError(f"{path}: {name}: expected {_worded(known[name])}, found {value!r}")
    return content


def _worded(kind: type | tuple[type, ...]) -> str:
    names = {
        int: "a whole number",
        float: "a number",
        str: "a text",
        list: "a list",
        dt.date: "a date",
        bool: "true or false",
        dict: "a table",
    }
    return " or ".join(names[each] for each in (kind if isinstance(kind, tuple) else (kind,)))


def _word(path: Path, field: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise InventoryError(f"{path}: {field}: expected one of {', '.join(known)}, found {value!r}")
    return value


def read_policy(path: Path) -> Policy:
    """Read `base_year.toml`.

    Raises
    ------
    InventoryError : it is missing or not readable; a field is missing or absurd; each says the field, what was found and expected.
    """
    if not path.is_file():
        raise InventoryError(
            f"{path}: missing: a history begins with its base year's policy (docs/inventory-time.md shows one)"
        )
    known: dict[str, type | tuple[type, ...]] = {
        "years": list,
        "reason": str,
        "threshold_percent": (int, float),
        "base": str,
        "timing": str,
        "triggers": list,
    }
    content = _read(path, known, ("years", "reason", "threshold_percent"))
    years = content["years"]
    if not all(type(year) is int and YEAR_LOW <= year <= YEAR_HIGH for year in years) or len(set(years)) < len(years):
        raise InventoryError(f"{path}: years: expected different years from {YEAR_LOW} to {YEAR_HIGH}, found {years!r}")
    if sorted(years) != list(range(min(years), max(years) + 1)):
        raise InventoryError(f"{path}: years: expected years that follow each other, found {years!r}")
    percent = float(content["threshold_percent"])
    if not 0 < percent <= THRESHOLD_HIGH_PERCENT:
        raise InventoryError(
            f"{path}: threshold_percent: expected more than 0 and at most {THRESHOLD_HIGH_PERCENT:g} (SBTi asks for 5 or less), "
            f"found {percent:g}"
        )
    triggers = tuple(content.get("triggers", KINDS))
    for trigger in triggers:
        if trigger in ORGANIC:
            raise InventoryError(f"{path}: triggers: {trigger} is never one: {ORGANIC[trigger]}")
        _word(path, "triggers", trigger, tuple(KINDS))
    lacking = [kind for kind in KINDS if kind not in triggers]
    if lacking:
        raise InventoryError(
            f"{path}: triggers: {', '.join(lacking)} left out: a significant change of every kind is recalculated for (Corporate Standard, "
            "chapter 5; Scope 3 Standard, 9.3); name all of them, or leave triggers out"
        )
    base: Any = _word(path, "base", content.get("base", "all"), BASES)
    timing = _word(path, "timing", content.get("timing", "same_year"), TIMINGS)
    return Policy(tuple(sorted(years)), content["reason"], percent, base, timing, triggers)


def read_change(path: Path) -> Change:
    """Read a change from TOML; files it names are looked for beside it.

    Raises
    ------
    InventoryError : a field is missing or wrong, a file is not there, or the change is organic and never recalculated for.
    """
    known: dict[str, type | tuple[type, ...]] = {
        "id": str, "kind": str, "date": dt.date, "reason": str, "source": str, "entity_id": str, "existed_from": dt.date,
        "reported_before": bool, "add": dict, "remove": dict, "replace": dict,
    }  # fmt: skip
    content = _read(path, known, ("id", "kind", "date", "reason", "source"))
    if not content["id"].replace("-", "").replace("_", "").isalnum():
        raise InventoryError(f"{path}: id: expected letters, digits, - and _, found {content['id']!r}")
    kind = content["kind"]
    if kind in ORGANIC:
        raise InventoryError(
            f"{path}: kind: {kind} is never recalculated for: {ORGANIC[kind]}, and the comparison has to show it"
        )
    _word(path, "kind", kind, tuple(KINDS))
    remove = content.get("remove") or None
    for column in remove or ():
        _word(path, "remove", column, REMOVE_COLUMNS)
    files = {name: _files(path, name, content.get(name) or {}) for name in ("add", "replace")}
    if not (files["add"] or files["replace"] or remove):
        raise InventoryError(f"{path}: nothing changes: expected add, remove or replace (docs/inventory-time.md)")
    if kind == "acquisition" and not content.get("entity_id"):
        raise InventoryError(f"{path}: entity_id: missing; expected the entity that was acquired")
    return Change(
        content["id"], kind, content["date"], content["reason"], content["source"], content.get("entity_id"), content.get("existed_from"),
        content.get("reported_before", False), files["add"] or None, remove, files["replace"] or None,
    )  # fmt: skip


def _files(path: Path, name: str, given: Mapping[str, Any]) -> dict[int, Path]:
    found = {}
    for year, file in given.items():
        if not year.isdigit() or not YEAR_LOW <= int(year) <= YEAR_HIGH or not isinstance(file, str):
            raise InventoryError(f'{path}: {name}: expected year = "file", found {year} = {file!r}')
        found[int(year)] = path.parent / file
        if not found[int(year)].exists():
            raise InventoryError(f"{path}: {name}: {year}: no file {found[int(year)]}")
    return found
