"""The bench's bills are the sample's rows, the same in both kinds of file, and its twin finds the energy that ours finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.cloud_bills import bills_of
from bench.cloud_contenders import ours, pandas, scan

from bench import cloud


def test_ours_and_the_twin_agree(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAFMARK_SHARED_DATA", str(shared_data))
    csv, parquet = bills_of(2_500, tmp_path)
    assert scan(csv) == scan(parquet) == 2_500
    assert ours(csv) == pytest.approx(pandas(csv), rel=1e-9)
    assert ours(parquet) == pytest.approx(ours(csv), rel=1e-12)


def test_the_page_says_whether_the_promise_is_kept() -> None:
    each = {"wall_s": 2.0, "cpu_s": 3.0, "memory_mb": 100.0, "answer": 5.0, "net_wall_s": 1.5, "net_cpu_s": 2.5}
    found = {f"{name}, {kind}": each for name in cloud.CONTENDERS for kind in cloud.KINDS}
    facts = {"load_before": 0.1, "load_after": 0.2, "cores": 2, "model": "a machine"}
    assert "on two cores, start-up in it: kept" in cloud.page({"1000000": {**found, "machine": facts}})
    slow = {name: {**each, "wall_s": 4.0} for name in found}
    assert "MISSED" in cloud.page({"1000000": {**slow, "machine": facts}})
