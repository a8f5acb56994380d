"""`leafmark inventory event`: a broadcast or event on site, hybrid or in the cloud, by the programme hour."""

from __future__ import annotations

import datetime as dt
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.endings import unusable
from leafmark.cli.inputs import BUILTIN, GWP_SETS, Day, load_packs
from leafmark.cli.output import Progress, emit, json_option, note, table

if TYPE_CHECKING:
    from leafmark.inventory.events import Counted, Difference

REFUSED_SHOWN = 10


@click.command("event", short_help="A broadcast or event on site, hybrid or in the cloud, side by side.")
@click.argument("event", metavar="FOLDER_OR_FILE", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="FOLDER",
    help=f"Pack of factors; may be given several times.  [default: {BUILTIN}]",
)
@click.option("--known-on", type=Day(), help="Only factors published by this day count.  [default: today]")
@click.option(
    "--gwp", type=click.Choice(GWP_SETS), default="AR6", show_default=True, help="Set of global warming potentials."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the runs, so that every figure can be explained.",
)
@json_option
def event_verb(
    event: Path, packs: tuple[str, ...], known_on: dt.date | None, gwp: str, out: Path | None, as_json: bool
) -> None:
    """Compare the variants of an event: a folder with event.toml and activities.csv, or its event.toml (docs/inventory-events.md).

    Grams by kind and by hour of programme, the difference to the base with its 95 % range, the distance at which the two are even,
    and the staff, in rows of its own: people are never turned into grams. A variant with a refused row is not compared.

    \b
    Examples:
      leafmark inventory event match --known-on 2026-09-30
      leafmark inventory event match --known-on 2026-09-30 --out match-runs --json
    """
    from leafmark.inventory.events import EventError, Setting, count, read_event

    with unusable(EventError), Progress() as progress:
        read = read_event(event)
        setting = Setting(tuple(load_packs(packs)), known_on or dt.date.today(), gwp)
        with tempfile.TemporaryDirectory() if out is None else nullcontext(str(out)) as folder:
            counted = count(read, setting, folder, progress)
    told = _content(counted)
    emit(told, as_json, lambda: _text(told))
    if out is not None and not as_json:
        first = next(iter(counted.runs), None)
        note(f"next: leafmark explain {out}/{first} {read.base}")


def _content(counted: Counted) -> dict[str, Any]:
    from leafmark.inventory.events import KINDS, SPREAD, as_record, differences, invented, names_of, span, staff

    event, hours = counted.event, counted.event.programme_hours
    variants = {}
    for variant in event.variants:
        whole = span(each for each in counted.entries if each.variant == variant)
        people = staff(event.activities, variant)
        variants[variant] = {
            "complete": counted.complete(variant), "co2e_ug": whole.co2e_ug, "low_ug": whole.low_ug, "high_ug": whole.high_ug,
            "co2e_ug_per_hour": round(whole.co2e_ug / hours),
            "by_kind_ug": {kind: counted.total_ug(variant, kind) for kind in names_of(event.activities) if kind != "crew"},
            "staff": {
                "persons": people.persons, "days": people.days, "days_per_hour": people.days / hours,
                "roles": [{"role": name, "persons": persons, "days": days} for name, persons, days in people.roles],
            },
        }  # fmt: skip
    return {
        "event": event.name, "programme_hours": hours, "base": event.base, "distance_km": event.distance_km, "variants": variants,
        "differences": {name: None if each is None else _difference(each) for name, each in differences(counted).items()},
        "rows": len(event.activities), "rows_invented": invented(event.activities),
        "rows_with_grams": sum(KINDS[each.kind].method is not None for each in event.activities),
        "rows_with_spread": sum(each.number(SPREAD) > 1 for each in event.activities),
        "refused": [as_record(each) for each in counted.refused],
    }  # fmt: skip


def _difference(each: Difference) -> dict[str, Any]:
    import dataclasses

    return {**dataclasses.asdict(each), "relation": each.relation}


def _kg(ug: float) -> str:
    return f"{ug / 1e9:,.1f}"


def _text(told: dict[str, Any]) -> str:
    hours, variants = told["programme_hours"], told["variants"]
    rows: list[tuple[str, ...]] = [(f"kg CO2e of {hours:g} h", *variants)]
    kinds = dict.fromkeys(kind for each in variants.values() for kind in each["by_kind_ug"])
    rows += [(kind, *(_kg(each["by_kind_ug"].get(kind, 0)) for each in variants.values())) for kind in kinds]
    rows.append(
        ("total", *(_kg(each["co2e_ug"]) if each["complete"] else "not complete" for each in variants.values()))
    )
    rows.append(("  95 % range", *(f"{_kg(each['low_ug'])} to {_kg(each['high_ug'])}" for each in variants.values())))
    rows.append(
        (
            "an hour of programme",
            *(_kg(each["co2e_ug_per_hour"]) if each["complete"] else "–" for each in variants.values()),
        )
    )
    people: list[tuple[str, ...]] = [("staff (no emissions)", *variants)]
    people.append(("people", *(f"{each['staff']['persons']:g}" for each in variants.values())))
    people.append(("days", *(f"{each['staff']['days']:g}" for each in variants.values())))
    people.append(
        ("days an hour of programme", *(f"{each['staff']['days_per_hour']:.1f}" for each in variants.values()))
    )
    columns = tuple(range(1, len(variants) + 1))
    parts = [told["event"], table(rows, right=columns), table(people, right=columns)]
    parts += [_said(name, each, told) for name, each in told["differences"].items()]
    spread, grams = told["rows_with_spread"], told["rows_with_grams"]
    of = "factors alone; all amounts are taken as given"
    if spread:
        left = "" if spread == grams else "; the other amounts are taken as given"
        of = f"factors, and of the amounts of {spread} of {grams} rows{left}"
    parts.append(f"Ranges are of {of}.")
    if told["rows_invented"]:
        parts.append(f"{told['rows_invented']} of {told['rows']} rows say that their numbers are invented.")
    if told["refused"]:
        names = ("row", "variant", "field", "reason", "found", "expected")
        why: list[tuple[str, ...]] = [
            names,
            *(tuple(str(each[name]) for name in names) for each in told["refused"][:REFUSED_SHOWN]),
        ]
        parts.append(f"refused: {len(told['refused'])}\n{table(why, right=(0,))}")
    return "\n\n".join(parts)


def _ends(found: dict[str, int]) -> str:
    return f"{found['low_ug'] / 1e9:+,.1f} to {found['high_ug'] / 1e9:+,.1f}"


def _said(name: str, each: dict[str, Any] | None, told: dict[str, Any]) -> str:
    if each is None:
        return f"{name} and {told['base']} are not compared: a row of one of them was refused, and its total would be too low."
    found = each["span"]
    people = told["variants"][name]["staff"]["days"] - told["variants"][told["base"]]["staff"]["days"]
    alone = f"; by factors alone {_ends(each['factors'])}" if told["rows_with_spread"] else ""
    text = (
        f"{name} less {told['base']}: {found['co2e_ug'] / 1e9:+,.1f} kg CO2e ({_ends(found)}{alone}), {each['relation']}; "
        f"staff {people:+g} days."
    )
    even = each["even"]
    if even is None:
        return text
    if even["km"] is None:
        return f"{text}\nNo break-even: {even['why']}."
    ends = f" ({even['low_km']:,.0f} to {even['high_km']:,.0f})" if even["low_km"] is not None else ""
    return f"{text}\nEven at {even['km']:,.0f} km{ends}: {even['why']}; the venue is at {told['distance_km']:g} km."
