"""Benchmarks are frozen: built on demand from comparable figures, hashed, and never changed by a later listing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.products import BenchmarkTable, Footprint, footprint_from, freeze, read_table, write_table
from leafmark.products.benchmarks import nearest_rank, table_from, table_of_ranks

from .conftest import TABLE, catalogue, product

ROW = TABLE.rows[0]


def rows(values: list[int], **about: object) -> list[Footprint]:
    return [
        footprint_from(product(product_id=f"p{i}", co2e_ug=v, low_ug=None, high_ug=None), catalogue(**about))
        for i, v in enumerate(values)
    ]


def frozen(footprints: list[Footprint], **changes: object) -> BenchmarkTable:
    settings = {"table_id": "t", "version": "1", "frozen_on": date(2026, 9, 1), "run_hash": "ab"} | changes
    return freeze(footprints, **settings)  # type: ignore[arg-type]


def test_quantiles_are_nearest_ranks_of_the_products_themselves():
    table = frozen(rows(list(range(1, 101))))
    row = table.rows[0]
    assert (row.count, row.min_ug, row.median_ug, row.max_ug) == (100, 1, 50, 100)
    assert row.deciles_ug == (10, 20, 30, 40, 50, 60, 70, 80, 90)
    # the example of nearest rank most textbooks give: 15, 20, 35, 40, 50 -> P30 = 20, P40 = 20, P50 = 35
    assert [nearest_rank([15, 20, 35, 40, 50], p) for p in (5, 30, 40, 50, 100)] == [15, 20, 20, 35, 50]


def test_order_of_the_catalogue_changes_nothing():
    values = [7 * i % 101 for i in range(101)]
    assert frozen(rows(values)).sha256 == frozen(list(reversed(rows(values)))).sha256


def test_unknowns_estimates_and_thin_categories_stay_out_and_are_counted():
    good = rows(list(range(1, 41)))
    others = [
        replace(good[0], product_id="u", complete=False),
        replace(good[1], product_id="e", category_estimate=True),
        replace(good[2], product_id="k", basis=replace(good[2].basis, category="kettle")),
    ]
    table = frozen(good + others)
    assert [row.count for row in table.rows] == [40]
    assert dict(table.left_out) == {"category_estimate": 1, "too_few": 1, "unknown": 1}


def test_partial_and_whole_footprints_never_share_a_row():
    whole = rows(list(range(1, 41)))
    partial = [
        footprint_from(product(product_id=f"q{i}", transport_ug=i, low_ug=None, high_ug=None, use_ug=None), catalogue())
        for i in range(1, 41)
    ]
    table = frozen(whole + partial)
    assert sorted(row.basis.boundary for row in table.rows) == ["cradle_to_grave", "partial"]
    assert table.for_basis(whole[0].basis) == next(r for r in table.rows if r.basis.boundary == "cradle_to_grave")


def test_a_product_listed_twice_is_an_error():
    with pytest.raises(ValueError, match="p0: stands twice"):
        frozen(rows([1, 2]) + rows([3]))


@given(st.integers(-(10**13), 2 * 10**15), st.integers(0, 10**14))
def test_percentiles_rise_with_the_value_and_stay_in_0_to_100(value: int, more: int):
    one, other = ROW.percentile(value), ROW.percentile(value + more)
    assert 0 <= one <= other <= 100


def test_percentiles_at_the_quantiles_are_their_own():
    assert [ROW.percentile(v) for v in (ROW.min_ug, *ROW.deciles_ug, ROW.max_ug)] == list(range(0, 101, 10))


def test_a_tie_takes_the_worst_place_it_can():
    flat = replace(ROW, min_ug=1, deciles_ug=(5,) * 9, max_ug=9)
    assert flat.percentile(5) == 90


def test_a_table_reads_back_as_it_was_and_a_changed_one_is_refused(tmp_path: Path):
    path = tmp_path / "benchmark.json"
    write_table(TABLE, path)
    assert read_table(path) == TABLE
    body = json.loads(path.read_text(encoding="utf-8"))
    body["rows"][0]["p50_ug"] += 1
    path.write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(ValueError, match="changed after it was frozen"):
        read_table(path)
    for other in (body | {"schema": "other/9"}, [body], "text", None):
        path.write_text(json.dumps(other), encoding="utf-8")
        with pytest.raises(ValueError, match="expected schema"):
            read_table(path)


RANKED = {"table_id": "t", "version": "1", "frozen_on": date(2026, 9, 1), "run_hash": "ab"}


def test_a_table_of_ranks_is_the_table_of_all_the_products():
    """101 products, so that each rank is a product: the eleven of them give the row that all give."""
    everything = rows(list(range(1, 102)))
    row = frozen(everything).rows[0]
    at = [everything[0], *(everything[-(-101 * p // 100) - 1] for p in range(10, 100, 10)), everything[-1]]
    assert table_of_ranks([(at, 101)], **RANKED).rows == (row,)  # type: ignore[arg-type]


@pytest.mark.parametrize("values", [[1] * 10, [1] * 12, [2, 1, *[3] * 9]])
def test_ranks_that_are_not_eleven_ascending_are_refused(values: list[int]):
    with pytest.raises(ValueError, match="expected 11 known figures that ascend"):
        table_of_ranks([(rows(values), 40)], **RANKED)  # type: ignore[arg-type]


def test_ranks_of_another_basis_or_of_estimates_are_refused_and_thin_ones_stay_out():
    good = rows(list(range(1, 12)))
    other = [*good[:-1], replace(good[-1], basis=replace(good[-1].basis, use_region="FR"))]
    with pytest.raises(ValueError, match="use_region differs"):
        table_of_ranks([(other, 40)], **RANKED)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="expected 11 known"):
        table_of_ranks([([replace(each, category_estimate=True) for each in good], 40)], **RANKED)  # type: ignore[arg-type]
    thin = table_of_ranks([(good, 29)], **RANKED)  # type: ignore[arg-type]
    assert (thin.rows, dict(thin.left_out)) == ((), {"too_few": 29})


def test_a_table_is_read_from_its_content_as_from_its_file(tmp_path: Path):
    path = tmp_path / "benchmark.json"
    write_table(TABLE, path)
    assert table_from(json.loads(path.read_text(encoding="utf-8")), "kept") == TABLE
