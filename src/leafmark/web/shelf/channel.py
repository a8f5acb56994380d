"""The Low-carbon channel's criterion: what a product must be to stand under that name.

The name is a claim (Directive 2005/29/EC as amended by 2024/825, Annex I, 2a), and a footprint alone does not carry it. So the channel
admits by a public authority's register, and its criterion is printed wherever the name stands (`channel.criterion` in `strings/`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from leafmark.web.shelf.labels import label_of
from leafmark.web.shelf.models import Product

STARS_MIN: Final = 5
"""Of the ten of Australia's Greenhouse and Energy Minimum Standards (Television) Determination 2013 (No. 2)."""
SCHEME: Final = "au.gems-2013.televisions"


def admitted(product: Product) -> bool:
    """Whether a product's current figure meets the criterion. It comes with its category and its publication's run."""
    publication = product.current
    if publication is None or not any(each.get("scheme_id") == SCHEME for each in publication.evidence or ()):
        return False
    official = label_of(product, publication, "").official
    return official is not None and float(official.letter) >= STARS_MIN  # 5.5 is a class too


def admit(products: Iterable[Product]) -> int:
    """Bring products into the channel or out of it, by their current figures; how many are in it."""
    changed, inside = [], 0
    for product in products:
        meets = admitted(product)
        inside += meets
        if meets != product.in_channel:
            product.in_channel = meets
            changed.append(product)
    Product.objects.bulk_update(changed, ["in_channel"])
    return inside
