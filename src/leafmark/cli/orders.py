"""`leafmark orders`: order lines and a catalogue become grams per order, day and category."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from leafmark.cli.footprint import report
from leafmark.cli.inputs import is_done, load_packs, make_engine, make_settings, reach, run_options
from leafmark.cli.output import Progress, json_option


@click.command(short_help="Grams per order, day and category from order lines.")
@click.argument("lines", metavar="LINES")
@click.option("--catalogue", required=True, metavar="FILE", help="The products: Parquet, CSV or DATABASE::TABLE.")
@run_options
@json_option
def orders(
    lines: str, catalogue: str, packs: tuple[str, ...], known_on: dt.date | None, run_date: dt.date | None, gwp: str,
    gwp_strict: bool, out: Path | None, engine: str, master: str | None, scratch: str | None, memory_limit: str,
    threads: int | None, no_entries: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run LINES (order_id, product_id, pieces, spend, date) against a catalogue: mass, then count, then spend.

    Columns of LINES are those of `leafmark methods show retail.purchase`. The catalogue has a row per product:
    product_id, category, region, mass_kg and mass_key, count_amount, count_unit and count_key (all per piece),
    spend_key and currency. The first of the three tiers that has what it needs is taken, and kept.

    \b
    Example:
      leafmark orders orders.csv --catalogue products.csv --known-on 2026-09-30 --out orders-run
    """
    from leafmark.engine.folders import folder_of
    from leafmark.engine.order_lines import CATALOGUE
    from leafmark.engine.order_lines import orders as run_orders
    from leafmark.methods import method

    chosen = method("retail.purchase")
    make = make_engine(engine, master, scratch, memory_limit, threads)
    loaded = load_packs(packs)
    settings = make_settings(known_on, run_date, gwp, gwp_strict, lines=False, no_entries=no_entries)
    bought, shelf = reach(lines, chosen.columns, engine, master), reach(catalogue, CATALOGUE, engine, master)
    folder = out or folder_of(chosen, [(bought, chosen.columns), (shelf, CATALOGUE)], loaded, settings)
    was_done = is_done(folder)
    with Progress() as progress:
        done = run_orders(bought, shelf, loaded, folder, settings, method=chosen, engine=make, progress=progress)
    report(done, as_json, was_done)
