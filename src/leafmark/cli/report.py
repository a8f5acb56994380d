"""`leafmark report`: a finished run as one page to read, send or keep."""

from __future__ import annotations

from pathlib import Path

import click

from leafmark.cli.endings import reading_run
from leafmark.cli.inputs import given_inputs, input_option
from leafmark.cli.output import emit, json_option


@click.command(short_help="A run as a page: total, parts, factors, sources, refused lines.")
@click.argument("run", metavar="RUN")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Where to.  [default: RUN/report.html]")  # fmt: skip
@click.option("--top", type=click.IntRange(1, 10_000), default=20, show_default=True,
              help="How many parts of each kind are named before the others are one.")  # fmt: skip
@input_option
@json_option
def report(run: str, out: Path | None, top: int, inputs: tuple[str, ...], as_json: bool) -> None:
    """Write RUN (a folder, or a run's id) as a page that stands by itself: no script, no outside file.

    It is the explanation of the run's total: by category or stage, month, factor and product, each part with the command
    that explains it further, its sources, how many lines were refused and why. The run is counted again for it, and the
    page is written only if every figure is the published one; else the exit status is 1.

    \b
    Example:
      leafmark report run
    """
    from leafmark.engine.explain import explain
    from leafmark.engine.explain_html import page
    from leafmark.engine.run import open_run

    with reading_run(run):
        finished = open_run(run)
        tree = explain(finished, "total", given_inputs(inputs), top)
    target = out or finished.path / "report.html"
    half = target.with_name(f"{target.name}.part")
    half.write_text(page(tree), encoding="utf-8")
    half.replace(target)
    emit({"run_id": finished.id, "file": str(target)}, as_json, lambda: str(target))
