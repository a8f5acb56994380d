"""What a history of years says to a report: the base year with its policy, its recalculations with their reasons, and the years' totals."""

from __future__ import annotations

from typing import Any, Final

from leafmark.engine.schema import UG_PER_KG
from leafmark.inventory.book import By
from leafmark.inventory.time.history import History, Version

_UG_PER_T: Final = UG_PER_KG * 1000


def base_year(history: History, by: By = "location") -> dict[str, Any]:
    """The statement `base_year` of a report (`report.statements`), tonnes CO2e by one statement of Scope 2.

    Raises
    ------
    InventoryError : the base year was not filed, or the journal or a version was changed.
    """
    base, policy = history.base(by), history.policy
    years = ", ".join(map(str, base.years))
    changes = [_told(version, by) for year in history.years() for version in history.versions(year)[1:]]
    return {
        "year": base.years[0] if len(base.years) == 1 else f"{years} (their mean)",
        "why": policy.reason,
        "policy": f"recalculated for {', '.join(policy.triggers)}, all changes together, whole years ({policy.timing}); never for growth or decline",
        "threshold_percent": policy.threshold_percent,
        "changes": changes,
        "profile": [_profile(history.versions(year), by) for year in history.years()],
    }


def _told(version: Version, by: By) -> str:
    reasons = "; ".join(version.reasons)
    return f"{version.year}, version {version.number}: {', '.join(version.changes)}: {reasons} ({version.totals_ug[by] / _UG_PER_T:,.3f} t)"


def _profile(versions: tuple[Version, ...], by: By) -> dict[str, Any]:
    filed, newest = versions[0], versions[-1]
    found = {"year": filed.year, "co2e_t": filed.totals_ug[by] / _UG_PER_T}
    return found | ({"restated_t": newest.totals_ug[by] / _UG_PER_T} if len(versions) > 1 else {})
