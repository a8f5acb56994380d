"""The channel and the festivals: who is in, by which criterion, and that it is printed wherever the name stands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from leafmark.web.languages import say
from leafmark.web.shelf.channel import SCHEME
from leafmark.web.shelf.fill import fill
from leafmark.web.shelf.models import Product, Venue

DAY = dt.date(2026, 11, 1)


@pytest.fixture
def registered(shelf: None, runs: Path) -> None:
    """TV-1 and TV-2 are in the register until after the day; TV-3's registration is over. Screens of 1,572 cm2 (24 inches)."""
    import pyarrow.parquet as pq

    table = pq.read_table(runs / "use.catalogue.parquet").to_pylist()
    kwh = {"TV-1": 100.0, "TV-2": 50.0, "TV-3": 40.0, "TV-4": 76.0, "TV-5": None}
    import pyarrow as pa

    rows = [{**row, "kwh_per_year": kwh[row["product_id"]], "screen_area_cm2": 1572.0} for row in table]
    path = runs / "registered.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    piece = {"requirement": "registry_record", "scheme_id": SCHEME, "scheme_version": "1", "document": "x", "url": None,
             "issued_by": "", "independent_of": [], "expires_on": "2027-01-01"}  # fmt: skip
    evidence = {"TV-1": [piece], "TV-2": [piece], "TV-4": [piece], "TV-3": [{**piece, "expires_on": "2026-10-31"}]}
    from leafmark.products import get_scheme

    for pieces in evidence.values():
        pieces[0]["scheme_version"] = get_scheme(SCHEME).version
    fill(runs / "use", path, DAY, workspace=runs, evidence=evidence)


def test_five_stars_of_the_register_and_a_record_that_holds(registered: None) -> None:
    """GEMS (Television) Determination 2013 (No. 2): base = 65.41 + 0.0934 x area; index = 1 + ln(kWh / base) / ln(0.8).

    1,572 cm2: a base of 212.2 kWh a year. 100 kWh: 4.37, four stars; 76 kWh: 5.60, five and a half; 50 kWh: 7.48, seven.
    """
    inside = set(Product.objects.filter(in_channel=True).values_list("product_id", flat=True))
    assert inside == {"TV-2", "TV-4"}


@pytest.mark.parametrize(("prefix", "lang"), [("", "en"), ("/zh-hant", "zh-Hant"), ("/zh-hans", "zh-Hans")])
def test_the_criterion_stands_wherever_the_name_stands(
    registered: None, client: Client, prefix: str, lang: str
) -> None:
    """EU 2024/825: a generic claim needs its specification on the same medium."""
    name, criterion = say(lang, "channel.badge"), say(lang, "channel.criterion")
    from html import escape

    shown = 0
    for path in (
        "/",
        "/product/aiwa/TV-2/",
        "/product/aiwa/TV-1/",
        "/sector/consumer_electronics/",
        "/category/television/",
        "/nothing/",
    ):
        text = client.get(prefix + path).content.decode().replace("&#39;", "'")
        if name in text:
            shown += 1
            assert criterion in text or escape(criterion) in text, path
    assert shown == 2


@pytest.fixture
def festival(shelf: None) -> Venue:
    now = timezone.now()
    names = {"en": "Eleven", "zh-Hant": "十一節", "zh-Hans": "十一节"}
    return Venue.objects.create(
        slug="eleven", names=names, opens_at=now - dt.timedelta(1), closes_at=now + dt.timedelta(1)
    )


def test_a_festival_holds_figures_of_a_products_own(festival: Venue, client: Client) -> None:
    Product.objects.filter(product_id="TV-2").update(state="category_estimate")
    text = client.get("/venue/eleven/").content.decode()
    assert "3 products" in text  # of five, one is an estimate and one is not known
    assert "1 merchant" in text
    assert "/product/aiwa/TV-2/" not in text
    assert "/product/aiwa/TV-5/" not in text
    assert "Figures that are only typical of a category do not enter" in text


def test_it_is_open_from_its_hour_to_its_hour(festival: Venue, client: Client) -> None:
    assert "Eleven" in client.get("/").content.decode()
    for opens, closes, said in ((1, 2, "Not open yet."), (-2, -1, "Closed.")):
        Venue.objects.update(
            opens_at=timezone.now() + dt.timedelta(opens), closes_at=timezone.now() + dt.timedelta(closes)
        )
        text = client.get("/venue/eleven/").content.decode()
        assert said in text
        assert "/product/" not in text
        assert "Eleven" not in client.get("/").content.decode()


def test_it_cannot_close_before_it_opens(db: None) -> None:
    now = timezone.now()
    with pytest.raises(IntegrityError):
        Venue.objects.create(slug="x", names={}, opens_at=now, closes_at=now - dt.timedelta(1))
