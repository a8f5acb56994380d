"""`leafmark import`: files of products and bills, checked before anything is made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from leafmark.cli.endings import CheckFailedError, unusable
from leafmark.cli.inputs import given_rules, load_packs, rules_option
from leafmark.cli.output import Progress, emit, json_option, table

if TYPE_CHECKING:
    from leafmark.products.imports import Checked, Import

_SUFFIXES = {"csv": (".csv", ".tsv", ".txt"), "xlsx": (".xlsx",), "parquet": (".parquet",)}
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("import", short_help="Files of products and bills, checked row by row.")
def imports() -> None:
    """Files of products and bills.

    \b
    Example:
      leafmark import check shelf.csv --bills bill.csv --rejected mend.csv
    """


@imports.command(short_help="What is wrong with a file of products, and with its bills.")
@click.argument("products", type=FILE, metavar="PRODUCTS")
@click.option("--bills", type=FILE, metavar="FILE", help="The products' bills: a row per line.")
@click.option(
    "--rejected",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="OUT",
    help="File for the rejected rows, with "
    "their faults, in the format they came in; those of the bills go beside it, its name with -bills.",
)
@click.option(
    "--decimal",
    type=click.Choice(("point", "comma")),
    help="What a lone comma or point in a number is; without it a number with two meanings is a fault.",
)
@click.option("--sector", metavar="NAME", help="Sector of all products, where the file has no column for it.")
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="FOLDER",
    help="Packs whose keys and units the bills must meet.  [default: builtin]",
)
@rules_option
@click.option(
    "--faults",
    "named",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help="Faults of each file named one by one; all are counted.",
)
@json_option
def check(
    products: Path, bills: Path | None, rejected: Path | None, decimal: Literal["point", "comma"] | None, sector: str | None,
    packs: tuple[str, ...], rules: tuple[Path, ...], named: int, as_json: bool,
) -> None:  # fmt: skip
    """Read PRODUCTS (CSV, TSV, XLSX or Parquet) and say what each column was taken for and what is wrong, by row and field.

    Nothing is stored. docs/import.md has the columns and the words for them. Exit status 1 where a row was rejected.

    \b
    Examples:
      leafmark import check shelf.csv
      leafmark import check shelf.csv --bills bill.csv --rejected mend.csv --json
    """
    import dataclasses

    from leafmark.products import imports as room

    limits = dataclasses.replace(room.DEFAULT_LIMITS, faults_named=named)
    with unusable(ValueError), Progress() as progress:
        found = room.read_products(
            products, limits, decimal=decimal, sector=sector, progress=progress, rules=given_rules(rules)
        )
        checked = None
        if bills is not None:
            keys = room.keys_of(load_packs(packs))
            lines = room.read_bills(bills, limits, decimal=decimal, keys=keys, progress=progress)
            checked = room.check(found, lines)
    files = [found] if checked is None else [found, checked.bills]
    written = [] if rejected is None else _write(files, rejected)
    emit(_record(files, checked, written), as_json, lambda: _text(files, checked, written))
    count = sum(each.counts.rejected for each in files)
    if count:
        raise CheckFailedError(f"{count:,} row{'s' if count > 1 else ''} rejected")


def _write(files: list[Import], rejected: Path) -> list[str]:
    """Write the rejected rows of each file, in its own format; never over a file that was read."""
    written = []
    for each in files:
        suffix = _SUFFIXES[each.format]
        path = (
            rejected if each is files[0] else rejected.with_name(f"{rejected.stem}-{each.kind}{Path(each.file).suffix}")
        )
        if each is files[0] and path.suffix.lower() not in suffix:
            raise click.UsageError(
                f"--rejected {path}: {each.file} is {each.format}, so its name ends in {' or '.join(suffix)}"
            )
        if any(path.exists() and path.samefile(one.file) for one in files):
            raise click.UsageError(f"--rejected {path}: this is a file that was read; name another one")
        if len(each.rejected):
            each.rejected.write(path)
            written.append(str(path))
    return written


def _record(files: list[Import], checked: Checked | None, written: list[str]) -> dict[str, Any]:
    import dataclasses

    record: dict[str, Any] = {each.kind: each.as_record() for each in files}
    if checked is not None:
        record["without_bill"] = len(checked.without_bill)
        record["warnings"] = [dataclasses.asdict(fault) for fault in checked.warnings]
    return {**record, "written": written}


def _text(files: list[Import], checked: Checked | None, written: list[str]) -> str:
    parts = [part for each in files for part in _about(each)]
    if checked is not None and len(checked.without_bill):
        parts.append(f"{len(checked.without_bill):,} products without a bill")
        parts += [f"  {fault}" for fault in checked.warnings]
    parts += [f"written: {path}" for path in written]
    return "\n".join(parts)


def _about(each: Import) -> list[str]:
    counts = each.counts
    read_as = ", ".join(part for part in (each.format, each.encoding) if part)
    parts = [f"{each.kind}: {each.file} ({read_as})"]
    rows = [
        (f"  {json.dumps(one.header, ensure_ascii=False)}", one.column or "not read", one.unit) for one in each.columns
    ]
    parts.append(table(rows))
    parts.append(
        f"  {counts.rows:,} rows: {counts.accepted:,} accepted, {counts.rejected:,} rejected, {counts.blank:,} blank; "
        f"{counts.faults:,} faults"
    )
    parts += [f"  note: {note}" for note in each.notes]
    parts += [f"  {fault}" for fault in each.faults]
    if counts.faults > len(each.faults):
        parts.append(f"  ... and {counts.faults - len(each.faults):,} more")
    return [*parts, ""]
