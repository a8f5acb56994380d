"""A GTIN is one product's, over all brands: which of those wanted are somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from leafmark.web.shelf.models import Product

AT_ONCE = 5_000

Key = tuple[int, str]
"""A brand's number and the brand's own id of a product."""


@dataclass(frozen=True)
class Clash:
    """A product whose GTIN is another's; `other` is that one's id where it is of the same brand: others' are not told."""

    product_id: str
    gtin: str
    other: str | None

    def __str__(self) -> str:
        whose = (
            f"product {self.other!r} of the same brand has it" if self.other else "another product on the shelf has it"
        )
        return f"product {self.product_id!r}: GTIN {self.gtin}: {whose}; expected a GTIN of its own: mend it, or leave it empty"


@dataclass(frozen=True)
class Settled:
    """What stands against GTINs that products are to get. `freed`: numbers of products that give theirs up in the same step."""

    clashes: list[Clash]
    freed: list[int]


def settle(wanted: Mapping[Key, str | None]) -> Settled:
    """Hold the GTINs that products are to have against the shelf, and against each other."""
    clashes, freed = [], []
    first: dict[str, Key] = {}
    for key, gtin in wanted.items():
        if gtin is not None and first.setdefault(gtin, key) != key:
            clashes.append(_clash(key, gtin, first[gtin]))
    codes = iter(first)
    while some := list(islice(codes, AT_ONCE)):
        for pk, gtin, brand, product_id in Product.objects.filter(gtin__in=some).values_list(
            "pk", "gtin", "brand_id", "product_id"
        ):
            holder = brand, product_id
            if holder == first[gtin]:
                continue
            if holder in wanted and wanted[holder] != gtin:
                freed.append(pk)
            else:
                clashes.append(_clash(first[gtin], gtin, holder))
    return Settled(clashes, freed)


def free(products: list[int]) -> None:
    """Take the GTINs of products away, so that others can have them in the same transaction."""
    for start in range(0, len(products), AT_ONCE):
        Product.objects.filter(pk__in=products[start : start + AT_ONCE]).update(gtin=None)


def _clash(mine: Key, gtin: str, other: Key) -> Clash:
    return Clash(mine[1], gtin, other[1] if other[0] == mine[0] else None)
