"""`leafmark inventory run` and `show`: a company's inventory made, and what it comes to."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import UnusableError, unusable
from leafmark.cli.inputs import BUILTIN, load_packs
from leafmark.cli.output import Progress, emit, json_option, note, table

FLAGS_SHOWN = 12


@click.command(short_help="Make a company's inventory of one year.")
@click.argument("company", metavar="COMPANY", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the inventory.")
@click.option(
    "--pack", "packs", multiple=True, metavar="FOLDER",
    help=f"Pack of factors; may be given several times; `{BUILTIN}` is the pack inside Leafmark.  [default: {BUILTIN}]",
)  # fmt: skip
@click.option(
    "--entries-of", "given", multiple=True, metavar="NAME=PATH@ENTITY/SITE",
    help="Entries that another verb booked (a run's folder or entries.parquet), under a name, for a site, fleet or entity of the company, "
    "whose share and lease they take; NAME:location or NAME:market where their Scope 2 is of one statement alone; "
    "NAME:whole or NAME:consolidated where it has to be said whether the share is in them already.",
)  # fmt: skip
@click.option(
    "--before", multiple=True, metavar="INVENTORY", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="An inventory of a former year, whose certificates are used; may be given several times.",
)  # fmt: skip
@click.option("--entries", is_flag=True, help="Keep an entry for every activity, not only for every group of them.")
@click.option("--replace", is_flag=True, help="Throw away the inventory that is in --out.")
@json_option
def run(
    company: Path, out: Path, packs: tuple[str, ...], given: tuple[str, ...], before: tuple[Path, ...], entries: bool, replace: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Make the inventory of COMPANY (docs/inventory-company.md), of the year its company.toml names.

    Rows that cannot be taken are refused with their reason, and the rest is computed; the completeness table says what is missing.

    \b
    Examples:
      leafmark inventory run company --out inventory
      leafmark inventory run company --out inventory --replace --json
    """
    from leafmark.inventory.accounting.running import run_inventory
    from leafmark.inventory.book import InventoryError
    from leafmark.inventory.company.organisation import CompanyError
    from leafmark.inventory.summary import summary

    with unusable(InventoryError, CompanyError), Progress() as progress:
        made = run_inventory(
            company, out, packs=load_packs(packs), given=[_given(each) for each in given], before=before, entries=entries, replace=replace,
            progress=progress,
        )  # fmt: skip
        content = summary(made)
    emit(content, as_json, lambda: _text(content))
    if not as_json:
        note(_next(made, company, out))


def _next(made: Any, company: Path, out: Path) -> str:
    """What to do now: the report, and an explanation of the group of the most grams of a run that is there."""
    import shlex

    import pyarrow.compute as pc

    report = f"next: leafmark inventory report {shlex.quote(str(out))} --out report"
    lines, groups = made.table("lines"), made.table("groups")
    if not lines.num_rows:
        return f"next: put activities into {company}/activities (its README says which columns), then leafmark inventory check {company}"
    grams = pc.abs(lines["co2e_ug"])
    largest = lines.slice(pc.index(grams, pc.max(grams)).as_py(), 1).to_pylist()[0]
    folder = {each["run_id"]: each["folder"] for each in made.record["runs"]}.get(largest["run_id"])
    for name in ("template", "entity_id", "site_id", "month", "origin"):
        same = pc.is_null(groups[name]) if largest[name] is None else pc.equal(groups[name], largest[name])
        groups = groups.filter(same)
    if folder is None or not groups.num_rows:
        return report
    group_id = groups["group_id"][0].as_py()
    return f"{report}   |   leafmark explain {shlex.quote(f'{out}/{folder}')} {shlex.quote(group_id)}"


@click.command(short_help="What a finished inventory comes to.")
@click.argument("inventory", metavar="INVENTORY", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def show(inventory: Path, as_json: bool) -> None:
    """Show the totals of INVENTORY by scope and category, both statements of Scope 2, what is outside and what was refused.

    \b
    Examples:
      leafmark inventory show inventory
      leafmark inventory show inventory --json
    """
    from leafmark.inventory.book import Inventory, InventoryError
    from leafmark.inventory.summary import summary

    with unusable(InventoryError):
        content = summary(Inventory.open(inventory))
    emit(content, as_json, lambda: _text(content))


def _given(text: str) -> Any:
    """`name=path@entity/site` as entries that were made elsewhere."""
    from leafmark.inventory.accounting.running import Given

    name, equals, rest = text.partition("=")
    path, at, whose = rest.rpartition("@")
    entity, slash, site = whose.partition("/")
    if not (equals and at and slash and name and path and entity and site):
        raise UnusableError(
            f"--entries-of {text!r}: expected NAME=PATH@ENTITY/SITE, for example parcels=packing-run@own/warehouse-1"
        )
    plain, *said = name.split(":")
    statement: Any = next((each for each in said if each in ("location", "market")), "both")
    figures: Any = next((each for each in said if each in ("whole", "consolidated")), None)
    if len(said) != (statement != "both") + (figures is not None) or not plain:
        raise UnusableError(
            f"--entries-of {text!r}: found {name!r}; expected a name, after it :location or :market where their Scope 2 is of one statement, "
            "and :whole or :consolidated where their method knows a share"
        )
    return Given(Path(path), entity, site, plain, statement, figures)


def _text(content: dict[str, Any]) -> str:
    rows: list[tuple[str, ...]] = [("scope", "category", "by location", "by market", "95 % (location)", "primary", "")]
    for row in content["rows"]:
        rows.append(
            (str(row["scope"]), "" if row["category"] is None else str(row["category"]), *_figures(row), row["name"])
        )
    rows.append(
        (
            "total",
            "",
            *_figures(content["total"]),
            "" if content["total"]["location"] else "nothing was computed: unknown, not 0",
        )
    )
    last = dt.date.fromisoformat(content["until"]) - dt.timedelta(days=1)
    head = f"{content['organisation']['name']}, {content['from']} to {last}, {content['approach']}, {content['gwp']}"
    parts = [head, table(rows, right=(2, 3, 4, 5))]
    if families := _families(content["total"]):
        parts.append("F-gases, in the total:\n" + table(families, right=(1, 2)))
    if content["outside_rows"]:
        beside = [(each["what"], _place(each), each["template"], _mass(each)) for each in content["outside_rows"]]
        parts.append("outside the scopes, in no total:\n" + table(beside, right=(3,)))
    if content["given"]:
        parts.append("taken in from other rooms:\n" + table(_of_others(content["given"]), right=(2, 3, 4)))
    missing = [each for each in content["completeness"] if each["status"] != "included"]
    if missing:
        lines = [
            (f"{each['scope']}{'' if each['category'] is None else '.' + str(each['category'])}", each["status"], each["why"] or each["what"])
            for each in missing
        ]  # fmt: skip
        parts.append("not in full:\n" + table(list(dict.fromkeys(lines))))
    if content["flags"]:
        counted = [(each["reason"], each["effect"], f"{each['rows']:,}") for each in content["flags"][:FLAGS_SHOWN]]
        parts.append("rows refused or doubted (flags.parquet has each):\n" + table(counted, right=(2,)))
    return "\n\n".join(parts)


def _of_others(given: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Entries of other rooms by place and share: what was given, and the company's part of it."""
    from fractions import Fraction

    from leafmark.engine.wording import mass

    rows: list[tuple[str, ...]] = [("", "place", "share", "given", "in the book")]
    for each in given:
        place = f"{each['entity_id']}/{each['site_id']}, {each['held']}"
        for part in each["shares"]:
            share = (
                "consolidated" if each["figures"] == "consolidated" else f"{float(Fraction(part['share']) * 100):.4g} %"
            )
            rows.append((each["template"], place, share, mass(part["given_ug"]), mass(part["co2e_ug"])))
    return rows


def _families(total: dict[str, Any]) -> list[tuple[str, ...]]:
    """F-gases by family, where there are any whose gases are known; both statements, as the totals above."""
    from leafmark.engine.wording import mass

    said = [(total[name] or {}).get("f_gases") or {} for name in ("location", "market")]
    there = [name for name in said[0] or said[1] if any(each.get(name) for each in said)]
    rows: list[tuple[str, ...]] = [
        (_FAMILIES[name], *(mass(each[name]) if each else "" for each in said)) for name in there
    ]
    return [("", "by location", "by market"), *rows] if rows else []


_FAMILIES = {
    "hfcs": "HFCs", "pfcs": "PFCs", "sf6": "SF6", "nf3": "NF3", "other_f_gases": "others in blends (HFOs)",
    "f_gases_not_split": "not told apart",
}  # fmt: skip


def _place(row: dict[str, Any]) -> str:
    """Where the activities behind it are counted: `scope 3.6`."""
    if row["scope"] is None:
        return "no scope told"
    return f"scope {row['scope']}" + ("" if row["category"] is None else f".{row['category']}")


def _figures(row: dict[str, Any]) -> tuple[str, str, str, str]:
    from leafmark.engine.wording import between, percent

    here = row["location"]
    spread = "" if here is None else between(here["low_ug"], here["high_ug"])
    return _mass(here), _mass(row["market"]), spread, "" if here is None else percent(here["primary_share"])


def _mass(figure: dict[str, Any] | None) -> str:
    from leafmark.engine.wording import mass

    return "" if figure is None else mass(figure["co2e_ug"])
