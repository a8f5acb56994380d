"""Lines for the auditor to look at, drawn by grams, so that anybody with the same seed draws the same ones.

Gram-weighted sampling with a fixed interval (monetary-unit sampling with micrograms for money: AICPA Audit Sampling guide, chapter on
monetary unit sampling, cited by subject). Lines are put in the order of sha256(seed, cells); their absolute micrograms are laid end to
end; the interval is the whole divided by the size, rounded down; the first hit is int(sha256(seed)) modulo the interval, each next one
an interval further. A line as large as the interval is always drawn. Lines of 0 g can never be hit, so a few of them, those of the least
hashes, are drawn besides. A line's hash is over its cells as text, joined by U+001F: no order of rows, file or machine changes it.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

import pyarrow as pa

from leafmark.engine import memory_database
from leafmark.engine.inputs import quote
from leafmark.engine.sampling import SAMPLE_MAX, SEED_MAX, SEPARATOR

CELLS: Final = (
    "entity_id", "site_id", "template", "month", "origin", "scope", "category", "statement", "outside", "run_id", "method_id",
    "method_version", "key", "factor_id", "unit", "activities", "co2e_ug",
)  # fmt: skip
"""What a line is hashed by, in this order; an empty cell is empty text, a date is YYYY-MM-DD."""
ZEROS: Final = 5
"""Lines of 0 g that are drawn besides."""
SIZE: Final = 25
RULE: Final = "leafmark.gram-weighted/1"


@dataclass(frozen=True)
class Drawn:
    """A sample: lines in the order of the drawing, each with how often it was hit (0 of lines of 0 g)."""

    seed: str
    size: int
    population: int
    population_ug: int
    interval_ug: int
    lines: list[dict[str, Any]]

    def record(self) -> dict[str, Any]:
        """The sample as plain values."""
        lines = [{**line, "month": line["month"] and str(line["month"])} for line in self.lines]
        return {
            "rule": RULE, "seed": self.seed, "size": self.size, "population": self.population, "population_ug": self.population_ug,
            "interval_ug": self.interval_ug, "cells": list(CELLS), "lines": lines,
        }  # fmt: skip


def draw(lines: pa.Table, size: int = SIZE, seed: str = "leafmark") -> Drawn:
    """Draw lines (`LINES_SCHEMA`) by their absolute micrograms.

    Raises
    ------
    ValueError : size or seed is out of bounds.
    """
    if not 1 <= size <= SAMPLE_MAX:
        raise ValueError(f"size: expected 1 to {SAMPLE_MAX:,} lines, found {size:,}")
    if not 1 <= len(seed) <= SEED_MAX or SEPARATOR in seed:
        raise ValueError(f"seed: expected 1 to {SEED_MAX} characters without control characters, found {len(seed)}")
    places, grams = _ordered(lines, seed)
    ends = list(accumulate(grams))
    whole = ends[-1] if ends else 0
    hits: dict[int, int] = {}
    interval = whole // size
    if interval:
        start = int(hashlib.sha256(seed.encode()).hexdigest(), 16) % interval
        for number in range(size):
            found = bisect_right(ends, start + number * interval)
            hits[found] = hits.get(found, 0) + 1
    else:
        hits = {place: 1 for place, ug in enumerate(grams) if ug}
    zeros = [place for place, ug in enumerate(grams) if not ug][:ZEROS]
    chosen = [*hits.items(), *((place, 0) for place in zeros)]
    columns = [name for name in lines.column_names if name != "gases"]
    picked = lines.select(columns).take(pa.array([places[place] for place, _ in chosen], pa.int64())).to_pylist()
    shown = [
        {"place": number, "hits": count, **row}
        for number, ((_, count), row) in enumerate(zip(chosen, picked, strict=True), 1)
    ]
    return Drawn(seed, size, lines.num_rows, whole, interval, shown)


def _ordered(lines: pa.Table, seed: str) -> tuple[list[int], list[int]]:
    """Places of the lines in the order of their hashes, and their absolute micrograms in that order."""
    cells = [f"COALESCE(CAST({name} AS VARCHAR), '')" for name in CELLS]
    hashed = f"sha256(concat_ws(chr({ord(SEPARATOR)}), {', '.join([quote(seed), *cells])}))"
    with memory_database.connect() as connection:
        connection.register("lines", lines.append_column("place", pa.array(range(lines.num_rows), pa.int64())))
        found = connection.sql(
            f"SELECT place, ABS(co2e_ug::HUGEINT)::BIGINT AS ug FROM lines ORDER BY {hashed}, place"
        ).to_arrow_table()
    return found["place"].to_pylist(), found["ug"].to_pylist()
