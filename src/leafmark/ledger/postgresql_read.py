"""Tables of a PostgreSQL store as Arrow batches, all as of one moment.

A driver hands over a row at a time, which takes longer than the server needs to find it. So the wide tables come by stretches of
their pages, a stretch in one row of whole columns (`string_agg` of values in the form in which COPY sends them), asked for on two
connections that share a snapshot. Measured, 5 million events of twelve columns on two cores: 3 s; by COPY 7.7 s and by ADBC 6.8 s.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa

from leafmark.ledger.postgresql_transaction import WIDTHS

CONNECTIONS = 2
PAGES = 1_200
"""Pages of a stretch, of 8 KiB: about 116,000 events."""
ROWS_READ = 65_536
WIDE_TABLES = ("event", "tally")
SEND = {8: "int8send", 4: "int4send", 2: "int2send", 1: "charsend"}

Rows = Iterator[pa.RecordBatch]
Connection = psycopg.Connection[Any]


@contextlib.contextmanager
def reading(connect: Callable[[], Connection]) -> Iterator[Callable[[str, Sequence[str]], Rows]]:
    """A function that reads columns of a table. `connect` opens a connection in autocommit."""
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(contextlib.closing(connect())) for _ in range(CONNECTIONS)]
        for each in connections:
            each.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (moment,), = connections[0].execute("SELECT pg_export_snapshot()").fetchall()  # fmt: skip
        for other in connections[1:]:
            other.execute(f"SET TRANSACTION SNAPSHOT '{moment}'")
        yield (
            lambda table, names: (
                _by_stretches(connections, table, names)
                if table in WIDE_TABLES
                else _by_rows(connections[0], table, names)
            )
        )


def _by_rows(connection: Connection, table: str, names: Sequence[str]) -> Rows:
    with connection.transaction(), connection.cursor("ledger_rows") as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM {table}")
        while rows := cursor.fetchmany(ROWS_READ):
            yield pa.RecordBatch.from_arrays([pa.array(column) for column in zip(*rows, strict=True)], list(names))


def _by_stretches(connections: Sequence[Connection], table: str, names: Sequence[str]) -> Rows:
    columns = ", ".join(f"string_agg({SEND[WIDTHS[name]]}({name}), '')" for name in names)
    sql = f"SELECT count(*), {columns} FROM {table} WHERE ctid >= %s::tid AND ctid < %s::tid"
    free: SimpleQueue[Connection] = SimpleQueue()
    for each in connections:
        free.put(each)

    def stretch(start: int) -> pa.RecordBatch:
        connection = free.get()
        try:
            with connection.transaction(), connection.cursor(binary=True) as cursor:
                cursor.execute(sql, (f"({start},0)", f"({start + PAGES},0)"))
                return _batch(names, *cursor.fetchall()[0])
        finally:
            free.put(connection)

    size = f"SELECT pg_relation_size('{table}') / current_setting('block_size')::BIGINT"
    with connections[0].transaction():
        (pages,), = connections[0].execute(size).fetchall()  # fmt: skip
    waiting: deque[Future[pa.RecordBatch]] = deque()
    with ThreadPoolExecutor(len(connections)) as pool:
        for start in range(0, pages, PAGES):
            waiting.append(pool.submit(stretch, start))
            if len(waiting) > 2 * len(connections):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _batch(names: Sequence[str], count: int, *columns: bytes | None) -> pa.RecordBatch:
    """Columns of values that lie one after the other.

    Raises
    ------
    ValueError : a column is short of values: some of its cells are empty.
    """
    arrays = []
    for name, column in zip(names, columns, strict=True):
        data, width = column or b"", WIDTHS[name]
        if len(data) != count * width:
            raise ValueError(f"column {name} has {count - len(data) // width} empty cells")
        arrays.append(_letters(data) if width == 1 else pa.array(np.frombuffer(data, f">i{width}").astype(f"i{width}")))
    return pa.RecordBatch.from_arrays(arrays, list(names))


def _letters(data: bytes) -> pa.StringArray:
    """Texts of one ASCII letter each, without making an object of any.

    Raises
    ------
    pa.ArrowInvalid : one is damaged, and no letter.
    """
    ends = np.arange(len(data) + 1, dtype=np.int32)
    letters = pa.StringArray.from_buffers(len(data), pa.py_buffer(ends), pa.py_buffer(data))
    letters.validate(full=True)
    return letters
