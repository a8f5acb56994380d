"""Products sold come from the product book: its figures, its ranges, nothing for what it does not know, and nothing of other sellers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from synthetic_company import YEAR, pack, write_company

from leafmark.engine.run import Run, Settings, run
from leafmark.engine.statement import MixedBooksError
from leafmark.factors.model import builtin
from leafmark.inventory.accounting.running import run_inventory
from leafmark.inventory.company.product_book import Sold, sold_from_book
from leafmark.methods import method

KNOWN_ON = dt.date(2026, 6, 1)
BILL = [
    {"product_id": "lamp", "stage": "use", "key": "electricity.grid", "amount": 120.0, "unit": "kWh", "region": "GB"},
    {"product_id": "lamp", "stage": "end_of_life", "key": "waste.landfill.clothing", "amount": 2.0, "unit": "kg", "region": "GB"},
    {"product_id": "mug", "stage": "materials", "key": "material.glass", "amount": 0.3, "unit": "kg", "region": "GB"},
    {"product_id": "odd", "stage": "use", "key": "no.such.key", "amount": 1.0, "unit": "kg", "region": "GB"},
]  # fmt: skip
SALES = [
    {"product_id": "lamp", "units_sold": 100.0, "site_id": "office", "sold_by": None, "activity_id": "a"},
    {"product_id": "mug", "units_sold": 10.0, "site_id": "office", "sold_by": "own_retail", "activity_id": "b"},
    {"product_id": "odd", "units_sold": 1.0, "site_id": "office", "sold_by": None, "activity_id": "c"},
    {"product_id": "lamp", "units_sold": 900.0, "site_id": "office", "sold_by": "third_party", "activity_id": "d"},
    {"product_id": "unheard", "units_sold": 1.0, "site_id": "office", "sold_by": None, "activity_id": "e"},
    {"product_id": "lamp", "units_sold": -1.0, "site_id": "office", "sold_by": None, "activity_id": "f"},
]  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Run:
    rows = [{**row, "date": dt.date(2023, 6, 1)} for row in BILL]
    return run(
        method("product.bill"),
        pa.Table.from_pylist(rows),
        [builtin()],
        tmp_path_factory.mktemp("book") / "run",
        Settings(KNOWN_ON, "AR5"),
    )


@pytest.fixture(scope="module")
def met(book: Run, tmp_path_factory: pytest.TempPathFactory) -> Sold:
    return sold_from_book(book, pa.Table.from_pylist(SALES), tmp_path_factory.mktemp("staging"))


def test_a_sale_takes_each_stage_of_its_product_with_its_range(book: Run, met: Sold) -> None:
    entries = {row["stage"]: row for row in book.table("entries").to_pylist() if row["subject_id"] == "lamp"}
    for template, stage in (("products_sold", "use"), ("products_discarded", "end_of_life")):
        (row,) = met.rows[template].to_pylist()
        assert row["kg_per_unit"] == entries[stage]["co2e_ug"] / 1e9
        assert row["kg_gsd"] > 1
        assert (row["product_id"], row["units_sold"], row["source"]) == ("lamp", 100, f"product book, run {book.id}")


def test_what_the_book_does_not_know_is_refused_and_never_zero(met: Sold) -> None:
    found = {(row["activity_id"], row["field"], row["reason"]) for row in met.flags.to_pylist()}
    assert found == {
        ("b", "use", "stage_not_assessed"), ("b", "end_of_life", "stage_not_assessed"), ("c", None, "product_unknown"),
        ("d", None, "not_own_retail"), ("e", None, "unknown_product"), ("f", None, "below_bound"),
    }  # fmt: skip


def test_an_inventory_has_them_in_categories_11_and_12(book: Run, met: Sold, tmp_path: Path) -> None:
    company = write_company(tmp_path / "company", [])
    for template, rows in met.rows.items():
        pq.write_table(rows, company / "activities" / f"{template}.parquet")
    inventory = run_inventory(company, tmp_path / "inventory", packs=[pack()])
    entries = {row["stage"]: row for row in book.table("entries").to_pylist() if row["subject_id"] == "lamp"}
    for category, stage in ((11, "use"), (12, "end_of_life")):
        total = inventory.rows("market")[3, category]
        assert total.co2e_ug == pytest.approx(100 * entries[stage]["co2e_ug"], abs=1)
        low, high = (total.low_ug / total.co2e_ug, total.high_ug / total.co2e_ug)
        assert low <= entries[stage]["low_ug"] / entries[stage]["co2e_ug"]
        assert high >= entries[stage]["high_ug"] / entries[stage]["co2e_ug"]
    assert inventory.year == YEAR


def test_a_run_of_another_book_is_refused(tmp_path: Path) -> None:
    burnt = pa.table(
        {
            "site_id": ["a"],
            "fuel": ["fuel.diesel"],
            "amount": [1.0],
            "unit": ["L"],
            "region": ["GB"],
            "date": [dt.date(2023, 1, 1)],
        }
    )
    other = run(method("combustion.direct"), burnt, [builtin()], tmp_path / "run", Settings(KNOWN_ON, "AR5"))
    with pytest.raises(MixedBooksError, match="book inventory"):
        sold_from_book(other, pa.Table.from_pylist(SALES), tmp_path)
