"""Chunks side by side: all are done once, and a worker that fails stops the others and is the error told."""

from __future__ import annotations

import threading
import time
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


def test_a_worker_between_two_statements_is_stopped_in_its_next(backend: DuckDB) -> None:
    """The interrupt that comes while a worker is in no statement is lost; it must come again."""
    failing, ended = threading.Event(), []

    def work(worker: Backend, number: int) -> None:
        if number:
            failing.set()
            raise RuntimeError("the disk is full")
        assert failing.wait(30)
        time.sleep(0.2)  # the other has failed, and this worker computes nothing
        try:
            worker.fetch(
                "SELECT COUNT(*) AS n FROM many AS a CROSS JOIN many AS b WHERE b.n < 3000 AND a.n * b.n <> a.n + b.n"
            )
        except duckdb.InterruptException:
            ended.append("interrupted")
            raise
        ended.append("to its end")

    with pytest.raises(RuntimeError, match="the disk is full"):
        crew.each(backend, range(2), work, lambda: None)
    backend.close()
    assert ended == ["interrupted"]


def test_the_interrupted_worker_is_not_the_error() -> None:
    assert crew.worker_was_stopped(duckdb.InterruptException("Interrupted"))
    assert not crew.worker_was_stopped(RuntimeError("Interrupted"))
