"""`leafmark demo`: real receipts and real electronics, end to end."""

from __future__ import annotations

import os
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
@json_option
def demo(out: Path, open_report: bool, as_json: bool) -> None:
    """Run Leafmark over a published household panel and a register of televisions, and write a report.

    The data are real: receipts of 2,469 households in 2017, a public register, published footprints.
    A killed demo goes on where it stopped.

    \b
    Example:
      leafmark demo --no-open --out demo-out
    """
    from leafmark.demo.main import demo as run_demo

    may_open = open_report and not as_json and sys.stdout.isatty() and not os.environ.get("CI")
    raise SystemExit(run_demo(out, as_json, may_open))
