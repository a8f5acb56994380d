"""`leafmark freight`: transport chains well to wheel, by chain and by lane."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import unusable
from leafmark.cli.inputs import BUILTIN, GWP_SETS, Day, load_packs
from leafmark.cli.output import Progress, emit, json_option, note, table

LANES_SHOWN = 20
REFUSED_SHOWN = 10


@click.command(short_help="Grams of transport chains, by chain and by lane.")
@click.argument("legs", metavar="LEGS", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder: book every leg as entries there. Without it nothing is booked, only computed.",
)
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="FOLDER",
    help=f"Pack of factors; may be given several times; `{BUILTIN}` is the pack inside Leafmark.  [default: {BUILTIN}]",
)
@click.option("--region", metavar="CODE", help="Place of legs without one, for example GB.  [default: the world]")
@click.option("--known-on", type=Day(), help="Only factors published by this day count.  [default: today]")
@click.option("--run-date", type=Day(), help="Date of legs without one.  [default: the --known-on day]")
@click.option(
    "--gwp",
    type=click.Choice(GWP_SETS),
    default="AR6",
    show_default=True,
    help="Set of global warming potentials the figures are restated to.",
)
@json_option
def freight(
    legs: Path, out: Path | None, packs: tuple[str, ...], region: str | None, known_on: dt.date | None, run_date: dt.date | None,
    gwp: str, as_json: bool,
) -> None:  # fmt: skip
    """Compute the chains of LEGS (Parquet or CSV, a row a leg: docs/freight.md), well to wheel = tank to wheel + well to tank.

    A leg that cannot stand is refused with its reason; its chain is incomplete and has no total.

    \b
    Examples:
      leafmark freight legs.csv --region GB --known-on 2026-09-30
      leafmark freight legs.csv --region GB --known-on 2026-09-30 --out freight-run --json
    """
    from leafmark.parcels.freight import FreightError, book, sums
    from leafmark.parcels.freight.lanes import lanes

    settings: dict[str, Any] = {
        "pack": load_packs(packs), "known_on": known_on, "run_date": run_date, "region": region, "gwp": gwp,
    }  # fmt: skip
    with unusable(FreightError, about=f"{legs}: "), Progress() as progress:
        found: Any = sums(legs, **settings) if out is None else book(legs, out=out, progress=progress, **settings)
    by_lane = lanes(found.chains)
    emit(_content(found, by_lane, out), as_json, lambda: _text(found, by_lane))
    if out is not None and not as_json:
        first = next((run for run in found.runs.values()), None)
        note(f"next: leafmark explain {first.path if first else out} CHAIN   |   {out}/lanes.parquet")


def _content(found: Any, by_lane: Any, out: Path | None) -> dict[str, Any]:
    return {
        "chains": found.chains.num_rows,
        "incomplete_chains": found.chains.column("state").to_pylist().count("incomplete"),
        "totals": {name: sum(by_lane.column(name).to_pylist()) for name in ("tonne_km", "ttw_ug", "wtt_ug", "wtw_ug")},
        "lanes": by_lane.to_pylist(),
        "refused": found.refused.to_pylist(),
        "out": None if out is None else str(out),
    }


def _text(found: Any, by_lane: Any) -> str:
    from leafmark.products.i18n import significant

    rows: list[tuple[str, ...]] = [("from", "to", "chains", "t km", "TTW g", "WTT g", "WTW g", "g/t km")]
    for lane in by_lane.slice(0, LANES_SHOWN).to_pylist():
        per = lane["g_per_tonne_km"]
        rows.append((
            lane["from_place"] or "?", lane["to_place"] or "?", f"{lane['chains']:,}", significant(lane["tonne_km"]),
            *(significant(lane[f"{name}_ug"] / 1e6) for name in ("ttw", "wtt", "wtw")), "–" if per is None else significant(per),
        ))  # fmt: skip
    parts = [table(rows, right=(2, 3, 4, 5, 6, 7))]
    if by_lane.num_rows > LANES_SHOWN:
        parts.append(f"... and {by_lane.num_rows - LANES_SHOWN:,} more lanes.")
    short = found.chains.column("state").to_pylist().count("incomplete")
    parts.append(f"{found.chains.num_rows - short:,} chains; {short:,} more are incomplete and in no figure above.")
    if found.refused.num_rows:
        why: list[tuple[str, ...]] = [("row", "chain", "leg", "field", "reason", "found", "expected")]
        for each in found.refused.slice(0, REFUSED_SHOWN).to_pylist():
            why.append(tuple("" if each[name] is None else str(each[name]) for name in (
                "row", "chain_id", "leg_no", "field", "reason", "found", "expected")))  # fmt: skip
        parts.append(f"{found.refused.num_rows:,} legs refused:\n{table(why, right=(0, 2))}")
    return "\n\n".join(parts)
