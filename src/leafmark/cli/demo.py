"""`leafmark demo`: real receipts and real electronics, end to end."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

from leafmark.cli.output import json_option


@click.command(short_help="Footprints and labels of a published year of receipts.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    help="Folder of the runs, labels and report.",
)
@click.option("--open/--no-open", "open_report", default=True, help="Open the report in a browser; never where stdout "
              "is no terminal, or CI is set.")  # fmt: skip
@click.option(
    "--site/--no-site", default=True, help="Serve the site at the end; never where stdout is no terminal, or CI is set."
)
@json_option
def demo(out: Path, open_report: bool, site: bool, as_json: bool) -> None:
    """Run Leafmark over a published household panel and a register of televisions, and write a report.

    The data are real: receipts of 2,469 households in 2017, a public register, published footprints. The green acts on
    the households' accounts are not: they are a declared scenario, shown apart (DIR/ledger.db).
    Every demo is made anew: an earlier one in the same folder, finished or killed, is emptied first.
    Where a person sits at the terminal it ends by serving the site with these products, with a log-in for each role.

    \b
    Example:
      leafmark demo --no-open --out demo-out
    """
    from leafmark.demo.main import demo as run_demo

    status = run_demo(out, as_json, open_report)
    if status or as_json:
        raise SystemExit(status)
    from leafmark.cli.serve import HOST, PORT, WORKERS, run
    from leafmark.web.workspace import missing_packages

    if missing_packages():
        click.echo(f"site         pip install 'leafmark[web]', then leafmark serve --workspace {shlex.quote(str(out))}")
    elif site and sys.stdout.isatty() and not os.environ.get("CI"):
        run(out, HOST, PORT, WORKERS)
    else:
        click.echo(f"site         leafmark serve --workspace {shlex.quote(str(out))}")
