"""Chunks side by side: all are done once, and a worker that fails stops the others and is the error told."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from leafmark.engine import crew
from leafmark.engine.backends import Backend, DuckDB


@pytest.fixture
def backend(tmp_path: Path) -> DuckDB:
    made = DuckDB(tmp_path / "spill", threads=2)
    made.temp("shared", "SELECT 7 AS n")
    made.table("many", pa.table({"n": range(1_000_000)}))
    return made


def test_every_chunk_is_done_once_and_sees_the_shared_tables(backend: DuckDB) -> None:
    seen: list[tuple[int, int]] = []
    told: list[int] = []

    def work(worker: Backend, number: int) -> None:
        worker.temp("own", f"SELECT {number} AS n")  # the same name in each: a worker's tables are its own
        rows = worker.fetch("SELECT s.n AS shared, o.n AS own FROM shared AS s CROSS JOIN own AS o").to_pylist()
        seen.append((rows[0]["own"], rows[0]["shared"]))

    crew.each(backend, range(20), work, lambda: told.append(len(told)))
    backend.close()
    assert sorted(seen) == [(number, 7) for number in range(20)]
    assert len(told) == 20


def test_a_failing_worker_stops_the_other_in_its_statement(backend: DuckDB) -> None:
    """One worker counts for minutes; the other fails once that one is at it. The error told is the failure."""
    busy = threading.Event()
    done: list[int] = []

    def work(worker: Backend, number: int) -> None:
        if number == 0:
            busy.set()
            worker.fetch("SELECT COUNT(*) AS n FROM many AS a CROSS JOIN many AS b WHERE a.n * b.n <> a.n + b.n")
        assert busy.wait(30)
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        crew.each(backend, range(10), work, lambda: done.append(1))
    backend.close()
    assert done == []


def test_the_interrupted_worker_is_not_the_error() -> None:
    assert crew.worker_was_stopped(duckdb.InterruptException("Interrupted"))
    assert not crew.worker_was_stopped(RuntimeError("Interrupted"))
