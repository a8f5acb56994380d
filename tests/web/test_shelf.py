"""Runs onto the shelf: everything once, a new figure as a new publication."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from leafmark import engine
from leafmark.products import imports
from leafmark.web.shelf import fill as filling
from leafmark.web.shelf.fill import Filled, fill
from leafmark.web.shelf.models import Brand, Category, Product, Publication
from leafmark.web.shelf.staging import slug_of
from leafmark.web.shelf.writing import ShelfMovedError

DAY = dt.date(2026, 11, 1)


def test_every_product_is_published_once(shelf: None, runs: Path) -> None:
    assert Product.objects.count() == Publication.objects.count() == 5
    kept = {each.product_id: each.current for each in Product.objects.select_related("current")}
    table = pq.read_table(runs / "use" / "products.parquet").to_pylist()
    assert {key: each and each.co2e_ug for key, each in kept.items()} == {
        row["product_id"]: row["co2e_ug"] for row in table
    }
    for each in Product.objects.select_related("current"):
        assert each.current is not None
        assert (each.state, each.co2e_ug) == (each.current.state, each.current.co2e_ug)
    assert kept["TV-5"] is not None
    assert kept["TV-5"].state == "unknown"
    assert kept["TV-5"].co2e_ug is None  # and not zero


def test_filling_again_changes_nothing(shelf: None, runs: Path) -> None:
    before = list(Publication.objects.values_list("pk", "number").order_by("pk"))
    again = fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs)
    assert (again.products, again.published, again.unchanged, again.unlabelled) == (5, 0, 5, 0)
    assert list(Publication.objects.values_list("pk", "number").order_by("pk")) == before


def test_a_new_figure_is_a_new_publication(shelf: None, runs: Path, tmp_path: Path) -> None:
    (tmp_path / "use.csv").write_text("product_id,kwh_per_year,lifetime_years,region,date\nTV-1,80,7,AU,\n")
    engine.footprint(tmp_path / "use.csv", out=tmp_path / "again", method="appliance.use", known_on=DAY)
    done = fill(tmp_path / "again", runs / "use.catalogue.parquet", DAY, workspace=tmp_path)
    assert done.published == 1
    product = Product.objects.select_related("current").get(product_id="TV-1")
    first, second = product.publications.order_by("number")
    assert product.current == second
    assert product.co2e_ug == second.co2e_ug
    assert (first.number, second.number) == (1, 2)
    assert second.co2e_ug == pytest.approx(first.co2e_ug * 0.8, rel=1e-9)  # linear in kWh


def test_a_fault_in_the_middle_leaves_nothing(db: None, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leafmark.web.shelf.fill.ROWS", 2)
    calls = []

    def broken(done: int, whole: int, what: str) -> None:
        calls.append(done)
        if done == 4:
            raise RuntimeError("pulled the plug")

    with pytest.raises(RuntimeError, match="plug"):
        fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs, progress=broken)
    assert calls == [2, 4]
    assert not Product.objects.exists()
    assert not Publication.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_others_write_while_a_run_is_prepared(runs: Path) -> None:
    """SQLite has one write lock. Held for a whole run it shuts everybody out for minutes; the publication itself takes seconds."""
    import threading

    from django.db import connection

    written: list[str] = []

    def write() -> None:
        try:
            Brand.objects.create(slug=f"other-{len(written)}", name="Other")
            written.append("")
        finally:
            connection.close()

    def progress(done: int, whole: int, what: str) -> None:
        other = threading.Thread(target=write)
        other.start()
        other.join(5)

    done = fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs, progress=progress)
    assert (done.published, len(written), Brand.objects.count()) == (5, 1, 2)


def test_what_was_published_meanwhile_is_compared_with_anew(shelf: None, runs: Path, tmp_path: Path) -> None:
    """Between preparing and publishing somebody else publishes TV-1: the next number is the one after hers."""
    (tmp_path / "use.csv").write_text("product_id,kwh_per_year,lifetime_years,region,date\nTV-1,80,7,AU,\n")
    engine.footprint(tmp_path / "use.csv", out=tmp_path / "again", method="appliance.use", known_on=DAY)
    tries = []

    def meanwhile(done: int, whole: int, what: str) -> None:
        tries.append(done)
        if len(tries) == 1:
            product = Product.objects.select_related("current").get(product_id="TV-1")
            hers = product.published
            hers.pk, hers.number = None, 2
            hers.save(force_insert=True)
            product.current = hers
            product.save()

    done = fill(tmp_path / "again", runs / "use.catalogue.parquet", DAY, workspace=tmp_path, progress=meanwhile)
    assert (len(tries), done.published) == (2, 1)
    numbers = Publication.objects.filter(product__product_id="TV-1").order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3]


def test_a_shelf_that_keeps_changing_is_told(shelf: None, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(*prepared: Any) -> Any:
        raise ShelfMovedError("moved")

    monkeypatch.setattr(filling, "write", moved)
    with pytest.raises(ValueError, match="kept changing"):
        fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs)


def test_what_belongs_to_a_publication_is_in_its_transaction(db: None, runs: Path) -> None:
    def last(done: Filled) -> None:
        assert (done.published, Publication.objects.count()) == (5, 5)
        raise RuntimeError("pulled the plug")

    with pytest.raises(RuntimeError, match="plug"):
        fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs, last=last)
    assert not Publication.objects.exists()


@pytest.mark.parametrize(
    ("text", "slug"),
    [("Aiwa", "aiwa"), ("  Ａ＆Ｂ  Co. ", "a-b-co"), ("聯想 集團", "聯想-集團"), ("../..", None), ("", None)],
)
def test_slugs(text: str, slug: str | None) -> None:
    found = slug_of(text)
    assert found == slug if slug else found.isalnum()


def test_brands_are_one_for_one_name(shelf: None) -> None:
    assert list(Brand.objects.values_list("slug", "name")) == [("aiwa", "Aiwa")]


def test_products_that_the_catalogue_does_not_name_are_left_out(db: None, runs: Path, tmp_path: Path) -> None:
    import pyarrow as pa

    pq.write_table(pa.table({"product_id": ["elsewhere"], "brand": ["X"]}), tmp_path / "other.parquet")
    done = fill(runs / "use", tmp_path / "other.parquet", DAY, workspace=runs)
    assert (done.products, done.published, done.unlabelled) == (5, 0, 5)


def test_one_id_may_be_two_brands_product(db: None, runs: Path, tmp_path: Path) -> None:
    """Known products are found by brand and id together."""
    table = pq.read_table(runs / "use.catalogue.parquet")
    for brand in ("Aiwa", "Bauhn"):
        at = table.column_names.index("brand")
        import pyarrow as pa

        named = table.set_column(at, "brand", pa.array([brand] * table.num_rows)).drop_columns(["gtin"])
        pq.write_table(named, tmp_path / f"{brand}.parquet")
        assert fill(runs / "use", tmp_path / f"{brand}.parquet", DAY, workspace=runs).published == 5
        assert fill(runs / "use", tmp_path / f"{brand}.parquet", DAY, workspace=runs).unchanged == 5
    assert Product.objects.count() == Publication.objects.count() == 10


@pytest.mark.parametrize("sector", imports.SECTORS)
def test_a_sector_of_an_import_is_one_of_the_shelf(db: None, runs: Path, tmp_path: Path, sector: str) -> None:
    import pyarrow as pa

    row = {"product_id": ["TV-1"], "brand": ["X"], "category": ["some"], "sector": [sector]}
    pq.write_table(pa.table(row), tmp_path / "one.parquet")
    fill(runs / "use", tmp_path / "one.parquet", DAY, workspace=runs)
    assert Category.objects.get(key="some").sector == sector
