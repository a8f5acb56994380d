"""`leafmark suite`: which carton sizes to stock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leafmark.cli.endings import UnusableError, unusable
from leafmark.cli.inputs import BUILTIN, Day
from leafmark.cli.output import Progress, emit, json_option, note, table
from leafmark.cli.pack import MISSING

if TYPE_CHECKING:
    import pyarrow as pa

    from leafmark.parcels.suites import Suite
    from leafmark.parcels.tables import Objective

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Which carton sizes to stock for a history of orders.")
@click.argument("orders", metavar="ORDERS", type=FILE)
@click.argument("candidates", metavar="[CANDIDATES]", type=FILE, required=False)
@click.option("--sizes", type=int, default=16, show_default=True, metavar="K", help="How many sizes to stock at most.")
@click.option(
    "--objective",
    type=click.Choice(("co2e", "cost", "volume")),
    default="co2e",
    show_default=True,
    help="What to have least of: decision grams, money, or outer volume.",
)
@click.option("--given", type=FILE, metavar="CARTONS", help="The sizes stocked today, to compare with.")
@click.option(
    "--held-out",
    type=float,
    default=0.3,
    show_default=True,
    metavar="SHARE",
    help="Share of the orders that has no say and shows what the sizes are worth; 0: none.",
)
@click.option(
    "--distance-km",
    type=click.FloatRange(0),
    default=0.0,
    show_default=True,
    metavar="KM",
    help="How far parcels go whose orders do not say.",
)
@click.option(
    "--haul",
    "haul_key",
    metavar="KEY",
    help="Factor of what carries them, per tonne-kilometre.  [default: a diesel van's]",
)
@click.option("--region", default="GB", show_default=True, metavar="CODE", help="Whose factors are taken.")
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="FOLDER",
    help=f"Pack of factors; may be given several times; `{BUILTIN}` is the pack inside Leafmark.  [default: {BUILTIN}]",
)
@click.option("--known-on", type=Day(), help="Only factors published by this day count.  [default: today]")
@click.option("--seed", type=int, default=0, show_default=True, help="Which orders are held out.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="CSV for the chosen cartons, as packing takes it.",
)
@click.option(
    "--chart",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="HTML page: grams by the number of sizes, and the bound.",
)
@json_option
def suite(
    orders: Path, candidates: Path | None, sizes: int, objective: Objective, given: Path | None, held_out: float, distance_km: float,
    haul_key: str | None, region: str, packs: tuple[str, ...], known_on: dt.date | None, seed: int, out: Path | None, chart: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Choose the carton sizes with which the orders of ORDERS would have gone out with least grams, money or volume.

    CANDIDATES are the cartons to choose from; without them 400 sizes of corrugated board are found from the orders. Both are
    CSV or Parquet, with the columns of docs/suites.md. Printed with the answer: a bound that no other choice of as many candidates can
    be better than, and the gain on orders that had no say. Grams are decision grams: to choose by, never booked.

    \b
    Examples:
      leafmark suite history.csv sizes.csv --sizes 2 --held-out 0
      leafmark suite history.csv --sizes 2 --given sizes.csv --out stock.csv --chart sizes.html
    """
    from leafmark.cli.inputs import load_packs

    if chart is not None and objective != "co2e":
        raise UnusableError(f"--chart draws grams, and the objective is {objective}: leave one of them out")
    try:
        from leafmark.parcels import suites
    except ModuleNotFoundError as missing:
        raise UnusableError(f"{missing.name} is not installed; {MISSING}") from missing
    from leafmark.parcels.cells import ParcelsError
    from leafmark.parcels.decision import Haul
    from leafmark.parcels.factors_used import HAUL_KEY, MATERIAL_KEY, haul_factor, material_factors
    from leafmark.parcels.packing import read_cartons

    with unusable(ParcelsError, suites.SuiteError, OverflowError), Progress() as progress:
        named = [read_cartons(str(file)) for file in (candidates, given) if file is not None]
        keys = {MATERIAL_KEY, *(key for cartons in named for key in cartons.table.column("material").to_pylist())}
        loaded = load_packs(packs)
        materials = material_factors(sorted(keys), pack=loaded, region=region, known_on=known_on)
        carried = haul_factor(haul_key or HAUL_KEY, pack=loaded, region=region, known_on=known_on)
        found = suites.suite(
            str(orders), None if candidates is None else str(candidates), sizes,
            objective=objective,
            haul=Haul(distance_km, carried.kg_co2e_per_tkm),
            materials={key: each.kg_co2e_per_kg for key, each in materials.items()},
            held_out_share=held_out, given=None if given is None else str(given), seed=seed, progress=progress,
        )  # fmt: skip
    factor_ids = [*(each.factor_id for each in materials.values()), *carried.factor_ids]
    emit({**found.content(), "factor_ids": factor_ids}, as_json, lambda: "\n\n".join(_lines(found)))
    if out is not None:
        _write(found.cartons, out)
        note(f"written: {out}")
    if chart is not None:
        from leafmark.cli.chart_page import write_chart
        from leafmark.parcels.drawing import suite_figure

        points = [(each["sizes"], each["total"], each["bound"]) for each in suites.chart_points(found)]
        write_chart(chart, "suite", suite_figure(points))
        note(f"written: {chart}")


def _lines(found: Suite) -> Iterator[str]:
    shown = _shown[found.objective]
    rows = [("carton", "inner mm", "g", "orders", "share", "fill", shown[0])]
    for each in found.sizes.to_pylist():
        inner = " x ".join(str(each[f"inner_{side}_mm"]) for side in ("length", "width", "height"))
        rows.append((
            each["carton_id"], inner, f"{each['tare_g']:,}", f"{each['orders']:,}", f"{each['share']:.1%}", f"{each['fill']:.0%}",
            f"{each['total'] / shown[1]:,.{shown[2]}f}",
        ))  # fmt: skip
    yield table(rows, right=(2, 3, 4, 5, 6))
    yield (
        f"{found.sizes.num_rows} of {found.candidates} candidates, {found.orders:,} orders: {found.total / shown[1]:,.{shown[2]}f} {shown[0]}, "
        f"{found.per_order / shown[3]:,.1f} {shown[4]} an order\nno choice of as many candidates comes below "
        f"{found.bound / shown[1]:,.{shown[2]}f} {shown[0]}: this one is at most {found.gap:.2%} above the best"
    )
    left = [
        (
            "of these in no one chosen carton: priced as pieces alone, or at ten times a carton of their own",
            found.unheld,
        ),
        ("in no candidate whole: no part in the choice", found.too_large),
        ("with a row that was refused: no part in anything", found.unreadable),
    ]
    if any(count for _, count in left):
        yield "\n".join(f"orders {what}: {count:,}" for what, count in left if count)
    if found.held_out is not None:
        yield _held_out(found, shown)
    for each in found.refused[:10]:
        yield f"{each['table']} row {each['row'] + 1}: {each['field']} is {each['found'] or 'empty'}, expected {each['expected']} ({each['reason']})"


_shown = {
    "co2e": ("kg CO2e", 1e6, 1, 1e3, "g"), "cost": ("money", 1e6, 2, 1e6, "money"), "volume": ("m3", 1e6, 1, 1e3, "l"),
}  # fmt: skip
"""Of an objective: unit of totals and whole units in one of them, decimals, the same for one order."""


def _held_out(found: Suite, shown: tuple[str, float, int, float, str]) -> str:
    assert found.held_out is not None
    rows = [("held-out orders", "sent", "parcels", "split", "fill", "board kg", f"{shown[4]} an order", "chosen saves")]
    for name, sent in {"chosen": found.held_out.chosen, **found.held_out.others}.items():
        gain = None if name == "chosen" else found.held_out.gain(name)
        rows.append((
            name, f"{sent.sent:,} of {sent.orders:,}", f"{sent.parcels:,}", f"{sent.split:,}", f"{sent.fill:.0%}", f"{sent.tare_kg:,.1f}",
            f"{sent.per_order / shown[3]:,.1f}", "" if gain is None else f"{gain:.1%}",
        ))  # fmt: skip
    compared = f"{found.held_out.chosen.compared:,} orders that all of them can send are compared."
    return f"{table(rows, right=(1, 2, 3, 4, 5, 6, 7))}\n{compared}"


def _write(cartons: pa.Table, out: Path) -> None:
    from pyarrow import csv

    csv.write_csv(cartons, out)
