"""What came of the proceeds: a project's result, scaled by the share of its cost that each tranche financed.

    share(tranche, project) = allocated / cost          exact fractions
    part(tranche) = the result split by tranches' allocations and what others paid, rounded by largest remainder

So the parts of all tranches and of the others add up to the result as it was told, in units of its own last decimal place. A project
whose cost was not told has no share, and its result stays whole, marked, and is in no sum. Results of different indicators, units or
periods are never added. (ICMA's Harmonised Framework asks for the pro-rated share of the issuer's financing; its wording was not read.)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leafmark.engine.backends import RunError
from leafmark.engine.explain import ExplainMismatch, explain
from leafmark.engine.inputs import InputError
from leafmark.engine.pinned import DamagedPackError
from leafmark.engine.run import open_run
from leafmark.inventory.bonds.money import largest_remainder
from leafmark.inventory.small_tables import Flags

if TYPE_CHECKING:
    from leafmark.inventory.bonds.reading import Indicator, Register

UG_OF: Final = {"g": 10**6, "kg": 10**9, "t": 10**12, "kt": 10**15, "Mt": 10**18}
"""Micrograms in a unit of mass; an indicator in one of them, with CO2e after it or not, can cite entries."""

OTHERS: Final = "others"
"""Who financed what the bonds did not."""


@dataclass(frozen=True, slots=True)
class Result:
    """One indicator of one project. `parts`: by tranche and `OTHERS`, adding up to `value`; None where the cost is unknown.

    `cited`: `checked` against the entries, `differs`, `missing` (no such run or address), `not_checked` (no run folder was given), or
    `none` (nothing is cited).
    """

    indicator_id: str
    project_id: str
    value: Decimal
    shares: dict[str, Fraction] | None
    parts: dict[str, Decimal] | None
    cited: str
    entries_ug: int | None
    flags: tuple[dict[str, Any], ...] = ()
    """What is doubted of it: `share_unknown`, `no_such_entry`, `differs_from_entries`."""


def results(register: Register, runs: str | Path | None = None) -> list[Result]:
    """Every indicator, scaled; those that cite entries are held to them where `runs` is given: a folder with the run folders in it."""
    folders = {} if runs is None else run_folders(Path(runs))
    return [_result(register, each, None if runs is None else folders) for each in register.indicators]


def shares(register: Register, project_id: str, on: dt.date) -> dict[str, Fraction] | None:
    """Share of a project's cost that each tranche financed by the end of a day; None where the cost is unknown."""
    cost = register.projects[project_id].cost
    if cost is None:
        return None
    found: dict[str, Fraction] = {}
    for each in register.allocations:
        if each.project_id == project_id and each.counts_on(on):
            found[each.tranche_id] = found.get(each.tranche_id, Fraction(0)) + Fraction(each.amount, cost)
    return found


def split(value: Decimal, by: Mapping[str, Fraction]) -> dict[str, Decimal]:
    """A result by shares and `OTHERS`, who have the rest of the whole, in units of the result's own last place.

    Raises
    ------
    ValueError : the shares are more than the whole.
    """
    rest = 1 - sum(by.values(), Fraction(0))
    if rest < 0:
        raise ValueError(f"shares: expected at most the whole, found {1 - rest}")
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    places = min(0, exponent)
    parts = largest_remainder(int(value.scaleb(-places)), [*by.values(), rest])
    return {name: Decimal(part).scaleb(places) for name, part in zip([*by, OTHERS], parts, strict=True)}


def run_folders(root: Path) -> dict[str, Path]:
    """Run id -> its folder, of all finished runs in a folder and in the folders in it."""
    found: dict[str, Path] = {}
    for record in sorted([*root.glob("run.json"), *root.glob("*/run.json"), *root.glob("*/*/run.json")]):
        try:
            run = open_run(record.parent)
            found.setdefault(run.id, run.path)
        except (RunError, ValueError, KeyError):
            continue  # a folder of several runs, or one that is not done: its runs are found by themselves
    return found


def _result(register: Register, indicator: Indicator, folders: Mapping[str, Path] | None) -> Result:
    by, flags = shares(register, indicator.project_id, register.on), Flags()
    if by is None:
        flags.add(indicator.row, "project_id", "share_unknown", indicator.project_id,
                           "the project's cost, of which the bonds financed a share", "doubted")  # fmt: skip
    cited, entries_ug = _cited(indicator, folders, flags)
    return Result(
        indicator.indicator_id, indicator.project_id, indicator.value, by,
        None if by is None else split(indicator.value, by), cited, entries_ug, tuple(flags.rows),
    )  # fmt: skip


def _cited(indicator: Indicator, folders: Mapping[str, Path] | None, flags: Flags) -> tuple[str, int | None]:
    row = indicator.row
    if row["run_id"] is None:
        return "none", None
    unit = row.text("unit").removesuffix("CO2e").strip()
    if unit not in UG_OF:
        flags.add(
            row,
            "unit",
            "no_such_entry",
            row["unit"],
            f"a mass: {', '.join(UG_OF)} CO2e; entries hold nothing else",
            "doubted",
        )
        return "missing", None
    if folders is None:
        return "not_checked", None
    folder = folders.get(row.text("run_id"))
    if folder is None:
        flags.add(row, "run_id", "no_such_entry", row["run_id"], "a finished run in the folder of runs", "doubted")
        return "missing", None
    try:
        found = explain(folder, row.text("address").split() if " " in row.text("address") else row.text("address"))[
            "co2e_ug"
        ]
    except (RunError, InputError, DamagedPackError, ExplainMismatch) as fault:
        flags.add(row, "address", "no_such_entry", row["address"], str(fault), "doubted")
        return "missing", None
    if found is None:
        flags.add(row, "address", "no_such_entry", row["address"], "a figure: it is unknown in that run", "doubted")
        return "missing", None
    told, exponent = indicator.value * UG_OF[unit], indicator.value.as_tuple().exponent
    assert isinstance(exponent, int)
    last_place = Decimal(UG_OF[unit]).scaleb(exponent)
    if abs(told - int(found)) * 2 <= last_place:
        return "checked", int(found)
    flags.add(
        row,
        "value",
        "differs_from_entries",
        f"{row['value']} {row['unit']}",
        f"{found} micrograms by {folder.name}",
        "doubted",
    )
    return "differs", int(found)
