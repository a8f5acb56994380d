"""`leafmark footprint`: a bill of activities becomes footprints."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from leafmark.cli.inputs import is_done, load_packs, make_engine, make_settings, reach, run_options
from leafmark.cli.output import Progress, emit, json_option, note, table


@click.command(short_help="Footprints of products from a bill of activities.")
@click.argument("bill", metavar="BILL")
@run_options
@click.option("--method", "method_name", default="product.bill", show_default=True, metavar="ID[@V]",
              help="Method to run; see `leafmark methods list`.")  # fmt: skip
@click.option("--lines", is_flag=True, help="Keep an entry for every line, not per product and stage.")
@json_option
def footprint(
    bill: str, packs: tuple[str, ...], known_on: dt.date | None, run_date: dt.date | None, gwp: str, gwp_strict: bool,
    out: Path | None, engine: str, master: str | None, scratch: str | None, memory_limit: str, threads: int | None,
    method_name: str, lines: bool, no_entries: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run a method over BILL: Parquet (file or folder), CSV, DATABASE::TABLE, or Parquet at an address Spark reads.

    Columns are those of the method (`leafmark methods show product.bill`). Lines that cannot be met are rejected with a
    reason, never dropped; the run is a folder that `leafmark explain` and `leafmark replay` read.

    \b
    Examples:
      leafmark footprint bill.csv --known-on 2026-09-30 --out run
      leafmark footprint bill.csv --known-on 2026-09-30 --pack builtin --pack mills-pack --lines --json
    """
    from leafmark.engine.folders import folder_of
    from leafmark.engine.run import run
    from leafmark.methods import method

    if lines and no_entries:
        raise click.UsageError("--lines asks for entries and --no-entries for none: choose one")
    chosen = method(method_name)
    make = make_engine(engine, master, scratch, memory_limit, threads)
    loaded = load_packs(packs)
    settings = make_settings(known_on, run_date, gwp, gwp_strict, lines, no_entries)
    source = reach(bill, chosen.columns, engine, master)
    folder = out or folder_of(chosen, [(source, chosen.columns)], loaded, settings)
    was_done = is_done(folder)
    with Progress() as progress:
        done = run(chosen, source, loaded, folder, settings, engine=make, progress=progress)
    report(done, as_json, was_done)


def report(done: Any, as_json: bool, was_done: bool) -> None:
    """Show a finished run, and what may be asked of it."""
    from leafmark.engine.summary import facts, rows

    content = facts(done)
    emit(content, as_json, lambda: table(list(rows(content)), right=(1,)))
    if was_done:
        note(f"note: {done.path} held this very run already; shown as it was recorded")
    if not as_json:
        explain = f"leafmark explain {done.path} ID   |   " if "products" in content else ""
        note(f"next: {explain}leafmark statement {done.path}")
