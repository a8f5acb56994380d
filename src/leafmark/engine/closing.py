"""What every run does at its end: the chunks' files become its tables, and its totals are added up.

Nothing is copied or rewritten: one chunk's file is the run's table, several chunks' files are its parts in a folder.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.engine.schema import Z95

REJECTED_SCHEMA = pa.schema([
    ("file", pa.string()), ("row", pa.int64()), ("activity_id", pa.string()), ("field", pa.string()),
    ("reason", pa.string()), ("found", pa.string()), ("expected", pa.string()),
])  # fmt: skip

_REFUSED_SCHEMA = pa.schema([*REJECTED_SCHEMA, ("about", pa.string()), ("place", pa.string())])


def chunk_file(out: Path, number: int, table: str) -> Path:
    """Where a chunk's part of a table lies until the run is done."""
    return out / "chunks" / f"{number:05}.{table}.parquet"


def keep(out: Path, table: str, chunks: int) -> None:
    """Move the chunks' parts into place: a file if there is one, else a folder; safe to do again after a kill."""
    target = out / f"{table}.parquet"
    moves = [(chunk_file(out, 0, table), target)]
    if chunks > 1:
        target.mkdir(exist_ok=True)
        moves = [(chunk_file(out, n, table), target / f"{n:05}.parquet") for n in range(chunks)]
    for source, destination in moves:
        if source.is_file() or not destination.is_file():  # else a killed run had come this far
            source.replace(destination)


def write_table(table: pa.Table, path: Path) -> None:
    """Write a small table whole or not at all."""
    temporary = path.with_suffix(".tmp")
    pq.write_table(table, temporary, compression="zstd")
    temporary.replace(path)


def keep_rejected(
    out: Path, chunks: int, advise: Callable[[pa.Table], pa.Table] | None = None
) -> tuple[int, dict[str, int]]:
    """Write `rejected.parquet`, by file and row, each line once; how many, and how many of each reason.

    A line of several parts or stages can be refused in each; the first reason stands. `advise` may say more in
    `expected`: it is given the lines with the columns `about` and `place`, where their chunks have them.
    """
    pieces = [piece for n in range(chunks) if (piece := chunk_file(out, n, "rejected")).is_file()]
    rejected = pa.concat_tables([_REFUSED_SCHEMA.empty_table(), *map(_refused, pieces)])
    rejected = rejected.sort_by([(name, "ascending") for name in ("file", "row", "field", "reason")])
    if rejected.num_rows:
        file, row = rejected.column("file").combine_chunks(), rejected.column("row").combine_chunks()
        same = pc.and_(pc.equal(file[1:], file[:-1]), pc.equal(row[1:], row[:-1]))
        first = np.concatenate([[True], ~same.fill_null(False).to_numpy(zero_copy_only=False)])
        rejected = rejected.filter(pa.array(first))
    rejected = (advise(rejected) if advise else rejected).select(REJECTED_SCHEMA.names)
    write_table(rejected, out / "rejected.parquet")
    counts = {
        str(each["values"]): int(each["counts"]) for each in pc.value_counts(rejected.column("reason")).to_pylist()
    }
    return rejected.num_rows, dict(sorted(counts.items()))


def _refused(piece: Path) -> pa.Table:
    """A chunk's refused lines; chunks of order lines have no `about` and `place`."""
    table = pq.read_table(piece)
    for name in _REFUSED_SCHEMA.names[table.num_columns :]:
        table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
    return table.rename_columns(_REFUSED_SCHEMA.names).cast(_REFUSED_SCHEMA)


def chunk_tables(out: Path, table: str, chunks: int) -> pa.Table:
    """The chunks' parts of a small table, one under the other.

    An engine may write a column as one that is never NULL in one chunk and not in another (DuckDB does for a chunk
    without a row): to Arrow these are two schemas, so none is said to be without NULL.
    """
    found = [pq.read_table(chunk_file(out, n, table)) for n in range(chunks)]
    schema = pa.schema([field.with_nullable(True) for field in found[0].schema])
    return pa.concat_tables([each.cast(schema) for each in found])


def summed(table: pa.Table, keys: Sequence[str], values: Sequence[str]) -> pa.Table:
    """`values` added up by `keys`, exactly where they are integers or decimals; sorted by the keys."""
    result = table.group_by(list(keys), use_threads=False).aggregate([(name, "sum") for name in values])
    return result.rename_columns([*keys, *values]).sort_by([(key, "ascending") for key in keys])


def ints(column: pa.ChunkedArray) -> list[int]:
    """A column of integers or of decimals without places, as Python's integers; missing is 0."""
    with suppress(pa.ArrowInvalid):  # past int64; else a tenth of the time that decimals take
        column = column.cast(pa.int64())
    return [int(value or 0) for value in column.to_pylist()]


def lognormal_range(mean_ug: int, variance: int | float) -> tuple[int, int]:
    """95 % range of a sum by moment matching (Fenton 1960), in the unit of the mean; low <= mean <= high."""
    if mean_ug <= 0 or variance <= 0:
        return mean_ug, mean_ug
    s2 = math.log1p(float(variance) / (float(mean_ug) * float(mean_ug)))
    low = mean_ug * math.exp(-s2 / 2 - Z95 * math.sqrt(s2))
    high = mean_ug * math.exp(-s2 / 2 + Z95 * math.sqrt(s2))
    return min(mean_ug, math.floor(low)), max(mean_ug, math.floor(high) + 1)


def total_range(by_factor: Mapping[tuple[int, bool], Sequence[int]]) -> dict[str, int]:
    """Total and range from {(factor, is_credit): [ug, sd, own_var]}: charges and credits as groups of their own."""
    groups = {False: [0, 0], True: [0, 0]}
    for (_, negative), (ug, sd, own) in by_factor.items():
        groups[negative][0] += abs(ug)
        groups[negative][1] += sd * sd + own
    (charge, charge_var), (credit, credit_var) = groups[False], groups[True]
    low, high = lognormal_range(charge, charge_var)
    low_c, high_c = lognormal_range(credit, credit_var)
    total = charge - credit
    down = math.hypot(charge - low, high_c - credit) if credit else charge - low
    up = math.hypot(high - charge, credit - low_c) if credit else high - charge
    return {"co2e_ug": total, "low_ug": total - math.ceil(down), "high_ug": total + math.ceil(up)}


def range_of(table: pa.Table) -> Mapping[str, int | None]:
    """`total_range` of totals with the columns factor_no, ug, sd and, if any, negative and own_var.

    Of no row it is None: nothing was accepted, which is unknown and not 0.
    """
    if not table.num_rows:
        return dict.fromkeys(("co2e_ug", "low_ug", "high_ug"))
    keys = [name for name in ("factor_no", "negative") if name in table.column_names]
    values = [name for name in ("ug", "sd", "own_var") if name in table.column_names]
    groups = summed(table, keys, values)
    factors = groups.column("factor_no").to_pylist()
    signs: Iterable[bool] = groups.column("negative").to_pylist() if "negative" in keys else [False] * len(factors)
    own = ints(groups.column("own_var")) if "own_var" in values else [0] * len(factors)
    rows = zip(factors, signs, ints(groups.column("ug")), ints(groups.column("sd")), own, strict=True)
    return total_range({(factor, bool(negative)): (ug, sd, more) for factor, negative, ug, sd, more in rows})


def share(part: float, whole: int | None) -> float | None:
    """A part of a total: None where there is no total, 0 of a total of 0."""
    return None if whole is None else part / whole if whole else 0.0
