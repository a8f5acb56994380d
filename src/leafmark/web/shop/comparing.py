"""Products of the shelf beside each other, by the rules of `products.ranking`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leafmark.products.footprint import footprint_from
from leafmark.products.ranking import Ranked, refusal, surely_lower
from leafmark.web.shelf.find import shown
from leafmark.web.shelf.models import Product

COMPARED_MAX = 4
CHOICES_MAX = 6
OWN_FIGURES = ("declared", "graded")
AT_ONCE, LOOKED_AT_MAX = 24, 480
"""Products of a category that are looked through for lower ones, the lowest first."""


@dataclass(frozen=True)
class Side:
    """A product in a comparison; `refused`: why it may not be ranked with the first, None where it may."""

    product: Product
    ranked: Ranked
    refused: str | None


def ranked(product: Product) -> Ranked:
    """A product's current figure; `product` comes with its category and its publication's run."""
    publication = product.published
    catalogue = {"category": product.category.key, **publication.catalogue}
    method = publication.run.method
    footprint = footprint_from(
        publication.row,
        catalogue,
        method_version=f"{method['id']}@{method['version']}",
        gwp_set=publication.run.gwp_set,
    )
    return Ranked(footprint, publication.row.get("factor_id"))


def side_by_side(products: Sequence[Product]) -> list[Side]:
    """Products beside the first of them."""
    sides: list[Side] = []
    for product in products:
        mine = ranked(product)
        sides.append(Side(product, mine, refusal(sides[0].ranked, mine) if sides else None))
    return sides


def lower_choices(product: Product) -> list[Product]:
    """Products that are surely lower than this one, lowest first; none where like-with-like allows none."""
    if product.co2e_ug is None or product.state not in OWN_FIGURES:
        return []
    mine = ranked(product)
    near = shown().filter(category=product.category, state__in=OWN_FIGURES, co2e_ug__lt=product.co2e_ug)
    near = near.order_by("co2e_ug", "pk")
    found: list[Product] = []
    for first in range(0, LOOKED_AT_MAX, AT_ONCE):
        others = list(near[first : first + AT_ONCE])
        found += [others[place] for place in surely_lower(mine, map(ranked, others))]
        if len(found) >= CHOICES_MAX or len(others) < AT_ONCE:
            break
    return found[:CHOICES_MAX]
