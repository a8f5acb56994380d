"""`leafmark pack`: orders into cartons; `leafmark warmup`: compile the kernels beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.endings import CheckFailedError, UnusableError, unusable
from leafmark.cli.output import Progress, emit, json_option, note, table

if TYPE_CHECKING:
    from leafmark.parcels.packing import Plan
    from leafmark.parcels.tables import Objective

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

SHOWN = 20
"""Rows that were not packed, in the text."""

MISSING = 'packing needs the extra `parcels` (numba, highspy): pip install "leafmark[parcels]"'


@click.command(short_help="Orders into cartons: the least grams, money, volume or number.")
@click.argument("orders", metavar="ORDERS", type=FILE)
@click.argument("cartons", metavar="CARTONS", type=FILE)
@click.option(
    "--objective", type=click.Choice(["co2e", "cost", "volume", "count"]), default="co2e", show_default=True,
    help="What the cartons are chosen for: decision grams, money, outer volume, or number of parcels.",
)  # fmt: skip
@click.option(
    "--distance-km",
    type=click.FloatRange(0, 45_000),
    default=0.0,
    show_default=True,
    help="Way of orders that give none.",
)
@click.option(
    "--haul", "haul_key", default="freight.van.average.diesel", show_default=True, help="Factor key of the vehicle."
)
@click.option("--region", default="GB", show_default=True, help="Place of the factors.")
@click.option(
    "--support",
    type=click.FloatRange(0, 1),
    default=0.75,
    show_default=True,
    help="Share of a piece's base that must be carried.",
)
@click.option("--effort", type=click.IntRange(1, 16), default=1, show_default=True, help="More looks longer.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write the plan's tables there (Parquet).",
)
@click.option(
    "--check",
    "checked",
    is_flag=True,
    help="Check the plan by every rule, independently; exit status 1 where it breaks one.",
)
@click.option("--book", is_flag=True, help="Book the parcels too, into FOLDER/booked; needs --out.")
@click.option(
    "--slips",
    type=click.Choice(["en", "zh-Hant", "zh-Hans"]),
    help="A packing slip of each parcel into FOLDER/slips, in that language; needs --out.",
)
@json_option
def pack(
    orders: Path, cartons: Path, objective: Objective, distance_km: float, haul_key: str, region: str, support: float, effort: int,
    out: Path | None, checked: bool, book: bool, slips: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Pack ORDERS into CARTONS (CSV or Parquet; columns in docs/packing.md).

    Each order goes into the one carton that is worth least and holds it, else into the cheapest set found. Decision grams are
    marginal, to choose by: they are never booked.

    \b
    Examples:
      leafmark pack order-items.csv cartons.csv
      leafmark pack order-items.csv cartons.csv --distance-km 250 --out plan --check
      leafmark pack order-items.csv cartons.csv --distance-km 250 --out plan --book --slips en
      leafmark pack order-items.csv cartons.csv --objective count --json
    """
    if out is None and (book or slips):
        raise UnusableError("--book and --slips write files: name their folder with --out FOLDER")
    try:
        from leafmark.parcels.packing import ParcelsError, cartonize, read_cartons
    except ModuleNotFoundError as missing:
        raise UnusableError(f"{missing.name} is not installed; {MISSING}") from missing
    from leafmark.parcels.decision import Haul
    from leafmark.parcels.factors_used import haul_factor, material_factors

    with unusable(ParcelsError), Progress() as progress:
        named = sorted(set(read_cartons(cartons).table.column("material").to_pylist()))
        materials = {key: f.kg_co2e_per_kg for key, f in material_factors(named, region=region).items()}
        haul = Haul(distance_km, haul_factor(haul_key, region=region).kg_co2e_per_tkm)
        plan = cartonize(
            orders, cartons, objective, haul=haul, materials=materials, support_share=support, effort=effort,
            progress=lambda done, whole: progress(done, whole, "orders packed"),
        )  # fmt: skip
    booked = None
    if out is not None:
        _write(plan, out)
        if book:
            booked = _book(plan, out, region)
        if slips:
            _slips(plan, orders, out, slips, booked)
    content: dict[str, Any] = {
        **plan.summary(),
        "unpacked": plan.unpacked.to_pylist(),
        "booked_co2e_mg": None if booked is None else _sum_mg(booked),
        "refused_cartons": plan.refused_cartons,
        "haul": haul_key,
        "region": region,
    }
    broken = _broken(plan, orders, cartons, support) if checked else None
    if broken is not None:
        content["violations"] = broken
    emit(content, as_json, lambda: _lines(content, out))
    if broken:
        raise CheckFailedError(
            f"the plan breaks a rule {len(broken)} times; the first: {broken[0]['rule']}, {broken[0]['found']}"
        )


def _write(plan: Plan, out: Path) -> None:
    import pyarrow.parquet as pq

    out.mkdir(parents=True, exist_ok=True)
    for name in ("parcels", "placements", "unpacked", "cartons"):
        pq.write_table(getattr(plan, name), out / f"{name}.parquet")


def _book(plan: Plan, out: Path, region: str) -> dict[tuple[str, int], int | None]:
    """(order, parcel) -> mg CO2e booked by the methods of packaging and freight, None where a part was refused."""
    from leafmark.parcels.booked import booked
    from leafmark.parcels.packing import ParcelsError

    if not plan.parcels.num_rows:
        return {}
    with unusable(ParcelsError):
        rows = booked(plan.parcels, plan.cartons, out=out / "booked", region=region).side_by_side.to_pylist()
    return {
        (row["order_id"], row["parcel_no"]): None
        if row["booked_packaging_co2e_ug"] is None or row["booked_freight_co2e_ug"] is None
        else round((row["booked_packaging_co2e_ug"] + row["booked_freight_co2e_ug"]) / 1000)
        for row in rows
    }


def _sum_mg(booked: dict[tuple[str, int], int | None]) -> int | None:
    known = [value for value in booked.values() if value is not None]
    return sum(known) if len(known) == len(booked) else None


def _slips(plan: Plan, orders: Path, out: Path, lang: str, booked: dict[tuple[str, int], int | None] | None) -> None:
    from leafmark.parcels.drawing import packing_slip, parcel_of
    from leafmark.parcels.packing.reading import orders_as_read

    folder = out / "slips"
    folder.mkdir(exist_ok=True)
    given = orders_as_read(orders)
    rows = plan.parcels.select(["order_id", "parcel_no"]).to_pylist()
    with Progress() as progress:
        for number, row in enumerate(rows, start=1):
            key = (row["order_id"], row["parcel_no"])
            parcel = parcel_of(plan.parcels, plan.placements, plan.cartons, *key, given)
            page = packing_slip(parcel, lang, booked_co2e_mg=(booked or {}).get(key))
            (folder / f"{number:06d}.html").write_text(page, encoding="utf-8")
            progress(number, len(rows), "slips")


def _broken(plan: Plan, orders: Path, cartons: Path, support: float) -> list[dict[str, Any]]:
    from leafmark.parcels.checking import check
    from leafmark.parcels.packing.reading import orders_as_read

    found: list[dict[str, Any]] = check(
        orders_as_read(orders), plan.cartons, plan.parcels, plan.placements, plan.unpacked, support_share=support
    ).to_pylist()
    return found


def _lines(content: dict[str, Any], out: Path | None) -> str:
    rows = [
        ("orders packed", f"{content['orders']:,}"),
        ("parcels", f"{content['parcels']:,}"),
        ("pieces", f"{content['pieces']:,}"),
        ("rows not packed", f"{content['unpacked_rows']:,}"),
        ("fill", "–" if content["fill"] is None else f"{content['fill']:.1%}"),
        ("packaging", f"{content['packaging_kg']:,.1f} kg"),
        ("decision grams", f"{content['decision_co2e_mg'] / 1e6:,.2f} kg CO2e, never booked"),
        ("  the cartons", f"{content['packaging_co2e_mg'] / 1e6:,.2f} kg CO2e"),
        ("  the way", f"{content['haul_co2e_mg'] / 1e6:,.2f} kg CO2e"),
    ]
    if content["booked_co2e_mg"] is not None:
        rows.append(
            ("booked grams", f"{content['booked_co2e_mg'] / 1e6:,.2f} kg CO2e, by the methods of packaging and freight")
        )
    if content["cost"] is not None:
        rows.append(("cost", f"{content['cost']:,.2f}"))
    parts = [
        table(rows),
        table([("carton", "parcels"), *((c, f"{n:,}") for c, n in content["cartons"].items())], right=(1,)),
    ]
    if content["unpacked"]:
        left_rows: list[tuple[str, ...]] = [
            ("row from 0", "order", "item", "pieces", "field", "found", "expected", "reason")
        ]
        for left in content["unpacked"][:SHOWN]:
            pieces = "" if left["pieces"] is None else f"{left['pieces']:,}"
            left_rows.append((str(left["order_row"]), *(str(left[k] or "") for k in ("order_id", "item_id")), pieces,
                         *(str(left[k] or "") for k in ("field", "found", "expected", "reason"))))  # fmt: skip
        parts.append(table(left_rows, right=(0, 3)))
        if len(content["unpacked"]) > SHOWN:
            parts.append(f"... and {content['unpacked_rows'] - SHOWN:,} more rows: --json or --out has them all")
    if content["refused_cartons"]:
        parts.append(
            "\n".join(
                f"carton row {r['row']} left out: {r['field']} is {r['found']!r}, expected {r['expected']}"
                for r in content["refused_cartons"]
            )
        )
    if "violations" in content:
        parts.append(
            "checked: no rule is broken"
            if not content["violations"]
            else f"checked: {len(content['violations'])} violations"
        )
    if out is not None:
        parts.append(f"written: {out}/parcels.parquet, placements.parquet, unpacked.parquet, cartons.parquet")
    return "\n\n".join(parts)


@click.command(short_help="Compile the kernels of parcels before somebody waits for them.")
@json_option
def warmup(as_json: bool) -> None:
    """Compile the kernels of packing, containers, suites and fulfilment, once for each installation: a minute or two, a few seconds
    when they are there.

    \b
    Example:
      leafmark warmup
    """
    try:
        from leafmark.parcels.warming import warm_all

        note("compiling the kernels (a minute or two the first time)")
        with Progress() as progress:
            took = warm_all(progress)
    except ModuleNotFoundError as missing:
        raise UnusableError(f"{missing.name} is not installed; {MISSING}") from missing
    rows = [(name, f"{seconds:.1f} s") for name, seconds in took.items()]
    emit({"seconds": took}, as_json, lambda: table(rows, right=(1,)))
