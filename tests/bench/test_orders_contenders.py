"""The contenders of grams per order find one answer, whatever the order of the entries."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.orders_lines import files_of

from bench import orders_contenders

ENTRIES = 4_000


@pytest.mark.parametrize("shuffled", [False, True])
def test_all_find_the_same_sums_and_orders(tmp_path: Path, shuffled: bool) -> None:
    orders, entries = files_of(ENTRIES, tmp_path, shuffled)
    ours, polars, plain = (getattr(orders_contenders, name)(orders, entries) for name in ("ours", "polars", "plain"))
    assert ours == polars == plain
    assert ours[2:] == (ENTRIES // 4, ENTRIES // 4 * 9 // 10)  # by construction: goods of nine orders in ten
