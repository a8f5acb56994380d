"""`leafmark label`: one product of a run becomes a label."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import click
from click.core import ParameterSource

from leafmark.cli.endings import unusable
from leafmark.cli.inputs import Day, given_rules, rules_option
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
@click.option(
    "--catalogue",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="CSV, Parquet or JSON with product_id, name, category, gtin, ...",
)
@click.option(
    "--benchmarks",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Frozen benchmark table (JSON) that the scheme compares with.",
)
@click.option(
    "--evidence",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="CSV of the certification evidence without which no scheme says a letter (docs/labels.md).",
)
@click.option(
    "--reference",
    metavar="ID",
    help="Model of the same run to save against, in use: adds the saving panel, apart from the footprint.",
)
@click.option("--allow-missing", is_flag=True, help="Draw a PNG all the same where its fonts lack a character of your "
              "texts: a box stands in its place.")  # fmt: skip
@rules_option
@click.option("--on", "on_date", type=Day(), help="Day the label is made.  [default: today]")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to.  [default: stdout; png: RUN/labels/ID.png]",
)
@json_option
@click.pass_context
def label(
    ctx: click.Context, product: str, run_name: str, scheme: str, lang: str, form: str, file_format: str, catalogue: Path | None,
    benchmarks: Path | None, evidence: Path | None, reference: str | None, allow_missing: bool, rules: tuple[Path, ...], on_date: dt.date | None,
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Make the label of product ID of a run. `--json` is `--format json`.

    A PNG is written to a file; the other formats go to stdout, if --out names no file.

    \b
    Examples:
      leafmark label lamp-1 --run run --out lamp-1.svg
      leafmark label lamp-1 --run run --catalogue names.csv --lang zh-Hant --form compact --format png
    """
    if as_json and file_format != "json" and ctx.get_parameter_source("file_format") is ParameterSource.COMMANDLINE:
        raise click.UsageError(f"--json and --format {file_format} ask for two things; give one")
    import pyarrow as pa

    from leafmark.products.from_run import label_from_run

    chosen = "json" if as_json else file_format
    base = os.environ.get("LEAFMARK_LINK_BASE")
    read = ", ".join(str(name) for name in (run_name, catalogue, benchmarks, evidence) if name is not None)
    damaged = unusable(pa.ArrowInvalid, json.JSONDecodeError, UnicodeDecodeError, about=f"not readable ({read}): ")
    # ValueError is what the call says it raises for a catalogue, a scheme or a table that cannot be used.
    with unusable(ValueError), damaged:
        content, folder = label_from_run(
            run_name, product, scheme, catalogue, lang, form, chosen, on_date or dt.date.today(), link_base=base,
            benchmarks=benchmarks, evidence=evidence, reference=reference, allow_missing=allow_missing, rules=given_rules(rules),
        )  # fmt: skip
    if isinstance(content, str) and out is None:
        click.echo(content.encode(), nl=not content.endswith("\n"))
        return
    target = out or folder / "labels" / f"{Path(product).name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else content.encode())
    note(f"written: {target}")
