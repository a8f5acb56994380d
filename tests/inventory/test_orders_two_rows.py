"""Grams per order: service and goods side by side, each exact, and no way to add the two."""

from __future__ import annotations

import datetime as dt
import inspect
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_cases import (
    DAY,
    ENTRY_TYPES,
    ORDER_TYPES,
    Row,
    by_hand,
    entry,
    goods,
    measured,
    only,
    order,
    reasons,
    shared,
)

from leafmark.engine.schema import Z95
from leafmark.inventory.book import InventoryError
from leafmark.inventory.orders import cells as cells_module
from leafmark.inventory.orders import compare, ranges, spread
from leafmark.inventory.orders import figures as figures_module
from leafmark.inventory.orders.cells import Cells, measure
from leafmark.inventory.orders.figures import figures
from leafmark.inventory.orders.tables import CUTS, FIGURES, SHARED_SCHEMA

DAYS = (DAY, DAY + dt.timedelta(days=1))


def test_an_orders_two_figures_stand_side_by_side() -> None:
    cells = measured(
        [order("1"), order("2")], [entry("1", 1000), entry("2", 3000), goods("1", 50_000)], [shared(ug=500)]
    )
    row = only(figures(cells))
    assert (row["orders"], row["service_orders"], row["goods_orders"]) == (2, 2, 1)
    assert (row["service_ug"], row["service_shared_ug"], row["goods_ug"]) == (4500, 500, 50_000)
    assert row["service_g_per_order"] == pytest.approx(4500 / 2 / 1e6)
    assert row["goods_g_per_order"] == 50_000 / 1e6  # of the order that was assessed; the other is not one of 0 g


def test_goods_that_nobody_assessed_are_null_and_not_0() -> None:
    row = only(figures(measured([order()], [entry()])))
    assert row["goods_ug"] is None
    assert row["goods_g_per_order"] is None
    assert row["goods_orders"] == 0
    zero = only(figures(measured([order()], [entry(), goods(ug=0)])))
    assert (zero["goods_ug"], zero["goods_g_per_order"], zero["goods_orders"]) == (0, 0.0, 1)


def test_the_book_decides_the_row_whoever_hands_an_entry_in() -> None:
    """All in one table of entries; impact is in neither."""
    entries = [
        entry(ug=1), goods(ug=2), entry(ug=4, book="impact"), entry(ug=8, book=None), goods(ug=16, stage="use"), goods(ug=32, stage=None),
        entry(ug=64, method_id="retail.purchase", category=1), entry(ug=128, category=11),
    ]  # fmt: skip
    cells = measured([order()], entries)
    row = only(figures(cells))
    assert (row["service_ug"], row["goods_ug"]) == (1, 2)
    assert reasons(cells) == {"other_book", "past_the_gate", "goods_for_resale"}
    said = {flag["reason"]: flag["found"] for flag in cells.flags.to_pylist()}
    assert said["other_book"] == "2 entries of the book impact, none, 12 ug"
    assert said["past_the_gate"] == "2 entries of the book product, 48 ug"
    assert said["goods_for_resale"] == "2 entries of the book inventory, 192 ug"


def test_there_is_no_way_to_add_the_two() -> None:
    """No column of both, no cut that merges them, no function that gives one number of the two, no addition of results."""
    cells = measured([order()], [entry(ug=7), goods(ug=50)])
    for by in ((), *((cut,) for cut in CUTS), CUTS):
        table = figures(cells, by)
        assert table.column_names == [*by, *FIGURES.names]
        for row in table.to_pylist():
            assert 57 not in row.values()
    assert [name for name in FIGURES.names if not name.startswith(("service_", "goods_"))] == ["orders"]
    for by in ("row", "total", "book"):
        with pytest.raises(InventoryError, match="by: expected some of"):
            figures(cells, (by,))
    with pytest.raises(TypeError):
        cells + cells  # type: ignore[operator]
    for module in (cells_module, figures_module, compare):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            assert "total" not in name or name == "total_range"  # the engine's range of one row
            assert not {"rows", "books", "both"} & set(inspect.signature(function).parameters)
    change = compare.compare(cells, cells)
    assert (change.before_ug, change.after_ug) == (7, 7)  # the service row's alone


ENTRIES = st.lists(
    st.builds(
        lambda name, ug, book, stage, method, category: entry(name, ug, book=book, stage=stage, method_id=method, category=category),
        st.sampled_from("abcdefx"), st.integers(-(10**12), 10**15), st.sampled_from(["inventory", "inventory", "product", "impact", None]),
        st.sampled_from(["materials", "packaging", "use", None]), st.sampled_from(["freight.tonne_km", "parcel.packaging", "retail.purchase"]),
        st.sampled_from([4, 1, 11, None]),
    ),
    max_size=25,
)  # fmt: skip
ORDERS = st.lists(
    st.builds(
        lambda name, day, sector, warehouse, festival: order(name, day=day, sector=sector, warehouse=warehouse, festival=festival),
        st.sampled_from("abcdef"), st.sampled_from(DAYS), st.sampled_from(["fashion", "food", None]), st.sampled_from(["W1", "W2", None]),
        st.sampled_from(["11.11", None]),
    ),
    max_size=6, unique_by=lambda row: row["order_id"],
)  # fmt: skip


@settings(max_examples=40)  # each makes a database
@given(ORDERS, ENTRIES, st.sampled_from(CUTS))
def test_sums_are_those_of_plain_python_and_every_entry_is_in_a_cell_or_a_flag(
    orders: list[Row], entries: list[Row], cut: str
) -> None:
    cells = measured(orders, entries)
    expected = by_hand(orders, entries, cut)
    found = {row[cut]: row for row in figures(cells, (cut,)).to_pylist()}
    assert set(found) == set(expected)
    for value, row in found.items():
        figure = expected[value]
        assert row["orders"] == figure["orders"]
        for name in ("service", "goods"):
            assert row[f"{name}_ug"] == figure[f"{name}_ug"]
            assert row[f"{name}_orders"] == len(figure[name])
            if row[f"{name}_ug"] is not None:
                assert row[f"{name}_low_ug"] <= row[f"{name}_ug"] <= row[f"{name}_high_ug"]
    counted = sum(cells.grams.column("entries").to_pylist())
    assert counted + sum(int(flag["found"].split()[0].replace(",", "")) for flag in cells.flags.to_pylist()) == len(
        entries
    )


def test_a_factors_error_is_the_same_in_all_its_entries_and_factors_err_apart() -> None:
    """By hand: ends add up within a factor, variances between (as the inventory's own totals do)."""
    sigma = math.log(1.2)
    low, high = (round(1_000_000 * math.exp(-sigma * sigma / 2 + sign * Z95 * sigma)) for sign in (-1, 1))
    one = [entry("1", 1_000_000, low_ug=low, high_ug=high), entry("2", 1_000_000, low_ug=low, high_ug=high)]
    two = entry("1", 1_000_000, factor_id="ship", low_ug=low, high_ug=high)
    row = only(figures(measured([order("1"), order("2")], [*one, two])))
    relative = math.sqrt(math.expm1(sigma * sigma))
    s2 = math.log1p(math.hypot(2e6 * relative, 1e6 * relative) ** 2 / 9e12)
    assert row["service_low_ug"] == pytest.approx(3e6 * math.exp(-s2 / 2 - Z95 * math.sqrt(s2)), abs=5)
    assert row["service_high_ug"] == pytest.approx(3e6 * math.exp(-s2 / 2 + Z95 * math.sqrt(s2)), abs=5)


def test_shared_grams_are_spread_by_what_is_stated_to_the_microgram() -> None:
    orders = [
        order("1", lines=1, parcels=2),
        order("2", sector="food", lines=3),
        order("3", sector="food", warehouse="W2", lines=3),
    ]
    rows = [
        shared("a", 100), shared("b", 100, spread_by="lines"), shared("c", 10, spread_by="parcels", warehouse="W1"),
        shared("d", 7, day=None), shared("e", 9, day=DAY + dt.timedelta(days=1)),
    ]  # fmt: skip
    cells = measured(orders, [], rows)
    by_sector = {
        (row["sector"], row["warehouse"]): row["service_ug"]
        for row in figures(cells, ("sector", "warehouse")).to_pylist()
    }
    # a: 34 (the tie of thirds goes to fashion), 33, 33; b: 1/7 14.29 -> 14, 3/7 42.86 -> 43 each; c: 2/3 6.67 -> 7, 3; d: 3, 2, 2
    assert by_sector == {
        ("fashion", "W1"): 34 + 14 + 7 + 3,
        ("food", "W1"): 33 + 43 + 3 + 2,
        ("food", "W2"): 33 + 43 + 2,
    }
    assert reasons(cells) == {"nothing_to_spread_on"}  # e: nothing was ordered on that day


def test_nothing_to_spread_by_is_said() -> None:
    cells = measured([order(parcels=None)], [], [shared(spread_by="parcels"), shared("odd", spread_by="weight")])
    assert reasons(cells) == {"nothing_to_spread_on"}
    assert only(figures(cells))["service_ug"] is None


WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any)


@given(st.integers(-(10**18), 10**18), WEIGHTS)
def test_parts_add_up_and_none_is_a_microgram_off(total: int, weights: list[int]) -> None:
    parts = spread.parts(total, weights)
    assert sum(parts) == total
    assert all(
        abs(part * sum(weights) - total * weight) < sum(weights) for part, weight in zip(parts, weights, strict=True)
    )


@settings(max_examples=30)
@given(st.integers(-(10**17), 10**17), st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_the_database_spreads_as_plain_python_does(total: int, weights: list[int]) -> None:
    orders = [order(str(at), sector=f"{at:02}", lines=weight) for at, weight in enumerate(weights)]
    found = figures(measured(orders, [], [shared(ug=total, spread_by="lines")]), ("sector",))
    assert found.column("service_ug").to_pylist() == spread.parts(total, weights)


def test_a_calendar_labels_days() -> None:
    calendar = pa.table(
        {
            "festival": ["11.11", "11.11"],
            "from": [DAY, DAY - dt.timedelta(days=365)],
            "until": [DAYS[1], DAY - dt.timedelta(days=364)],
        }
    )
    orders = [order("1"), order("2", day=DAYS[1]), order("3", day=DAY - dt.timedelta(days=365))]
    cells = measured(orders, [entry("1"), entry("3", 5)], calendar=calendar)
    found = {row["festival"]: (row["orders"], row["service_ug"]) for row in figures(cells, ("festival",)).to_pylist()}
    assert found == {"11.11": (2, 1005), None: (1, None)}


@pytest.mark.parametrize(
    ("calendar", "message"),
    [
        ({"festival": ["a", "b"], "from": [DAY, DAY], "until": [DAYS[1], DAYS[1]]}, "overlap"),
        ({"festival": ["a"], "from": [DAY], "until": [DAY]}, "not after"),
        ({"festival": ["a"], "from": [DAY]}, "no column until"),
        ({"festival": ["a"], "from": [DAY], "until": pa.array([None], pa.date32())}, "no cell empty"),
        ({"festival": ["a"], "from": [DAY], "until": [dt.datetime(2030, 1, 1, 2)]}, "until: an hour of the day"),
    ],
)
def test_a_calendar_that_is_none_says_so(calendar: dict[str, Any], message: str) -> None:
    with pytest.raises(InventoryError, match=message):
        measured([order()], [], calendar=pa.table(calendar))


def test_a_column_and_a_calendar_are_too_many() -> None:
    calendar = pa.table({"festival": ["a"], "from": [DAY], "until": [DAYS[1]]})
    with pytest.raises(InventoryError, match="give one of them"):
        measured([order(festival="b")], [], calendar=calendar)


def test_bad_orders_are_returned_and_their_entries_with_them() -> None:
    orders = [order("1"), order("1", warehouse="W2"), order("2", day=None), order("3")]
    cells = measured(orders, [entry("1", 10), entry("2", 20), entry("3", 40), entry("9", 80)])
    row = only(figures(cells))
    assert (row["orders"], row["service_ug"]) == (2, 50)
    assert reasons(cells) == {"missing_value", "duplicate_id", "unknown_order"}
    assert next(f for f in cells.flags.to_pylist() if f["reason"] == "unknown_order")["found"] == "2 entries, 100 ug"


def test_an_entry_without_grams_is_no_entry_of_0() -> None:
    cells = measured([order("1"), order("2")], [entry("1", 900), entry("2", None)])  # type: ignore[arg-type]
    row = only(figures(cells))
    assert (row["service_orders"], row["service_ug"], row["service_g_per_order"]) == (1, 900, 900 / 1e6)
    assert reasons(cells) == {"missing_value"}
    alone = measured([order("2")], [entry("2", None)])  # type: ignore[arg-type]
    assert only(figures(alone))["service_ug"] is None
    assert reasons(alone) == {"missing_value"}


def test_0_grams_that_were_spread_are_0_an_order() -> None:
    row = only(figures(measured([order()], [], [shared(ug=0)])))
    assert (row["service_ug"], row["service_g_per_order"]) == (0, 0.0)


@pytest.mark.parametrize("field", ["shared_id", "co2e_ug", "low_ug"])
def test_an_empty_cell_of_shared_grams_is_named(field: str) -> None:
    rows = [shared("cloud"), shared("other") | {field: None}]
    table = pa.Table.from_pylist(rows, schema=pa.schema([f.with_nullable(True) for f in SHARED_SCHEMA]))
    orders = pa.Table.from_pylist([order()], schema=ORDER_TYPES)
    entries = pa.Table.from_pylist([entry()], schema=ENTRY_TYPES)
    with pytest.raises(InventoryError, match=f"{field}: the cell is empty"):
        measure(orders, [entries], shared=table)


def test_no_day_is_guessed(tmp_path: Path) -> None:
    """11/12/2024 is a day of November or of December, and a moment in a time zone is another day on another machine."""
    entries = pa.Table.from_pylist([entry("007")], schema=ENTRY_TYPES)
    (tmp_path / "orders.csv").write_text("order_id,day\n007,11/12/2024\n")
    with pytest.raises(InventoryError, match="11/12/2024"):
        measure(tmp_path / "orders.csv", [entries])
    (tmp_path / "orders.csv").write_text("order_id,day\n007,2024-11-10T23:30:00+08:00\n")  # as it is written there
    found = measure(tmp_path / "orders.csv", [entries])
    assert only(figures(found, ("day",)))["day"] == dt.date(2024, 11, 10)
    assert only(figures(found))["service_orders"] == 1  # 007 is not 7
    moment = dt.datetime(2024, 11, 10, 15, 30, tzinfo=dt.UTC)
    orders = pa.table({"order_id": ["007"], "day": pa.array([moment], pa.timestamp("us", "UTC"))})
    with pytest.raises(InventoryError, match="day: a moment in a time zone"):
        measure(orders, [entries])


def test_a_run_of_the_engine_is_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    pq.write_table(pa.Table.from_pylist([entry(ug=11)], schema=ENTRY_TYPES), tmp_path / "run" / "entries.parquet")
    (tmp_path / "orders.csv").write_text(f"order_id,day,sector,warehouse\n1,{DAY},fashion,W1\n")
    assert only(figures(measure(tmp_path / "orders.csv", [tmp_path / "run"])))["service_ug"] == 11


def test_ranges_of_sorted_files_give_the_same_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{number:04}" for number in range(200)]
    orders = pa.Table.from_pylist([order(name, sector=name[-1]) for name in names], schema=ORDER_TYPES)
    entries = pa.Table.from_pylist(
        [entry(name, int(name)) for name in names for _ in range(2)] + [goods("0007")], schema=ENTRY_TYPES
    )
    whole = measure(orders, [entries])
    pq.write_table(orders, tmp_path / "orders.parquet", row_group_size=20)
    pq.write_table(entries.sort_by("subject_id"), tmp_path / "entries.parquet", row_group_size=30)
    monkeypatch.setattr(ranges, "ORDERS_AT_ONCE", 50)
    assert len(ranges.ranges(tmp_path / "orders.parquet", [(tmp_path / "entries.parquet", "subject_id")])) == 5
    cut = measure(tmp_path / "orders.parquet", [tmp_path / "entries.parquet"])
    assert cut.orders.equals(whole.orders)
    assert cut.grams.equals(whole.grams)
    pq.write_table(entries.take(list(range(400, -1, -1))), tmp_path / "entries.parquet", row_group_size=30)
    assert ranges.ranges(tmp_path / "orders.parquet", [(tmp_path / "entries.parquet", "subject_id")]) == [(None, None)]
    assert measure(tmp_path / "orders.parquet", [tmp_path / "entries.parquet"]).grams.equals(whole.grams)


@pytest.mark.parametrize(
    ("given", "message"),
    [("nothing.parquet", "no such file"), ("", "neither a run with entries"), ("bad.csv", "no column order_id")],
)
def test_what_cannot_be_read_says_which(tmp_path: Path, given: str, message: str) -> None:
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InventoryError, match=message):
        measure(tmp_path / given if given else tmp_path, [])


def test_a_cell_of_another_type_says_so(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order_id,day\n1,tomorrow\n")
    with pytest.raises(
        InventoryError, match=r"orders\.csv: row 1: day: found 'tomorrow'; expected a day as YYYY-MM-DD"
    ):
        measure(tmp_path / "orders.csv", [])


def test_the_sums_see_a_spread_that_loses_micrograms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutant: what is left over after rounding down is dropped."""
    orders, rows = [order(str(at), sector=str(at)) for at in range(3)], [shared(ug=100)]

    def adds_up(cells: Cells) -> bool:
        return sum(figures(cells, ("sector",)).column("service_ug").to_pylist()) == 100

    assert adds_up(measured(orders, [], rows))
    real = spread.sql
    monkeypatch.setattr(spread, "sql", lambda *given: real(*given).replace("THEN 1 ELSE 0", "THEN 0 ELSE 0"))
    assert not adds_up(measured(orders, [], rows))
