"""Where a prepared row came from.

A table that was made of other files before a run may say, row by row, of which: two columns beside those of the method, `source_file`
(text) and `source_row` (a whole number, counted from 1 below the header). The run does not read them and no figure depends on them;
an explanation goes on to them. They count in Parquet that is read where it lies, in every file of the input or in none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

FILE, ROW = "source_file", "source_row"
COLUMNS: Final = (FILE, ROW)


def told_by(paths: Sequence[str]) -> tuple[str, ...]:
    """The two columns, if all of these Parquet files have both with the types they should have; else nothing."""
    return COLUMNS if all(map(_tells, map(pq.read_schema, paths))) else ()


def _tells(schema: pa.Schema) -> bool:
    if any(schema.names.count(name) != 1 for name in COLUMNS):
        return False
    file, row = (schema.field(name).type for name in COLUMNS)
    text = file.value_type if pa.types.is_dictionary(file) else file
    return bool((pa.types.is_string(text) or pa.types.is_large_string(text)) and pa.types.is_integer(row))


def prepared_from(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """`{file, row}` that a row of an input was made of; None where it does not say."""
    file, number = row.get(FILE), row.get(ROW)
    return None if file is None or number is None else {"file": str(file), "row": int(number)}
