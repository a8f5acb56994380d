"""Connections to the database in memory see the files as they are and nothing of one another."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import leafmark
from leafmark.engine import memory_database

HOUSE = Path(leafmark.__file__).parent


def test_what_one_connection_makes_no_other_sees() -> None:
    one, other = memory_database.connect(), memory_database.connect()
    one.register("given", pa.table({"n": [1, 2]}))
    one.execute("CREATE TEMP TABLE kept AS SELECT * FROM given")
    one.execute("CREATE TEMP VIEW shown AS SELECT * FROM kept")
    for name in ("given", "kept", "shown"):
        with pytest.raises(duckdb.CatalogException):
            other.execute(f"SELECT * FROM {name}")
    other.register("given", pa.table({"n": [40, 2]}))
    assert other.execute("SELECT SUM(n) FROM given").fetchall() == [(42,)]
    assert one.execute("SELECT SUM(n) FROM shown").fetchall() == [(3,)]
    one.close()
    other.close()


def test_who_asks_it_makes_temporary_tables_and_views_alone() -> None:
    """Any other would be seen by all, and stand in the way of the next one of its name."""
    files = [path for path in HOUSE.rglob("*.py") if "memory_database.connect" in path.read_text(encoding="utf-8")]
    assert len(files) > 10
    for path in files:
        made = re.findall(r"CREATE (?:OR REPLACE )?(\w+)", path.read_text(encoding="utf-8"))
        assert set(made) <= {"TEMP"}, path


def test_a_closed_connection_leaves_nothing_and_shuts_no_other() -> None:
    with memory_database.connect() as first:
        first.execute("CREATE TEMP TABLE kept AS SELECT 1 AS n")
    with memory_database.connect() as second, pytest.raises(duckdb.CatalogException):
        second.execute("SELECT * FROM kept")


def test_a_file_written_again_is_read_again(tmp_path: Path) -> None:
    """With the same name, length and time, as a restored or a forged one may have."""
    file = tmp_path / "n.parquet"
    for number in (1, 2):
        pq.write_table(pa.table({"n": [number] * 1000}), file, compression="none", use_dictionary=False)
        os.utime(file, (0, 0))
        with memory_database.connect() as connection:
            assert connection.execute(f"SELECT MAX(n) FROM read_parquet('{file}')").fetchall() == [(number,)]


def test_rows_in_order_keep_it_and_add_up_alike_every_time() -> None:
    """Floats whose sum depends on the order in which they are added."""
    numbers = [(-1.0) ** place * 10.0 ** (place % 17) + place / 7 for place in range(500_000)]
    table, sums = pa.table({"n": numbers}), set()
    for _ in range(3):
        with memory_database.connect(in_order=True) as connection:
            connection.register("given", table)
            assert connection.sql("SELECT n FROM given").to_arrow_table().column("n").to_pylist() == numbers
            sums |= set(connection.execute("SELECT SUM(n) FROM given").fetchall())
            assert connection.execute("SELECT current_setting('threads')").fetchall() == [(1,)]
    assert len(sums) == 1


def test_threads_ask_side_by_side() -> None:
    def asked(number: int) -> int:
        with memory_database.connect() as connection:
            connection.register("given", pa.table({"n": list(range(number))}))
            return int(connection.execute("SELECT COUNT(*) FROM given").fetchall()[0][0])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(asked, range(1, 200))) == list(range(1, 200))


def test_a_database_that_a_fatal_error_made_useless_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB refuses every further question to such a database; what is closed refuses them alike."""
    spoiled = duckdb.connect()
    spoiled.close()
    monkeypatch.setitem(memory_database._databases, False, spoiled)
    with memory_database.connect() as connection:
        assert connection.execute("SELECT 42").fetchall() == [(42,)]


def test_a_forked_process_opens_its_own() -> None:
    """In one that forks anew, since a test run has threads that must not be forked."""
    program = """
import os
from leafmark.engine import memory_database
ask = lambda: memory_database.connect().execute("SELECT SUM(range) FROM range(100000)").fetchall()
assert ask() == [(4999950000,)]
child = os.fork()
if child == 0:
    os._exit(0 if ask() == [(4999950000,)] and len(memory_database._left) == 1 else 3)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert ask() == [(4999950000,)]
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
