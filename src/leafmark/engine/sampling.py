"""A sample of a run's entries that anybody can draw again: the same seed gives the same entries, on any machine.

Each entry is hashed with the seed, sha256 over seed and cells as text, and the entries of the least hashes are the sample: simple
random sampling without replacement, which depends neither on the order of rows, nor on files and parts, nor on a random
number generator. A larger sample of one seed holds the smaller one. Entries that are equal in every cell come together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from leafmark.engine import tables
from leafmark.engine.backends import RunError, told
from leafmark.engine.inputs import identifier, quote
from leafmark.engine.run import Run
from leafmark.engine.schema import ENTRY_SCHEMA

SAMPLE_MAX = 1_000
SEED_MAX = 64
SEPARATOR = "\x1f"
CELLS = tuple(name for name in ENTRY_SCHEMA.names if name not in ("run_id", "gases"))
"""What an entry is hashed by, in this order; an empty cell is empty text, a date is YYYY-MM-DD."""


@dataclass(frozen=True)
class Sample:
    """Entries in the order of their hashes, and how many entries they were drawn from."""

    seed: str
    population: int
    entries: list[dict[str, Any]]


def sample(run: Run, size: int, seed: str) -> Sample:
    """Draw entries of a run; all of them where the run has no more.

    Parameters
    ----------
    size : 1 to 1,000 entries.
    seed : any text of 1 to 64 characters; who draws should not be who chooses it.

    Raises
    ------
    ValueError : size or seed is out of bounds. RunError : the run kept no entries.
    """
    if not 1 <= size <= SAMPLE_MAX:
        raise ValueError(f"size: expected 1 to {SAMPLE_MAX:,} entries, found {size:,}")
    if not 1 <= len(seed) <= SEED_MAX or SEPARATOR in seed:
        raise ValueError(f"seed: expected 1 to {SEED_MAX} characters without control characters, found {len(seed)}")
    path = run.path / "entries.parquet"
    if not tables.exists(path):
        raise RunError(f"{path}: the run kept no entries (no_entries); run it again with them to draw a sample")
    have = set(tables.schema(path).names)
    cells = [f"COALESCE(CAST({identifier(name)} AS VARCHAR), '')" if name in have else "''" for name in CELLS]
    hashed = f"sha256({f' || chr({ord(SEPARATOR)}) || '.join([quote(seed), *cells])})"
    with told(), duckdb.connect() as database:
        database.execute("SET autoinstall_known_extensions = false")
        found = database.sql(
            f"SELECT {', '.join(identifier(name) for name in CELLS if name in have)} FROM {tables.scan(path)} ORDER BY {hashed} LIMIT {size}"
        ).to_arrow_table()
    return Sample(seed, tables.rows(path), found.to_pylist())
