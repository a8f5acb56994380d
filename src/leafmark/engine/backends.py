"""Where plans run. DuckDB here; `spark.py` offers the same verbs over Apache Spark."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

from leafmark.engine.inputs import Source, quote

BATCH_ROWS = 1 << 17
"""Rows of a batch, and so of a row group of the tables a run writes."""


class RunError(RuntimeError):
    """A run that cannot go on: what was found, what to do."""


@contextmanager
def told() -> Iterator[None]:
    """Turn what a database says of a full disk, memory or an overflow into what a person can do about it."""
    try:
        yield
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise RunError(
            "a sum or a spread left the range of whole micrograms (9.2 million tonnes); an amount or an amount_gsd of "
            f"this input is far too large: {str(error).splitlines()[0]}"
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise RunError(
            f"out of memory or of room to spill: {str(error).splitlines()[0]}; give --memory-limit more, free disk, "
            "and start the same command again: it goes on where it stopped"
        ) from error
    except OSError as error:
        raise RunError(
            f"reading or writing failed: {error}; mend that (is the disk full?) and start the same command again: "
            "nothing half-written counts"
        ) from error
    except (duckdb.IOException, duckdb.FatalException, duckdb.InvalidInputException) as error:
        raise RunError(
            f"reading or writing failed: {str(error).splitlines()[0]}; mend that (is the disk full?) and start the same "
            "command again: nothing half-written counts"
        ) from error


class Backend(Protocol):
    """What a plan needs of an engine."""

    name: str
    chunk_lines: int | None
    """Lines of input this engine likes per chunk; None: as the run's own rule says."""
    workers: int
    """How many chunks it can work on at once."""

    def source(self, view: str, source: Source) -> None:
        """Give an input the name `view`, with `_file` and `_row`."""

    def table(self, name: str, table: pa.Table) -> None:
        """Give an Arrow table a name."""

    def temp(self, name: str, sql: str) -> None:
        """Compute a plan once and keep its result under a name."""

    def view(self, name: str, sql: str) -> None:
        """Give a plan a name."""

    def fetch(self, sql: str) -> pa.Table:
        """Run a plan and bring its (small) result here."""

    def stream(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Run a plan and bring its result in batches, at least one, be it empty."""

    def copy(self, sql: str, path: Path) -> None:
        """Run a plan and write its result as one Parquet file."""

    def crew(self, most: int) -> Sequence[Backend]:
        """At most `most` backends, each for a thread of its own, that see all tables made so far; and no more of them
        are made here once there are several.
        """

    def interrupt(self) -> None:
        """Stop what this backend is doing, from another thread."""

    def close(self) -> None:
        """Let go of memory, threads and temporary files."""


def count(backend: Backend, table: str) -> int:
    """Rows of a table or view."""
    return int(backend.fetch(f"SELECT COUNT(*) AS n FROM {table}").column("n").to_pylist()[0])


class DuckDB:
    """DuckDB in process: no extension, no network, spill files beside the run.

    Plans are written in DuckDB's SQL and go to it as they are: what a method brings into them is held to the portable subset when the
    plan is made (`plan.expression`), and the plans themselves are in the tests. To parse and write them again cost a third of a run.
    """

    name = "duckdb"
    chunk_lines: int | None = None

    def __init__(self, spill: Path, memory_limit: str = "2GB", threads: int | None = None) -> None:
        self.connection = duckdb.connect()
        self.workers = threads or os.cpu_count() or 2
        self._scope = ""
        settings = {
            "memory_limit": memory_limit,
            "threads": self.workers,
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "enable_progress_bar": False,
            # Plans are written in the order that is best, the smaller table on the right; of Parquet and of computed
            # columns DuckDB knows too little to do better, and it would build its hash tables from the lines.
            "disabled_optimizers": "join_order,build_side_probe_side",
        }
        for name, value in settings.items():
            self.connection.execute(f"SET {name} = {quote(value) if isinstance(value, str) else value}")

    def crew(self, most: int) -> Sequence[DuckDB]:
        """One worker a thread, on cursors of this database; its own tables are seen by all, a worker's by none."""
        count = min(self.workers, most)
        if count <= 1:
            return (self,)
        self.connection.execute("SET threads = 1")
        workers = []
        for _ in range(count):
            worker = copy(self)
            worker.connection, worker._scope = self.connection.cursor(), "TEMP "
            workers.append(worker)
        return workers

    def interrupt(self) -> None:
        """Stop the running statement; it ends with `duckdb.InterruptException`."""
        self.connection.interrupt()

    def source(self, view: str, source: Source) -> None:
        """Give an input the name `view`."""
        self.connection.execute(f'CREATE OR REPLACE {self._scope}VIEW "{view}" AS {source.sql}')

    def table(self, name: str, table: pa.Table) -> None:
        """Copy a small Arrow table in."""
        self.connection.register("_arrow", table)
        self.connection.execute(f'CREATE OR REPLACE {self._scope}TABLE "{name}" AS SELECT * FROM _arrow')
        self.connection.unregister("_arrow")

    def temp(self, name: str, sql: str) -> None:
        """Compute and keep."""
        with told():
            self.connection.execute(f'CREATE OR REPLACE {self._scope}TABLE "{name}" AS {sql}')

    def view(self, name: str, sql: str) -> None:
        """Name a plan."""
        self.connection.execute(f'CREATE OR REPLACE {self._scope}VIEW "{name}" AS {sql}')

    def fetch(self, sql: str) -> pa.Table:
        """Bring a small result here."""
        with told():
            return self.connection.sql(sql).to_arrow_table()

    def stream(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Bring a result in batches."""
        with told():
            reader = self.connection.sql(sql).to_arrow_reader(BATCH_ROWS)
            empty = True
            for batch in reader:
                empty = False
                yield batch
            if empty:
                yield pa.RecordBatch.from_pylist([], reader.schema)

    def copy(self, sql: str, path: Path) -> None:
        """Write one Parquet file."""
        statement = f"COPY ({sql}) TO {quote(str(path))} (FORMAT parquet, COMPRESSION snappy)"
        with told():
            self.connection.execute(statement)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
