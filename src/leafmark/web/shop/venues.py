"""Festival venues: when they are open, and what stands in them.

Only figures of a product's own enter; category estimates do not, however many merchants bring them.
"""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.utils import timezone

from leafmark.web.shelf.find import shown
from leafmark.web.shelf.models import OWN_FIGURES, Product, Venue

TOTALS_S = 10
"""Seconds for which counted totals are shown again: counting half a million products takes longer than a page may."""


def venues_open() -> QuerySet[Venue]:
    """Venues that are open now, the one that closes first at the front."""
    now = timezone.now()
    return Venue.objects.filter(opens_at__lte=now, closes_at__gt=now).order_by("closes_at")


def state_of(venue: Venue) -> str:
    """`before`, `open` or `over`."""
    now = timezone.now()
    return "before" if now < venue.opens_at else "open" if now < venue.closes_at else "over"


def products_of(venue: Venue) -> QuerySet[Product]:
    """What stands in a venue, by name."""
    found = shown().filter(state__in=OWN_FIGURES)
    if venue.sectors:
        found = found.filter(category__sector__in=venue.sectors)
    return found.order_by("name", "pk")


def totals(venue: Venue) -> dict[str, Any]:
    """Products and merchants in a venue, and products by sector."""
    key = f"venue-{venue.pk}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        inside = products_of(venue).order_by()
        sectors = inside.values("category__sector").annotate(size=Count("id")).order_by("-size")
        found = {
            "merchants": inside.values("brand").distinct().count(),
            "sectors": [(row["category__sector"], row["size"]) for row in sectors],
        }
        found["products"] = sum(size for _, size in found["sectors"])
        cache.set(key, found, TOTALS_S)
    return found
