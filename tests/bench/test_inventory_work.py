"""The bench of inventories: peers come to our total to the microgram, and the work is the same on every run."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.inventory_company import KINDS, write
from bench.inventory_contenders import ours, pandas, polars

LINES = 4_000


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("bench") / "company", LINES)


def test_pandas_and_polars_come_to_our_total_to_the_microgram(company: Path) -> None:
    assert ours(company) == pandas(company) == polars(company)


def test_the_work_is_the_same_for_one_seed_and_has_every_template(company: Path, tmp_path: Path) -> None:
    again = write(tmp_path / "again", LINES)
    for kind in KINDS:
        file = f"activities/{kind.template}.parquet"
        assert (again / file).read_bytes() == (company / file).read_bytes()
    assert (write(tmp_path / "other", LINES, seed=7) / file).read_bytes() != (company / file).read_bytes()
