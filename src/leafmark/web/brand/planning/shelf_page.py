"""A brand's shelf: what it has published, where each product stands, and what its figure mostly comes from."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from leafmark.factors import regions
from leafmark.web.audit.explained import NotExplained, explained
from leafmark.web.brand.access import Console, in_console
from leafmark.web.brand.planning.standing import SET_MIN, movers, standing
from leafmark.web.languages import tag
from leafmark.web.pages import page
from leafmark.web.shelf.find import by_brand, shown

PAGE: Final = 25
TABLE_MAX: Final = 100
ORDERS: Final = {
    "name": F("name").asc(), "lowest": F("co2e_ug").asc(nulls_last=True), "highest": F("co2e_ug").desc(nulls_last=True),
    "newest": F("current__published_at").desc(),
}  # fmt: skip
WORDS_MAX: Final = 200


@require_safe
@in_console
def shelf(request: HttpRequest, at: Console) -> HttpResponse:
    """The brand's published products."""
    words = request.GET.get("q", "").strip()[:WORDS_MAX]
    order = request.GET.get("sort", "name")
    if order not in ORDERS:
        order = "name"
    products = shown().filter(brand=at.brand)
    if words:
        products = products.filter(Q(name__icontains=words) | Q(product_id__icontains=words))
    part = Paginator(products.order_by(ORDERS[order], "pk"), PAGE).get_page(request.GET.get("page"))
    values = {"at": at, "here": "shelf", "part": part, "q": words, "order": order, "orders": list(ORDERS),
              "query": urlencode({"q": words, "sort": order}) + "&"}  # fmt: skip
    return page(request, "brand/planning/shelf.html", values)


@require_safe
@in_console
def shelf_product(request: HttpRequest, at: Console, product_id: str) -> HttpResponse:
    """One product: its place in its comparison set if it may have one, and what would move it."""
    product = by_brand(at.brand.slug, product_id)
    values: dict[str, Any] = {
        "at": at, "here": "shelf", "product": product, "publication": product.published, "standing": standing(product), "set_min": SET_MIN,
        "table_max": TABLE_MAX, "movers": None, "place": partial(regions.name, language=tag()),
    }  # fmt: skip
    with suppress(NotExplained):  # then the page says that the figure cannot be made again
        values["movers"] = movers(product, explained(product.published))
    return page(request, "brand/planning/shelf_product.html", values)
