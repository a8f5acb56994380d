"""`leafmark inventory recalculate`: test a change against the base year's threshold, and restate where it is significant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leafmark.cli.output import emit, json_option, table

if TYPE_CHECKING:
    from leafmark.inventory.time import Outcome


@click.command(short_help="Recalculate a base year for a change, where it is significant.")
@click.argument("folder", metavar="HISTORY", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("change", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def recalculate(folder: Path, change: Path | None, as_json: bool) -> None:
    """Note CHANGE (TOML: acquisition, divestment, outsourcing, insourcing, method_change, error, category_added) in HISTORY.

    All changes that wait are tested together against the policy's threshold; where it is reached, years get new versions, and the old ones
    stay. Without CHANGE, those that wait are tested again. Organic growth and decline are refused.

    \b
    Examples:
      leafmark inventory recalculate history acquisition.toml
      leafmark inventory recalculate history --json
    """
    from leafmark.inventory.time import History, read_change
    from leafmark.inventory.time import recalculate as recalculated
    from leafmark.inventory.time.recalculation import as_json as plain

    found = read_change(change) if change is not None else None
    _, outcome = recalculated(History.open(folder), found)
    emit(plain(outcome), as_json, lambda: _text(outcome))


def _text(outcome: Outcome) -> str:
    from leafmark.inventory.time.words import mass

    rows: list[tuple[str, ...]] = [("base year by", "of", "base", "changes, by size", "net", "share", "")]
    for test in outcome.tests:
        of = " ".join("–" if each is None else str(each) for each in test.what) or "all"
        share = "–" if test.percent is None else f"{test.percent:.3g} %"
        rows.append(
            (
                test.by,
                of,
                mass(test.base_ug),
                mass(test.gross_ug),
                mass(test.net_ug, True),
                share,
                "significant" if test.significant else "",
            )
        )
    parts = [table(rows, right=(2, 3, 4, 5))]
    if outcome.restated:
        new: list[tuple[str, ...]] = [("restated", "version", "location: old", "new", "market: old", "new")]
        for each in outcome.restated:
            sides = (mass(side[by]) for by in ("location", "market") for side in (each.old_ug, each.new_ug))
            new.append((str(each.year), str(each.version), *sides))
        parts.append(table(new, right=(1, 2, 3, 4, 5)))
    for names, said in (
        (outcome.applied, "Recalculated for: {}."),
        (outcome.waiting, "Below the threshold, tested again with the next change: {}."),
        (outcome.not_due, "Waits until a later year is filed: {}."),
        (outcome.not_in_base, "Did not exist in the base year, which is not recalculated for it: {}."),
        (
            tuple(f"{change} in {year}" for change, year in outcome.incomplete),
            "No lines were given for, and the year is not restated for it: {}.",
        ),
        (
            tuple(f"{change} in {year}" for change, year in outcome.not_seen),
            "The inventory lacks what was bought, or has what was sold; look at its company folder: {}.",
        ),
    ):
        if names:
            parts.append(said.format(", ".join(names)))
    return "\n\n".join(parts)
