"""A run's tables, each one Parquet file or a folder of Parquet parts (`products.parquet/00000.parquet`, ...).

A small run writes a file; a large one writes a part per chunk, as Spark does, and copies nothing at its end. Readers
ask here and see one table: the parts in the order of their names, all with the schema of the first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq


def _visible(path: Path) -> bool:
    """Whether a file of a folder is data: Spark's `_SUCCESS` and hidden files are not."""
    return path.is_file() and not path.name.startswith(("_", "."))


def parts(path: str | Path) -> list[Path]:
    """The Parquet files of a table, in order of their names.

    Raises
    ------
    FileNotFoundError
        There is neither a file nor a folder with a part.
    """
    path = Path(path)
    if path.is_dir():
        found = sorted(part for part in path.glob("*.parquet") if _visible(part))
        if found:
            return found
        raise FileNotFoundError(f"{path}: a folder without a .parquet part; expected at least one")
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such table; expected a Parquet file, or a folder of Parquet parts")
    return [path]


def exists(path: str | Path) -> bool:
    """Whether the table is there, as a file or as a folder with a part."""
    path = Path(path)
    return path.is_file() or (path.is_dir() and any(map(_visible, path.glob("*.parquet"))))


def schema(path: str | Path) -> pa.Schema:
    """The table's columns and types (of its first part)."""
    return pq.read_schema(parts(path)[0])


def rows(path: str | Path) -> int:
    """How many rows the table has, from the parts' footers alone."""
    return sum(pq.read_metadata(part).num_rows for part in parts(path))


def read(path: str | Path, columns: list[str] | None = None, filters: Any = None) -> pa.Table:
    """The table in memory.

    Parameters
    ----------
    columns : only these, in this order; all by default.
    filters : a pyarrow expression, or pyarrow's tuples (`[("status", "=", "unknown")]`); row groups whose statistics
        exclude it are not read.
    """
    found = parts(path)
    if len(found) == 1 and filters is None:  # the reader of one file: no dataset to set up
        with pq.ParquetFile(found[0]) as opened:
            return opened.read(columns=columns)
    if isinstance(filters, list):
        filters = pq.filters_to_expression(filters)
    together = ds.dataset([str(part) for part in found], schema=pq.read_schema(found[0]), format="parquet")
    return together.to_table(columns=columns, filter=filters)


def scan(path: str | Path) -> str:
    """SQL text that reads the table in DuckDB: `read_parquet([...])`."""
    listing = ", ".join("'" + str(part).replace("'", "''") + "'" for part in parts(path))
    return f"read_parquet([{listing}], hive_partitioning = false)"


__all__ = ["exists", "parts", "read", "rows", "scan", "schema"]
