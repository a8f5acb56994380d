"""The console's first page: what waits, and where to go."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leafmark.web.brand.access import Console, in_console
from leafmark.web.brand.models import Draft, Upload
from leafmark.web.pages import page
from leafmark.web.shelf.models import OWN_FIGURES, Brand, Product

SHOWN = 5


@require_safe
@login_required
@never_cache
def brands(request: HttpRequest) -> HttpResponse:
    """The brands one is a member of; a member of one alone goes there at once."""
    found = list(Brand.objects.filter(memberships__user=request.user).order_by("name"))
    if len(found) == 1:
        return redirect("brand:console", found[0].slug)
    return page(request, "brand/brands.html", {"brands": found})


@require_safe
@in_console
def console(request: HttpRequest, at: Console) -> HttpResponse:
    """What a brand has on the shelf, and what waits for whom."""
    products = Product.objects.filter(brand=at.brand, current__isnull=False)
    values = {
        "at": at, "here": "console", "products": products.count(), "own": products.filter(state__in=OWN_FIGURES).count(),
        "uploads": list(Upload.objects.filter(brand=at.brand)[:SHOWN]),
        "waiting": list(Draft.objects.filter(brand=at.brand, state__in=(Draft.PREPARED, Draft.PROPOSED)).select_related("prepared_by", "proposed_by")),
    }  # fmt: skip
    return page(request, "brand/console.html", values)
