"""A company folder, opened: what company.toml says, the tables' sound rows, and which file holds which template's activities.

company.toml
entities.csv  ownership.csv  sites.csv  ...      or one workbook company.xlsx with sheets of these names
activities/electricity-2025.csv  freight_out.parquet  anything.xlsx (its sheets named as the templates are)
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from leafmark.engine.inputs import InputError
from leafmark.inventory.company.columns import BY_NAME
from leafmark.inventory.company.flags import flag, within
from leafmark.inventory.company.organisation import CompanyError, Organisation, read_organisation
from leafmark.inventory.company.reading import SUFFIXES, Table, rows_of, sheets, stem_of, suffix_of
from leafmark.inventory.tables import COMPANY

ACTIVITIES: Final = "activities"
WORKBOOK: Final = "company"
NEEDED: Final = ("entities", "sites")
"""Tables without which there is no company; a company of one entity owns nothing, so `ownership` may be left out."""


@dataclass(frozen=True)
class Company:
    """A company folder. `tables` holds sound rows by table; `flags` what was refused in reading them."""

    path: Path
    organisation: Organisation
    tables: dict[str, list[dict[str, Any]]]
    activities: dict[str, list[Table]]
    flags: list[dict[str, Any]]

    @classmethod
    def open(cls, path: str | Path) -> Company:
        """Open a folder.

        Raises
        ------
        CompanyError : company.toml or a table cannot be read, or entities or sites are missing.
        """
        folder = Path(path)
        organisation = read_organisation(folder)
        tables: dict[str, list[dict[str, Any]]] = {}
        flags: list[dict[str, Any]] = []
        with staging() as scratch:
            for name, columns in COMPANY.items():
                table = find_table(folder, name)
                if table is None:
                    if name in NEEDED:
                        raise CompanyError(
                            f"{folder}: the table {name} is missing; expected {name}.csv, .parquet or .xlsx"
                        )
                    tables[name] = []
                    continue
                try:
                    tables[name], refused = rows_of(table, columns, folder, scratch)
                except InputError as error:
                    raise CompanyError(str(error)) from error
                flags += refused
        activities, more = find_activities(folder)
        return cls(folder, organisation, tables, activities, flags + more)


@contextmanager
def staging() -> Iterator[Path]:
    """A folder for what is staged on the way, gone afterwards."""
    scratch = Path(tempfile.mkdtemp(prefix="leafmark-company-"))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def find_table(folder: Path, name: str) -> Table | None:
    """The file or sheet of a table; None where there is none.

    Raises
    ------
    CompanyError : there are two.
    """
    found = [Table(file) for each in SUFFIXES if (file := folder / f"{name}{each}").is_file() and each != ".xlsx"]
    for stem in (name, WORKBOOK):
        file = folder / f"{stem}.xlsx"
        if file.is_file():
            names = sheets(file)
            if name in names or stem == name:
                found.append(Table(file, name if name in names else names[0]))
    if len(found) > 1:
        raise CompanyError(
            f"{folder}: the table {name} is there {len(found)} times: {', '.join(each.shown(folder) for each in found)}; keep one"
        )
    return found[0] if found else None


def find_activities(folder: Path) -> tuple[dict[str, list[Table]], list[dict[str, Any]]]:
    """Files and sheets of each template, in the order of their names; and a flag for each file that names none."""
    found: dict[str, list[Table]] = {name: [] for name in BY_NAME}
    flags = []
    workbook = folder / f"{WORKBOOK}.xlsx"
    if workbook.is_file():
        for name in sheets(workbook):
            if template := template_of(name):
                found[template].append(Table(workbook, name))
    for file in sorted((folder / ACTIVITIES).glob("*")):
        if file.name.startswith((".", "_", "~")) or suffix_of(file) is None or not file.is_file():
            continue
        try:
            named = tables_in(file)
        except InputError as error:
            flags.append(flag("unreadable_file", str(file.relative_to(folder)), found=within(folder, error)))
            continue
        for template, table in named:
            found[template].append(table)
        if not named:
            flags.append(
                flag(
                    "unknown_template",
                    str(file.relative_to(folder)),
                    found=file.name,
                    expected=f"a name that begins with one of {', '.join(BY_NAME)}",
                )
            )
    return found, flags


def tables_in(file: Path) -> list[tuple[str, Table]]:
    """(template, table) of a file of activities: by its name, or by the names of a workbook's sheets.

    Raises
    ------
    InputError : a workbook that cannot be read.
    """
    named = template_of(stem_of(file))
    if suffix_of(file) != ".xlsx":
        return [(named, Table(file))] if named else []
    names = sheets(file)
    by_sheet = [(template, Table(file, name)) for name in names if (template := template_of(name))]
    return by_sheet or ([(named, Table(file, names[0]))] if named and names else [])


def template_of(name: str) -> str | None:
    """The template that a name begins with, followed by no further letter; the longest where several do."""
    folded = re.sub(r"[\s-]+", "_", name.strip()).casefold()
    fitting = [each for each in BY_NAME if folded.startswith(each) and not folded[len(each) : len(each) + 1].isalpha()]
    return max(fitting, key=len, default=None)
