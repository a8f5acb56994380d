"""A full disk: the run fails whole, says so, and goes on once there is room."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from engine_rows import bill, factor, line, pack, run_bill

from leafmark.engine.run import RunError

pytestmark = pytest.mark.stress
MEGABYTE = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    chance = random.Random(3)
    path = tmp_path / "bill.parquet"
    lines = (line(n // 3, amount=chance.uniform(0, 9), activity_id=f"activity number {n}") for n in range(150_000))
    pq.write_table(bill(lines), path)
    return path


@pytest.mark.parametrize("room_mb", [0, 1, 2, 3, 4, 5])
def test_a_full_disk_fails_the_run_whole_and_it_goes_on(source: Path, disk: Path, tmp_path: Path, room_mb: int) -> None:
    whole = run_bill(tmp_path / "whole", source, pack(factor(gsd=1.3)), lines=True, chunk_lines=40_000)
    assert sum(part.stat().st_size for part in whole.path.rglob("*.parquet")) > 5 * MEGABYTE
    stuffing = disk / "stuffing"
    with stuffing.open("wb") as file:
        file.write(bytes((24 - room_mb) * MEGABYTE - 16384))
    out = disk / "run"
    with pytest.raises(RunError, match="disk"):
        run_bill(out, source, pack(factor(gsd=1.3)), lines=True, chunk_lines=40_000)
    assert not (out / "run.json").exists() or '"done"' not in (out / "run.json").read_text()
    stuffing.unlink()
    again = run_bill(out, source, pack(factor(gsd=1.3)), lines=True, chunk_lines=40_000)
    for table in ("products", "entries", "rejected"):
        here, there = (sorted(map(repr, made.table(table).to_pylist())) for made in (again, whole))
        assert here == there
