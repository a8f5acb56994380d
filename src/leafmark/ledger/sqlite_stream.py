"""Large tables of a SQLite store as Arrow streams, read in a process of their own.

`python -m leafmark.ledger.sqlite_stream PATH TABLE COLUMNS` writes its rows to the output, as of the moment at which the first
bytes come. ADBC reads rows three to four times as fast as `sqlite3` does, but it brings a SQLite of its own, and two of those in one process take each other's locks off a file (sqlite.org, "How To Corrupt An SQLite Database File",
2.2.1). So it never runs beside the store's own connections.
"""

from __future__ import annotations

import contextlib
import importlib.util
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Any

import pyarrow as pa

ROWS_READ = 65_536
BUSY_MS = 30_000


def can_stream() -> bool:
    """Whether the extra `sqlite` is installed, and there is a Python to start."""
    return bool(sys.executable) and importlib.util.find_spec("adbc_driver_sqlite") is not None


@contextlib.contextmanager
def streaming(path: str, table: str, columns: Sequence[str]) -> Iterator[Iterator[pa.RecordBatch]]:
    """A table's batches out of a process that reads them; when this begins, the moment is fixed.

    Raises
    ------
    OSError : the process failed, at its start or further on. A stream that merely ends is not taken for a whole one.
    """
    command = [sys.executable, "-m", __name__, path, table, ", ".join(columns)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            try:
                stream = pa.ipc.open_stream(process.stdout)
            except pa.ArrowInvalid as error:
                raise _failure(process, table) from error
            yield _batches(process, stream, table)
        finally:
            process.kill()


def _batches(process: subprocess.Popen[bytes], stream: Any, table: str) -> Iterator[pa.RecordBatch]:
    try:
        yield from stream
    except pa.ArrowInvalid as error:
        raise _failure(process, table) from error
    if process.wait() != 0:
        raise _failure(process, table)


def _failure(process: subprocess.Popen[bytes], table: str) -> OSError:
    assert process.stderr is not None
    told = process.stderr.read().decode(errors="replace").strip().splitlines()
    return OSError(told[-1] if told else f"the process that read table {table} ended with {process.wait()}")


def main(path: str, table: str, columns: str, out: IO[bytes]) -> None:
    """Write columns of a table as an Arrow stream."""
    from adbc_driver_sqlite import dbapi

    with dbapi.connect(path, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(ROWS_READ)})
        for statement in (f"PRAGMA busy_timeout = {BUSY_MS}", "PRAGMA query_only = ON"):
            cursor.execute(statement)
            cursor.fetchall()
        cursor.execute(f"SELECT {columns} FROM {table}")
        with cursor.fetch_record_batch() as reader, pa.ipc.new_stream(out, reader.schema) as stream:
            out.flush()
            for batch in reader:
                stream.write_batch(batch)
        out.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], sys.argv[3], sys.stdout.buffer)
    except Exception as error:  # the driver's and Arrow's; the other process tells it of its table
        sys.exit(" ".join(str(error).split()))
