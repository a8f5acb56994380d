"""Products of the shelf beside each other, by the rules of `products.ranking`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from leafmark.products.footprint import Basis
from leafmark.products.ranking import Ranked, refusal, surely_lower
from leafmark.web.shelf.footprints import footprint_of
from leafmark.web.shelf.models import OWN_FIGURES, Product
from leafmark.web.shelf.rows import shown_where
from leafmark.web.shelf.state import version

COMPARED_MAX = 4
CHOICES_MAX = 6
LOOKED_AT_MAX, OF_A_KIND_MAX = 480, 24
"""The lowest products of a category that are looked through for choices, and how many of one kind are kept of them."""
CATEGORIES_KEPT = 512


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
    footprint = footprint_of(publication.row, catalogue, publication.run.method, publication.run.gwp_set)
    return Ranked(footprint, publication.row.get("factor_id"))


def side_by_side(products: Sequence[Product]) -> list[Side]:
    """Products beside the first of them."""
    sides: list[Side] = []
    for product in products:
        mine = ranked(product)
        sides.append(Side(product, mine, refusal(sides[0].ranked, mine) if sides else None))
    return sides


def lower_choices(product: Product) -> list[int]:
    """Numbers of products that are surely lower than this one, lowest first; none where like-with-like allows none."""
    if product.co2e_ug is None or product.state not in OWN_FIGURES:
        return []
    mine = ranked(product)
    lowest = _lowest(product.category_id, product.stamp or version()).get(mine.footprint.basis, ())
    nearer = list(takewhile(lambda each: (each[0].footprint.co2e_ug or 0) < (product.co2e_ug or 0), lowest))
    return [nearer[place][1] for place in surely_lower(mine, [each for each, _ in nearer], CHOICES_MAX)]


@lru_cache(maxsize=CATEGORIES_KEPT)
def _lowest(category: int, stamp: str) -> dict[Basis, list[tuple[Ranked, int]]]:
    """The lowest products of a category by what they may be compared in, as long as the shelf has one stamp.

    Of one basis and one deciding factor no more are kept than can be chosen: what lies behind them is not lower.
    """
    near = shown_where(
        "p.category_id = %s AND p.state IN (%s, %s) AND p.co2e_ug IS NOT NULL ORDER BY p.co2e_ug, p.id LIMIT %s",
        [category, *OWN_FIGURES, LOOKED_AT_MAX],
    )
    found: dict[Basis, list[tuple[Ranked, int]]] = {}
    kept: Counter[tuple[Basis, str | None]] = Counter()
    for each in near:
        one = ranked(each)
        kind = (one.footprint.basis, one.factor_id)
        kept[kind] += 1
        if kept[kind] <= OF_A_KIND_MAX:
            found.setdefault(one.footprint.basis, []).append((one, each.pk))
    return found
