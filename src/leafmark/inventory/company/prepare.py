"""`prepare`: a company folder becomes inputs of the engine, groups, flags and the electricity that contracts are matched with.

Cost for n rows of a template: one narrow pass that counts groups and refusals (place, date, origin, amounts), one that writes the rows
that stand; refused rows are read once more, only where there are any. Ids that occur twice and readings that overlap are looked for in a
sorted array of 64-bit integers, and by name only where one is found. Memory is that of the small tables and of DuckDB's buffers. Templates
run side by side, each on one thread (`passes`).

The plain twin of it, row by row in Python, is the tests' oracle.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from leafmark.engine.backends import told
from leafmark.engine.inputs import quote
from leafmark.inventory.company.columns import BY_NAME
from leafmark.inventory.company.flags import flags_table
from leafmark.inventory.company.folder import Company
from leafmark.inventory.company.meters import read_meters
from leafmark.inventory.company.money import read_rates
from leafmark.inventory.company.passes import DOUBLES, FREIGHT, Passed, Shared, passed
from leafmark.inventory.company.places import places
from leafmark.inventory.company.prepared import CONSUMPTION_SCHEMA, GROUPS_SCHEMA, Prepared

SETTINGS: Final = {
    "memory_limit": "600MB",  # past it, DuckDB spills beside the output
    "threads": 1,  # of a statement; templates run side by side
    "enable_progress_bar": False,
    "preserve_insertion_order": True,
    # small tables stand on the right of every join: built from the rows, a hash table would lose their order
    "disabled_optimizers": "join_order,build_side_probe_side",
}
Progress = Callable[[int, int, str], None]


@told()
def prepare(
    company: Company | str | Path, out: str | Path, *, threads: int | None = None, progress: Progress | None = None
) -> Prepared:
    """Make a company's activities ready for the engine.

    Parameters
    ----------
    company : a folder, or one that is open.
    out : folder of the inputs; what an earlier `prepare` left there is replaced.
    threads : how many templates are worked on at once; as many as there are cores by default.
    progress : called with (templates done, templates, what).

    Raises
    ------
    CompanyError : company.toml or a table of the company cannot be read. Files and rows of activities are refused by flags instead.
    RunError : memory or disk ran out.
    """
    opened = company if isinstance(company, Company) else Company.open(company)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    found, rates = places(opened), read_rates(opened.tables["rates"])
    shared = Shared(opened, found, rates, read_meters(opened.tables["meters"], found), folder)
    by_template = _each(shared, threads or os.cpu_count() or 2, progress)
    ordered = [by_template[name] for name in BY_NAME if name in by_template]
    of_tables = flags_table([*opened.flags, *found.flags, *rates.flags, *shared.meters.flags])
    return Prepared(
        folder,
        opened.organisation,
        {each.template: each.path for each in ordered if each.path is not None},
        pa.concat_tables([GROUPS_SCHEMA.empty_table(), *(e.groups for e in ordered if e.groups is not None)]),
        pa.concat_tables(
            [CONSUMPTION_SCHEMA.empty_table(), *(e.consumption for e in ordered if e.consumption is not None)]
        ),
        pa.concat_tables([of_tables, *(table for each in ordered for table in each.flags)]),
        {each.template: each.rows for each in ordered},
        {each.template: each.refused for each in ordered if each.refused},
        {name: rows for each in ordered for name, rows in each.files.items()},
        opened.tables["exclusions"],
        found.by_id,
    )


def _each(shared: Shared, workers: int, progress: Progress | None) -> dict[str, Passed]:
    """All templates that have files, the largest first; fuels wait for freight, whose doubles they must not hold."""
    activities = shared.company.activities
    bytes_of = {
        name: sum(table.path.stat().st_size for table in tables) for name, tables in activities.items() if tables
    }
    order = sorted(bytes_of, key=lambda name: (name != FREIGHT, -bytes_of[name]))
    futures: dict[str, Future[Passed]] = {}
    with _database(shared.out) as connection, ThreadPoolExecutor(min(workers, len(order)) or 1) as pool:

        def work(template: str) -> Passed:
            freight = futures.get(FREIGHT) if template in DOUBLES else None  # begun before, so this ends
            cursor = connection.cursor()
            try:
                return passed(cursor, shared, template, freight.result().carried if freight else None)
            finally:
                cursor.close()

        for template in order:
            futures[template] = pool.submit(work, template)
        done: dict[str, Passed] = {}
        for template in order:
            if progress:
                progress(len(done), len(order), "templates")
            done[template] = futures[template].result()
    return done


@contextmanager
def _database(out: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    try:
        for name, value in {**SETTINGS, "temp_directory": str(out / "spill")}.items():
            connection.execute(f"SET {name} = {quote(value) if isinstance(value, str) else value}")
        yield connection
    finally:
        connection.close()
        for name in ("staging", "spill"):
            shutil.rmtree(out / name, ignore_errors=True)
