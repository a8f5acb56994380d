"""Recalculating a base year: when what is counted changed, so that like is compared with like; never because emissions did.

    change --noted--> effects on each filed year --tested, with all that wait, against the threshold--> new versions, or it waits on

- All changes that were noted and not yet applied are tested together, and by their sizes: an acquisition of 3 % and a divestment of 3 %
  are 6 %, not nothing (several small changes count by what they do together: Scope 3 Standard, 9.3; by their sizes is our choice).
- A change in the middle of a year is counted for whole years, in the base year and in the year it happens, never pro rata; with the timing
  `following_year` it waits until the next year is filed, as where data of an acquisition come late (Corporate Standard, chapter 5).
- What was acquired and did not exist in the base year is not recalculated for. Years since may be restated for it.
- Outsourcing and insourcing that only move grams between scopes of one base year are none (Scope 3 Standard, table 9.4); a whole category
  added is none where each category has a base year of its own (table 9.5).

Old versions stay; the journal has the old figures, the new ones and the reasons.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.engine import memory_database
from leafmark.inventory.book import InventoryError, sums
from leafmark.inventory.tables import LINES_SCHEMA
from leafmark.inventory.time import journal
from leafmark.inventory.time.declared import lines_of
from leafmark.inventory.time.history import BOTH, History
from leafmark.inventory.time.policy import Change

CUT: Final[dict[str, tuple[str, ...]]] = {"all": (), "scope": ("scope",), "category": ("scope", "category")}
"""What the threshold is held against, by the policy's `base`."""


@dataclass(frozen=True, slots=True)
class Test:
    """All waiting changes against one figure of the base year: `gross_ug` adds their sizes, `net_ug` their signs."""

    by: str
    what: tuple[int | None, ...]
    base_ug: int
    gross_ug: int
    net_ug: int
    significant: bool

    @property
    def percent(self) -> float | None:
        """The size of the changes as a share of the base; None of a base of 0."""
        return 100 * self.gross_ug / self.base_ug if self.base_ug else None


@dataclass(frozen=True, slots=True)
class Restated:
    """A year's new version: totals of old and new, by statement."""

    year: int
    version: int
    old_ug: Mapping[str, int]
    new_ug: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `applied` and `waiting` are ids of changes; `incomplete`: (change, year) that had no lines to restate with;
    `not_seen`: (change, year) whose inventory lacks what was acquired by then, or has what was sold before."""

    tests: tuple[Test, ...]
    significant: bool
    restated: tuple[Restated, ...]
    applied: tuple[str, ...]
    waiting: tuple[str, ...]
    not_due: tuple[str, ...]
    not_in_base: tuple[str, ...]
    incomplete: tuple[tuple[str, int], ...]
    not_seen: tuple[tuple[str, int], ...]


def note(history: History, change: Change) -> History:
    """Write a change down, with copies of the lines it brings; nothing is restated yet.

    Raises
    ------
    InventoryError : it is none that recalculates, was noted before, or lacks the base year's lines.
    """
    _admissible(history, change)
    folder = history.path / "changes" / change.id
    kept: dict[str, dict[str, str]] = {"add": {}, "replace": {}}
    brought = {}
    for name, files in (("add", change.add or {}), ("replace", change.replace or {})):
        for year, file in sorted(files.items()):
            lines = brought[name, year] = lines_of(file)
            _no_early_grams(change, year, lines)
            _by_both(change, year, lines)
            if change.kind == "acquisition" and name == "add":
                _nothing_twice(history, change, year, lines)
    for (name, year), lines in brought.items():
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{name}-{year}.parquet"
        pq.write_table(lines, target, compression="zstd")
        kept[name][str(year)] = target.relative_to(history.path).as_posix()
    content = {name: value for name, value in asdict(change).items() if name not in ("add", "replace")}
    content |= {
        "date": change.date.isoformat(),
        "existed_from": change.existed_from.isoformat() if change.existed_from else None,
        **kept,
    }
    content["sha256"] = {
        file: journal.sha256_of(history.path / file) for files in kept.values() for file in files.values()
    }
    journal.append(history.journal, "noted", content)
    return History.open(history.path)


def _admissible(history: History, change: Change) -> None:
    policy, noted = history.policy, _noted(history)
    if change.id in noted:
        raise InventoryError(
            f"{change.id}: was noted before (journal, {history.journal}): an event is recalculated for once"
        )
    for other in noted.values():
        event = (other["kind"], other["date"], other["entity_id"], other["remove"])
        if event == (
            change.kind,
            change.date.isoformat(),
            change.entity_id,
            dict(change.remove) if change.remove else None,
        ):
            raise InventoryError(
                f"{change.id}: is the same event as {other['id']} (kind, date, entity): an event is recalculated for once"
            )
    moved = change.kind in ("outsourcing", "insourcing")
    if moved and change.reported_before and policy.base == "all":
        raise InventoryError(
            f"{change.id}: the activity was reported before and one base year covers all scopes: it moves between scopes and changes no "
            "total (Scope 3 Standard, table 9.4); no recalculation"
        )
    if change.kind == "category_added" and policy.base == "category":
        raise InventoryError(
            f"{change.id}: each category has its own base year: a category that is new begins one (Scope 3 Standard, table 9.5); no recalculation"
        )
    if change.remove:
        _removes_something(history, change)
        return
    given = {*(change.add or {}), *(change.replace or {})}
    lacking = [year for year in policy.years if year not in given and not _born_after(change.existed_from, year)]
    if lacking:
        raise InventoryError(
            f"{change.id}: no lines for the base year {', '.join(map(str, lacking))}: give them (backcast where data are lacking, and say so in "
            "source), or existed_from where it did not exist yet"
        )


def _removes_something(history: History, change: Change) -> None:
    """A misspelt name would make a sale of no size, that never recalculates anything."""
    assert change.remove is not None
    tables = [history.newest(year).inventory.table("lines") for year in history.years()]
    for other in _noted(history).values():
        tables += [_kept(history, other, file) for files in (other["add"], other["replace"]) for file in files.values()]
    if all(_without(table, change.remove).num_rows == table.num_rows for table in tables):
        named = ", ".join(f"{column} = {value!r}" for column, value in change.remove.items())
        raise InventoryError(
            f"{change.id}: remove: no line of a filed year or of a noted change has {named}; expected what the inventories say, "
            f"entities {', '.join(sorted({name for table in tables for name in pc.unique(table['entity_id']).to_pylist()}))}"
        )


def _no_early_grams(change: Change, year: int, lines: pa.Table) -> None:
    if _born_after(change.existed_from, year) and lines.num_rows:
        raise InventoryError(f"{change.id}: lines for {year}, but it existed from {change.existed_from} only")


def _by_both(change: Change, year: int, lines: pa.Table) -> None:
    """Scope 2 told by one statement alone would restate one of two base years, and leave the other as it was."""
    told: dict[str, set[str]] = {}
    for row in (
        lines.select(["entity_id", "scope", "statement"])
        .group_by(["entity_id", "scope", "statement"])
        .aggregate([])
        .to_pylist()
    ):
        if row["scope"] == 2 and row["statement"] in BOTH:
            told.setdefault(row["entity_id"], set()).add(row["statement"])
    for entity, statements in sorted(told.items()):
        if lacking := [by for by in BOTH if by not in statements]:
            raise InventoryError(
                f"{change.id}: {year}: {entity} has Scope 2 by {' and '.join(sorted(statements))} and not by {lacking[0]}; give both (0 is a value; "
                "where one is not known, the figure of the other with that said in source)"
            )


def _nothing_twice(history: History, change: Change, year: int, lines: pa.Table) -> None:
    """From the purchase on, the company's own inventory has what was bought: the months before it are what is added."""
    if year not in history.years() or change.entity_id is None:
        return
    own = history.versions(year)[0].inventory.table("lines")
    own = own.filter(pc.equal(own["entity_id"], change.entity_id))
    had, brought = ({m for m in pc.unique(table["month"]).to_pylist() if m is not None} for table in (own, lines))
    if twice := sorted(month for month in had & brought if month >= change.date):
        raise InventoryError(
            f"{change.id}: add: {year}: {twice[0]:%Y-%m} of {change.entity_id} is in the inventory of {year} already, and would count twice; "
            f"give the months before {change.date}"
        )


def _born_after(existed_from: dt.date | None, year: int) -> bool:
    return existed_from is not None and existed_from > dt.date(year, 12, 31)


def _noted(history: History) -> dict[str, Mapping[str, Any]]:
    return {entry.content["id"]: entry.content for entry in history.entries if entry.kind == "noted"}


def _waiting(history: History) -> list[Mapping[str, Any]]:
    done = {change for entry in history.entries if entry.kind == "recalculated" for change in entry.content["changes"]}
    return [change for key, change in _noted(history).items() if key not in done]


def recalculate(history: History, change: Change | None = None) -> tuple[History, Outcome]:
    """Note a change if one is given, test all that wait, and restate where they are significant. Gives the history as it is then.

    Raises
    ------
    InventoryError : the base year was not filed; see `note`.
    """
    for by in BOTH:
        history.base(by)
    if change is not None:
        history = note(history, change)
    shift = 1 if history.policy.timing == "following_year" else 0
    newest = history.years()[-1]
    waiting = _waiting(history)
    due = [each for each in waiting if int(each["date"][:4]) + shift <= newest]
    not_due = tuple(each["id"] for each in waiting if each not in due)
    lines = {year: history.newest(year).inventory.table("lines") for year in history.years()}
    born = tuple(each["id"] for each in due if all(_born(each, year) for year in history.policy.years))
    tests = _tests(history, lines, due)
    significant = any(test.significant for test in tests)
    chosen = (
        due if significant else [each for each in due if each["id"] in born and _moves_its_years(history, lines, each)]
    )
    restated, incomplete, history = _restate(history, lines, chosen)
    applied = tuple(each["id"] for each in chosen) if restated else ()
    left = tuple(each["id"] for each in due if each["id"] not in applied)
    return history, Outcome(
        tests, significant, restated, applied, left, not_due, born, incomplete, _not_seen(lines, due)
    )


def _born(change: Mapping[str, Any], year: int) -> bool:
    existed = change["existed_from"]
    return _born_after(dt.date.fromisoformat(existed) if existed else None, year)


def _not_seen(lines: Mapping[int, pa.Table], due: list[Mapping[str, Any]]) -> tuple[tuple[str, int], ...]:
    """Years after a purchase without the entity, and after a sale with it: the figures would lie either way."""
    found = []
    for change in due:
        entity = change["entity_id"] or (change["remove"] or {}).get("entity_id")
        if change["kind"] not in ("acquisition", "divestment") or entity is None:
            continue
        for year, table in lines.items():
            there = pc.any(pc.equal(table["entity_id"], entity)).as_py() or False
            if year > _last_year_before(change) and there == (change["kind"] == "divestment"):
                found.append((change["id"], year))
    return tuple(found)


def _tests(history: History, lines: Mapping[int, pa.Table], due: list[Mapping[str, Any]]) -> tuple[Test, ...]:
    """Every figure that the policy holds a base year for, against all changes that are due."""
    cut, years = CUT[history.policy.base], history.policy.years
    found = []
    for by in BOTH:
        base = {year: sums(lines[year], cut, by) for year in years}
        effects = []
        for change in due:
            after = {year: sums(_applied(history, lines[year], change, year)[0], cut, by) for year in years}
            keys = {key for year in years for key in (*base[year], *after[year])}
            effects.append({
                key: sum(_ug(after[year], key) - _ug(base[year], key) for year in years) for key in keys
            })  # fmt: skip
        for key in sorted(
            {key for year in years for key in base[year]} | {key for each in effects for key in each}, key=str
        ):
            figure = sum(_ug(base[year], key) for year in years)
            gross = sum(abs(each.get(key, 0)) for each in effects)
            net = sum(each.get(key, 0) for each in effects)
            found.append(
                Test(
                    by,
                    key,
                    figure // len(years),
                    gross // len(years),
                    net // len(years),
                    _significant(history, gross, figure),
                )
            )
    return tuple(found)


def _significant(history: History, gross_ug: int, base_ug: int) -> bool:
    """At least the threshold ("alters base year emissions by at least", Scope 3 Standard, 9.3); of a base of 0 anything is."""
    return gross_ug > 0 and 100 * gross_ug >= history.policy.threshold_percent * base_ug


def _ug(found: Mapping[tuple[Any, ...], Any], key: tuple[Any, ...]) -> int:
    return found[key].co2e_ug if key in found else 0


def _moves_its_years(history: History, lines: Mapping[int, pa.Table], change: Mapping[str, Any]) -> bool:
    """Whether something that came to be after the base year is significant in a year since: restating it is open to the company."""
    for year in history.years():
        new = _applied(history, lines[year], change, year)[0]
        for by in BOTH:
            old_ug, new_ug = (sums(each, (), by).get((), None) for each in (lines[year], new))
            old = old_ug.co2e_ug if old_ug else 0
            if _significant(history, abs((new_ug.co2e_ug if new_ug else 0) - old), old):
                return True
    return False


def _restate(history: History, lines: Mapping[int, pa.Table], chosen: list[Mapping[str, Any]]) -> tuple[tuple[Restated, ...], tuple[tuple[str, int], ...], History]:  # fmt: skip
    restated, incomplete = [], []
    for year in history.years() if chosen else ():
        table, moved = lines[year], False
        for change in chosen:
            table, known = _applied(history, table, change, year)
            moved = moved or (known and not table.equals(lines[year]))
            if not known and history.policy.years[0] <= year <= _last_year_before(change) and not _born(change, year):
                incomplete.append((change["id"], year))
        if not moved:
            continue
        old = history.newest(year)
        content = {
            "reasons": [f"{change['kind']}: {change['reason']}" for change in chosen], "changes": [change["id"] for change in chosen],
            "old_ug": dict(old.totals_ug), "sources": [change["source"] for change in chosen],
        }  # fmt: skip
        history = history.write(year, old.inventory, "recalculated", content, {"lines": table})
        new = history.newest(year)
        restated.append(Restated(year, new.number, old.totals_ug, new.totals_ug))
    return tuple(restated), tuple(incomplete), history


def _last_year_before(change: Mapping[str, Any]) -> int:
    """The last year with days before a change."""
    return (dt.date.fromisoformat(change["date"]) - dt.timedelta(days=1)).year


def _applied(history: History, lines: pa.Table, change: Mapping[str, Any], year: int) -> tuple[pa.Table, bool]:
    """A year's lines after a change, and whether the change says anything of that year."""
    if year > int(change["date"][:4]) and str(year) not in {**change["add"], **change["replace"]}:
        return lines, False
    known = False
    if str(year) in change["replace"]:
        lines, known = _kept(history, change, change["replace"][str(year)]), True
    if change["remove"]:
        lines, known = _without(lines, change["remove"]), True
    if str(year) in change["add"]:
        lines, known = pa.concat_tables([lines, _kept(history, change, change["add"][str(year)])]), True
    return lines, known


def _kept(history: History, change: Mapping[str, Any], file: str) -> pa.Table:
    path: Path = history.path / file
    if not path.is_file() or journal.sha256_of(path) != change["sha256"][file]:
        raise InventoryError(f"{path}: is not what was noted for {change['id']}; restore it")
    return pq.read_table(path).select(LINES_SCHEMA.names).cast(LINES_SCHEMA)


def _without(lines: pa.Table, remove: Mapping[str, Any]) -> pa.Table:
    """Lines but those that have all the values of `remove`."""
    connection = memory_database.connect(in_order=True)
    try:
        connection.register("lines", lines)
        match = " AND ".join(f"{column} IS NOT DISTINCT FROM ?" for column in remove)
        found = connection.sql(f"SELECT * FROM lines WHERE NOT ({match})", params=list(remove.values()))
        return found.to_arrow_table().select(LINES_SCHEMA.names).cast(LINES_SCHEMA)
    finally:
        connection.close()


def as_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain data."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(outcome)))
    for test, each in zip(plain["tests"], outcome.tests, strict=True):
        test["percent"] = each.percent
    return plain
