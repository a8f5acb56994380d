"""Importing: a file is checked in the company it shall belong to, row by row, and put into its activities.

Nothing is remembered beside the files themselves: a file whose content lies among the activities already is refused, by its hash.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine.inputs import InputError, sha256_file
from leafmark.inventory.company.columns import BY_NAME
from leafmark.inventory.company.folder import ACTIVITIES, Company, staging, tables_in, template_of
from leafmark.inventory.company.organisation import CompanyError
from leafmark.inventory.company.passes import DOUBLES, FREIGHT
from leafmark.inventory.company.prepare import prepare
from leafmark.inventory.company.prepared import Prepared
from leafmark.inventory.company.reading import SUFFIXES, Table, stem_of, suffix_of

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Checked:
    """What a check found: flags, by template the rows read and those refused, and how many contracts wait to be matched."""

    flags: pa.Table
    rows: dict[str, int]
    refused: dict[str, int]
    file: Path | None = None
    contracts: int = 0

    @property
    def doubted(self) -> int:
        """How many flags only doubt."""
        return sum(effect == "doubted" for effect in self.flags.column("effect").to_pylist())


def check(company: str | Path, progress: Progress | None = None) -> Checked:
    """Check a whole company: its tables and all its activities.

    Raises
    ------
    CompanyError : company.toml or a table cannot be read.
    """
    opened = Company.open(company)
    found = _prepared(opened, progress)
    return Checked(found.flags, found.rows, found.refused, contracts=len(opened.tables["contracts"]))


def import_file(
    company: str | Path,
    file: str | Path,
    template: str | None = None,
    *,
    replace: bool = False,
    progress: Progress | None = None,
) -> Checked:
    """Check a file within its company and copy it into the company's activities; rows that are refused go along, refused.

    Parameters
    ----------
    template : what it holds; by default what its name, or the names of a workbook's sheets, begin with.
    replace : take the place of the file of that name, or of the one with the same content.

    Raises
    ------
    CompanyError : the company or the file cannot be read, the template is not known, or the file was imported already.
    """
    opened, source = Company.open(company), Path(file)
    named = _named(source, template)
    target = opened.path / ACTIVITIES / _target_name(source, named[0][0])
    same = _same_content(opened.path / ACTIVITIES, source)
    if same is not None and not replace:
        raise CompanyError(
            f"{source}: was imported already, as {same.relative_to(opened.path)}; --replace puts it there again"
        )
    target = same or target
    if target.exists() and not replace:
        raise CompanyError(
            f"{source}: {target.relative_to(opened.path)} is there already with other content; --replace replaces it"
        )
    checked = _within(opened, named, target, progress)
    unreadable = [row for row in checked.flags.to_pylist() if row["reason"] == "unreadable_file"]
    if unreadable:
        raise CompanyError(str(unreadable[0]["found"]))
    target.parent.mkdir(exist_ok=True)
    if source.resolve() != target.resolve():
        temporary = target.with_name(f".{target.name}.part")
        shutil.copyfile(source, temporary)
        temporary.replace(target)
    return dataclasses.replace(checked, file=target)


def _named(file: Path, template: str | None) -> list[tuple[str, Table]]:
    """(template, table) of the file."""
    if not file.is_file():
        raise CompanyError(f"{file}: no such file")
    if suffix_of(file) is None:
        raise CompanyError(f"{file}: expected a file of {', '.join(SUFFIXES)}")
    if template is not None and template not in BY_NAME:
        raise CompanyError(f"template: found {template!r}, expected one of {', '.join(BY_NAME)}")
    try:
        named = tables_in(file)
        if template is not None and suffix_of(file) != ".xlsx":
            named = [(template, Table(file))]
        elif template is not None:
            named = [each for each in named if each[0] == template] or _first_sheet(file, template, named)
    except InputError as error:
        raise CompanyError(str(error)) from error
    if not named:
        raise CompanyError(
            f"{file}: begins with no template's name; say which it is with --template: {', '.join(BY_NAME)}"
        )
    return named


def _first_sheet(file: Path, template: str, named: list[tuple[str, Table]]) -> list[tuple[str, Table]]:
    from leafmark.inventory.company.reading import sheets

    if named:
        others = ", ".join(dict.fromkeys(each for each, _ in named))
        raise CompanyError(f"{file}: its sheets are named {others}; leave --template out, or name a sheet {template}")
    return [(template, Table(file, name)) for name in sheets(file)[:1]]


def _target_name(file: Path, template: str) -> str:
    stem, suffix = stem_of(file), suffix_of(file) or ""
    return f"{stem}{suffix}" if template_of(stem) == template else f"{template}-{stem}{suffix}"


def _same_content(activities: Path, file: Path) -> Path | None:
    size, digest = file.stat().st_size, None
    for other in sorted(activities.glob("*")):
        if other.is_file() and other.stat().st_size == size:
            digest = digest or sha256_file(file)
            if sha256_file(other) == digest:
                return other
    return None


def _within(company: Company, named: list[tuple[str, Table]], target: Path, progress: Progress | None) -> Checked:
    """Check the file beside the other files of its templates, the last of them, so that what it repeats is its own fault."""
    activities: dict[str, list[Table]] = {template: [] for template in BY_NAME}
    wanted = {template for template, _ in named}
    for template in wanted | ({FREIGHT} if wanted & set(DOUBLES) else set()):
        activities[template] = [table for table in company.activities[template] if table.path != target]
    for template, table in named:
        activities[template].append(table)
    found = _prepared(dataclasses.replace(company, activities=activities, flags=[]), progress)
    names = [(template, table.shown(company.path)) for template, table in named]
    flags = found.flags.filter(pc.is_in(found.flags.column("file"), value_set=pa.array([name for _, name in names])))
    rows, refused = dict.fromkeys(sorted(wanted), 0), dict.fromkeys(sorted(wanted), 0)
    for template, name in names:
        rows[template] += found.files.get(name, 0)
    for row in flags.to_pylist():
        refused[row["template"] or names[0][0]] += row["effect"] == "refused" and row["row"] is not None
    return Checked(flags, rows, refused)


def _prepared(company: Company, progress: Progress | None) -> Prepared:
    with staging() as scratch:
        return prepare(company, scratch, progress=progress)
