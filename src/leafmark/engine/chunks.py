"""Cutting an input into chunks: ranges of subjects, so that no subject lies in two and memory does not grow."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.engine.backends import Backend, told
from leafmark.engine.inputs import Source
from leafmark.engine.run_folder import write_json
from leafmark.methods.model import Method

CHUNK_LINES = 550_000
"""Lines of input per chunk where the file is sorted by subject: a chunk then reads its own row groups only."""

CHUNK_LINES_UNSORTED = 6_000_000
"""Where it is not, every chunk reads the whole file: fewer, larger ones."""

WORTH_SHARING = 100_000
"""Lines for which it pays to have another worker."""


@dataclass(frozen=True)
class RowGroup:
    """A row group of an input: the least value of the column by which chunks are cut, and its rows."""

    path: str
    number: int
    least: Any
    rows: int


def row_groups(source: Source, column: str) -> list[RowGroup] | None:
    """The input's row groups; None unless their ranges of `column` follow each other."""
    groups: list[RowGroup] = []
    last: Any = None
    for path in source.paths:
        metadata = pq.read_metadata(path)
        if column not in metadata.schema.names:
            return None
        index = metadata.schema.names.index(column)
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            statistics = group.column(index).statistics
            if statistics is None or not statistics.has_min_max or (last is not None and statistics.min < last):
                return None
            last = statistics.max
            groups.append(RowGroup(path, number, statistics.min, group.num_rows))
    return groups


def _within(group: RowGroup, column: str, lines: int) -> list[Any]:
    """Subjects that cut one row group into pieces of at most about `lines` rows."""
    pieces = -(-group.rows // lines)
    with pq.ParquetFile(group.path) as file:
        values = file.read_row_group(group.number, columns=[column]).column(column)
    sample = sorted(
        v for v in values.take(pa.array(range(0, len(values), max(1, lines // 1000)))).to_pylist() if v is not None
    )
    return [sample[len(sample) * k // pieces] for k in range(1, pieces)] if sample else []


def _cuts(backend: Backend, method: Method, source: Source, chunk_lines: int | None) -> list[Any]:
    """Subjects at which a new chunk begins."""
    groups = row_groups(source, method.subject) if backend.chunk_lines is None else None
    lines = chunk_lines or backend.chunk_lines or (CHUNK_LINES if groups else CHUNK_LINES_UNSORTED)
    if groups and chunk_lines is None:
        lines = min(lines, max(WORTH_SHARING, -(-source.rows // backend.workers)))
    pieces = -(-source.rows // lines)
    if pieces <= 1:
        return []
    column = method.subject
    if groups:
        cuts, rows_of_chunk = [], 0
        for group in groups:
            if rows_of_chunk and rows_of_chunk + group.rows > lines:
                cuts.append(group.least)
                rows_of_chunk = 0
            rows_of_chunk += group.rows
            if rows_of_chunk > lines:
                within = _within(group, column, lines)
                cuts += within
                rows_of_chunk //= len(within) + 1
        return sorted(set(cuts))
    step = max(1, source.rows // (pieces * 64))
    sample = backend.fetch(
        f"SELECT {column} AS subject FROM (SELECT {column}, ROW_NUMBER() OVER (ORDER BY {column}) AS n FROM "
        f"(SELECT {column}, COUNT(*) AS c FROM input GROUP BY {column}) AS g) AS x WHERE n % {step} = 0 ORDER BY subject"
    ).column("subject").to_pylist()  # fmt: skip
    return sorted({sample[len(sample) * k // pieces] for k in range(1, pieces)}) if sample else []


@told()
def conditions(backend: Backend, method: Method, source: Source, chunk_lines: int | None, out: Path) -> list[str]:
    """One condition on the subject per chunk, "" for all; kept in the folder, so that a restart cuts alike."""
    kept = out / "chunks" / "bounds.json"
    if kept.is_file():
        return list(json.loads(kept.read_text(encoding="utf-8")))
    column = f"i.{method.subject}"
    literals = [
        repr(cut) if isinstance(cut, int) else "'" + str(cut).replace("'", "''") + "'"
        for cut in _cuts(backend, method, source, chunk_lines)
    ]
    found = [""]
    if literals:
        middle = [f"{column} >= {low} AND {column} < {high}" for low, high in itertools.pairwise(literals)]
        found = [f"({column} < {literals[0]} OR {column} IS NULL)", *middle, f"{column} >= {literals[-1]}"]
    write_json(kept, found)
    return found


def left(out: Path, chunks: int) -> list[int]:
    """Numbers of the chunks that are not done yet."""
    return [number for number in range(chunks) if not (out / "chunks" / f"{number:05}.json").is_file()]
