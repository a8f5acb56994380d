"""A product by what readers know of it: its brand and id, or its GTIN."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from leafmark.products.gtin import gtin14
from leafmark.web.shelf.models import Product
from leafmark.web.shelf.rows import shown_where


def shown() -> QuerySet[Product]:
    """Products with what a label is made of, in one query."""
    return Product.objects.select_related("brand", "category", "current__run").filter(current__isnull=False)


def by_brand(brand: str, product_id: str) -> Product:
    """A brand's product by its id.

    Raises
    ------
    Http404 : there is none, or nothing of it is published.
    """
    if "\0" in brand + product_id:  # PostgreSQL cannot look for it
        raise Http404("no product has a zero byte in its address")
    return _one(shown_where("b.slug = %s AND p.product_id = %s", [brand, product_id]), f"{brand}/{product_id}")


def by_gtin(gtin: str) -> Product:
    """The product of a GTIN of 8, 12, 13 or 14 digits.

    Raises
    ------
    Http404 : the digits are no GTIN, or no product has it.
    """
    whole = gtin14(gtin)
    if whole is None:
        raise Http404(f"{gtin}: expected a GTIN of 8, 12, 13 or 14 digits with its check digit")
    return _one(shown_where("p.gtin = %s", [whole]), gtin)


def _one(found: list[Product], asked: str) -> Product:
    if not found:
        raise Http404(f"no published product {asked}")
    return found[0]
