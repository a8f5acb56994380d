"""`leafmark statement`: grams by scope and category."""

from __future__ import annotations

import click

from leafmark.cli.endings import CheckFailedError, reading_run
from leafmark.cli.output import emit, json_option, table


@click.command(short_help="Grams of runs by scope and category, with coverage.")
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@json_option
def statement(runs: tuple[str, ...], as_json: bool) -> None:
    """Show RUN (a folder, or a run's id) by scope and category; several RUNs of one book together.

    Books are never summed: runs of two books, or of two GWP sets, or two runs of one input, are refused.

    Exit status 1 where the entries do not add up to the run's total.

    \b
    Example:
      leafmark statement run
    """
    from leafmark.engine.statement import remarks, rows
    from leafmark.engine.statement import statement as make

    try:
        with reading_run(", ".join(runs)):
            content = make(*runs)
    except AssertionError as error:
        raise CheckFailedError(str(error), emitted=False) from error
    emit(content, as_json, lambda: "\n".join([table(list(rows(content)), right=(2,)), "", *remarks(content)]))
