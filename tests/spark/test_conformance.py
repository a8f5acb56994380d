"""The same bill on DuckDB and on Spark: equal to the microgram, rejected for the same reasons."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from engine_rows import BILL, KNOWN_ON, bill, factor, line, pack

from leafmark.engine.run import run
from leafmark.engine.settings import Settings

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")]


def test_a_small_bill_is_equal_on_both(tmp_path: Path) -> None:
    from leafmark.engine.spark import Spark

    grid = factor("electricity.grid", unit="kWh", co2e_kg=0.5, boundary="life_cycle", gsd=1.2)
    rows = [
        line(1), line(1, kind="credit", amount=-1.0), line(3, component_id=1, key=None, unit="item", amount=2.0),
        line(2, key="electricity.grid", unit="MJ", amount=7.3, stage="use", amount_gsd=1.3), line(4, unit="zz"),
    ]  # fmt: skip
    pq.write_table(bill(rows), tmp_path / "bill.parquet")
    settings, packs = Settings(known_on=KNOWN_ON, gwp="AR5"), [pack(factor(gsd=1.5), grid)]
    here = run(BILL, tmp_path / "bill.parquet", packs, tmp_path / "duckdb", settings)
    there = run(BILL, tmp_path / "bill.parquet", packs, tmp_path / "spark", settings,
                engine=lambda spill: Spark("local[2]", spill))  # fmt: skip
    for name, key in (("products", "product_id"), ("entries", "subject_id"), ("rejected", "row")):
        assert here.table(name).sort_by(key).to_pylist() == there.table(name).sort_by(key).to_pylist()
