"""What an inventory comes to, for a terminal and for programs: scopes and categories, both statements of Scope 2, what is left out."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from leafmark.engine.statement import CATEGORIES, SCOPES
from leafmark.inventory import beside, f_gases
from leafmark.inventory.book import By, Inventory, Sum
from leafmark.inventory.f_gases import FGases

SCHEMA: Final = "leafmark.inventory.summary/1"


def summary(inventory: Inventory) -> dict[str, Any]:
    """Totals of an inventory.

    Returns
    -------
    `schema, organisation, year, approach, gwp, known_on, rows: [{scope, category, name, location, market}], total: {location, market},
    outside, outside_rows: [{what, scope, category, template, name, ...figure}], given (entries of other rooms: whose, and which share of them),
    completeness, flags: [{reason, effect, rows}], folder`; each
    figure `{co2e_ug, low_ug, high_ug, gases, f_gases, primary_share, score, activities}` in micrograms CO2e, or None where the statement
    has no line of it: not known, which is not 0. `f_gases` are families that add up to `gases["f_gases"]`; None where gases are.
    """
    lines = inventory.table("lines")
    parted = f_gases.of_lines(inventory, lines)
    families = {name: f_gases.rows(lines, parted, name) for name in _STATEMENTS}
    outside = beside.rows(beside.placed(lines))
    by = {name: inventory.rows(name) for name in _STATEMENTS}
    places = sorted({*by["location"], *by["market"]}, key=lambda row: (row[0], row[1] or 0))
    flags = inventory.table("flags")
    counted = Counter(zip(flags.column("reason").to_pylist(), flags.column("effect").to_pylist(), strict=True))
    record = inventory.record
    return {
        "schema": SCHEMA, **{name: record[name] for name in ("organisation", "year", "from", "until", "approach", "gwp", "known_on")},
        "rows": [
            {"scope": scope, "category": category, "name": name_of(scope, category),
             **{name: figure(by[name].get((scope, category)), families[name].get((scope, category))) for name in _STATEMENTS}}
            for scope, category in places
        ],
        "total": {
            name: figure(inventory.total(name), f_gases.added(families[name].values())) if by[name] else None for name in _STATEMENTS
        },
        "outside": {name: figure(value) for name, value in inventory.outside().items()},
        "outside_rows": [
            {"what": what, "scope": scope, "category": category, "template": template,
             "name": None if scope is None else name_of(scope, category), **(figure(value) or {})}
            for (what, scope, category, template), value in outside.items()
        ],
        "given": list(record.get("given", ())),
        "completeness": inventory.table("completeness").to_pylist(),
        "flags": [{"reason": reason, "effect": effect, "rows": count} for (reason, effect), count in sorted(counted.items())],
        "folder": str(inventory.path),
    }  # fmt: skip


_STATEMENTS: Final[tuple[By, ...]] = ("location", "market")


def name_of(scope: int, category: int | None) -> str:
    """The standard's name of a scope, or of a category of Scope 3."""
    return SCOPES[scope] if category is None else CATEGORIES[category]


def figure(value: Sum | None, families: FGases | None = None) -> dict[str, Any] | None:
    """A sum as a program reads it; `families` are its F-gases, None where it has none."""
    if value is None:
        return None
    return {
        "co2e_ug": value.co2e_ug, "low_ug": value.low_ug, "high_ug": value.high_ug, "gases": value.gases,
        "f_gases": None if value.gases is None else dict((families or f_gases.NONE).ug),
        "primary_share": value.primary_share, "score": value.score, "activities": value.activities,
    }  # fmt: skip
