"""The entries of a sum: a page of them is what sorting all of them gives, from either end, in one file or many parts."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leafmark import engine
from leafmark.engine.explain_address import TOTAL, Address, Condition
from leafmark.engine.inputs import InputError
from leafmark.engine.run import Run, RunError, open_run
from leafmark.engine.run_entries import RunEntries, left_open

DAY = dt.date(2026, 11, 1)
WHOLE = Address(TOTAL)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """97 entries, many of them of the same size."""
    folder = tmp_path_factory.mktemp("entries")
    lines = "".join(f"p{n},{('materials', 'use')[n % 2]},food.eggs,{n % 7},kg\n" for n in range(97))
    (folder / "bill.csv").write_text("product_id,stage,key,amount,unit\n" + lines)
    return engine.footprint(folder / "bill.csv", out=folder / "run", known_on=DAY)


@pytest.fixture
def parted(made: Run, tmp_path: Path) -> Run:
    """The same run with its entries in three parts."""
    shutil.copytree(made.path, tmp_path / "run")
    table = made.table("entries")
    path = tmp_path / "run" / "entries.parquet"
    path.unlink()
    path.mkdir()
    for number, start in enumerate(range(0, table.num_rows, 40)):
        pq.write_table(table.slice(start, 40), path / f"{number:05}.parquet")
    return open_run(tmp_path / "run")


@pytest.mark.parametrize("which", ["made", "parted"])
@pytest.mark.parametrize("size", [1, 10, 50, 97, 200])
def test_pages_hold_each_entry_once_the_largest_first(which: str, size: int, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(which)
    entries = RunEntries(run)
    found = [line for first in range(0, 97, size) for line in entries.lines(WHOLE, first, size)]
    entries.close()
    assert [line["co2e_ug"] for line in found] == sorted(
        run.table("entries").column("co2e_ug").to_pylist(), reverse=True
    )
    assert sorted(line["subject_id"] for line in found) == sorted(f"p{n}" for n in range(97))


def test_a_sum_is_that_of_its_entries(made: Run) -> None:
    entries = RunEntries(made)
    use = Address(None, (Condition("stage", "use"),))
    kept = made.table("entries").filter(pa.compute.equal(made.table("entries").column("stage"), "use"))
    assert entries.figure(use) == (sum(kept.column("co2e_ug").to_pylist()), kept.num_rows)
    assert {each.ug for each in entries.published(use)} == {entries.figure(use)[0]}
    cut = entries.cut("stage", WHOLE, 1)
    assert (cut.count, cut.ug, cut.lines) == (2, *entries.figure(WHOLE))
    assert len(list(entries.every_line(use))) == kept.num_rows
    assert entries.lines(use, 1_000, 50) == []
    entries.close()


def test_what_entries_do_not_tell_is_refused(made: Run, tmp_path: Path) -> None:
    entries = RunEntries(made)
    for address in (Address("per-order"), Address(None, (Condition("key", "food.eggs"),))):
        with pytest.raises(InputError, match="entries"):
            entries.figure(address)
    entries.close()
    bare = engine.footprint(made.path.parent / "bill.csv", out=tmp_path / "bare", known_on=DAY, no_entries=True)
    with pytest.raises(RunError, match="no_entries"):
        RunEntries(bare)


def test_time_is_cut_finer_step_by_step() -> None:
    kinds = ("category", "year", "month", "day")
    assert left_open(kinds, ()) == ["category", "year", "month"]
    assert left_open(kinds, [Condition("month", "2025-03")]) == ["category", "day"]
    assert left_open(kinds, [Condition("category", "x"), Condition("day", "2025-03-01")]) == []
