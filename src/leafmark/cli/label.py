"""`leafmark label`: one product of a run becomes a label."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

from leafmark.cli.inputs import Day
from leafmark.cli.output import json_option, note

LANGS = ("en", "zh-Hant", "zh-Hans")
FORMS = ("full", "compact")
FORMATS = ("svg", "png", "json")


@click.command(short_help="The label of one product of a run.")
@click.argument("product", metavar="ID")
@click.option("--run", "run_name", required=True, metavar="RUN", help="The run: a folder, or its id.")
@click.option(
    "--scheme", default="leafmark.declared", show_default=True, help="Scheme: how a footprint becomes a label."
)
@click.option("--lang", type=click.Choice(LANGS), default="en", show_default=True, help="Language.")
@click.option("--form", type=click.Choice(FORMS), default="full", show_default=True, help="Form.")
@click.option("--format", "file_format", type=click.Choice(FORMATS), default="svg", show_default=True, help="Format.")
@click.option("--catalogue", metavar="FILE", help="CSV, Parquet or JSON with product_id, name, category, gtin, ...")
@click.option("--benchmarks", type=click.Path(exists=True, path_type=Path), help="Frozen benchmark table.")
@click.option("--on", "on_date", type=Day(), help="Day the label is made.  [default: today]")
@click.option("--out", type=click.Path(path_type=Path), help="File.  [default: stdout; png: RUN/labels/ID.png]")
@json_option
def label(
    product: str, run_name: str, scheme: str, lang: str, form: str, file_format: str, catalogue: str | None,
    benchmarks: Path | None, on_date: dt.date | None, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Make the label of ID in a run. `--json` is `--format json`."""
    from leafmark.products.from_run import label_from_run

    chosen = "json" if as_json else file_format
    base = os.environ.get("LEAFMARK_LINK_BASE")
    content, folder = label_from_run(
        run_name, product, scheme, catalogue, lang, form, chosen, on_date or dt.date.today(), base, benchmarks
    )
    if isinstance(content, bytes):
        target = out or folder / "labels" / f"{Path(product).name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        note(f"written: {target}")
    elif out is not None:
        out.write_text(content, encoding="utf-8")
        note(f"written: {out}")
    else:
        click.echo(content, nl=not content.endswith("\n"))
