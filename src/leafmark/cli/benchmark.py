"""`leafmark benchmark`: what the products of a category are compared with, frozen on a day."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import unusable
from leafmark.cli.inputs import Day, given_rules, rules_option
from leafmark.cli.output import Progress, emit, json_option, note, table

_COUNT_MIN = 30


@click.group(short_help="Frozen tables that a scheme compares products with.")
def benchmark() -> None:
    """Benchmarks: how the footprints of each category lay on the day somebody froze them.

    \b
    Example:
      leafmark benchmark freeze run --catalogue names.csv --id shop.lamps --table-version 1 --out lamps.json
    """


@benchmark.command(short_help="A run's products, by category, as a table that stays.")
@click.argument("run", metavar="RUN")
@click.option(
    "--catalogue",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="CSV, Parquet or JSON with product_id, category, ... (docs/labels.md).",
)
@click.option("--id", "table_id", required=True, metavar="ID", help="Id of the table, as the scheme names it.")
@click.option("--table-version", "version", required=True, metavar="V", help="Its version, as the scheme names it.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="JSON file of the table.",
)
@rules_option
@click.option("--on", "frozen_on", type=Day(), help="Day of the freeze.  [default: today]")
@click.option(
    "--count-min",
    type=click.IntRange(min=1),
    default=_COUNT_MIN,
    show_default=True,
    help="Products of one kind that make a row; smaller groups stay out.",
)
@json_option
def freeze(
    run: str,
    catalogue: Path,
    table_id: str,
    version: str,
    out: Path,
    rules: tuple[Path, ...],
    frozen_on: dt.date | None,
    count_min: int,
    as_json: bool,
) -> None:
    """Freeze the products of RUN (a folder, or a run's id) by category: least, deciles and greatest of their figures.

    Only figures of one kind share a row (same category, unit, boundary, stages, rules, method, lifetime, place of use).
    Unknown and expired figures and estimates of a category stay out. A table that is there is never overwritten.

    \b
    Example:
      leafmark benchmark freeze run --catalogue names.csv --id shop.lamps --table-version 1 --out lamps.json
    """
    import pyarrow as pa

    from leafmark.products.freeze_run import freeze_run

    damaged = unusable(
        pa.ArrowInvalid, json.JSONDecodeError, UnicodeDecodeError, about=f"not readable ({run}, {catalogue}): "
    )
    with unusable(ValueError), damaged, Progress() as progress:
        content = freeze_run(
            run, catalogue, out, table_id=table_id, version=version, frozen_on=frozen_on or dt.date.today(),
            count_min=count_min, progress=progress, rules=given_rules(rules),
        )  # fmt: skip
    if not content["rows"]:
        note(
            f"note: no category has {count_min} products of one basis; the table is empty, and nothing can be compared with it"
        )
    emit(content, as_json, lambda: _lines(content))


def _lines(content: dict[str, Any]) -> str:
    from leafmark.engine.wording import mass

    rows = [("category", "products", "least", "median", "greatest")]
    rows += [
        (row["category"], f"{row['n']:,}", *(mass(row[f"{name}_ug"]) for name in ("min", "median", "max")))
        for row in content["rows"]
    ]
    left = [(f"left out: {reason}", f"{count:,}") for reason, count in content["left_out"].items()]
    parts = [table(rows, right=(1, 2, 3, 4)), table(left, right=(1,)) if left else ""]
    return "\n\n".join([*filter(None, parts), f"{content['id']} {content['version']}: {content['file']}"])
