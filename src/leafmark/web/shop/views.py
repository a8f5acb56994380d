"""A shopper's pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.encoding import escape_uri_path
from django.views.decorators.http import require_safe
from markupsafe import Markup

from leafmark.products import svg
from leafmark.products.label import LabelData
from leafmark.products.sentences import Sentences
from leafmark.web import markets
from leafmark.web.experiment.lists import Everywhere, Listed, listed
from leafmark.web.languages import tag
from leafmark.web.pages import page
from leafmark.web.search import NoIndexError
from leafmark.web.shelf.find import by_brand, shown
from leafmark.web.shelf.labels import label_of
from leafmark.web.shelf.models import SECTORS, Category, Product, Venue
from leafmark.web.shop import saving
from leafmark.web.shop.cards import cards, cards_seen
from leafmark.web.shop.categories import beside_category, beside_product
from leafmark.web.shop.comparing import COMPARED_MAX, Side, lower_choices, side_by_side
from leafmark.web.shop.elsewhere import elsewhere
from leafmark.web.shop.searching import find, read_asked
from leafmark.web.shop.structured import structured
from leafmark.web.shop.venues import products_of, state_of, totals, venues_open

PAGE = 24
CHANNEL_PAGE = 12
SHOWN_SECTORS = SECTORS[:-1]
ORDERS = {"name": "name", "lowest": F("co2e_ug").asc(nulls_last=True), "highest": F("co2e_ug").desc(nulls_last=True)}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The channel: what it is, its sectors, and products with a figure of their own."""
    counted = Category.objects.values("sector").annotate(categories=Count("id")).order_by()
    sizes = {row["sector"]: row["categories"] for row in counted}
    seen = Everywhere(request, by_figure=False)
    part, drawn = _listed(request, shown().filter(in_channel=True).order_by("name", "pk"), CHANNEL_PAGE, seen)
    sectors = [(each, sizes.get(each, 0)) for each in SHOWN_SECTORS]
    values = {"sectors": sectors, "part": part, "cards": drawn, "venues": list(venues_open())}
    return seen.apart(page(request, "shop/home.html", values))


@require_safe
def sector(request: HttpRequest, sector: str) -> HttpResponse:
    """A sector's categories, the largest first."""
    if sector not in SHOWN_SECTORS:
        raise Http404(f"no sector {sector}")
    categories = Category.objects.filter(sector=sector).annotate(size=Count("products")).order_by("-size", "key")
    return page(request, "shop/sector.html", {"sector": sector, "categories": list(categories)})


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A category's products."""
    found = get_object_or_404(Category, slug=slug)
    order = request.GET.get("sort", "name")
    if order not in ORDERS:
        order = "name"
    products: QuerySet[Product] = shown().filter(category=found).order_by(ORDERS[order], "pk")
    seen = listed(request, found, by_figure=order != "name")
    part, drawn = _listed(request, products, PAGE, seen)
    values = {
        "category": found, "part": part, "cards": drawn, "order": order, "orders": list(ORDERS), "beside": beside_category(found, tag()), "seen": seen,
    }  # fmt: skip
    return seen.apart(page(request, "shop/category.html", values))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Products by word, narrowed by facets."""
    asked = read_asked(request.GET)
    seen = Everywhere(request, by_figure=asked.sort in ("lowest", "highest"))
    try:
        found = find(asked, tag(), seen)
    except NoIndexError:
        return page(request, "shop/search.html", {"asked": asked, "found": None}, status=503)
    return seen.apart(page(request, "shop/search.html", {"asked": asked, "found": found}))


@require_safe
def product(request: HttpRequest, brand: str, product_id: str) -> HttpResponse:
    """A product: its label in words and as a picture, what it is compared with, lower choices."""
    found = by_brand(brand, product_id)
    whole = label_of(found, found.published, settings.WORKSPACE.origin)
    data = markets.shown(whole, found.published)
    values = {
        "product": found, "label": data, "words": Sentences(data, tag()), "picture": svg(data, tag(), "full"), "choices": cards(lower_choices(found), found.stamp),
        "structured": structured(found, data, tag()), "address": escape_uri_path(request.path), "saving": saving.shown(data.saving, tag()),
        "beside": beside_product(found, tag()), "elsewhere": elsewhere(found, whole, markets.current(), tag()),
    }  # fmt: skip
    return page(request, "shop/product.html", values)


@require_safe
def label(request: HttpRequest, brand: str, product_id: str) -> HttpResponse:
    """What stands behind a label: where it comes from, how sure it is, who says so, and every version of it."""
    found = by_brand(brand, product_id)
    publication = found.published
    data = markets.shown(label_of(found, publication, settings.WORKSPACE.origin), publication)
    versions = found.publications.select_related("run").order_by("-number")
    values = {
        "product": found, "publication": publication, "label": data, "words": Sentences(data, tag()),
        "versions": list(versions), "largest": _largest(data),
    }  # fmt: skip
    return page(request, "shop/label.html", values)


@require_safe
def venue(request: HttpRequest, slug: str) -> HttpResponse:
    """A festival: its criterion, what is in it now, and its products while it is open."""
    found = get_object_or_404(Venue, slug=slug)
    state = state_of(found)
    values: dict[str, Any] = {"venue": found, "state": state}
    seen = Everywhere(request, by_figure=False)
    if state == "open":
        part, drawn = _listed(request, products_of(found), PAGE, seen)
        values |= {"part": part, "cards": drawn, "totals": totals(found)}
    return seen.apart(page(request, "shop/venue.html", values))


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four products beside each other; those that may not be ranked say why."""
    asked = request.GET.getlist("p")[:COMPARED_MAX]
    products = [by_brand(*each.split("/", 1)) for each in asked if "/" in each]
    sides: list[Side] = side_by_side(products)
    values: dict[str, Any] = {
        "sides": [(each, Sentences(label_of(each.product, each.product.published, ""), tag())) for each in sides]
    }
    return page(request, "shop/compare.html", values)


def _listed(
    request: HttpRequest, products: QuerySet[Product], size: int, seen: Listed | Everywhere
) -> tuple[Page, list[Markup]]:
    """A page of products in their order, and their cards: as a reader sees them who takes part in a test, where one runs here."""
    part = Paginator(products.values_list("pk", flat=True), size).get_page(request.GET.get("page"))
    return part, cards_seen(list(part), seen.of) if seen.takes_part else cards(list(part))


def _largest(data: LabelData) -> str | None:
    """The stage that most of a figure comes from; none where it is not split."""
    shares = [(each.percent or 0, each.stage) for each in data.stages if each.percent is not None]
    return max(shares)[1] if shares else None
