"""The same bill on DuckDB and on Spark: equal to the microgram, rejected for the same reasons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_rows import BILL, KNOWN_ON, bill, factor, line, pack
from same import rows

from leafmark.engine.run import run
from leafmark.engine.settings import Settings
from leafmark.methods import method

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


def test_why_there_is_no_factor_and_what_is_proxy_is_told_alike(tmp_path: Path, spark: Callable[[Path], Any]) -> None:
    def grid(region: str, boundary: str) -> dict[str, Any]:
        return factor("electricity.grid", unit="kWh", co2e_kg=0.4, region=region, boundary=boundary, gsd=1.1)

    places = ("DE", "GB", "AU", "FR", "Germany")
    pq.write_table(
        pa.Table.from_pylist([{"site_id": n, "kwh": 10.0, "region": place} for n, place in enumerate(places)]),
        tmp_path / "sites.parquet",
    )
    packs = [pack(grid("DE", "life_cycle"), grid("GB", "direct"), grid("AU", "td_loss"))]
    settings, chosen = Settings(known_on=KNOWN_ON, gwp="AR5"), method("electricity.location")
    here = run(chosen, tmp_path / "sites.parquet", packs, tmp_path / "duckdb", settings)
    there = run(chosen, tmp_path / "sites.parquet", packs, tmp_path / "spark", settings, engine=spark)
    assert rows(here, "rejected") == rows(there, "rejected")
    told = [row["expected"].partition("; ")[2] for row in there.table("rejected").to_pylist()]
    assert told == ["AU has only td_loss; there is one for DE, GB", "there is one only for DE, GB", "did you mean DE?"]
    assert there.record["totals"] == here.record["totals"]
    assert there.record["totals"]["proxy"] == {"co2e_ug": 4 * 10**9, "share": 0.5, "lines": 1}


def test_a_run_of_nothing_has_no_total_on_either(tmp_path: Path, spark: Callable[[Path], Any]) -> None:
    pq.write_table(bill([line(key="no.key")]), tmp_path / "bill.parquet")
    made = run(BILL, tmp_path / "bill.parquet", [pack()], tmp_path / "run", Settings(KNOWN_ON, "AR5"), engine=spark)
    assert [made.record["totals"][name] for name in ("co2e_ug", "low_ug", "high_ug")] == [None] * 3
