"""`leafmark inventory history`: the years of a company, and every version they ever had."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.output import emit, json_option, note, table

if TYPE_CHECKING:
    from leafmark.inventory.time import History


@click.command(short_help="The years of a company, and each version they had.")
@click.argument("folder", metavar="HISTORY", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--add", "inventories", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="INVENTORY",
    help="File a year's inventory first; may be given several times.",
)  # fmt: skip
@json_option
def history(folder: Path, inventories: tuple[Path, ...], as_json: bool) -> None:
    """Show HISTORY: a folder with base_year.toml, whose journal only grows; it is verified as it is read (docs/inventory-time.md).

    \b
    Examples:
      leafmark inventory history history
      leafmark inventory history history --json
    """
    from leafmark.inventory.book import Inventory
    from leafmark.inventory.time import History

    found = History.open(folder)
    for inventory in inventories:
        found = found.file(Inventory.open(inventory))
        note(f"filed: {inventory}")
    checked = found.verify()
    emit(_content(found, checked), as_json, lambda: _text(found, checked))


def _content(found: History, checked: int) -> dict[str, Any]:
    policy = found.policy
    return {
        "history": str(found.path), "journal_entries": checked,
        "policy": {name: getattr(policy, name) for name in ("years", "reason", "threshold_percent", "base", "timing", "triggers")},
        "base_year": [
            {"scope2": by, "now_ug": base.now_ug, "filed_ug": base.filed_ug, "recalculated": base.recalculated}
            for by, base in _bases(found)
        ],
        "versions": [
            {
                "year": each.year, "version": each.number, "at": each.at, "totals_ug": dict(each.totals_ug), "changes": each.changes,
                "reasons": each.reasons, "folder": str(each.inventory.path),
            }
            for year in found.years() for each in found.versions(year)
        ],
    }  # fmt: skip


def _bases(found: History) -> list[tuple[str, Any]]:
    from leafmark.inventory.time.history import BOTH

    return [(by, found.base(by)) for by in BOTH] if set(found.policy.years) <= set(found.years()) else []


def _text(found: History, checked: int) -> str:
    from leafmark.inventory.time.words import mass

    policy = found.policy
    said = f"Base year {', '.join(map(str, policy.years))} ({policy.reason}); recalculated from {policy.threshold_percent:g} % of it on."
    rows: list[tuple[str, ...]] = [("year", "version", "by location", "by market", "written", "why")]
    for year in found.years():
        for each in found.versions(year):
            totals = (mass(each.totals_ug[by]) for by in ("location", "market"))
            rows.append((str(year), str(each.number), *totals, each.at[:10], "; ".join(each.reasons)))
    parts = [said, table(rows, right=(1, 2, 3)) if len(rows) > 1 else "No year was filed yet: --add INVENTORY."]
    for by, base in _bases(found):
        if base.recalculated:
            parts.append(f"Base year by {by}: {mass(base.now_ug)}; as first filed {mass(base.filed_ug)}.")
    parts.append(f"{checked} journal entries; every hash is right.")
    return "\n\n".join(parts)
