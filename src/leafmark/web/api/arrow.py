"""Rows of an Arrow IPC stream that a stranger sent.

Three things are seen to before Arrow decodes anything: that no batch is compressed (a few bytes may stand for gigabytes), that no
batch says it has more rows than are taken, and that columns are of plain kinds. Then every buffer is validated.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import pyarrow as pa

from leafmark.web.api.problems import Problem

HEADER_TYPE, HEADER = 1, 2
"""Fields of a Message (Arrow's format/Message.fbs)."""
DICTIONARY_BATCH, RECORD_BATCH = 2, 3
"""Kinds of its header."""
LENGTH, COMPRESSION = 0, 3
"""Fields of a RecordBatch."""
DATA: Final = 1
"""Field of a DictionaryBatch: the RecordBatch with its values."""


def rows_of_arrow(body: bytes, rows_max: int) -> tuple[list[str], list[dict[str, Any]]]:
    """Names of the columns, and the rows.

    Raises
    ------
    Problem : the stream is cut short or damaged, compressed, or has too many rows or columns of other kinds.
    """
    try:
        _check(body, rows_max)
        with pa.ipc.open_stream(pa.BufferReader(body)) as reader:
            for field in reader.schema:
                _plain(field)
            found: list[dict[str, Any]] = []
            for batch in reader:
                if len(found) + batch.num_rows > rows_max:
                    raise too_many(rows_max)
                batch.validate(full=True)
                found += batch.to_pylist()
            return list(reader.schema.names), found
    except (pa.ArrowException, OSError, ValueError, OverflowError, struct.error) as error:
        raise Problem("unreadable", "the body is no whole Arrow IPC stream; nothing of it was posted") from error


def too_many(rows_max: int) -> Problem:
    """More rows than one request takes."""
    return Problem("too-large", f"expected at most {rows_max} acts; send them in parts")


def _plain(field: pa.Field) -> None:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    types = pa.types
    tests = (types.is_integer, types.is_floating, types.is_string, types.is_large_string, types.is_binary, types.is_date,
             types.is_null, types.is_boolean)  # fmt: skip
    if not any(test(kind) for test in tests):
        errors = [
            {"pointer": f"#/{field.name}", "detail": f"found a column of {field.type}; expected numbers, texts or days"}
        ]
        raise Problem("invalid", errors=errors)


def _check(body: bytes, rows_max: int) -> None:
    """Look at each message's header before its buffers are touched."""
    reader = pa.ipc.MessageReader.open_stream(pa.BufferReader(body))
    while True:
        try:
            message = reader.read_next_message()
        except StopIteration:
            return
        header = memoryview(message.metadata)
        (root,) = struct.unpack_from("<I", header, 0)
        place = _field(header, root, HEADER_TYPE)
        kind = header[place] if place else 0
        if kind not in (DICTIONARY_BATCH, RECORD_BATCH):
            continue
        batch = _table(header, root, HEADER)
        if kind == DICTIONARY_BATCH:
            batch = _table(header, batch, DATA)
        if _field(header, batch, COMPRESSION):
            raise Problem("unreadable", "the stream's buffers are compressed; send them as they are")
        place = _field(header, batch, LENGTH)
        if place and struct.unpack_from("<q", header, place)[0] > rows_max:
            raise too_many(rows_max)


def _field(data: memoryview, table: int, number: int) -> int:
    """Where a field of a FlatBuffers table lies; 0 where the table does not have it."""
    (back,) = struct.unpack_from("<i", data, table)
    (size,) = struct.unpack_from("<H", data, table - back)
    slot = 4 + 2 * number
    if slot >= size:
        return 0
    (offset,) = struct.unpack_from("<H", data, table - back + slot)
    return table + offset if offset else 0


def _table(data: memoryview, table: int, number: int) -> int:
    """Where the table lies that a field points to."""
    place = _field(data, table, number)
    if not place:
        raise struct.error("a table is missing")
    (offset,) = struct.unpack_from("<I", data, place)
    return place + int(offset)
