"""A Parquet file as a table of texts, its footer asked first: rows, columns and what its texts would take.

A text that stands in a dictionary once and is used five million times takes gigabytes only when it is unpacked; so texts are
read as dictionaries, and their length is counted before they become a column.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .limits import Limits, refusal
from .numbers import number_texts
from .raw import RawTable


def read_parquet(path: Path, limits: Limits) -> RawTable:
    """Read a Parquet file; its first row is row 2, as under a spreadsheet's header.

    Raises
    ------
    ImportRefusedError
        Not whole, larger than the limits, or a column with lists or structs.
    """
    try:
        with pq.ParquetFile(path) as opened:
            schema, rows = opened.schema_arrow, opened.metadata.num_rows
            _refuse_size(path, opened.metadata, limits)
        texts = [field.name for field in schema if _is_text(field.type)]
        table = pq.ParquetFile(path, read_dictionary=texts).read()
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.filename:
            raise
        first = str(error).splitlines()[0]
        raise refusal("parquet", path, why=first) from error
    if not rows:
        raise refusal("parquet_empty", path)
    room = limits.inflated_bytes_max
    columns: list[pa.ChunkedArray] = []
    for field, column in zip(schema, table.columns, strict=True):
        columns.append(_as_text(path, field, column, room, limits))
        room -= columns[-1].nbytes
    names = [str(place) for place in range(len(columns))]
    numbers = np.arange(2, rows + 2, dtype=np.int64)
    return RawTable(str(path), "parquet", list(schema.names), pa.table(columns, names=names), numbers)


def _refuse_size(path: Path, footer: pq.FileMetaData, limits: Limits) -> None:
    if footer.num_columns > limits.columns_max:
        raise refusal("columns", path, count=footer.num_columns, most=limits.columns_max)
    if footer.num_rows > limits.rows_max:
        raise refusal("rows", path, count=footer.num_rows, most=limits.rows_max)
    whole = sum(footer.row_group(place).total_byte_size for place in range(footer.num_row_groups))
    if whole > limits.inflated_bytes_max:
        raise refusal("unpacks", path, bytes=whole, most=limits.inflated_bytes_max)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind))


def _as_text(path: Path, field: pa.Field, column: pa.ChunkedArray, room: int, limits: Limits) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_nested(kind):
        raise refusal("nested", path, column=field.name, kind=str(kind))
    if pa.types.is_dictionary(kind):
        return _unpacked(path, field.name, column, room, limits)
    if pa.types.is_timestamp(kind):
        local = pc.local_timestamp(column) if kind.tz else column
        return pc.utf8_slice_codeunits(local.cast(pa.string()), 0, len("2026-11-26"))
    if pa.types.is_floating(kind):
        return number_texts(column.cast(pa.float64()))
    return column.cast(pa.string())


def _unpacked(path: Path, name: str, column: pa.ChunkedArray, room: int, limits: Limits) -> pa.ChunkedArray:
    needed = 0
    for chunk in column.chunks:
        sizes = pc.binary_length(chunk.dictionary.cast(pa.binary()))
        if (pc.max(sizes).as_py() or 0) > 4 * limits.cell_chars_max:
            raise refusal("long_text", path, column=name, most=limits.cell_chars_max)
        needed += pc.sum(sizes.take(chunk.indices)).as_py() or 0
    if needed > room:
        raise refusal("column_unpacks", path, column=name, bytes=needed)
    value = column.type.value_type
    decoded = pa.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], value)
    if pa.types.is_binary(value):
        pieces = [
            [None if cell is None else cell.decode("utf-8", "replace") for cell in chunk.to_pylist()]
            for chunk in decoded.chunks
        ]
        return pa.chunked_array(pieces, pa.string())
    return decoded.cast(pa.string())
