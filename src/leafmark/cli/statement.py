"""`leafmark statement`: grams by scope and category."""

from __future__ import annotations

import click

from leafmark.cli.output import emit, json_option, table


@click.command(short_help="Grams of a run by scope and category, with coverage.")
@click.argument("run", metavar="RUN")
@json_option
def statement(run: str, as_json: bool) -> None:
    """Show RUN (a folder, or a run's id) by scope and category. Books are never summed."""
    from leafmark.engine.statement import remarks, rows
    from leafmark.engine.statement import statement as make

    content = make(run)
    emit(content, as_json, lambda: "\n".join([table(list(rows(content)), right=(2,)), "", *remarks(content)]))
