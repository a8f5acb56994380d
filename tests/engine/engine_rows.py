"""Small packs and bills for the engine's tests."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leafmark.engine.run import Run, run
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack
from leafmark.methods import Method, method

Row = dict[str, Any]
KNOWN_ON = dt.date(2024, 6, 1)
BILL = method("product.bill")
FIELDS = {"id": "small", "version": "1", "title": "small", "licence_note": "CC0", "gwp_note": "as published"}
SOURCE = {"source_id": "test", "publisher": "test", "title": "test", "year": 2024, "url": None, "licence": "CC0",
          "licence_class": "open"}  # fmt: skip
BILL_SCHEMA = pa.schema([
    ("product_id", pa.int64()), ("stage", pa.string()), ("key", pa.string()), ("amount", pa.float64()),
    ("unit", pa.string()), ("region", pa.string()), ("date", pa.date32()), ("activity_id", pa.string()),
    ("component_id", pa.int64()), ("kind", pa.string()), ("amount_gsd", pa.float64()), ("primary", pa.bool_()),
])  # fmt: skip


def factor(key: str = "material.board", **cells: Any) -> Row:
    """A factor row: 2 kg CO2e per kg, in the world, in 2024, without a spread."""
    row: Row = {
        "key": key, "theme": "material", "name_en": key, "region": "WORLD", "boundary": "cradle_to_gate", "unit": "kg",
        "co2e_kg": 2.0, "gwp_set": "AR5", "data_year": 2024, "valid_from": dt.date(2024, 1, 1),
        "valid_to": dt.date(2025, 1, 1), "published_on": dt.date(2024, 1, 1), "gsd": 1.0, "gsd_basis": "published",
        "source_id": "test", "locator": "row 1",
    } | cells  # fmt: skip
    name = f"{row['key']}@{row['region']}:{row['boundary']}:{row['valid_from']}~{row['published_on']}"
    return {"factor_id": name} | row


def pack(*rows: Row, **fields: str) -> Pack:
    return Pack.from_rows(FIELDS | fields, rows or (factor(),), [SOURCE])


def line(product: Any = 1, **cells: Any) -> Row:
    """A sound line of a bill: 3 kg of the factor above."""
    return {
        "product_id": product, "stage": "materials", "key": "material.board", "amount": 3.0, "unit": "kg"
    } | cells  # fmt: skip


def bill(lines: Iterable[Row]) -> pa.Table:
    """The bill as Arrow, with the optional columns that some line fills."""
    rows = list(lines)
    filled = {name for row in rows for name in row}
    return pa.Table.from_pylist(rows, schema=pa.schema([field for field in BILL_SCHEMA if field.name in filled]))


def run_bill(
    out: Path, source: Any, packs: Pack | list[Pack] | None = None, *, chosen: Method = BILL, known_on: dt.date = KNOWN_ON,
    gwp: str = "AR5", lines: bool = False, run_date: dt.date | None = None, **options: Any,
) -> Run:  # fmt: skip
    """Run and hold the run to `lines in = accepted + rejected`."""
    packs = pack() if packs is None else packs
    settings = Settings(known_on=known_on, gwp=gwp, lines=lines, run_date=run_date)
    made = run(chosen, source, packs if isinstance(packs, list) else [packs], out, settings, **options)
    record = made.record
    assert record["status"] == "done"
    assert record["lines_in"] == record["lines_accepted"] + record["lines_rejected"]
    assert record["lines_rejected"] == made.table("rejected").num_rows == sum(record["rejected_by_reason"].values())
    products = made.table("products").to_pylist()
    known = [row["co2e_ug"] for row in products if row["co2e_ug"] is not None]
    assert record["totals"]["co2e_ug"] == (sum(known) if known else None)
    for row in products:
        assert row["co2e_ug"] is None or row["low_ug"] <= row["co2e_ug"] <= row["high_ug"]
    return made


def products(made: Run) -> dict[Any, Row]:
    rows = made.table("products").to_pylist()
    assert len({row["product_id"] for row in rows}) == len(rows)
    return {row["product_id"]: row for row in rows}


def rejected(made: Run) -> list[Row]:
    return list(made.table("rejected").to_pylist())


def shared_data(*parts: str) -> Path:
    """A file of the shared data, or a skip that says how to have it."""
    root = Path(os.environ.get("LEAFMARK_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
    path = root.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs {'/'.join(parts)} of the shared data: set LEAFMARK_SHARED_DATA to its folder")
    return path
