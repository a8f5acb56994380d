"""`leafmark ... --engine spark --master local[2]` as a stranger runs it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from newcomer import FILES, KNOWN_ON
from same import equal

from leafmark.engine.run import open_run

pytestmark = pytest.mark.spark
SPARK = ("--engine", "spark", "--master", "local[2]")


def leafmark(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leafmark.cli", *args], cwd=folder, env=os.environ | {"CI": "1"}, text=True,
        encoding="utf-8", capture_output=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A newcomer's files, as CSV and as Parquet."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    table = pyarrow.csv.read_csv(tmp_path / "bill.csv")
    table = table.set_column(3, "amount", table.column("amount").cast("float64"))
    (tmp_path / "lake" / "bill").mkdir(parents=True)
    pq.write_table(table.slice(0, 3), tmp_path / "lake" / "bill" / "a.parquet")
    pq.write_table(table.slice(3), tmp_path / "lake" / "bill" / "b.parquet")
    return tmp_path


def test_a_bill_on_spark_is_the_bill_on_duckdb(folder: Path) -> None:
    here = leafmark(folder, "footprint", "bill.csv", *KNOWN_ON, "--out", "here", "--json")
    there = leafmark(folder, "footprint", "bill.csv", *KNOWN_ON, "--out", "there", "--json", *SPARK)
    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    one, other = json.loads(here.stdout), json.loads(there.stdout)
    timed = {"wall_s", "cpu_s", "finished", "started", "run", "path", "lines_per_s"}
    assert {k: v for k, v in one.items() if k not in timed} == {k: v for k, v in other.items() if k not in timed}
    equal(open_run(folder / "here"), open_run(folder / "there"), "products", "entries")
    assert not list((folder / "there").glob("chunks")), "the spill folder stays"
    explained = leafmark(folder, "explain", "there", "lamp-1", "--json")
    assert explained.returncode == 0, explained.stderr
    figures = {row["product_id"]: row["co2e_ug"] for row in open_run(folder / "here").table("products").to_pylist()}
    assert json.loads(explained.stdout)["co2e_ug"] == figures["lamp-1"]


def test_orders_on_spark_are_the_orders_on_duckdb(folder: Path) -> None:
    work = ("orders", "orders.csv", "--catalogue", "products.csv", *KNOWN_ON)
    here, there = leafmark(folder, *work, "--out", "here"), leafmark(folder, *work, "--out", "there", *SPARK)
    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    equal(open_run(folder / "here"), open_run(folder / "there"), "orders", "entries")


@pytest.mark.parametrize("path", ["lake/bill", "lake/bill/*.parquet"])
def test_parquet_at_an_address_is_read_by_spark_itself(folder: Path, path: str) -> None:
    here = leafmark(folder, "footprint", "lake/bill", *KNOWN_ON, "--out", "here")
    address = f"file://{folder}/{path}"
    there = leafmark(folder, "footprint", address, *KNOWN_ON, "--out", "there", *SPARK)
    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    for name in ("products", "entries"):
        assert sorted(
            map(repr, open_run(folder / "here").table(name).drop_columns(_identity(name)).to_pylist())
        ) == sorted(map(repr, open_run(folder / "there").table(name).drop_columns(_identity(name)).to_pylist()))


def _identity(table: str) -> list[str]:
    return ["run_id"] if table == "entries" else []


def test_an_address_that_spark_cannot_read_is_told(folder: Path) -> None:
    done = leafmark(folder, "footprint", f"file://{folder}/nowhere", *KNOWN_ON, "--out", "there", *SPARK)
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "there").exists()
