"""`leafmark statement`: grams by scope and category."""

from __future__ import annotations

import click

from leafmark.cli.endings import CheckFailedError, reading_run
from leafmark.cli.output import emit, json_option, table


@click.command(short_help="Grams of a run by scope and category, with coverage.")
@click.argument("run", metavar="RUN")
@json_option
def statement(run: str, as_json: bool) -> None:
    """Show RUN (a folder, or a run's id) by scope and category. Books are never summed.

    Exit status 1 where the entries do not add up to the run's total.

    \b
    Example:
      leafmark statement run
    """
    from leafmark.engine.statement import remarks, rows
    from leafmark.engine.statement import statement as make

    try:
        with reading_run(run):
            content = make(run)
    except AssertionError as error:
        raise CheckFailedError(str(error), emitted=False) from error
    emit(content, as_json, lambda: "\n".join([table(list(rows(content)), right=(2,)), "", *remarks(content)]))
