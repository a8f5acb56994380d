"""The search page over a real index of the shelf: words, facets, order, and what is typed by mistake or in malice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leafmark.web.shelf import finding
from leafmark.web.shelf.models import Product


@pytest.fixture
def indexed(shelf: None) -> Iterator[None]:
    finding.index.cache_clear()
    assert finding.rebuild() == 5
    yield
    finding.index.cache_clear()


def shown(text: str) -> list[str]:
    return re.findall(r'<li class="card">\s*<a href="/product/aiwa/([^/]+)/"', text)


def test_words_find_products_and_facets_narrow_them(indexed: None, client: Client) -> None:
    assert set(shown(client.get("/search/?q=aiwa").content.decode())) == {
        f"TV-{n}" for n in range(1, 6)
    }  # by its brand's name too
    assert shown(client.get("/search/?q=large").content.decode()) == ["TV-4"]
    assert shown(client.get("/search/?q=09506000134352").content.decode()) == ["TV-1"]
    assert shown(client.get("/search/?q=largge").content.decode()) == ["TV-4"]
    text = client.get("/search/?q=&state=unknown").content.decode()
    assert shown(text) == ["TV-5"]
    assert 'href="?sort' not in text
    assert "1 product" in text


def test_order_by_figure_needs_a_unit_and_puts_the_unknown_last(indexed: None, client: Client) -> None:
    text = client.get("/search/?q=").content.decode()
    assert "sort=lowest" not in text
    assert "Choose a unit" in text
    lowest = shown(client.get("/search/?declared_unit=item&sort=lowest").content.decode())
    figures = dict(Product.objects.values_list("product_id", "co2e_ug"))
    assert lowest == [*sorted((key for key, value in figures.items() if value), key=lambda key: figures[key]), "TV-5"]


def test_without_an_index_the_page_says_so(
    shelf: None, client: Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    finding.index.cache_clear()
    for path in settings.WORKSPACE.search.glob("*"):
        path.rename(tmp_path_factory.mktemp("gone") / path.name)
    answer = client.get("/search/?q=x")
    assert answer.status_code == 503
    assert "index is being made" in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["q=" + "x" * 10_000, "q=%01%02", "q=title:(((", "page=0", "page=-1", "page=99999", "page=①", "sort=x", "sector=x",
              "q=%22%22%22&sort=lowest", "q=<script>alert(1)</script>", "declared_unit=" + "y" * 5000 + "&sort=lowest"]
)  # fmt: skip
def test_rubbish_is_a_page(indexed: None, client: Client, query: str) -> None:
    answer = client.get(f"/search/?{query}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_the_index_is_made_again_when_the_shelf_has_other_products(indexed: None) -> None:
    Product.objects.filter(product_id="TV-5").update(current=None)
    finding.bring_up_to_date()
    finding.index.cache_clear()
    assert len(finding.index()) == 4


def test_the_index_is_read_page_by_page(shelf: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An open read would let no job tell its progress while another process writes: SQLite answers that it is locked."""
    monkeypatch.setattr(finding, "AT_ONCE", 2)
    with CaptureQueriesContext(connection) as asked:
        found = list(finding.documents(Product.objects.filter(current__isnull=False)))
    assert [each.product_id for each in found] == [
        str(each) for each in Product.objects.order_by("pk").values_list("pk", flat=True)
    ]
    assert len(asked) == 4
