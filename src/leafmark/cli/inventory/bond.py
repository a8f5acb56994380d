"""`leafmark inventory bond`: the reports of green, social and sustainability bonds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import CheckFailedError, unusable
from leafmark.cli.output import emit, json_option, note, table

REPORTS = ("allocation", "impact", "eu-factsheet", "eu-allocation", "eu-impact")
FLAGS_SHOWN = 10


@click.command(short_help="Allocation and impact reports of green, social and sustainability bonds.")
@click.argument("folder", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--report",
    "kind",
    type=click.Choice(REPORTS),
    default="allocation",
    show_default=True,
    help="Which report; those with `eu-` are for European Green Bonds alone.",
)
@click.option(
    "--runs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of run folders: indicators that cite entries are held to them.",
)
@click.option(
    "--lang",
    type=click.Choice(("en", "zh-Hant", "zh-Hans")),
    default="en",
    show_default=True,
    help="Language of the page.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .html (a page to print), .json or .csv, by its name.",
)
@json_option
def bond(folder: Path, kind: str, runs: Path | None, lang: str, out: Path | None, as_json: bool) -> None:
    """Report on the bonds of FOLDER: bond.toml and small tables (docs/inventory-bonds.md), money to the cent.

    Allocations plus unallocated proceeds have to be the net proceeds; rows that break a rule are refused by name, and the report is a
    draft. Exit status 1 for a draft.

    \b
    Examples:
      leafmark inventory bond bonds
      leafmark inventory bond bonds --report impact --out impact.html
    """
    from leafmark.inventory.book import InventoryError

    with unusable(InventoryError):
        report = _report(folder, kind, runs)
    if out is not None:
        _write(report, out, lang)
    emit(report, as_json, lambda: _text(report))
    if out is not None and not as_json:
        note(f"written: {out}")
    if report["status"] == "draft":
        raise CheckFailedError(
            f"{folder}: a draft; {len(report['open'])} points stand against it: {'; '.join(report['open'][:5])}"
        )


def _report(folder: Path, kind: str, runs: Path | None) -> dict[str, Any]:
    from leafmark.inventory.bonds import read
    from leafmark.inventory.bonds.european import european_report
    from leafmark.inventory.bonds.report import allocation_report, impact_report

    register = read(folder)
    if kind == "allocation":
        return allocation_report(register)
    if kind == "impact":
        return impact_report(register, runs)
    return european_report(register, kind.removeprefix("eu-"), runs)


def _write(report: dict[str, Any], out: Path, lang: str) -> None:
    import json

    from leafmark.cli.endings import UnusableError
    from leafmark.inventory.bonds.showing import as_csv, page

    suffix = out.suffix.lower()
    if suffix not in (".html", ".json", ".csv"):
        raise UnusableError(f"{out}: expected a name that ends in .html, .json or .csv")
    text = (
        page(report, lang)
        if suffix == ".html"
        else as_csv(report)
        if suffix == ".csv"
        else json.dumps(report, ensure_ascii=False, indent=2, default=str)
    )
    out.write_text(text, encoding="utf-8")


def _text(report: dict[str, Any]) -> str:
    from leafmark.inventory.bonds import money

    parts: list[str] = []
    rows: list[tuple[str, ...]]
    why: list[tuple[str, ...]]
    for each in report.get("bonds", ()):
        if "net" in each:
            rows = [("", "category", "amount", "%")]
            rows += [("", part["category"], money.shown(part["amount"], each["currency"]), f"{part['permille'] / 10:.1f}")
                     for part in each["categories"]]  # fmt: skip
            parts.append(
                f"{each['name']}: net proceeds {money.shown(each['net'], each['currency'])}\n{table(rows, right=(2, 3))}"
            )
        else:
            rows = [("indicator", "project", "whole", "share", "part", "unit", "entries")]
            rows += [(one["indicator"], one["project"], one["whole"], one["share"] or "–", one["part"] or "–", one["unit"], one["cited"])
                     for one in each["results"]]  # fmt: skip
            parts.append(f"{each['name']}\n{table(rows, right=(2, 3, 4))}")
    if "items" in report:
        rows = [("section", "item", "needed", "state")]
        rows += [(str(one["section"]), one["item"], one["need"], one["state"]) for one in report["items"]]
        parts.append(table(rows))
    if report["flags"]:
        why = [("file", "row", "field", "rule", "found", "expected", "effect")]
        why += [tuple("" if one[name] is None else str(one[name]) for name in ("file", "row", "field", "reason", "found", "expected", "effect"))
                for one in report["flags"][:FLAGS_SHOWN]]  # fmt: skip
        parts.append(f"{len(report['flags']):,} rows refused or doubted:\n{table(why, right=(1,))}")
    return "\n\n".join([*parts, f"status: {report['status']}"])
