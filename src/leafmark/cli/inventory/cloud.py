"""`leafmark inventory cloud`: a bill of rented computing, in kilowatt-hours and grams."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import UnusableError, unusable
from leafmark.cli.inputs import BUILTIN, GWP_SETS, Day, load_packs
from leafmark.cli.output import Progress, emit, json_option, note, table

LISTED_SHOWN = 12


@click.command(short_help="A cloud bill in kilowatt-hours and grams, by service, region and class.")
@click.argument(
    "bills", metavar="BILL...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--utilisation",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Measured: CSV or Parquet of resource_id, utilisation_percent.",
)
@click.option(
    "--assume",
    type=click.FloatRange(0, 100),
    default=50.0,
    show_default=True,
    metavar="PERCENT",
    help="Utilisation of what was not measured.",
)
@click.option(
    "--provider", default="", metavar="NAME", help="Provider of rows that name none: aws, azure, gcp or alibaba."
)
@click.option("--own", is_flag=True, help="The hardware is the company's own: Scope 2 instead of Scope 3 category 1.")
@click.option(
    "--hourly",
    multiple=True,
    metavar="REGION=FILE",
    help="Hourly series of a grid: timestamp (UTC) and g_per_kwh; may be given several times.",
)
@click.option(
    "--contracts",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Certificates and contracts, for the market-based row alone: provider, region, share_percent, kg_per_kwh, instrument, source.",
)
@click.option(
    "--functional-unit", metavar="NAME=COUNT", help="Software Carbon Intensity per unit, for example order=120000."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder: entries, lines and tables, for `leafmark explain`. Without it nothing is kept.",
)
@click.option(
    "--entity", default="company", show_default=True, metavar="ID", help="Entity of the inventory's lines in --out."
)
@click.option(
    "--site", default="cloud", show_default=True, metavar="ID", help="Site of the inventory's lines in --out."
)
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="FOLDER",
    help=f"Pack of factors; may be given several times; `{BUILTIN}` is the pack inside Leafmark.  [default: {BUILTIN}]",
)
@click.option("--known-on", type=Day(), help="Only factors published by this day count.  [default: today]")
@click.option(
    "--gwp", type=click.Choice(GWP_SETS), default="AR6", show_default=True, help="Set of global warming potentials."
)
@json_option
def cloud(
    bills: tuple[Path, ...], utilisation: Path | None, assume: float, provider: str, own: bool, hourly: tuple[str, ...],
    contracts: Path | None, functional_unit: str | None, out: Path | None, entity: str, site: str, packs: tuple[str, ...],
    known_on: dt.date | None, gwp: str, as_json: bool,
) -> None:  # fmt: skip
    """Work out cloud bills: BILL is an export in FOCUS 1.0 to 1.2 (CSV, CSV.GZ, Parquet), or a provider's own.

    Every row is counted, unmapped, or no usage; what is unmapped is listed with its share of the cost and spread over nothing.

    \b
    Examples:
      leafmark inventory cloud cloud_bill.csv --known-on 2026-09-30
      leafmark inventory cloud cloud_bill.csv --functional-unit order=1200 --known-on 2026-09-30 --json
      leafmark inventory cloud cloud_bill.csv --out cloud-run --known-on 2026-09-30
    """
    from leafmark.inventory.cloud.bill import BillError
    from leafmark.inventory.cloud.energy import EnergyError
    from leafmark.inventory.cloud.grids import GridError, read_hourly
    from leafmark.inventory.cloud.run import run_bill
    from leafmark.inventory.cloud.sci import SciError, sci_of
    from leafmark.inventory.cloud.summary import summary

    with unusable(BillError, EnergyError, GridError, SciError), _folder(out) as folder, Progress() as progress:
        unit = _unit(functional_unit)
        series = [read_hourly(region, file) for region, file in map(_series, hourly)]
        found = run_bill(
            bills, folder, whose="own" if own else "bought", utilisation_file=utilisation, utilisation=assume / 100, provider=provider,
            hourly=series, contracts=contracts, packs=load_packs(packs), known_on=known_on, gwp=gwp, progress=progress,
        )  # fmt: skip
        score = sci_of(found, *unit) if unit else None
        content = {**summary(found), "sci": _sci(score), "out": None if out is None else str(out)}
        if out is not None:
            _keep(found, content, folder, entity, site)
    emit(content, as_json, lambda: _text(content))
    if out is not None and not as_json:
        note(f"next: leafmark explain {out}/location total   |   {out}/lines.parquet")


@contextlib.contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="leafmark-cloud-") as name:
        yield Path(name)


def _series(text: str) -> tuple[str, str]:
    region, _, file = text.partition("=")
    if not file:
        raise UnusableError(f"--hourly {text!r}: expected REGION=FILE, for example US-CA=california_2022.csv")
    return region, file


def _unit(text: str | None) -> tuple[str, float] | None:
    if text is None:
        return None
    name, _, count = text.rpartition("=")
    try:
        return name or "unit", float(count)
    except ValueError:
        raise UnusableError(f"--functional-unit {text!r}: expected NAME=COUNT, for example order=120000") from None


def _keep(found: Any, content: dict[str, Any], folder: Path, entity: str, site: str) -> None:
    import pyarrow.parquet as pq

    from leafmark.inventory.cloud.tables import lines_of

    pq.write_table(lines_of(found, entity, site), folder / "lines.parquet")
    (folder / "cloud.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _sci(score: Any) -> dict[str, Any] | None:
    if score is None:
        return None
    return {
        "functional_unit": score.functional_unit, "units": score.units, "g_per_unit": score.g_per_unit, "energy_kwh": score.energy_kwh,
        "intensity_g_per_kwh": score.intensity_g_per_kwh, "operational_g": score.operational_g, "embodied_g": score.embodied_g,
        "boundary": list(score.boundary), "method": score.method, "left_out_cost_share": score.left_out_cost_share,
        "measured_share": score.measured_share, "without_making": list(score.without_making),
    }  # fmt: skip


def _text(content: dict[str, Any]) -> str:
    parts = [content["whose"], _totals(content)]
    for cut in ("class", "region", "service"):
        parts.append(_cut(content[cut], cut))
    parts += [_accounts(content), _unmapped(content), _assumptions(content)]
    if content["sci"]:
        parts.append(_score(content["sci"]))
    return "\n\n".join(parts)


def _grams(micrograms: int) -> str:
    from leafmark.products.i18n import significant

    return significant(micrograms / 1e6)


def _totals(content: dict[str, Any]) -> str:
    from leafmark.products.i18n import significant

    rows: list[tuple[str, ...]] = [
        ("statement", "electricity g", "making g", "total g CO2e", "95 % range of the factors")
    ]
    for name, each in content["totals"].items():
        rows.append(
            (
                name,
                _grams(each["use_ug"]),
                _grams(each["making_ug"]),
                _grams(each["co2e_ug"]),
                f"{_grams(each['low_ug'])} to {_grams(each['high_ug'])}",
            )
        )
    return f"{table(rows, right=(1, 2, 3, 4))}\n{significant(content['kwh'])} kWh; statements: {content['statements']}"


def _cut(rows: list[dict[str, Any]], cut: str) -> str:
    from leafmark.products.i18n import significant

    shown: list[tuple[str, ...]] = [(cut, "rows", "cost", "kWh", "location g", "market g")]
    for row in rows[:LISTED_SHOWN]:
        making = row["making_ug"]
        shown.append((
            row[cut], f"{row['rows']:,}", _cost(row["cost"]), significant(row["kwh"]), _grams(row["use_ug"] + making),
            _grams(row["market_use_ug"] + making),
        ))  # fmt: skip
    more = len(rows) - LISTED_SHOWN
    return table(shown, right=(1, 2, 3, 4, 5)) + (f"\n... and {more:,} more." if more > 0 else "")


def _accounts(content: dict[str, Any]) -> str:
    rows: list[tuple[str, ...]] = [("rows of the bill", "rows", "cost")]
    names = {"mapped": "in the figures", "unmapped": "usage without a figure", "not_usage": "no usage"}
    rows += [(text, f"{content['rows'][name]:,}", _cost(content["cost"][name])) for name, text in names.items()]
    rows.append(("all", f"{sum(content['rows'].values()):,}", _cost(_all(content["cost"]))))
    return table(rows, right=(1, 2))


def _all(costs: dict[str, dict[str, str]]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for each in costs.values():
        for currency, text in each.items():
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(text)
    return {currency: str(value) for currency, value in sums.items()}


def _cost(costs: dict[str, str]) -> str:
    return ", ".join(f"{Decimal(text):,.2f} {currency}".strip() for currency, text in sorted(costs.items())) or "0"


def _unmapped(content: dict[str, Any]) -> str:
    rows: list[tuple[str, ...]] = [("usage without a figure", "service", "rows", "share of cost")]
    for each in content["unmapped"][:LISTED_SHOWN]:
        share = "–" if each["cost_share"] is None else f"{100 * each['cost_share']:.2f} %"
        rows.append((each["meaning"], f"{each['provider']}: {each['service']}", f"{each['rows']:,}", share))
    more = len(content["unmapped"]) - LISTED_SHOWN
    return (
        table(rows, right=(2, 3)) + (f"\n... and {more:,} more." if more > 0 else "")
        if len(rows) > 1
        else "Nothing is unmapped."
    )


def _assumptions(content: dict[str, Any]) -> str:
    from leafmark.products.i18n import significant

    use = content["utilisation"]
    lines = []
    if use["measured_share"] is not None:
        lines.append(
            f"Utilisation: measured for {100 * use['measured_share']:.1f} % of {significant(use['vcpu_hours'])} vCPU hours, "
            f"{100 * use['assumed']:g} % assumed for the rest; mean {100 * use['mean']:.1f} %."
        )
    if content["assumed"]:
        lines.append(
            "Stand-ins, share of the kWh: "
            + ", ".join(f"{name} {100 * share:.1f} %" for name, share in content["assumed"].items())
            + "."
        )
    if content["hours"]["met"] or content["hours"]["missed"]:
        lines.append(
            f"Hours of the series met: {content['hours']['met']:,}; groups at the yearly factor instead: {content['hours']['missed']:,}."
        )
    lines.append(f"{content['flags']:,} flags.")
    return "\n".join(lines)


def _score(score: dict[str, Any]) -> str:
    from leafmark.products.i18n import significant

    left_out = (
        ""
        if score["left_out_cost_share"] is None
        else f"; {100 * score['left_out_cost_share']:.1f} % of the usage's cost is in no figure"
    )
    without = (
        f"; without the making of {', '.join(score['without_making'])} hardware, which no table here has"
        if score["without_making"]
        else ""
    )
    return (
        f"SCI: {significant(score['g_per_unit'])} g CO2e per {score['functional_unit']} = ({significant(score['energy_kwh'])} kWh x "
        f"{significant(score['intensity_g_per_kwh'] or 0.0)} g/kWh + {significant(score['embodied_g'])} g) / {score['units']:g}; location-based, all "
        f"hardware reserved, no certificate or offset{left_out}{without}."
    )
