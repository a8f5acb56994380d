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
    }


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
