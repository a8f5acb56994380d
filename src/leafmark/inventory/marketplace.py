"""What of a marketplace's business is whose: the boundary, said once.

    own retail (the platform buys, owns and sells)        categories 1, 11 and 12
    logistics that the platform buys, for whomever        category 4
    what third-party sellers sell                         outside; what changes with them is Scope 3+, apart and never added

A marketplace that only brings buyer and seller together owns no goods: they are not its purchased goods, and no products it sold.
Whatever it operates or pays for is its own all the same, whoever's goods it serves. GHG Protocol Scope 3 Standard (2011), table 5.4:
category 1 is what the reporting company purchased, 11 and 12 what it sold, 4 transport it purchased.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Seller: TypeAlias = Literal["own_retail", "third_party"]
Book: TypeAlias = Literal["inventory", "impact", "outside"]


@dataclass(frozen=True, slots=True)
class Flow:
    """One thing that happens around a marketplace: in which book it is, at which place, by which method, and why.

    `scope` and `category` are of the inventory; None outside it. `methods` count it; none: nothing does.
    """

    what: str
    book: Book
    scope: int | None
    category: int | None
    methods: tuple[str, ...]
    why: str


MARKETPLACE: Final[tuple[Flow, ...]] = (
    Flow("goods of own retail: their making", "inventory", 3, 1, ("retail.purchase", "purchase.goods"), "bought and owned"),
    Flow("goods of own retail: their use", "inventory", 3, 11, ("product.sold",), "sold in the company's own name"),
    Flow("goods of own retail: their end of life", "inventory", 3, 12, ("product.end_of_life",), "sold in the company's own name"),
    Flow("packaging bought for parcels", "inventory", 3, 1, ("parcel.packaging", "purchase.goods"), "bought, whoever's goods it wraps"),
    Flow("that packaging thrown away by customers", "inventory", 3, 12, ("product.end_of_life",), "handed over with what is sold or served"),
    Flow("transport and stores that the company buys", "inventory", 3, 4,
         ("freight.upstream", "logistics.upstream", "freight.transport", "freight.hub", "parcel.network"),
         "paid for by the company: own goods, and sellers' goods where delivery is its service"),
    Flow("transport of own goods after the sale that customers pay for", "inventory", 3, 9,
         ("freight.downstream", "logistics.downstream"), "own goods, paid for by others"),
    Flow("own vehicles, boilers and cooling", "inventory", 1, None, ("combustion.direct", "refrigerant.leak"),
         "operated by the company, whoever's goods they serve"),
    Flow("power and heat of own warehouses, shops, offices and data centres", "inventory", 2, None,
         ("electricity.location", "electricity.market", "heat.purchased"), "drawn by the company, whoever's goods or data they serve"),
    Flow("cloud services bought", "inventory", 3, 1, ("purchase.goods",), "a service bought; from bills by entries of the cloud room"),
    Flow("shares held in sellers and carriers", "inventory", 3, 15, ("investment.share",), "where the approach does not consolidate them"),
    Flow("goods of third-party sellers: making, use and end of life", "outside", None, None, (),
         "neither bought nor sold by the company: it is paid for the meeting, not for the goods"),
    Flow("transport that third-party sellers buy themselves", "outside", None, None, (), "neither paid for nor of goods the company sold"),
    Flow("green acts of consumers and sellers on the platform", "impact", None, None, (),
         "Scope 3+: avoided against a counterfactual, or a fall in somebody else's inventory; beside the inventory, never added"),
)  # fmt: skip
"""The boundary, flow by flow; docs/inventory-boundary.md shows it."""

_GOODS: Final[dict[str, tuple[tuple[int, int], ...]]] = {"own_retail": ((3, 1), (3, 11), (3, 12)), "third_party": ()}


def places_of_goods(seller: Seller) -> tuple[tuple[int, int], ...]:
    """(scope, category) where the goods of an order line count: three for own retail, none for a third-party seller's.

    Raises
    ------
    ValueError : no such kind of seller.
    """
    if seller not in _GOODS:
        raise ValueError(f"seller: expected {' or '.join(_GOODS)}, found {seller!r}")
    return _GOODS[seller]


def rows() -> list[tuple[str, str, str, str]]:
    """The boundary in words: what, where, by which methods, why."""
    return [(flow.what, _where(flow), ", ".join(flow.methods) or "-", flow.why) for flow in MARKETPLACE]


def _where(flow: Flow) -> str:
    if flow.book != "inventory":
        return "Scope 3+" if flow.book == "impact" else "outside"
    return f"Scope {flow.scope}" + (f", category {flow.category}" if flow.category else "")
