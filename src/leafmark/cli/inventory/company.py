"""`leafmark inventory template | import | check`: a company's folder begun, filled and checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.endings import CheckFailedError, unusable
from leafmark.cli.output import Progress, emit, json_option, note, table

if TYPE_CHECKING:
    from leafmark.inventory.company.importing import Checked

FLAGS_SHOWN = 20


@click.command("template", short_help="A starting company folder.")
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--xlsx",
    is_flag=True,
    help="One workbook, company.xlsx, with a sheet for each table and template, in place of CSV files.",
)
@click.option("--year", type=click.IntRange(1990, 2100), help="The reporting year.  [default: the last whole year]")
@json_option
def template_verb(folder: Path, xlsx: bool, year: int | None, as_json: bool) -> None:
    """Write a starting company folder: company.toml with comments, the tables, an activity file for each template, and a README.

    FOLDER is new or empty. The columns are those of the tables and of the methods, so each README tells of this version.

    \b
    Examples:
      leafmark inventory template company --year 2025
      leafmark inventory template company-workbook --xlsx --year 2025
    """
    from leafmark.inventory.company.organisation import CompanyError
    from leafmark.inventory.company.starting import start

    with unusable(CompanyError):
        written = start(folder, xlsx=xlsx, year=year)
    content = {"folder": str(folder), "files": [str(each.relative_to(folder)) for each in written]}
    emit(content, as_json, lambda: "\n".join([f"{folder}: {len(written)} files", *content["files"]]))


@click.command("import", short_help="Check a file of activities and put it into a company's folder.")
@click.argument("company", metavar="COMPANY", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--template",
    "named",
    metavar="NAME",
    help="What the file holds, for example fuel.  [default: what its name begins with]",
)
@click.option("--replace", is_flag=True, help="Take the place of the file of that name, or of that content.")
@json_option
def import_verb(company: Path, file: Path, named: str | None, replace: bool, as_json: bool) -> None:
    """Check FILE (CSV, Parquet or XLSX) in COMPANY, say row by row what is refused or doubted, and copy it into its activities.

    Rows that are refused go along and stay out of every figure; the completeness table counts them. The same file twice is refused.

    \b
    Examples:
      leafmark inventory import company electricity-2025.csv
      leafmark inventory import company diesel.csv --template fuel --json
    """
    from leafmark.inventory.company.importing import import_file
    from leafmark.inventory.company.organisation import CompanyError

    with unusable(CompanyError), Progress() as progress:
        found = import_file(company, file, named, replace=replace, progress=progress)
    assert found.file is not None
    emit(_content(found), as_json, lambda: _text(found))
    note(f"written: {found.file}")


@click.command("check", short_help="Check a company's folder, row by row.")
@click.argument("company", metavar="COMPANY", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def check_verb(company: Path, as_json: bool) -> None:
    """Check the tables and all activity files of COMPANY: what is refused or doubted, with file, row, field and rule.

    Whether there is a factor for a row is seen by `leafmark inventory run`, whether a contract may serve by `leafmark inventory
    contracts`: neither is checked here.

    Exit status 1 where a row or a file is refused: the rest would be computed, and the completeness table would say so.

    \b
    Example:
      leafmark inventory check company
    """
    from leafmark.inventory.company.importing import check
    from leafmark.inventory.company.organisation import CompanyError

    with unusable(CompanyError), Progress() as progress:
        found = check(company, progress)
    emit(_content(found), as_json, lambda: _text(found))
    if found.contracts and not as_json:
        note(f"contracts are not matched here: leafmark inventory contracts {company}")
    refused = found.flags.num_rows - found.doubted
    if refused:
        raise CheckFailedError(f"{company}: {refused} refused")


def _content(found: Checked) -> dict[str, Any]:
    return {
        "file": None if found.file is None else str(found.file), "rows": found.rows, "refused": found.refused,
        "flags": found.flags.to_pylist(),
    }  # fmt: skip


def _text(found: Checked) -> str:
    rows = [("template", "rows", "refused")]
    rows += [(name, f"{count:,}", f"{found.refused.get(name, 0):,}") for name, count in found.rows.items() if count]
    parts = [table(rows, right=(1, 2))]
    flags = found.flags.slice(0, FLAGS_SHOWN).to_pylist()
    if flags:
        parts.append("\n".join(_line(each) for each in flags))
    more = found.flags.num_rows - len(flags)
    if more > 0:
        parts.append(f"and {more:,} more; --json lists all")
    return "\n\n".join(parts)


def _line(flag: dict[str, Any]) -> str:
    where = (
        flag["file"]
        + (f" row {flag['row']}" if flag["row"] is not None else "")
        + (f", {flag['field']}" if flag["field"] else "")
    )
    found = f": found {flag['found']}" if flag["found"] is not None else ""
    expected = f", expected {flag['expected']}" if flag["expected"] else ""
    return f"{flag['effect']}: {where}: {flag['reason']}{found}{expected}"
