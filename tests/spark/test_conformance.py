"""The same bill on DuckDB and on Spark: equal to the microgram, rejected for the same reasons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from engine_rows import BILL, KNOWN_ON, bill, factor, line, pack
from same import rows

from leafmark.engine.run import run
from leafmark.engine.settings import Settings

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")]


def test_a_small_bill_is_equal_on_both(tmp_path: Path, spark: Callable[[Path], Any]) -> None:
    grid = factor("electricity.grid", unit="kWh", co2e_kg=0.5, boundary="life_cycle", gsd=1.2)
    lines = [
        line(1), line(1, kind="credit", amount=-1.0), line(3, component_id=1, key=None, unit="item", amount=2.0),
        line(2, key="electricity.grid", unit="MJ", amount=7.3, stage="use", amount_gsd=1.3), line(4, unit="zz"),
    ]  # fmt: skip
    pq.write_table(bill(lines), tmp_path / "bill.parquet")
    settings, packs = Settings(known_on=KNOWN_ON, gwp="AR5"), [pack(factor(gsd=1.5), grid)]
    here = run(BILL, tmp_path / "bill.parquet", packs, tmp_path / "duckdb", settings)
    there = run(BILL, tmp_path / "bill.parquet", packs, tmp_path / "spark", settings, engine=spark)
    for name in ("products", "entries", "rejected"):
        assert rows(here, name) == rows(there, name)
    assert {row["product_id"]: row["co2e_ug"] for row in here.table("products").to_pylist()} == {
        1: 4_000_000_000, 2: 1_013_888_889, 3: 8_000_000_000, 4: None,
    }  # fmt: skip
