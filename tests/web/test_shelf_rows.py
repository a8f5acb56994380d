"""Products by SQL that is made once: the same as the ORM gives, field by field."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import models

from leafmark.web.shelf.fill import fill
from leafmark.web.shelf.find import shown
from leafmark.web.shelf.models import Product
from leafmark.web.shelf.rows import shown_where
from leafmark.web.shelf.state import version
from leafmark.web.shop.cards import cards
from leafmark.web.shop.comparing import lower_choices

pytestmark = pytest.mark.usefixtures("shelf")


def fields(found: models.Model) -> dict[str, object]:
    return {each.attname: getattr(found, each.attname) for each in found._meta.concrete_fields}


def test_each_row_is_what_the_orm_gives() -> None:
    by_hand = shown_where("p.id > %s ORDER BY p.id", [0])
    by_orm = list(shown().order_by("pk"))
    assert len(by_hand) == len(by_orm) == 5
    for mine, theirs in zip(by_hand, by_orm, strict=True):
        for one, other in (
            (mine, theirs), (mine.brand, theirs.brand), (mine.category, theirs.category),
            (mine.published, theirs.published), (mine.published.run, theirs.published.run),
        ):  # fmt: skip
            assert fields(one) == fields(other)
            assert type(one) is type(other)
    assert {type(value) for value in fields(by_hand[0].published).values()} >= {dt.date, dt.datetime, dict}


def test_what_is_kept_of_the_shelf_goes_with_its_next_publication(runs: Path, tmp_path: Path) -> None:
    """TV-1 uses twice what TV-2 does; published anew with a tenth of it, it has no lower choice but is one."""
    import pyarrow.parquet as pq

    from leafmark import engine

    one, two = (Product.objects.get(product_id=each) for each in ("TV-1", "TV-2"))
    assert lower_choices(one)[0] == two.pk
    before = version()
    (tmp_path / "use.csv").write_text("product_id,kwh_per_year,lifetime_years,region,date\nTV-1,10,7,AU,\n")
    engine.footprint(tmp_path / "use.csv", out=tmp_path / "run", method="appliance.use", known_on=dt.date(2026, 11, 1))
    pq.write_table(pq.read_table(runs / "use.catalogue.parquet").slice(0, 1), tmp_path / "c.parquet")
    drawn = cards([one.pk])
    fill(tmp_path / "run", tmp_path / "c.parquet", dt.date(2026, 11, 2), workspace=tmp_path)
    assert version() != before
    assert lower_choices(Product.objects.select_related("category", "current__run").get(pk=one.pk)) == []
    assert lower_choices(Product.objects.select_related("category", "current__run").get(pk=two.pk)) == [one.pk]
    assert cards([one.pk]) != drawn
