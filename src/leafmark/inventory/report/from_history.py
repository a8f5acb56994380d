"""What a history of years says to a report: the base year with its policy, its recalculations with their reasons, and the years' totals."""

from __future__ import annotations

from typing import Any, Final

from leafmark.engine.schema import UG_PER_KG
from leafmark.inventory.book import By
from leafmark.inventory.report.words import Words
from leafmark.inventory.time.history import History, Version

_UG_PER_T: Final = UG_PER_KG * 1000


def base_year(history: History, by: By = "location", language: str = "en") -> dict[str, Any]:
    """The statement `base_year` of a report (`report.statements`) in a language, tonnes CO2e by one statement of Scope 2.

    Raises
    ------
    InventoryError : the base year was not filed, or the journal or a version was changed.
    """
    base, policy, words = history.base(by), history.policy, Words(language)
    between = words("history.between")
    years = between.join(map(str, base.years))
    triggers = between.join(words.code("history", each) for each in policy.triggers)
    changes = [_told(version, by, words) for year in history.years() for version in history.versions(year)[1:]]
    return {
        "year": base.years[0] if len(base.years) == 1 else words("history.mean", years=years),
        "why": policy.reason,
        "policy": words("history.policy", triggers=triggers, timing=words.code("history", policy.timing)),
        "threshold_percent": policy.threshold_percent,
        "changes": changes,
        "profile": [_profile(history.versions(year), by) for year in history.years()],
        **_scope2(history, base.years),
        "scope3": _scope3(history, base.years),
    }


def _scope2(history: History, years: tuple[int, ...]) -> dict[str, Any]:
    """By which statements the base year's Scope 2 is; where no line of it is by market alone, location stands in for market."""
    statements = {
        each
        for year in years
        for each in history.newest(year).inventory.table("lines")["statement"].unique().to_pylist()
    }
    return {"scope2_method": "both", "scope2_proxy": "market" not in statements}


def _scope3(history: History, years: tuple[int, ...]) -> list[dict[str, Any]]:
    """Scope 3 of the base year by category, the mean of several years."""
    found: dict[int, int] = {}
    for year in years:
        for (scope, category), each in history.newest(year).inventory.sums(("scope", "category"), "location").items():
            if scope == 3 and category is not None:
                found[category] = found.get(category, 0) + each.co2e_ug
    return [{"category": category, "co2e_t": ug / len(years) / _UG_PER_T} for category, ug in sorted(found.items())]


def _told(version: Version, by: By, words: Words) -> str:
    """A version with its changes and their reasons, as the journal has them: `acquisition: Facility C was bought`."""
    reasons = (_reason(*each.partition(": ")[::2], words) for each in version.reasons)
    return words(
        "history.change", year=version.year, version=version.number, changes=words("history.between").join(version.changes),
        reasons=words("history.between_reasons").join(reasons), tonnes=f"{version.totals_ug[by] / _UG_PER_T:,.3f}",
    )  # fmt: skip


def _reason(kind: str, written: str, words: Words) -> str:
    return words("history.reason", kind=words.code("history", kind), written=written)


def _profile(versions: tuple[Version, ...], by: By) -> dict[str, Any]:
    filed, newest = versions[0], versions[-1]
    found = {"year": filed.year, "co2e_t": filed.totals_ug[by] / _UG_PER_T}
    return found | ({"restated_t": newest.totals_ug[by] / _UG_PER_T} if len(versions) > 1 else {})
