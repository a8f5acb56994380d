"""Replay: a finished run computed again from what it pinned, and every change since then named."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from engine_rows import bill, factor, line, pack, run_bill

from leafmark.engine.replay import replay
from leafmark.engine.run import Run, RunError


def _digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _made(tmp_path: Path) -> tuple[Run, Path]:
    source = tmp_path / "bill.parquet"
    pq.write_table(bill([line(1), line(2, amount=5.0)]), source)
    sound = pack(factor(gsd=1.2), licence_note="CC0", gwp_note="as published")
    return run_bill(tmp_path / "run", str(source), sound), source


def test_an_unchanged_run_is_the_same_and_left_untouched(tmp_path: Path) -> None:
    made, _ = _made(tmp_path)
    before = _digests(made.path)
    report = replay(made.path)
    assert report["same"]
    assert report["figures_same"]
    assert not report["totals"]
    assert report["tables"]["products"]["then"] == report["tables"]["products"]["now"] == 2
    assert _digests(made.path) == before


def test_a_changed_input_is_named_by_file_and_hash(tmp_path: Path) -> None:
    made, source = _made(tmp_path)
    then = hashlib.sha256(source.read_bytes()).hexdigest()
    pq.write_table(bill([line(1), line(2, amount=6.0)]), source)
    now = hashlib.sha256(source.read_bytes()).hexdigest()
    report = replay(made.path)
    (named,) = report["inputs_changed"]
    assert source.name in named
    assert then[:16] in named
    assert now[:16] in named
    assert not report["same"]
    assert report["tables"]["products"]["differing"] == 1


def test_a_missing_input_says_which(tmp_path: Path) -> None:
    made, source = _made(tmp_path)
    source.unlink()
    with pytest.raises(RunError, match=r"bill\.parquet.* is not there: put the file back"):
        replay(made.path)
