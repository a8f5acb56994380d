"""`leafmark allocate`: which warehouse ships what, beside the nearest warehouse and the online rule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.output import Progress, emit, json_option, note, table

if TYPE_CHECKING:
    import pyarrow as pa

    from leafmark.parcels.fulfilment import Allocation

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
GRAM_MG = 1000
SHOWN = 10
"""Rows of a list that are shown; all are in --json and --out."""


@click.command(short_help="Which warehouse ships what, least grams and cost.")
@click.argument("demand", type=FILE, metavar="DEMAND")
@click.argument("stock", type=FILE, metavar="STOCK")
@click.argument("lanes", type=FILE, metavar="LANES")
@click.option(
    "--objective",
    type=click.Choice(("co2e", "cost", "both")),
    default="co2e",
    show_default=True,
    help="What is made least.",
)
@click.option(
    "--cost-per-tonne", type=float, metavar="MONEY", help="With the objective both: money that a tonne CO2e counts as."
)
@click.option(
    "--throughput",
    "throughput",
    multiple=True,
    metavar="WAREHOUSE=PIECES",
    help="Most pieces a warehouse sends; repeat for more.",
)
@click.option(
    "--service", type=float, metavar="SHARE", help="Least share of the pieces in time, 0 to 1; with --within-days."
)
@click.option("--within-days", type=float, metavar="DAYS", help="Days that count as in time.")
@click.option("--carbon-budget-mg", type=int, metavar="MG", help="Most milligrams CO2e in all.")
@click.option(
    "--history", type=FILE, metavar="FILE", help="Demand of an earlier time: the online rule's prices of stock."
)
@click.option(
    "--history-scale", type=float, default=1.0, show_default=True, help="How much of the history is expected."
)
@click.option(
    "--parcel-co2e-mg",
    type=int,
    default=0,
    show_default=True,
    help="Fixed milligrams of a parcel on lanes that give none.",
)
@click.option(
    "--chart",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="HTML page of the curve; needs --pareto.",
)
@click.option("--pareto", "as_curve", is_flag=True, help="The curve of cost against grams instead.")
@click.option("--points", type=click.IntRange(2, 1000), default=9, show_default=True, help="Most points of the curve.")
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
def allocate(
    demand: Path, stock: Path, lanes: Path, objective: str, cost_per_tonne: float | None, throughput: tuple[str, ...],
    service: float | None, within_days: float | None, carbon_budget_mg: int | None, history: Path | None, history_scale: float,
    parcel_co2e_mg: int, as_curve: bool, chart: Path | None, points: int, out: Path | None, kind: str, as_json: bool,
) -> None:  # fmt: skip
    """Decide which warehouse ships what of DEMAND, from STOCK over LANES: CSV or Parquet (docs/fulfilment.md).

    Three rules are shown side by side: the nearest warehouse; online, orders one by one by the prices of stock; and clairvoyant, which
    knows all orders and is a bound, not a saving. Grams are decision grams, never posted to a book.

    \b
    Examples:
      leafmark allocate demand.csv stock.csv lanes.csv
      leafmark allocate demand.csv stock.csv lanes.csv --json
      leafmark allocate demand.csv stock.csv lanes.csv --throughput hub=4 --out plan --format csv
      leafmark allocate demand.csv stock.csv lanes.csv --pareto --chart curve.html
    """
    from leafmark.parcels import fulfilment

    if chart is not None and not as_curve:
        raise click.UsageError("--chart draws the curve: give --pareto too")
    if (service is None) != (within_days is None):
        raise click.UsageError("--service and --within-days go together")
    limits: dict[str, Any] = {
        "throughput": named_pieces("--throughput", throughput), "service": None if service is None else fulfilment.Service(service, within_days or 0.0),
        "parcel_co2e_mg": parcel_co2e_mg,
    }  # fmt: skip
    with Progress() as progress:
        if as_curve:
            curve = fulfilment.pareto(demand, stock, lanes, points=points, progress=progress, **limits)
            written(out, kind, {"pareto": curve})
            if chart is not None:
                _chart(curve, chart)
            emit({"schema": "leafmark.pareto/1", "points": curve.to_pylist()}, as_json, lambda: _curve(curve))
            return
        found = fulfilment.allocate(
            demand, stock, lanes, objective=objective, cost_per_tonne=cost_per_tonne, carbon_budget_mg=carbon_budget_mg, history=history,
            history_scale=history_scale, progress=progress, **limits,
        )  # fmt: skip
    tables = {name: getattr(found, name) for name in ("shipments", "unmet", "refused", "comparison")}
    written(out, kind, tables)
    emit(found.content(), as_json, lambda: _text(found))


def _chart(curve: pa.Table, path: Path) -> None:
    from leafmark.cli.chart_page import write_chart
    from leafmark.parcels.drawing import pareto_figure

    write_chart(path, "pareto", pareto_figure([(row["cost"], row["co2e_mg"], "") for row in curve.to_pylist()]))
    note(f"written: {path}")


def named_pieces(option: str, given: tuple[str, ...]) -> dict[str, int]:
    """WAREHOUSE=PIECES of an option that may be given several times."""
    found = {}
    for each in given:
        name, _, pieces = each.rpartition("=")
        if not name or not (pieces.isascii() and pieces.isdigit()) or len(pieces) > 12:
            raise click.UsageError(f"{option}: found {each!r}; expected WAREHOUSE=PIECES, for example hub=400")
        found[name] = int(pieces)
    return found


def written(out: Path | None, kind: str, tables: dict[str, pa.Table]) -> None:
    if out is None:
        return
    import pyarrow.csv as pcsv
    import pyarrow.parquet as pq

    out.mkdir(parents=True, exist_ok=True)
    for name, each in tables.items():
        path = out / f"{name}.{kind}"
        if kind == "csv":
            pcsv.write_csv(each, path)
        else:
            pq.write_table(each, path)
        note(f"written: {path}")


def rules_table(comparison: list[dict[str, Any]]) -> str:
    """The three rules side by side."""
    rows = [("", "kg CO2e", "cost", "parcels", "splits", "unmet", "in time", "limits")]
    for row in comparison:
        rows.append(
            (
                row["rule"], f"{row['co2e_mg'] / GRAM_MG**2:,.3f}", "–" if row["cost"] is None else f"{row['cost']:,.2f}",
                f"{row['parcels']:,}", f"{row['splits']:,}", f"{row['unmet']:,}",
                "–" if row["on_time"] is None else f"{row['on_time']:.1%}", "kept" if row["keeps_limits"] else "NOT KEPT",
            )
        )  # fmt: skip
    return table(rows, right=(1, 2, 3, 4, 5, 6))


def _text(found: Allocation) -> str:
    proven = "proven least" if found.gap == 0 else f"at most {found.gap:.2%} above the least"
    told = [
        rules_table(found.comparison.to_pylist()),
        f"clairvoyant: {proven}, with all orders known. It is a bound: what can be had is the online rule's row, here with "
        + ("prices of the history." if found.prices == "history" else "no history, so no prices (--history)."),
        "Decision grams, to choose by; never posted to a book.",
        f"{found.shipments.num_rows:,} shipments (the clairvoyant's), {found.unmet.num_rows:,} rows not met, {found.refused.num_rows:,} refused",
    ]
    for name, each, columns in (
        ("not met", found.unmet, ("demand_row", "sku", "region", "pieces", "reason")),
        ("refused", found.refused, ("table", "row", "reason", "field", "found", "expected")),
    ):
        if each.num_rows:
            listed = [tuple(str(row[column]) for column in columns) for row in each.slice(0, SHOWN).to_pylist()]
            more = f"\n... {each.num_rows - SHOWN:,} more (--json, --out)" if each.num_rows > SHOWN else ""
            told.append(f"{name}:\n{table([columns, *listed])}{more}")
    return "\n\n".join(told)


def _curve(curve: pa.Table) -> str:
    rows = [("kg CO2e", "cost", "parcels", "unmet", "money a tonne saved")]
    for row in curve.to_pylist():
        price = "" if row["cost_per_tonne"] is None else f"{row['cost_per_tonne']:,.0f}"
        rows.append(
            (
                f"{row['co2e_mg'] / GRAM_MG**2:,.3f}",
                f"{row['cost']:,.2f}",
                f"{row['parcels']:,}",
                f"{row['unmet']:,}",
                price,
            )
        )
    return f"{table(rows, right=(0, 1, 2, 3, 4))}\n\nDecision grams with all orders known: a bound, to choose by; never posted to a book."
