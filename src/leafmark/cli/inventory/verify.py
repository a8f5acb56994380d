"""`leafmark inventory verify`: an inventory, or an auditor's pack, held to its hashes, its lines and its runs."""

from __future__ import annotations

from pathlib import Path

import click

from leafmark.cli.endings import CheckFailedError, unusable
from leafmark.cli.output import Progress, emit, json_option


@click.command(short_help="Check an inventory or an auditor's pack; make its runs again.")
@click.argument("path", metavar="PACK_OR_FOLDER", type=click.Path(exists=True, path_type=Path))
@click.option("--inputs", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR",
              help="Folder of what the runs read, found by hash.  [default: where each run recorded it]")  # fmt: skip
@click.option(
    "--replay/--no-replay", default=True, show_default=True, help="Make each run again whose inputs are here."
)
@json_option
def verify(path: Path, inputs: Path | None, replay: bool, as_json: bool) -> None:
    """Verify the inventory in a folder, or an auditor's pack.

    Every byte and hash, every line, the totals counted again from the lines by other code, every run whole and made again
    from its activity rows, the sample drawn again. What could not be verified is named with why, and is no fault. Nothing is
    written.

    Exit status 1 where a fault is found.

    \b
    Examples:
      leafmark inventory verify inventory
      leafmark inventory verify report/auditors-pack.zip --json
    """
    from leafmark.inventory.book import InventoryError
    from leafmark.inventory.report.findings import text
    from leafmark.inventory.report.verifying import verify as check

    with unusable(InventoryError), Progress() as progress:
        found = check(path, inputs=inputs, replay=replay, progress=progress)
    emit(found, as_json, lambda: text(found))
    if not found["sound"]:
        count = sum(each["fault_count"] for each in found["checks"])
        raise CheckFailedError(f"{path}: {count:,} {'fault' if count == 1 else 'faults'}")
