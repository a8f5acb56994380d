"""What an inventory cannot know and a report has to say: base year, assurance, a person to ask. Read from a TOML file.

    contact, assurance, description, allocation, intensity, trades, biogenic, targets = "text"
    scope2_tracking = "location" or "market"
    [base_year]  year, why, policy, threshold_percent, changes = ["2025: acquisition of ..., 120 t"]
                 scope2_method = "location", "market" or "both"; scope2_proxy = whether location stands in for market in it
    [[base_year.profile]]  year, co2e_t, restated_t
    [[base_year.scope3]]   category, co2e_t

An inventory's record may hold the same table as `report`; the file comes before it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from leafmark.inventory.book import InventoryError

TEXTS: Final = (
    "contact", "assurance", "description", "allocation", "intensity", "trades", "biogenic", "targets", "scope2_tracking",
)  # fmt: skip
BASE_YEAR: Final = (
    "year", "why", "policy", "threshold_percent", "changes", "profile", "scope2_method", "scope2_proxy", "scope3",
)  # fmt: skip
SCOPE2_METHODS: Final = ("location", "market", "both")
CATEGORIES: Final = range(1, 16)


def read(path: Path | None, record: Mapping[str, Any]) -> dict[str, Any]:
    """The statements of a report: the record's, and those of a file over them.

    Raises
    ------
    InventoryError : the file is no TOML, or has a key or a value that is not one of the above.
    """
    found = dict(record.get("report") or {})
    if record.get("base_year") and "base_year" not in found:
        found["base_year"] = record["base_year"]
    if path is not None:
        try:
            found |= tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as fault:
            raise InventoryError(f"{path}: cannot be read as TOML: {fault}") from fault
        _check(path, found)
    if not isinstance(found.get("base_year", {}), Mapping):
        found["base_year"] = {"year": found["base_year"]}
    return found


def _check(path: Path, found: Mapping[str, Any]) -> None:
    unknown = sorted(found.keys() - {*TEXTS, "base_year"})
    if unknown:
        raise InventoryError(
            f"{path}: {unknown[0]}: not a statement; expected of {', '.join((*TEXTS, 'base_year'))}; remove or rename it"
        )
    for key in TEXTS:
        if key in found and not isinstance(found[key], str):
            raise InventoryError(f"{path}: {key}: expected text in quotes, found {found[key]!r}")
    if found.get("scope2_tracking", "location") not in ("location", "market"):
        raise InventoryError(
            f"{path}: scope2_tracking: expected location or market, found {found['scope2_tracking']!r}"
        )
    base_year = found.get("base_year", {})
    if not isinstance(base_year, Mapping) or (base_year.keys() - set(BASE_YEAR)):
        raise InventoryError(f"{path}: base_year: expected a table of {', '.join(BASE_YEAR)}, found {base_year!r}")
    if base_year.get("scope2_method", "both") not in SCOPE2_METHODS:
        raise InventoryError(
            f"{path}: base_year.scope2_method: expected {', '.join(SCOPE2_METHODS)}, found {base_year['scope2_method']!r}"
        )
    if not isinstance(base_year.get("scope2_proxy", False), bool):
        raise InventoryError(
            f"{path}: base_year.scope2_proxy: expected true or false, found {base_year['scope2_proxy']!r}"
        )
    for place, row in enumerate(base_year.get("scope3", []), 1):
        told = (
            isinstance(row, Mapping) and row.get("category") in CATEGORIES and type(row.get("co2e_t")) in (int, float)
        )
        if not told:
            raise InventoryError(
                f"{path}: base_year.scope3, entry {place}: expected category (1 to 15) and co2e_t, found {row!r}"
            )
    for place, year in enumerate(base_year.get("profile", []), 1):
        if not isinstance(year, Mapping) or not isinstance(year.get("year"), int):
            raise InventoryError(f"{path}: base_year.profile, entry {place}: expected year and co2e_t, found {year!r}")
        for field in ("co2e_t", "restated_t"):
            if field in year and not isinstance(year[field], int | float):
                raise InventoryError(
                    f"{path}: base_year.profile, entry {place}, {field}: expected tonnes, found {year[field]!r}"
                )
