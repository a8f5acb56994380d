"""Running rows of a company's files with the illustrative factors of the guidance's worked examples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
from engine_rows import Row, factor, pack, run_bill

from leafmark.engine.run import Run
from leafmark.factors.model import Pack, builtin
from leafmark.methods import method

KNOWN_ON = dt.date(2026, 6, 1)
IN_2023 = dt.date(2023, 6, 1)
WHOLE_2023 = {"valid_from": dt.date(2023, 1, 1), "valid_to": dt.date(2024, 1, 1), "published_on": dt.date(2023, 1, 1)}


def example(key: str, boundary: str, unit: str, kg: float, **cells: Any) -> Row:
    """An illustrative factor of 2023, of the world unless a region is given."""
    more = {} if kg else {"outlier_reason": "zero in the guidance's example"}
    return factor(key, boundary=boundary, unit=unit, co2e_kg=kg, data_year=2023, **{**WHOLE_2023, **more, **cells})


def run_rows(
    out: Path, name: str, rows: Iterable[Row], *factors: Row, facts: Pack | None = None, **options: Any
) -> Run:
    """Rows of one day of 2023 with the built-in pack, and factors of an own pack where some are given."""
    given = [{"site_id": "own", "date": IN_2023, **row} for row in rows]
    empty = dict.fromkeys(name for row in given for name in row)
    table = pa.Table.from_pylist([{**empty, **row} for row in given])
    packs = [facts or builtin(), *([pack(*factors)] if factors else [])]
    return run_bill(out / "run", table, packs, chosen=method(name), known_on=KNOWN_ON, **options)


def by_place(made: Run) -> dict[tuple[int, int | None], float]:
    """(scope, category) -> kg CO2e; no row may have been rejected."""
    assert made.table("rejected").to_pylist() == []
    found: dict[tuple[int, int | None], int] = {}
    for entry in made.table("entries").to_pylist():
        place = (entry["scope"], entry["category"])
        found[place] = found.get(place, 0) + entry["co2e_ug"]
    return {place: ug / 1e9 for place, ug in found.items()}


def by_boundary(made: Run) -> dict[str, float]:
    """Boundary of the factor -> kg CO2e."""
    assert made.table("rejected").to_pylist() == []
    found: dict[str, int] = {}
    for entry in made.table("entries").to_pylist():
        boundary = entry["factor_id"].split(":")[-2]
        found[boundary] = found.get(boundary, 0) + entry["co2e_ug"]
    return {boundary: ug / 1e9 for boundary, ug in found.items()}
