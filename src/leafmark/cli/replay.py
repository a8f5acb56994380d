"""`leafmark replay`: compute a run again and say whether every figure is the same."""

from __future__ import annotations

import click

from leafmark.cli.endings import CheckFailedError, reading_run
from leafmark.cli.inputs import input_option
from leafmark.cli.output import Progress, emit, json_option


@click.command(short_help="Compute a past run again and compare every figure.")
@click.argument("run", metavar="RUN")
@input_option
@json_option
def replay(run: str, inputs: tuple[str, ...], as_json: bool) -> None:
    """Recompute RUN (a folder, or a run's id) from its pinned method and packs, and compare every figure.

    Exit status 1 where a figure differs, or an input or a pinned pack is no longer the recorded one.

    \b
    Example:
      leafmark replay run
    """
    from leafmark.engine.replay import replay as again
    from leafmark.engine.replay import text

    with reading_run(run), Progress() as progress:
        found = again(run, given=inputs, progress=progress)
    emit(found, as_json, lambda: text(found))
    if not found["same"]:
        raise CheckFailedError(f"run {found['run_id']} does not replay as recorded")
