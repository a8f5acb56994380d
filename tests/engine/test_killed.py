"""A run killed with SIGKILL anywhere, and started again, gives what an undisturbed run gives; nothing is doubled."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_rows import bill, line, run_bill

CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from engine_rows import run_bill
print("ready", flush=True)
run_bill(Path(sys.argv[3]), Path(sys.argv[2]), chunk_lines=40)
"""


def ordered(table: pa.Table, key: str) -> list[dict[str, object]]:
    return sorted(table.to_pylist(), key=lambda row: (str(row[key]), str(row.get("stage"))))


@pytest.mark.parametrize("delay_s", [0.05, 0.3, 0.6, 1.0])
def test_a_killed_run_goes_on(tmp_path: Path, delay_s: float) -> None:
    source = tmp_path / "bill.parquet"
    pq.write_table(bill(line(n // 4, amount=float(n), unit="kg" if n % 50 else "furlong") for n in range(400)), source)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(Path(__file__).parent), str(source), str(tmp_path / "run")],
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(delay_s)
    child.kill()
    child.wait()
    child.stdout.close()
    resumed = run_bill(tmp_path / "run", source, chunk_lines=40)
    whole = run_bill(tmp_path / "whole", source, chunk_lines=40)
    for name, key in (("products", "product_id"), ("entries", "subject_id"), ("rejected", "row")):
        assert ordered(resumed.table(name), key) == ordered(whole.table(name), key)
    assert resumed.record["totals"] == whole.record["totals"]
    assert not (tmp_path / "run" / "chunks").exists()


@pytest.mark.stress
@pytest.mark.parametrize("seed", range(20))
def test_a_run_killed_at_a_random_moment_goes_on(tmp_path: Path, seed: int) -> None:
    """Twenty moments, from before the first chunk to after the last; the seed is in the test's name."""
    test_a_killed_run_goes_on(tmp_path, random.Random(seed).uniform(0.0, 1.5))
