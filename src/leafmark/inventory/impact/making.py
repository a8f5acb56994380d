"""The impact statement of a period: rows by programme and participant, subtotals by type, gates, ambition by year.

There is no total over the two types, none over evidence D and the rest, and none over this book and another. What is asked for beyond the
rows is `Amount`, which adds to nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from leafmark.inventory import small_tables
from leafmark.inventory.book import InventoryError
from leafmark.inventory.impact import gates
from leafmark.inventory.impact.effects import add_comparisons, judge_mints, load_mints
from leafmark.inventory.impact.entries import GROUP, check_entries, connect, load_entries, ranges, without_entries
from leafmark.inventory.impact.tables import AMBITION_SCHEMA, AUDITED, DATA, EVIDENCE, FOLDER, SETTINGS_FILE, STATEMENTS
from leafmark.inventory.small_tables import Flags, Row

SCHEMA: Final = "leafmark.impact/1"
BOOK: Final = "impact"
UG_PER_T: Final = 10**12
UG_PER_G: Final = 10**6
_AUDITED: Final = f"e.evidence IN ({', '.join(repr(each) for each in AUDITED)})"


@dataclass(frozen=True, slots=True)
class Amount:
    """Audited micrograms of a group with their range, what is self-declared beside them, and what went the wrong way.

    `low_ug` and `high_ug` are None where an effect has no entries to tell a range from (`without_range` says how many). `negative_ug` is
    the part of `audited_ug` that results below zero make, `negative` how many there are. `by_evidence`: all four classes.
    """

    audited_ug: int
    low_ug: int | None
    high_ug: int | None
    declared_ug: int
    negative_ug: int
    negative: int
    effects: int
    without_range: int
    by_evidence: dict[str, int]


@dataclass(frozen=True, slots=True)
class ImpactStatement:
    """A statement of Scope 3+ for one period. `open_gates`: questions of the three gates that are not passed."""

    settings: Mapping[str, Any]
    first: dt.date
    until: dt.date
    programmes: Mapping[str, Row]
    rows: Mapping[tuple[str, str, str], Amount]
    subtotals: Mapping[str, Amount]
    answers: Sequence[Mapping[str, Any]]
    open_gates: Sequence[Mapping[str, Any]]
    ambition: pa.Table
    cumulative: Sequence[Mapping[str, Any]]
    flags: Flags

    @property
    def publishable(self) -> bool:
        """Whether all three gates are passed and every row of the input stands."""
        return not self.open_gates and not self.flags.refused

    def content(self) -> dict[str, Any]:
        """The statement as plain data, for JSON: `schema, book, organisation, period, status, open, programmes, rows, subtotals, ...`."""
        return {
            "schema": SCHEMA, "book": BOOK, "guidance": gates.GUIDANCE, "organisation": dict(self.settings["organisation"]),
            "period": {"from": self.first.isoformat(), "until": self.until.isoformat()},
            "status": "publishable" if self.publishable else "draft",
            "open": [f"gate {each['gate']}: {each['question']}{_of(each)}: {each['state']}" for each in self.open_gates]
            + [f"refused: {each['file']} {each['row'] or ''}".rstrip() for each in self.flags.refused],
            "programmes": [{name: _plain(value) for name, value in row.cells.items()} for row in self.programmes.values()],
            "rows": [{**dict(zip(GROUP, key, strict=True)), **_fields(amount)} for key, amount in self.rows.items()],
            "subtotals": {name: _fields(amount) for name, amount in self.subtotals.items()},
            "answers": [dict(each) for each in self.answers],
            "ambition": [dict(each) for each in self.cumulative],
            "goal_ug": _goal(self.settings), "flags": list(self.flags.rows),
        }  # fmt: skip


def _of(each: Mapping[str, Any]) -> str:
    return f" of {each['programme']}" if each["programme"] else ""


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _fields(amount: Amount) -> dict[str, Any]:
    return {name: getattr(amount, name) for name in Amount.__dataclass_fields__}


def statement(folder: str | Path, today: dt.date | None = None) -> ImpactStatement:
    """Make the statement of a folder (docs/inventory-impact.md).

    Parameters
    ----------
    today : answers of a later day are refused. The default is the day it is.

    Raises
    ------
    InventoryError : the folder lacks a needed file, column or setting. MixedBooksError : entries of another book are among its files.
    """
    path, flags = Path(folder), Flags()
    settings = small_tables.settings(
        path, SETTINGS_FILE, ("organisation", "period", "ambition", "ledger"), ("assurance",)
    )
    first, until = _period(path, settings)
    found = {
        name: small_tables.rows(path, name, columns, flags, name == "programmes") for name, columns in FOLDER.items()
    }
    programmes = {
        key: row
        for key, row in small_tables.unique(found["programmes"], "programme", flags).items()
        if _told(row, flags)
    }
    given = gates.answers(found["answers"], programmes, today or dt.date.today(), flags)
    told = gates.judged(given, list(programmes))
    with connect() as connection:
        file = load_mints(connection, path, settings.get("ledger", {}).get("archive"))
        judge_mints(connection, file, list(programmes), found["participants"], flags)
        compared = add_comparisons(connection, path, found["comparisons"], programmes, flags)
        entries = sorted((path / "entries").glob("*.parquet"))
        for each in entries:
            check_entries(each)
        load_entries(
            connection, [*compared, *(each for each in entries if each.resolve() not in compared)], list(programmes)
        )
        inside = f"e.day >= DATE '{first}' AND e.day < DATE '{until}'"
        rows = _amounts(connection, inside, GROUP)
        subtotals = {key[0]: amount for key, amount in _amounts(connection, inside, ("statement",)).items()}
        ambition, cumulative = _ambition(connection, path, settings)
    return ImpactStatement(
        settings, first, until, programmes, {(a, b, c): amount for (a, b, c), amount in rows.items()},
        {name: subtotals[name] for name in STATEMENTS if name in subtotals}, told, gates.in_the_way(told), ambition, cumulative, flags,
    )  # fmt: skip


def _period(folder: Path, settings: Mapping[str, Any]) -> tuple[dt.date, dt.date]:
    file = folder / SETTINGS_FILE
    if not settings.get("organisation", {}).get("name"):
        raise InventoryError(f"{file}: lacks [organisation] name; expected whose statement it is")
    first, until = (settings.get("period", {}).get(name) for name in ("from", "until"))
    if type(first) is not dt.date or type(until) is not dt.date or until <= first:
        raise InventoryError(
            f"{file}: [period] from {first!r}, until {until!r}; expected two days, `until` the first day after"
        )
    _goal(settings)
    return first, until


def _goal(settings: Mapping[str, Any]) -> int | None:
    """The ambition's goal in micrograms.

    Raises
    ------
    InventoryError : it is no whole number of micrograms above 0.
    """
    given = settings.get("ambition", {}).get("goal_t")
    if given is None:
        return None
    try:
        goal = Decimal(str(given)) * UG_PER_T
        if goal <= 0 or goal != goal.to_integral_value() or isinstance(given, float):
            raise InvalidOperation
    except InvalidOperation as fault:
        raise InventoryError(
            f'{SETTINGS_FILE}: [ambition] goal_t {given!r}; expected tonnes as a whole number or text, e.g. "1500000000"'
        ) from fault
    return int(goal)


def _told(row: Row, flags: Flags) -> bool:
    """Whether a programme tells how specific its data are in known words; the five steps are required columns."""
    for name in ("solution_data", "reference_data"):
        if row[name] not in DATA:
            flags.add(row, name, "unknown_word", row[name], " or ".join(DATA))
            return False
    return True


def _amounts(connection: duckdb.DuckDBPyConnection, where: str, group: Sequence[str]) -> dict[tuple[str, ...], Amount]:
    cut = ", ".join(f"e.{name}" for name in group)
    by_class = ", ".join(f"sum(CASE WHEN e.evidence = '{each}' THEN e.ug ELSE 0 END)::HUGEINT" for each in EVIDENCE)
    rows = connection.execute(f"""
        SELECT {cut}, sum(CASE WHEN {_AUDITED} THEN e.ug ELSE 0 END)::HUGEINT,
          sum(CASE WHEN {_AUDITED} AND e.ug < 0 THEN e.ug ELSE 0 END)::HUGEINT, sum(CASE WHEN {_AUDITED} AND e.ug < 0 THEN 1 ELSE 0 END)::BIGINT,
          count(*), {by_class} FROM effects AS e WHERE {where} GROUP BY {cut} ORDER BY {cut}""").fetchall()
    spread = ranges(connection, f"{where} AND {_AUDITED}", group)
    lacking = without_entries(connection, f"{where} AND {_AUDITED}", group)
    found = {}
    for row in rows:
        key, (audited, negative_ug, negative, effects, *classes) = tuple(row[: len(group)]), map(int, row[len(group) :])
        without = lacking.get(key, 0)
        _, down, up = spread.get(key, (0, 0, 0))
        found[key] = Amount(
            audited, None if without else audited - down, None if without else audited + up, classes[-1], negative_ug, negative, effects,
            without, dict(zip(EVIDENCE, classes, strict=True)),
        )  # fmt: skip
    return found


def _ambition(
    connection: duckdb.DuckDBPyConnection, folder: Path, settings: Mapping[str, Any]
) -> tuple[pa.Table, list[dict[str, Any]]]:
    """Actual by year of the ambition's span, as the targets' room reads it, and the same with what has come together so far.

    Audited alone; the two types beside each other, and their sum, which the ambition is of: Scope 3+ is both.
    """
    span = settings.get("ambition", {})
    first, last = span.get("from_year"), span.get("until_year")
    if first is None and last is None:
        return AMBITION_SCHEMA.empty_table(), []
    if not (isinstance(first, int) and isinstance(last, int) and 1990 <= first <= last <= 2100):
        raise InventoryError(
            f"{folder / SETTINGS_FILE}: [ambition] from_year {first!r}, until_year {last!r}; expected years, e.g. 2021 and 2035"
        )
    assured = {each.get("year") for each in settings.get("assurance", []) if isinstance(each, dict) and each.get("by")}
    columns = ", ".join(f"sum(CASE WHEN statement = '{each}' THEN ug ELSE 0 END)::HUGEINT" for each in STATEMENTS)
    rows = connection.execute(f"""
        SELECT year(day) AS y, {columns} FROM effects AS e WHERE {_AUDITED} AND year(day) BETWEEN {first} AND {last}
        GROUP BY y ORDER BY y""").fetchall()
    cumulative, so_far = [], 0
    for year, avoided, reduction in rows:
        so_far += int(avoided) + int(reduction)
        cumulative.append({
            "year": int(year), "avoided_ug": int(avoided), "participant_reduction_ug": int(reduction), "ug": int(avoided) + int(reduction),
            "cumulative_ug": so_far, "assured": year in assured,
        })  # fmt: skip
    by_kind = [(each, kind) for each in cumulative for kind in STATEMENTS]
    table = pa.table(
        {"year": pa.array([each["year"] for each, _ in by_kind], pa.int32()), "kind": pa.array([kind for _, kind in by_kind], pa.string()),
         "ug": pa.array([Decimal(each[f"{kind}_ug"]) for each, kind in by_kind], pa.decimal128(38, 0)),
         "assured": pa.array([each["assured"] for each, _ in by_kind], pa.bool_())}, schema=AMBITION_SCHEMA,
    )  # fmt: skip
    return table, cumulative


def for_targets(made: ImpactStatement) -> str:
    """The ambition's years as the CSV that `leafmark.inventory.targets.ambition` reads: whole grams, rounded down, so never more than there is."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("year", "kind", "co2e_g", "assured", "source"))
    source = f"impact statement of {made.settings['organisation']['name']}"
    for row in made.ambition.to_pylist():
        writer.writerow((row["year"], row["kind"], int(row["ug"]) // UG_PER_G, str(row["assured"]).lower(), source))
    return out.getvalue()
