"""A run's tables, each one Parquet file or a folder of Parquet parts (`products.parquet/00000.parquet`, ...).

A small run writes a file; a large one writes a part per chunk, as Spark does, and copies nothing at its end. Readers
ask here and see one table: the parts in the order of their names, all with the schema of the first.

`Finder` answers for single keys (one product of 500,000) and stays warm. What it costs: a row group's key column is
read once (7 ms a million rows) and kept as runs of equal keys, so that a sorted file costs next to nothing to keep and
an unsorted one is right all the same; a question then reads only the rows it is about (6 ms for nine lines out of a
million, next to nothing where the table is small enough to be kept decoded).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

DECODED_BYTES_MAX = 64 << 20
"""A table that is smaller than this, decoded, is kept row group by row group as it is asked for."""

RANGES_MAX = 100
"""Ranges of rows in one group above which the group is read whole: each costs a comparison with every row."""
RUNS_BYTES_MAX = 256 << 20
"""Runs of keys kept; past it those unused for longest go, and are read again when they are needed."""

_CELL_BYTES = 8


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
    return f"read_parquet([{', '.join(map(_literal, parts(path)))}], hive_partitioning = false)"


def _literal(path: str | Path) -> str:
    """A path as DuckDB takes it literally: `*`, `?` and `[` in a name are no pattern."""
    text = "".join(f"[{char}]" if char in "*?[" else char for char in str(path))
    return "'" + text.replace("'", "''") + "'"


def head_value(path: str | Path, column: str) -> Any:
    """The column's first value that is not missing, as an example; None in a table without one."""
    for part in parts(path):
        with pq.ParquetFile(part) as opened:
            for batch in opened.iter_batches(batch_size=1024, columns=[column]):
                found = batch.column(0).drop_null()
                if len(found):
                    return found[0].as_py()
    return None


def key_type(path: str | Path, key: str) -> pa.DataType:
    """The type of a column's values, whether or not the file holds them by dictionary."""
    kind = schema(path).field(key).type
    return kind.value_type if pa.types.is_dictionary(kind) else kind


@dataclass(frozen=True, slots=True)
class _Group:
    """One row group: where it is, its first row in its part, and the least and greatest key (None: not known)."""

    part: int
    number: int
    first: int
    rows: int
    low: Any
    high: Any

    def may_hold(self, key: Any) -> bool:
        return self.low is None or self.low <= key <= self.high


class Finder:
    """Finds the rows of single keys in Parquet parts, sorted by that key or not, by reading as little as it can.

    Parameters
    ----------
    found : the parts, as `parts` gives them.
    key : an integer or text column.
    columns : what a row holds; all columns by default.
    """

    def __init__(self, found: Sequence[str | Path], key: str, columns: Sequence[str] | None = None) -> None:
        self.paths = [str(path) for path in found]
        self.key = key
        self.columns = list(columns) if columns is not None else list(schema(self.paths[0]).names)
        self.kind = key_type(self.paths[0], key)
        self._metadata = [pq.read_metadata(path) for path in self.paths]
        self._groups = [group for part in range(len(self.paths)) for group in self._groups_of(part)]
        size = sum(group.rows for group in self._groups) * len(self.columns) * _CELL_BYTES
        self._keeps_decoded = size <= DECODED_BYTES_MAX
        self._decoded: dict[_Group, pa.Table] = {}
        self._runs: OrderedDict[_Group, pa.RunEndEncodedArray] = OrderedDict()
        self._runs_bytes = 0
        self._connection: duckdb.DuckDBPyConnection | None = None

    def _groups_of(self, part: int) -> Iterable[_Group]:
        metadata, first = self._metadata[part], 0
        index = metadata.schema.names.index(self.key)
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            statistics, low, high = group.column(index).statistics, None, None
            if statistics is not None and statistics.has_min_max:
                low, high = statistics.min, statistics.max
            if not isinstance(low, int if pa.types.is_integer(self.kind) else str):
                low = high = None  # a text cut in the middle of a character comes as bytes: it prunes nothing
            yield _Group(part, number, first, group.num_rows, low, high)
            first += group.num_rows

    def close(self) -> None:
        """Let go of the connection and of what is kept."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._decoded.clear()
        self._runs.clear()

    def find(self, keys: Iterable[Any]) -> list[tuple[str, int, dict[str, Any]]]:
        """(part, row number from 1, cells) of every row with one of these keys, in the order of the table.

        A key must be of the column's kind, whole number or text.
        """
        wanted = list(dict.fromkeys(keys))
        found: list[tuple[str, int, dict[str, Any]]] = []
        by_part: dict[int, list[int]] = {}
        for group in self._groups:
            held = [key for key in wanted if group.may_hold(key)]
            positions = self._positions(group, held) if held else []
            if not positions:
                continue
            if self._keeps_decoded or len(_ranges(positions)) > RANGES_MAX:
                whole = self._decode(group) if self._keeps_decoded else self._open(group, self.columns)
                cells = whole.take(pa.array(positions)).to_pylist()
                path = self.paths[group.part]
                found += [(path, group.first + at + 1, row) for at, row in zip(positions, cells, strict=True)]
            else:
                by_part.setdefault(group.part, []).extend(group.first + at for at in positions)
        for part, rows_wanted in by_part.items():
            found += self._read(self.paths[part], rows_wanted)
        order = {path: number for number, path in enumerate(self.paths)}
        return sorted(found, key=lambda each: (order[each[0]], each[1]))

    def _positions(self, group: _Group, keys: Sequence[Any]) -> list[int]:
        """Rows of the group, from 0, that hold one of the keys."""
        runs = self._runs_of(group)
        if len(keys) == 1:
            equal = pc.equal(runs.values, pa.scalar(keys[0], self.kind))
        else:
            equal = pc.is_in(runs.values, value_set=pa.array(keys, self.kind))
        ends = runs.run_ends
        positions: list[int] = []
        for run in pc.indices_nonzero(equal).to_pylist():
            positions.extend(range(ends[run - 1].as_py() if run else 0, ends[run].as_py()))
        return positions

    def _runs_of(self, group: _Group) -> pa.RunEndEncodedArray:
        kept = self._runs.get(group)
        if kept is not None:
            self._runs.move_to_end(group)
            return kept
        column = self._open(group, [self.key]).column(0).cast(self.kind)
        runs = pc.run_end_encode(column.combine_chunks())
        self._runs[group] = runs
        self._runs_bytes += runs.nbytes
        while self._runs_bytes > RUNS_BYTES_MAX and len(self._runs) > 1:
            self._runs_bytes -= self._runs.popitem(last=False)[1].nbytes
        return runs

    def _decode(self, group: _Group) -> pa.Table:
        if group not in self._decoded:
            self._decoded[group] = self._open(group, self.columns)
        return self._decoded[group]

    def _open(self, group: _Group, columns: list[str]) -> pa.Table:
        with pq.ParquetFile(self.paths[group.part], metadata=self._metadata[group.part]) as opened:
            return opened.read_row_group(group.number, columns=columns, use_threads=False)

    def _read(self, path: str, numbers: list[int]) -> list[tuple[str, int, dict[str, Any]]]:
        """Rows by number: DuckDB passes over the pages that hold none of them."""
        if self._connection is None:
            self._connection = duckdb.connect()
            self._connection.execute("SET threads = 1")
            self._connection.execute("SET autoinstall_known_extensions = false")
            self._connection.execute("SET parquet_metadata_cache = true")
        listing = ", ".join('"' + name.replace('"', '""') + '"' for name in self.columns)
        cursor = self._connection.execute(
            f"SELECT file_row_number, {listing} FROM read_parquet({_literal(path)}, file_row_number = true) WHERE "
            + " OR ".join(f"file_row_number BETWEEN {first} AND {last}" for first, last in _ranges(numbers))
        )
        cells = sorted(cursor.fetchall(), key=lambda row: int(row[0]))
        return [(path, row[0] + 1, dict(zip(self.columns, row[1:], strict=True))) for row in cells]


def _ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """Ascending numbers as inclusive ranges: 3, 4, 5, 9 is (3, 5), (9, 9)."""
    array = np.asarray(numbers)
    cuts = np.flatnonzero(np.diff(array) != 1)
    starts, ends = array[np.concatenate(([0], cuts + 1))], array[np.concatenate((cuts, [len(array) - 1]))]
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


__all__ = ["Finder", "exists", "head_value", "key_type", "parts", "read", "rows", "scan", "schema"]
