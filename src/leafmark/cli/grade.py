"""`leafmark grade`: every product of a run by one scheme."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from leafmark.cli.endings import unusable
from leafmark.cli.inputs import Day, given_rules, rules_option
from leafmark.cli.output import Progress, emit, json_option, table

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="The grade of every product of a run.")
@click.argument("run", metavar="RUN")
@click.option("--scheme", default="leafmark.declared", show_default=True, help="Scheme: how a footprint is graded.")
@click.option("--catalogue", type=FILE, metavar="FILE", help="CSV, Parquet or JSON with product_id, category, ...")
@click.option(
    "--benchmarks", type=FILE, metavar="FILE", help="Frozen benchmark table (JSON) that the scheme compares with."
)
@click.option("--evidence", type=FILE, metavar="FILE", help="CSV of the certification evidence (docs/labels.md).")
@rules_option
@click.option("--on", "on_date", type=Day(), help="Day the grades are made.  [default: today]")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Parquet file of the grades.  [default: RUN/grades.parquet]",
)
@json_option
def grade(
    run: str, scheme: str, catalogue: Path | None, benchmarks: Path | None, evidence: Path | None,
    rules: tuple[Path, ...], on_date: dt.date | None, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Grade every product of RUN and count them by state, class and reason.

    \b
    Examples:
      leafmark grade run
      leafmark grade run --scheme percentile --catalogue names.csv --json
    """
    import pyarrow as pa

    from leafmark.products.from_run import grades_from_run

    read = ", ".join(str(name) for name in (run, catalogue, benchmarks, evidence) if name is not None)
    damaged = unusable(pa.ArrowInvalid, json.JSONDecodeError, UnicodeDecodeError, about=f"not readable ({read}): ")
    with unusable(ValueError), damaged, Progress() as progress:
        content = grades_from_run(
            run, scheme, catalogue, on_date or dt.date.today(), benchmarks=benchmarks, evidence=evidence, out=out,
            progress=progress, rules=given_rules(rules),
        )  # fmt: skip
    emit(content, as_json, lambda: _lines(content))


def _lines(content: dict[str, object]) -> str:
    rows = [("", "products", f"{content['products']:,}")]
    for name in ("states", "letters", "reasons"):
        counts = content[name]
        assert isinstance(counts, dict)
        rows += [(name if first else "", key, f"{n:,}") for first, (key, n) in _first(counts)]
    return (
        table(rows, right=(2,))
        + f"\n\nscheme {content['scheme']} {content['scheme_version']} on {content['graded_on']}: {content['file']}"
    )


def _first(counts: dict[str, int]) -> list[tuple[bool, tuple[str, int]]]:
    return [(not place, item) for place, item in enumerate(counts.items())]
