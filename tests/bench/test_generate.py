"""The generated input is the same for the same seed, whatever the chunk, and is what the benchmarks say it is."""

from collections import Counter

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench import generate, pack, spec, synthetic
from leafmark.factors.model import Pack


def test_the_row_group_size_changes_nothing_but_row_groups(tmp_path):
    tables = []
    for size in (777, 5000):
        generate.write_bill(tmp_path / f"bill-{size}", 300, seed=3, row_group_lines=size)
        generate.write_orders(tmp_path / f"orders-{size}", 3000, seed=3, row_group_lines=size, products=200)
        tables.append([
            pq.read_table(tmp_path / f"bill-{size}" / "bill.parquet"),
            pq.read_table(tmp_path / f"orders-{size}" / "lines"),
            pq.read_table(tmp_path / f"orders-{size}" / "catalogue.parquet"),
        ])  # fmt: skip
    assert all(one.equals(other) for one, other in zip(*tables, strict=True))


def test_another_seed_gives_other_lines(bill, tmp_path):
    generate.write_bill(tmp_path, 400, seed=8)
    assert not pq.read_table(tmp_path / "bill.parquet").equals(pq.read_table(bill / "bill.parquet"))


def test_totals_are_exact(bill, orders):
    table = pq.read_table(bill / "bill.parquet")
    product = table.column("product_id").to_numpy()
    assert table.num_rows == 9 * 400
    assert len(np.unique(product)) == 400
    assert (np.diff(product) >= 0).all()
    lines = pq.read_table(orders / "lines")
    assert lines.num_rows == 20_000
    assert len(np.unique(lines.column("order_id").to_numpy())) == 8_000


def test_orders_run_in_time_and_stay_in_their_month_and_day(orders):
    files = sorted((orders / "lines").glob("*.parquet"))
    assert len(files) == 24
    day_of = {}
    for path in files:
        table = pq.read_table(path)
        assert (np.diff(table.column("order_id").to_numpy()) >= 0).all()
        for order, day in zip(table.column("order_id").to_pylist(), table.column("date").to_pylist(), strict=True):
            assert f"{day:%Y-%m}" == path.stem.removeprefix("orders-")
            assert day_of.setdefault(order, day) == day
    days = list(day_of.values())
    assert days == sorted(days)
    assert Counter(days).most_common(1)[0][0].strftime("%m-%d") == "11-11"


def test_each_level_answers_about_a_third_and_one_line_in_a_thousand_none(tmp_path):
    generate.write_bill(tmp_path, 6000, seed=1)
    places = {(factor.key, factor.region) for factor in spec.read_pack(tmp_path / "pack")}
    table = pq.read_table(tmp_path / "bill.parquet")
    found = Counter()
    for key, region in zip(table.column("key").to_pylist(), table.column("region").to_pylist(), strict=True):
        place = next((place for place in spec.region_chain(region) if (key, place) in places), None)
        found["none" if place is None else "world" if place == "WORLD" else "place" if "-" in place else "country"] += 1
    share = {level: count / table.num_rows for level, count in found.items()}
    assert share.pop("none") == pytest.approx(0.001, abs=0.0005)
    assert share == {level: pytest.approx(1 / 3, abs=0.05) for level in ("place", "country", "world")}


def test_the_pack_is_one_leafmark_accepts(bill):
    """Every check of a pack on loading passes: units, regions, overlaps, spreads, citations."""
    assert Pack.load(bill / "pack").factors.num_rows == pack.FACTORS
    factors = spec.read_pack(bill / "pack")
    assert len({factor.key for factor in factors}) == 4000
    years = Counter((factor.key, factor.region) for factor in factors)
    assert max(years.values()) == 4


def test_a_line_can_be_made_alone():
    day_start = np.linspace(0, 400, 732).astype(np.int64)
    prices = np.full(200, 999)
    whole = synthetic.order_lines(5, 0, 1000, 200, day_start, prices)
    for line in (0, 1, 4, 5, 499, 999):
        alone = synthetic.order_lines(5, line, line + 1, 200, day_start, prices)
        assert [part[0] for part in alone] == [part[line] for part in whole]


@pytest.mark.parametrize(("write", "size"), [(generate.write_bill, 7), (generate.write_orders, 12)])
def test_an_odd_size_is_refused(tmp_path, write, size):
    with pytest.raises(ValueError, match="made in pairs"):
        write(tmp_path, size)
