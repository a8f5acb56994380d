"""The run of an inventory: a company's folder in, an inventory's folder out.

    company --prepare--> a Parquet for each template, in groups --engine, one run each--> grams by factor --lines_of--> lines
    electricity, by group and month --match contracts--> rows by market --engine--> lines of the other Scope 2 statement

Every figure is a run's, so every figure explains itself: `runs/<template>` is an engine's run folder like any other. Cost for n activity
rows: one pass to prepare, one through the engine; after that only groups (site x month x origin) are handled.

A killed run leaves `unfinished` behind and is begun again: it takes seconds, and nothing half-done counts, since `inventory.json` is
written last.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

import leafmark
from leafmark.engine.backends import DuckDB, told
from leafmark.engine.held import held
from leafmark.engine.run import Run, Settings
from leafmark.engine.run import run as run_engine
from leafmark.factors.model import Pack, builtin
from leafmark.inventory.accounting.given import once, taken
from leafmark.inventory.accounting.given_place import Given
from leafmark.inventory.accounting.lines import lines_of
from leafmark.inventory.accounting.whole_rows import consumed, left_out, rows_in_part
from leafmark.inventory.book import RECORD_FILE, UNFINISHED, Inventory, InventoryError, is_inventory
from leafmark.inventory.company.completeness import completeness
from leafmark.inventory.company.folder import Company
from leafmark.inventory.company.passes import ELECTRICITY
from leafmark.inventory.company.prepare import prepare
from leafmark.inventory.company.prepared import Prepared
from leafmark.inventory.scope2.contracts import ARROW_SCHEMA
from leafmark.inventory.scope2.matching import match
from leafmark.inventory.seal import SUMS_FILE
from leafmark.inventory.tables import FLAGS_SCHEMA, LINES_SCHEMA, TEMPLATES
from leafmark.methods import method

__all__ = ["Given", "run_inventory"]

_OWN: Final = (UNFINISHED, RECORD_FILE, SUMS_FILE, "prepared", "runs")
_OWN_SUFFIXES: Final = (".parquet", ".tmp")
"""What lies in an inventory's folder."""
CHUNK_LINES: Final = 10_000_000
"""Lines of one pass: only their sums by factor are kept, so there is no memory to spare by cutting them."""
MARKET: Final = "electricity.market"
MARKET_ROWS: Final = "electricity_market.parquet"
MEMORY_LIMIT: Final = "350MB"
RUNS_AT_ONCE: Final = 2
"""Engine runs side by side, one thread each, and what each may hold: an inventory of 5 M lines stays under 1 GB."""

Progress = Callable[[int, int, str], None]


def run_inventory(
    company: str | Path, out: str | Path, *, packs: Sequence[Pack] | None = None, given: Sequence[Given] = (),
    entries: bool = False, replace: bool = False, before: Sequence[str | Path] = (), progress: Progress | None = None,
) -> Inventory:  # fmt: skip
    """Make a company's inventory of the year that its company.toml names.

    Parameters
    ----------
    company : its folder (docs/inventory-company.md).
    out : the inventory's folder; a killed run is begun again there.
    packs : factors; the built-in pack by default. Contracts of electricity make a pack of their own beside them.
    given : entries of other rooms.
    entries : an entry for every activity in `runs/*/entries.parquet`, instead of one for a group.
    replace : a finished inventory in `out` is thrown away first.
    before : inventories of former years, whose certificates are used.

    Raises
    ------
    CompanyError, InventoryError, PackError, FactorChoiceError : nothing can be computed. Rows that cannot be taken are flags instead.
    """
    folder = Path(out)
    once(given, folder)
    with held(folder):
        _claim(folder, replace)
        with told():
            return _run(Path(company), folder, list(packs or [builtin()]), given, entries, _serials(before), progress)


def _serials(before: Sequence[str | Path]) -> pa.Table | None:
    """Serial numbers that former years stand on; a year without contracts has none."""
    found = [each for each in map(Inventory.open, before) if (each.path / "serials.parquet").is_file()]
    return pa.concat_tables([each.table("serials") for each in found]) if found else None


def _claim(out: Path, replace: bool) -> None:
    """An empty folder, or one where this was begun before; what is not an inventory's own is never thrown away.

    A record beside the mark of an unfinished run is that of a run killed before its seal: it is begun again.
    """
    begun = (out / UNFINISHED).is_file()
    finished = not begun and is_inventory(out)
    if finished and not replace:
        raise InventoryError(f"{out}: a finished inventory is there; choose another folder, or replace it (--replace)")
    left = sorted(each for each in out.iterdir() if not each.name.startswith("."))
    if left and not begun and not finished:
        raise InventoryError(f"{out}: not empty, and no inventory ({left[0].name}, ...); choose another folder")
    strange = [each.name for each in left if each.name not in _OWN and each.suffix not in _OWN_SUFFIXES]
    if strange:
        raise InventoryError(
            f"{out}: {', '.join(strange[:3])} is no part of an inventory and would be thrown away; move it, or choose another folder"
        )
    (out / UNFINISHED).touch()
    for each in left:
        if each.name != UNFINISHED:
            shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()


def _run(
    company: Path, out: Path, packs: list[Pack], given: Sequence[Given], entries: bool, used_before: pa.Table | None,
    progress: Progress | None,
) -> Inventory:  # fmt: skip
    began = dt.datetime.now(dt.UTC)
    steps = _Steps(progress, len(TEMPLATES) + 3)
    steps("prepare")
    opened = Company.open(company)
    prepared = prepare(opened, out / "prepared")
    settings = Settings(prepared.known_on, prepared.gwp, lines=entries, by_factor=True, run_date=prepared.from_day)
    steps.of(len(prepared.inputs) + 3)
    work = _Work(prepared, out, packs, settings, steps)
    with ThreadPoolExecutor(RUNS_AT_ONCE) as crew:
        market = crew.submit(_by_market, work, opened, used_before)
        runs, lines, flags, consumption = work.templates(crew)
        if consumption is None:
            more, by_market = market.result()
        else:
            market.exception()  # what it made, or could not, is of kWh that are no consumption
            more, by_market = _by_market_again(work, opened, used_before, consumption)
    if by_market is not None:
        runs["electricity_market"] = by_market.run
        lines.append(by_market.lines)
        flags.append(by_market.flags)
        packs = by_market.packs
    steps("book")
    others = taken(given, prepared, (row["entity_id"] for row in opened.tables["entities"]))
    lines.append(others.lines)
    flags.append(others.flags)
    book = pa.concat_tables([LINES_SCHEMA.empty_table(), *lines])
    every_flag = pa.concat_tables(
        [FLAGS_SCHEMA.empty_table(), *(each.select(FLAGS_SCHEMA.names).cast(FLAGS_SCHEMA) for each in flags)]
    )
    made = {
        "lines": book,
        "flags": every_flag,
        "completeness": completeness(prepared, book, every_flag, others.lost),
        "groups": pa.concat_tables([prepared.groups, others.groups]),
        **more,
    }
    record = _record(prepared, packs, runs, began) | ({"given": others.record} if others.record else {})
    inventory = Inventory.write(out, record, made)
    (out / UNFINISHED).unlink()
    return inventory


@dataclass(frozen=True, slots=True)
class _Done:
    """What one engine run gave to the book."""

    run: Run
    lines: pa.Table
    flags: pa.Table
    packs: list[Pack]
    consumption: pa.Table | None = None
    """Electricity that contracts are matched with, where that of `Prepared` has rows that turned out too large for a line."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What the engine runs of an inventory share."""

    prepared: Prepared
    out: Path
    packs: list[Pack]
    settings: Settings
    steps: _Steps

    def templates(
        self, crew: ThreadPoolExecutor
    ) -> tuple[dict[str, Run], list[pa.Table], list[pa.Table], pa.Table | None]:
        """Every template's run, some side by side, the largest first: a small one is mostly a single thread's work."""
        largest_first = sorted(self.prepared.inputs, key=lambda name: -self.prepared.inputs[name].stat().st_size)
        found = dict(zip(largest_first, crew.map(self._template, largest_first), strict=True))
        done = {name: found[name] for name in self.prepared.inputs}
        flags = [self.prepared.flags, *(each.flags for each in done.values())]
        runs, lines = {name: each.run for name, each in done.items()}, [each.lines for each in done.values()]
        return (
            runs,
            lines,
            flags,
            next((each.consumption for each in done.values() if each.consumption is not None), None),
        )

    def _template(self, template: str) -> _Done:
        self.steps(template)
        statement = "location" if template == ELECTRICITY else "both"
        name = next(each.method for each in TEMPLATES if each.name == template)
        source = self.prepared.inputs[template]
        done = self.engine(template, name, source, self.packs)
        rejected = done.table("rejected")
        flags = self.prepared.told(template, rejected)
        consumption = consumed(self.prepared.consumption, source, rejected) if template == ELECTRICITY else None
        in_part = rows_in_part(done, source, self.packs, self.settings)
        if in_part:
            left_out(source, in_part)
            shutil.rmtree(done.path)
            done = self.engine(template, name, source, self.packs)
        return _Done(
            done, lines_of(done, self.prepared.groups, template, self.packs, statement), flags, self.packs, consumption
        )

    def engine(self, folder: str, name: str, source: Path, packs: Sequence[Pack]) -> Run:
        """One engine run."""
        return run_engine(
            method(name), str(source), packs, self.out / "runs" / folder, self.settings,
            engine=lambda spill: DuckDB(spill, MEMORY_LIMIT, 1), chunk_lines=CHUNK_LINES, unique_ids=True,
        )  # fmt: skip


def _by_market(work: _Work, company: Company, used_before: pa.Table | None) -> tuple[dict[str, pa.Table], _Done | None]:
    """Scope 2 by market: tables of contracts, and the run. Its rows are kept as a file, so that it can be replayed."""
    consumption = work.prepared.consumption
    if not consumption.num_rows:
        return {}, None
    work.steps("contracts")
    rows = company.tables["contracts"]
    contracts = pa.Table.from_pylist(rows, schema=ARROW_SCHEMA.append(pa.field("_row", pa.int64())))
    matched = match(
        consumption, contracts, pack=work.packs, known_on=work.prepared.known_on, used_before=used_before,
        files=(rows[0]["_file"] if rows else "contracts", "electricity"),
    )  # fmt: skip
    packs = [*work.packs, *([matched.pack] if matched.pack is not None else [])]
    file = work.out / "prepared" / MARKET_ROWS
    pq.write_table(matched.rows, file)
    done = work.engine("electricity_market", MARKET, file, packs)
    lines = lines_of(done, work.prepared.groups, "electricity", packs, "market")
    tables = {
        "instruments": matched.instruments, "served": matched.served, "criteria": matched.criteria, "serials": matched.serials_used,
    }  # fmt: skip
    flags = pa.concat_tables([matched.flags.cast(FLAGS_SCHEMA), _refused_by_market(done, matched.rows)])
    return tables, _Done(done, lines, flags, packs)


def _by_market_again(
    work: _Work, company: Company, used_before: pa.Table | None, consumption: pa.Table
) -> tuple[dict[str, pa.Table], _Done | None]:
    """`_by_market` of another consumption than that of `prepare`, in the place of what was made of that."""
    shutil.rmtree(work.out / "runs" / "electricity_market", ignore_errors=True)
    (work.out / "prepared" / MARKET_ROWS).unlink(missing_ok=True)
    prepared = dataclasses.replace(work.prepared, consumption=consumption)
    return _by_market(dataclasses.replace(work, prepared=prepared), company, used_before)


def _refused_by_market(run: Run, rows: pa.Table) -> pa.Table:
    """What the run by market refused, as flags: parts of a group's sum, so of no single row of the company's files."""
    groups = rows.column("site_id")
    told = [
        {"file": f"prepared/{MARKET_ROWS}", "row": each["row"], "activity_id": groups[each["row"] - 1].as_py(), "effect": "refused",
         **{name: each[name] for name in ("field", "reason", "found", "expected")}}
        for each in run.table("rejected").to_pylist()
    ]  # fmt: skip
    return pa.Table.from_pylist(told, schema=FLAGS_SCHEMA)


class _Steps:
    """Tells a progress callback what is being done."""

    def __init__(self, progress: Progress | None, steps: int) -> None:
        self.progress, self.steps, self.done, self.lock = progress, steps, 0, threading.Lock()

    def of(self, steps: int) -> None:
        self.steps = steps

    def __call__(self, what: str) -> None:
        with self.lock:
            if self.progress:
                self.progress(self.done, self.steps, what)
            self.done += 1


def _record(prepared: Prepared, packs: Sequence[Pack], runs: Mapping[str, Run], began: dt.datetime) -> dict[str, Any]:
    methods = {run.record["method"]["id"]: run.record["method"] for run in runs.values()}
    return {
        "organisation": prepared.organisation, "year": prepared.year, "from": str(prepared.from_day), "until": str(prepared.until_day),
        "approach": prepared.approach, "gwp": prepared.gwp, "currency": prepared.currency, "known_on": str(prepared.known_on),
        "methods": [{name: each[name] for name in ("id", "version", "hash")} for _, each in sorted(methods.items())],
        "packs": [{"id": pack.id, "version": pack.version, "sha256": pack.hash} for pack in packs],
        "runs": [
            {"template": name.removesuffix("_market"), "run_id": run.id, "folder": f"runs/{name}"} for name, run in runs.items()
        ],
        "leafmark": leafmark.__version__, "started": began.isoformat(timespec="seconds"),
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
