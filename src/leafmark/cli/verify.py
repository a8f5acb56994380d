"""`leafmark verify`: check a finished run's folder, without computing it again."""

from __future__ import annotations

import click

from leafmark.cli.endings import CheckFailedError, reading_run
from leafmark.cli.output import Progress, emit, json_option


@click.command(short_help="Check that a run's folder is whole and agrees with itself.")
@click.argument("run", metavar="RUN")
@json_option
def verify(run: str, as_json: bool) -> None:
    """Check RUN (a folder, or a run's id) without computing it again; `leafmark replay` does that.

    run.json and its id, the pinned packs' hashes, lines in = accepted + rejected by reason, every sum to the microgram,
    low <= value <= high, no figure where none was found, ids unique, nothing half-written. All faults are named at
    once, by file, row and column. An input that is gone or changed is a warning.

    Exit status 1 where a check fails.

    \b
    Example:
      leafmark verify run
    """
    from leafmark.engine.verify import text
    from leafmark.engine.verify import verify as check

    with reading_run(run), Progress() as progress:
        found = check(run, progress=progress)
    emit(found, as_json, lambda: text(found))
    if not found["sound"]:
        raise CheckFailedError(f"run {found['run_id']} is not sound: {sum(found['checks'].values()):,} faults")
