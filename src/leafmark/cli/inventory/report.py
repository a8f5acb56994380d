"""`leafmark inventory report`: an inventory as page, workbook, file of all entries, and auditor's pack, by one command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import unusable
from leafmark.cli.output import Progress, emit, json_option

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
FORMATS = ("html", "xlsx", "entries", "jsonl", "pack")


def _formats(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    unknown = [each for each in found if each not in FORMATS]
    if unknown or not found:
        raise click.BadParameter(f"expected of {', '.join(FORMATS)} with commas, found {value!r}")
    return found


@click.command(short_help="An inventory as page, workbook, entries and auditor's pack.")
@click.argument("inventory", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Where to.")
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the page and the workbook."
)
@click.option("--format", "formats", default="html,xlsx,entries,pack", show_default=True, callback=_formats, metavar="LIST",
              help="What to make, with commas: html, xlsx, entries (Parquet, CSV, dictionary), jsonl, pack.")  # fmt: skip
@click.option("--statements", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="TOML of what the company says: base year, contact, assurance, ...  [default: FOLDER/report.toml, if there]")  # fmt: skip
@click.option("--impact", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="JSON of an impact statement (Scope 3+), for a page of its own beside the report.")  # fmt: skip
@click.option("--history", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="FOLDER",
              help="A history of years (leafmark inventory history): base year, recalculations and the years' totals.")  # fmt: skip
@click.option("--seed", default="leafmark", show_default=True, help="Of the auditor's sample: who audits chooses it.")
@click.option(
    "--sample", type=click.IntRange(1, 1000), default=25, show_default=True, help="Lines that the sample hits."
)
@json_option
def report(
    inventory: Path, out: Path, lang: str, formats: tuple[str, ...], statements: Path | None, impact: Path | None, history: Path | None, seed: str,
    sample: int, as_json: bool,
) -> None:  # fmt: skip
    """Make every report of the inventory in FOLDER (docs/inventory-report.md).

    An index says of each item that the GHG Protocol requires where it stands, or what is missing; what is missing is said on the
    terminal too. Nothing is computed anew: the totals are the inventory's.

    \b
    Examples:
      leafmark inventory report inventory --out report
      leafmark inventory report inventory --out report-zh --lang zh-Hant --format html,xlsx
    """
    from leafmark.inventory.book import Inventory, InventoryError
    from leafmark.inventory.report.making import make

    with unusable(InventoryError, ValueError), Progress() as progress:
        made = make(
            Inventory.open(inventory), out, lang, formats, statements=statements, impact=impact, history=history, seed=seed, sample=sample,
            progress=progress,
        )  # fmt: skip
    emit(made, as_json, lambda: _text(made))


def _text(made: dict[str, Any]) -> str:
    lines = [f"{each['file']}  {each['bytes']:,} bytes  sha256 {each['sha256'][:16]}..." for each in made["files"]]
    missing = made["missing"]
    if missing:
        lines += ["", f"{len(missing)} required items are not all there; the report's index says so too:"]
        lines += [f"  {each['what']}: {each['state']}: {each['missing']}" for each in missing]
    return "\n".join(lines)
