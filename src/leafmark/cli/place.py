"""`leafmark place`: where to hold the stock that there is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leafmark.cli.allocate import FILE, named_pieces, rules_table, written
from leafmark.cli.output import Progress, emit, json_option, table

if TYPE_CHECKING:
    from leafmark.parcels.fulfilment import Placement


@click.command(short_help="Where to hold the stock that there is.")
@click.argument("stock", metavar="STOCK", type=FILE)
@click.argument("forecast", metavar="FORECAST", type=FILE)
@click.argument("lanes", metavar="LANES", type=FILE)
@click.option(
    "--capacity",
    multiple=True,
    metavar="WAREHOUSE=PIECES",
    help="Most pieces that a warehouse holds; may be given several times.",
)
@click.option(
    "--held-out",
    type=FILE,
    metavar="FILE",
    help="Demand that the forecast does not know: both stocks are compared on it.",
)
@click.option(
    "--objective", type=click.Choice(("co2e", "cost", "both")), default="co2e", show_default=True, help="What is least."
)
@click.option("--cost-per-tonne", type=float, help="Money for a tonne CO2e; needed for `both`.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the tables.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(("parquet", "csv")),
    default="parquet",
    show_default=True,
    help="Of the tables in --out.",
)
@json_option
def place(
    stock: Path, forecast: Path, lanes: Path, capacity: tuple[str, ...], held_out: Path | None, objective: str,
    cost_per_tonne: float | None, out: Path | None, kind: str, as_json: bool,
) -> None:  # fmt: skip
    """Decide where to hold STOCK for FORECAST over LANES: CSV or Parquet, as of `leafmark allocate` (docs/fulfilment.md).

    What it takes to move stock is not in the figures; how many pieces move is shown. With --held-out the three rules are shown for the
    stock as it is and as placed.

    \b
    Examples:
      leafmark place stock.csv demand.csv lanes.csv
      leafmark place stock.csv demand.csv lanes.csv --held-out demand.csv --json
    """
    from leafmark.parcels import fulfilment

    with Progress() as progress:
        found = fulfilment.place(
            stock, forecast, lanes, capacity=named_pieces("--capacity", capacity) or None, held_out=held_out, objective=objective,
            cost_per_tonne=cost_per_tonne, progress=progress,
        )  # fmt: skip
    tables = {"stock": found.stock, "refused": found.refused}
    if found.comparison is not None:
        tables["comparison"] = found.comparison
    written(out, kind, tables)
    emit(found.content(), as_json, lambda: _text(found))


def _text(found: Placement) -> str:
    rows = found.stock.to_pylist()
    shown: list[tuple[str, ...]] = [tuple(rows[0])] if rows else []
    shown += [tuple("" if value is None else str(value) for value in row.values()) for row in rows[:40]]
    parts = [f"{found.moved:,} pieces are held elsewhere than now; proven gap {found.gap:.2%}", table(shown)]
    if len(rows) > 40:
        parts.append(f"... and {len(rows) - 40:,} more rows: --json or --out has them all")
    if found.comparison is not None:
        for name in ("as_is", "placed"):
            part = [row for row in found.comparison.to_pylist() if row["stock"] == name]
            parts.append(f"stock {'as it is' if name == 'as_is' else 'as placed'}\n{rules_table(part)}")
    return "\n\n".join(parts)
