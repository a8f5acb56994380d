"""A brand's own filling of the shelf: to that brand alone, by a named person, and no GTIN is two products'."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leafmark import engine
from leafmark.web.people.models import User
from leafmark.web.shelf import finding
from leafmark.web.shelf.fill import Filled, fill
from leafmark.web.shelf.labels import label_of
from leafmark.web.shelf.models import Brand, Product, Publication

DAY = dt.date(2026, 11, 1)
ONE, TWO, THREE = "9506000134352", "4006381333931", "96385074"

Publish = Callable[..., Filled]


@pytest.fixture
def publish(db: None, runs: Path, tmp_path: Path) -> Publish:
    """Fill rows of a catalogue, each for a product of the televisions' run."""

    def filled(rows: list[dict[str, Any]], **more: Any) -> Filled:
        path = tmp_path / "catalogue.parquet"
        pq.write_table(pa.Table.from_pylist(rows), path)
        return fill(runs / "use", path, DAY, workspace=runs, **more)

    return filled


def row(product_id: str, gtin: str | None = None, brand: str = "Aiwa", **more: Any) -> dict[str, Any]:
    return {"product_id": product_id, "gtin": gtin, "brand": brand, "category": "television", **more}


def gtins() -> dict[str, str | None]:
    return {each.product_id: each.gtin and each.gtin.lstrip("0") for each in Product.objects.all()}


def test_a_brand_fills_its_own_shelf_whatever_the_file_says(publish: Publish) -> None:
    mine = Brand.objects.create(slug="mine-2", name="Mine & <b>Co</b>")
    mei = User.objects.create_user("mei@example.org")
    done = publish([row("TV-1", brand="Bauhn"), row("TV-2", brand="Mine & <b>Co</b>")], brand=mine, published_by=mei)
    assert (done.published, done.unlabelled) == (2, 3)
    assert list(Brand.objects.all()) == [mine]
    assert set(done.changed) == set(Product.objects.filter(brand=mine).values_list("pk", flat=True))
    assert {each.published_by for each in Publication.objects.all()} == {mei}


def test_a_gtin_of_another_brand_is_refused_and_nothing_of_that_brand_is_told(publish: Publish) -> None:
    publish([row("TV-1", ONE, brand="Rival")])
    with pytest.raises(ValueError, match=rf"'TV-2': GTIN 0{ONE}: another product on the shelf") as refused:
        publish([row("TV-3", TWO), row("TV-2", ONE)])
    assert "Rival" not in str(refused.value)
    assert "TV-1" not in str(refused.value)
    assert set(Product.objects.values_list("product_id", flat=True)) == {"TV-1"}  # all or nothing
    assert Publication.objects.count() == 1


def test_a_gtin_of_another_product_of_the_brand_names_it(publish: Publish) -> None:
    publish([row("TV-1", ONE)])
    with pytest.raises(ValueError, match="product 'TV-1' of the same brand"):
        publish([row("TV-2", ONE)])
    with pytest.raises(ValueError, match=rf"'TV-\d': GTIN 0{TWO}: product 'TV-\d' of the same brand"):
        publish([row("TV-3", TWO), row("TV-4", TWO)])


@pytest.mark.parametrize("rows_at_once", [1, 2_000])
def test_gtins_may_change_places_in_one_file(
    publish: Publish, rows_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leafmark.web.shelf.fill.ROWS", rows_at_once)
    publish([row("TV-1", ONE), row("TV-2", TWO), row("TV-3", THREE)])
    publish([row("TV-1", TWO), row("TV-2", THREE), row("TV-3", ONE)])
    assert gtins() == {"TV-1": TWO, "TV-2": THREE, "TV-3": ONE}
    publish([row("TV-1", None), row("TV-4", TWO)])
    assert gtins() == {"TV-1": None, "TV-2": THREE, "TV-3": ONE, "TV-4": TWO}


def test_a_missing_language_is_no_text(publish: Publish) -> None:
    names = {"en": None, "zh-Hant": "電視", "zh-Hans": "电视"}
    publish([row("TV-1", name=names), row("TV-2", name=dict.fromkeys(names))])
    first, second = Product.objects.select_related("current__run", "category").order_by("product_id")
    assert (first.name, second.name) == ("電視", "TV-2")
    assert label_of(first, first.published, "").name == {"zh-Hant": "電視", "zh-Hans": "电视"}
    assert label_of(second, second.published, "").name == "TV-2"


def test_another_run_with_the_same_label_publishes_nothing(publish: Publish, runs: Path, tmp_path: Path) -> None:
    publish([row("TV-1"), row("TV-2")])
    (tmp_path / "use.csv").write_text(
        "product_id,kwh_per_year,lifetime_years,region,date\nTV-1,100,7,AU,\nTV-2,51,7,AU,\n"
    )
    engine.footprint(tmp_path / "use.csv", out=tmp_path / "again", method="appliance.use", known_on=DAY)
    done = fill(tmp_path / "again", tmp_path / "catalogue.parquet", DAY, workspace=tmp_path)
    assert (done.published, done.unchanged) == (1, 1)
    assert list(done.changed) == [Product.objects.get(product_id="TV-2").pk]


def test_changed_products_are_found_at_once(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    finding.index.cache_clear()
    publish([row("TV-1", name="Alpha"), row("TV-2", name="Beta")])
    finding.rebuild()
    monkeypatch.setattr(finding, "rebuild", lambda *_: pytest.fail("two products need no new index"))
    done = publish([row("TV-1", name="Gamma"), row("TV-3", name="Delta")])
    finding.update(done.changed)
    finding.update(done.changed)
    found = {word: finding.index().search(word).total for word in ("alpha", "beta", "gamma", "delta")}
    assert found == {"alpha": 0, "beta": 1, "gamma": 1, "delta": 1}
    finding.index.cache_clear()
