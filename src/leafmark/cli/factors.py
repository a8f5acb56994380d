"""`leafmark factors`: packs of factors listed, searched, shown, checked, compared and imported."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.endings import CheckFailedError, unusable
from leafmark.cli.inputs import BUILTIN, load_pack
from leafmark.cli.output import emit, json_option, note, table

if TYPE_CHECKING:
    from leafmark.factors.model import Factor

pack_option = click.option(
    "--pack",
    "pack_name",
    default=BUILTIN,
    show_default=True,
    metavar="FOLDER",
    help=f"The pack; `{BUILTIN}` is the one inside Leafmark.",
)


@click.group(short_help="The facts: what one unit of something emits, and who says so.")
def factors() -> None:
    """Packs of factors: facts with their sources.

    \b
    Examples:
      leafmark factors search 牛肉
      leafmark factors import mills.csv --out mills-pack
    """


def _rows(found: list[Factor]) -> str:
    from leafmark.engine.wording import plain

    rows = [("factor", "kg CO2e per", "unit", "name")]
    rows += [(f.factor_id, plain(f.co2e_kg), f.unit, f"{f.name_en} {f.name_zh or ''}".strip()) for f in found]
    return table(rows, right=(1,))


@factors.command("list", short_help="The factors of a pack, by theme, key or region.")
@pack_option
@click.option("--theme", help="Only this theme: grid, fuel, food, ...")
@click.option("--key", help="Only this key.")
@click.option("--region", help="Only this region.")
@json_option
def list_factors(pack_name: str, theme: str | None, key: str | None, region: str | None, as_json: bool) -> None:
    """List the factors of a pack, each with kg CO2e per one unit as published.

    \b
    Examples:
      leafmark factors list --theme freight --region GB
      leafmark factors list --key electricity.grid --json
    """
    from leafmark.factors.model import Factor

    wanted = {"theme": theme, "key": key, "region": region}
    found = [
        Factor(**row)
        for row in load_pack(pack_name).factors.to_pylist()
        if all(value is None or row[name] == value for name, value in wanted.items())
    ]
    asked = ", ".join(f"{name} {value!r}" for name, value in wanted.items() if value is not None)
    if not found and not as_json:
        note(f"no factor of {asked or 'this pack'}; leafmark factors search finds by name")
        return
    emit([dataclasses.asdict(f) for f in found], as_json, lambda: _rows(found))


@factors.command(short_help="Find factors by English or Chinese name, key or place.")
@click.argument("text")
@pack_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="At most so many.")
@json_option
def search(text: str, pack_name: str, limit: int, as_json: bool) -> None:
    """Find factors by words of their names, keys or places, in English, 简体 or 繁體; best first.

    \b
    Examples:
      leafmark factors search beef
      leafmark factors search 電視
    """
    found = load_pack(pack_name).search(text, limit)
    if not found and not as_json:
        note(f"nothing found for {text!r}; fewer words may find more")
        return
    emit([dataclasses.asdict(f) for f in found], as_json, lambda: _rows(found))


@factors.command(short_help="One factor with its source.")
@click.argument("factor_id", metavar="ID")
@pack_option
@json_option
def show(factor_id: str, pack_name: str, as_json: bool) -> None:
    """Show everything a pack knows of one factor, and its source.

    \b
    Example:
      leafmark factors show food.eggs@WORLD:cradle_to_retail:2010
    """
    pack = load_pack(pack_name)
    with unusable(KeyError):
        factor = pack.factor(factor_id)
    content = {**dataclasses.asdict(factor), "source": dataclasses.asdict(pack.source_of(factor))}

    def text() -> str:
        from leafmark.engine.wording import plain

        headline = f"{factor.name_en}: {plain(factor.co2e_kg)} kg CO2e per {factor.unit}"
        cells = {**content, **{f"source.{name}": value for name, value in content["source"].items()}}
        rows = [(name, str(value)) for name, value in cells.items() if value is not None and name != "source"]
        return f"{headline}\n\n{table(rows)}"

    emit(content, as_json, text)


@factors.command(short_help="Check a pack; every fault at once.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def check(folder: Path, as_json: bool) -> None:
    """Check the pack in FOLDER. Exit status 1 where it has a fault.

    \b
    Example:
      leafmark factors check mills-pack
    """
    from leafmark.factors.check import check as find_faults

    faults = find_faults(folder)
    emit(
        {"pack": str(folder), "faults": [dataclasses.asdict(fault) for fault in faults]},
        as_json,
        lambda: "\n".join(str(fault) for fault in faults) or f"{folder}: no fault",
    )
    if faults:
        raise CheckFailedError(f"{folder}: {len(faults)} fault{'s' if len(faults) > 1 else ''}")


@factors.command(short_help="What a second pack adds, removes and changes.")
@click.argument("before")
@click.argument("after")
@json_option
def diff(before: str, after: str, as_json: bool) -> None:
    """Compare two packs (folders, or `builtin`), cell by cell: + added, - removed, ~ changed.

    \b
    Example:
      leafmark factors diff builtin mills-pack
    """
    found = load_pack(before).diff(load_pack(after))
    content: dict[str, Any] = dataclasses.asdict(found)

    def text() -> str:
        rows = [("+", name, "", "") for name in (*found.added, *found.sources_added)]
        rows += [("-", name, "", "") for name in (*found.removed, *found.sources_removed)]
        changes = (*found.changed, *found.sources_changed)
        rows += [("~", change.id, change.field, f"{change.before} -> {change.after}") for change in changes]
        return table(rows) or "the same facts"

    emit(content, as_json, text)


@factors.command("import", short_help="Read a publisher's own file into factor rows.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--importer", metavar="NAME", help="desnz, epa-hub, epa-supply-chain, owid or tidy.  [default: found by the "
              "file's content]")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder: write the rows as a pack.")
@click.option("--id", "pack_id", default="imported", show_default=True, help="Id of that pack.")
@click.option("--pack-version", default="1", show_default=True, help="Version of that pack.")
@json_option
def import_file(
    file: Path, importer: str | None, out: Path | None, pack_id: str, pack_version: str, as_json: bool
) -> None:
    """Read FILE: the UK flat file, EPA's hub and supply-chain factors, OWID's carbon intensity, or a tidy CSV.

    With --out the rows become a pack, for `leafmark factors check`; each fault that it names wants your decision before
    `leafmark footprint --pack` takes the pack. A row with a fault here is left out of it.

    \b
    Examples:
      leafmark factors import conversion-factors-2023-flat-file.xlsx
      leafmark factors import mills.csv --out mills-pack
    """
    from leafmark.factors.importers import read
    from leafmark.factors.importers.writing import write_pack

    found = read(file, importer)
    if out is not None:
        write_pack(found, out, pack_id, pack_version)
        note(f"written: {out}; check it with leafmark factors check {out}")
    content = {
        "file": str(file), "factors": len(found.rows), "sources": found.sources, "skipped": found.skipped,
        "faults": [dataclasses.asdict(fault) for fault in found.faults], "out": None if out is None else str(out),
    }  # fmt: skip

    def text() -> str:
        rows = [("factors", f"{len(found.rows):,}"), ("faults", f"{len(found.faults):,}")]
        rows += [(f"left out: {reason}", f"{count:,}") for reason, count in found.skipped.items()]
        return "\n".join([table(rows, right=(1,)), *(f"  {fault}" for fault in found.faults)])

    emit(content, as_json, text)
