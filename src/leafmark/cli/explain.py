"""`leafmark explain`: from a figure to its lines, factors and sources."""

from __future__ import annotations

from pathlib import Path

import click

from leafmark.cli.endings import reading_run
from leafmark.cli.inputs import given_inputs, input_option
from leafmark.cli.output import emit, json_option, note


@click.command(short_help="From a figure back to its lines, factors and sources.")
@click.argument("run", metavar="RUN")
@click.argument("asked", metavar="WHAT...", nargs=-1, required=True)
@click.option("--html", "html_file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), metavar="FILE",
              help="Write a page that stands by itself; - is stdout.")  # fmt: skip
@click.option(
    "--top",
    type=click.IntRange(1, 10_000),
    default=10,
    show_default=True,
    help="Of a sum: how many parts are named before the others are one.",
)
@input_option
@json_option
def explain(
    run: str, asked: tuple[str, ...], html_file: Path | None, top: int, inputs: tuple[str, ...], as_json: bool
) -> None:
    """Explain a figure of RUN (a folder, or a run's id): of one ID (a product, order, site or shipment), or a sum.

    A sum is `total`, `per-order`, `not-restated`, or KIND:VALUE; several KIND:VALUE are what all of them hold for. The
    kinds: stage, scope, group, category, tier, year, month, day, product, factor, key, boundary, theme, source, gas. An
    ID that reads like one of these is asked for as id:ID.

    Every level adds up to the one above it, to the microgram. Exit status 1 where the recomputed figure is not the
    published one.

    \b
    Examples:
      leafmark explain run lamp-1
      leafmark explain run lamp-1 --html lamp-1.html
      leafmark explain run total
      leafmark explain run stage:use --json
    """
    if html_file is not None and as_json and str(html_file) == "-":
        raise click.UsageError("--json and --html - both want stdout; give --html a file")
    from leafmark.engine.explain import explain as explain_figure
    from leafmark.engine.explain_text import text

    with reading_run(run):
        tree = explain_figure(run, asked, given_inputs(inputs), top)
    for name in tree["inputs_changed"] + tree["packs_changed"]:
        note(f"note: {name} has changed since the run")
    if html_file is not None:
        from leafmark.engine.explain_html import page

        if str(html_file) == "-":
            click.echo(page(tree).encode())
            return
        html_file.write_text(page(tree), encoding="utf-8")
        note(f"written: {html_file}")
        if not as_json:
            return
    emit(tree, as_json, lambda: text(tree))
