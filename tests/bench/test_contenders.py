"""Ours, the bound, pandas and Polars give what a plain loop over the lines gives, to the microgram."""

import math
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from importlib import import_module

import pyarrow.parquet as pq
import pytest

from bench import compare, spec

CONTENDERS = {
    "bill": ("bound", "peer_pandas", "peer_pandas_tuned", "peer_polars"),
    "orders": ("bound", "ours", "peer_pandas", "peer_polars"),
}


@pytest.fixture(scope="session")
def answers(bill, orders, tmp_path_factory):
    """Output folder by (work, contender)."""
    folders = {}
    for work, data in (("bill", bill), ("orders", orders)):
        for name in CONTENDERS[work]:
            folders[work, name] = tmp_path_factory.mktemp(f"{work}-{name}")
            getattr(import_module(f"bench.{name}"), work)(data, folders[work, name])
    return folders


def factors_by_place(data):
    """(key, region) -> its factors."""
    found = defaultdict(list)
    for factor in spec.read_pack(data / "pack"):
        found[factor.key, factor.region].append(factor)
    return found


def factor_for(found, key, region, day):
    """(factor, level) by the plain rule: place, country, WORLD, and the day in the factor's valid time."""
    for level, place in enumerate(spec.region_chain(region)):
        for factor in found[key, place]:
            if factor.valid_from <= day < factor.valid_to:
                return factor, level
    return None, None


def half_up(value):
    """The nearest whole number of an exact decimal; a half goes up."""
    return int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))


def micrograms(amount, unit, factor):
    assert spec.FACTOR_UNIT[unit] == factor.unit
    return half_up(amount * (spec.TO_FACTOR_UNIT[unit] * (factor.co2e_kg * 1e9)))


def oracle_products(data):
    """Products of the bills, one line after another."""
    found, products = factors_by_place(data), {}
    for line in pq.read_table(data / "bill.parquet").to_pylist():
        product = products.setdefault(
            line["product_id"], {"lines": 0, "rejected_lines": 0, "stages": defaultdict(int), "groups": {}}
        )
        product["lines"] += 1
        factor, level = factor_for(found, line["key"], line["region"], line["date"])
        if factor is None:
            product["rejected_lines"] += 1
            continue
        ug = micrograms(line["amount"], line["unit"], factor)
        product["stages"][line["stage"]] += ug
        total, furthest, _ = product["groups"].get(factor.factor_id, (0, 0, 0))
        product["groups"][factor.factor_id] = (total + ug, max(furthest, level), factor.gsd)
    return products


@pytest.mark.parametrize("name", CONTENDERS["bill"])
def test_bills_equal_a_plain_loop(answers, bill, name):
    expected = oracle_products(bill)
    rows = pq.read_table(answers["bill", name] / "products.parquet").to_pylist()
    assert [row["product_id"] for row in rows] == list(expected)
    for row in rows:
        want = expected[row["product_id"]]
        total = sum(want["stages"].values())
        dominant = min(want["groups"], key=lambda factor_id: (-want["groups"][factor_id][0], factor_id))
        variance = sum(ug**2 * (math.exp(math.log(gsd) ** 2) - 1) for ug, _, gsd in want["groups"].values())
        assert row["co2e_ug"] == total
        assert {stage: row[f"{stage}_ug"] for stage in spec.STAGES} == {s: want["stages"].get(s) for s in spec.STAGES}
        assert (row["lines"], row["rejected_lines"]) == (want["lines"], want["rejected_lines"])
        assert (row["factor_id"], row["factor_level"]) == (dominant, want["groups"][dominant][1])
        assert row["status"] == ("unknown" if want["rejected_lines"] else "complete")
        assert row["grade"] == spec.grade_of(total, want["rejected_lines"])
        assert (row["low_ug"], row["high_ug"]) == pytest.approx(spec.lognormal_range(total, variance), rel=1e-12, abs=1)
        assert row["low_ug"] <= row["co2e_ug"] <= row["high_ug"]


def test_the_range_of_ten_lines_is_the_published_one():
    """Ten lines of mean 1 and GSD 2: distinct factors 6.0084 to 15.6765, one shared factor 2.0214 to 30.5970."""
    kilogram, variance = 10**9, spec.relative_variance(2.0)
    distinct = spec.lognormal_range(10 * kilogram, 10 * kilogram**2 * variance)
    shared = spec.lognormal_range(10 * kilogram, (10 * kilogram) ** 2 * variance)
    assert [round(end / kilogram, 4) for end in distinct] == [6.0084, 15.6765]
    assert [end / kilogram for end in shared] == pytest.approx([2.0214, 30.5970], abs=1e-4)


def oracle_orders(data):
    """{order_id: [date, ug, lines, rejected]}, {(category, year, tier): [lines, ug]}, one line after another."""
    found, by_order, by_category = factors_by_place(data), {}, defaultdict(lambda: [0, 0])
    catalogue = {row["product_id"]: row for row in pq.read_table(data / "catalogue.parquet").to_pylist()}
    for line in pq.read_table(data / "lines").to_pylist():
        order = by_order.setdefault(line["order_id"], [line["date"], None, 0, 0])
        order[2] += 1
        product = catalogue[line["product_id"]]
        if product["mass_kg"] is not None:
            tier, count, each, unit, key = "mass", line["pieces"], product["mass_kg"], "kg", product["mass_key"]
        elif product["count_amount"] is not None:
            tier, count, each = "count", line["pieces"], product["count_amount"]
            unit, key = product["count_unit"], product["count_key"]
        else:
            tier, count, each = "spend", line["spend"], spec.PRICE_INDEX[line["date"].year]
            unit, key = product["currency"], product["spend_key"]
        factor, _ = factor_for(found, key, product["region"], line["date"])
        if factor is None:
            order[3] += 1
            continue
        ug = half_up(count * (each * (spec.TO_FACTOR_UNIT[unit] * (factor.co2e_kg * 1e9))))
        order[1] = (order[1] or 0) + ug
        total = by_category[product["category"], line["date"].year, tier]
        total[0], total[1] = total[0] + 1, total[1] + ug
    return by_order, by_category


@pytest.mark.parametrize("name", CONTENDERS["orders"])
def test_orders_equal_a_plain_loop(answers, orders, name):
    by_order, by_category = oracle_orders(orders)
    folder = answers["orders", name]
    rows = pq.read_table(folder / "orders.parquet").to_pylist()
    names = ("date", "co2e_ug", "lines", "rejected_lines")
    assert {row["order_id"]: [row[name] for name in names] for row in rows} == by_order
    assert len(rows) == len(by_order)
    rows = pq.read_table(folder / "categories.parquet").to_pylist()
    found = {(row["category"], row["year"], row["tier"]): [row["lines"], row["co2e_ug"]] for row in rows}
    assert found == dict(by_category)
    assert len({tier for _, _, tier in found}) == 3


@pytest.mark.parametrize("name", CONTENDERS["orders"])
def test_days_and_intensity_add_up_to_the_orders(answers, name):
    folder = answers["orders", name]
    by_order = pq.read_table(folder / "orders.parquet").to_pylist()
    days = {row["date"]: row for row in pq.read_table(folder / "days.parquet").to_pylist()}
    months = {(row["year"], row["month"]): row for row in pq.read_table(folder / "intensity.parquet").to_pylist()}
    assert len(months) == 24
    sums = defaultdict(lambda: [0, 0, 0])
    for order in by_order:
        for period in (order["date"], (order["date"].year, order["date"].month)):
            for place, value in enumerate((1, order["lines"], order["co2e_ug"] or 0)):
                sums[period][place] += value
    for period, row in (days | months).items():
        assert [row["orders"], row["lines"], row["co2e_ug"]] == sums[period]
    for (year, month), row in months.items():
        assert row["ug_per_order"] == pytest.approx(row["co2e_ug"] / row["orders"], rel=1e-12)
        before = months.get((year - 1, month))
        if before is None:
            assert row["change"] is None
        else:
            assert row["change"] == pytest.approx(row["ug_per_order"] / before["ug_per_order"] - 1, rel=1e-9)


@pytest.mark.parametrize(("work", "name"), [(w, n) for w, names in CONTENDERS.items() for n in names[1:]])
def test_contenders_agree_in_every_file(answers, work, name):
    found = compare.differences(answers[work, "bound"], answers[work, name], work)
    if name == "ours":  # its refused lines stand by file and row, with what was found
        found = [each for each in found if not each.startswith("rejected.") or " rows differ" in each]
    assert found == []


def test_a_microgram_too_many_is_a_difference(answers, tmp_path):
    for path in answers["bill", "bound"].glob("*.parquet"):
        table = pq.read_table(path)
        if path.name == "products.parquet":
            values = table.column("co2e_ug").to_pylist()
            values[17] += 1
            table = table.set_column(table.column_names.index("co2e_ug"), "co2e_ug", [values])
        pq.write_table(table, tmp_path / path.name)
    (found,) = compare.differences(answers["bill", "bound"], tmp_path, "bill")
    assert found.startswith("products.co2e_ug: 1 rows differ, first row 17")
    assert found.endswith("at most by 1")


def test_an_answer_not_written_is_a_difference(answers, tmp_path):
    found = compare.differences(answers["bill", "bound"], tmp_path, "bill")
    assert found == [f"{name}: not written by {tmp_path.name}" for name in compare.FILES["bill"]]


def test_lines_without_a_factor_are_rejected_not_lost(answers, bill):
    rejected = pq.read_table(answers["bill", "bound"] / "rejected.parquet").to_pylist()
    lines = pq.read_table(bill / "bill.parquet").to_pylist()
    unlisted = [n for n, line in enumerate(lines) if line["key"].startswith("material.unlisted")]
    assert [row["row"] for row in rejected] == unlisted
    assert unlisted
    assert {row["reason"] for row in rejected} == {spec.NO_FACTOR}


def test_ours_grades_every_product_too(tmp_path, bill):
    from bench import ours

    ours.bill(bill, tmp_path)
    graded = pq.read_table(tmp_path / "grades.parquet").to_pylist()
    want = {
        product: "unknown" if made["rejected_lines"] else "declared" for product, made in oracle_products(bill).items()
    }
    assert {row["product_id"]: row["state"] for row in graded} == want
    assert set(want.values()) == {"unknown", "declared"}
