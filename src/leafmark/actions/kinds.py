"""The green acts Leafmark knows: what each is called, what makes its grams, and in what it is counted.

`bucket` is the stretch of time in which one document stands for one act: a ticket or an order `once`, a track or step
count by `day`, an appliance's serial number by `year`. `minting` marks durable goods: yearly `in_use` or `ex_ante` at sale;
a programme has one of the two, or the same saving would be minted twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leafmark.methods import Method
from leafmark.methods.appliance_saving import EX_ANTE, IN_USE
from leafmark.methods.bottle_return import BOTTLE_RETURN
from leafmark.methods.cutlery import NO_CUTLERY
from leafmark.methods.packaging_reuse import PACKAGING_REUSE
from leafmark.methods.packaging_take_back import PACKAGING_TAKE_BACK
from leafmark.methods.receipts import E_RECEIPT
from leafmark.methods.resale import RESALE
from leafmark.methods.trips import CYCLING, PUBLIC_TRANSPORT, WALKING

NO_METHOD = "none"
"""`method_id` of an act that earns points and has no grams."""

Bucket = Literal["once", "day", "year"]
Minting = Literal["", "in_use", "ex_ante"]


@dataclass(frozen=True)
class Kind:
    """One kind of act: the newest method of it, the unit the ledger counts it in, and how repeats are told apart."""

    action: str
    title: str
    title_zh: str
    method: Method | None
    unit: str
    bucket: Bucket = "once"
    minting: Minting = ""

    @property
    def method_id(self) -> str:
        """`id@version` as terms, events and entries carry it."""
        return self.method.name if self.method else NO_METHOD


KINDS: tuple[Kind, ...] = (
    Kind("metro", "Metro or light rail", "地铁", PUBLIC_TRANSPORT, "m"),
    Kind("bus", "Bus or coach", "公交", PUBLIC_TRANSPORT, "m"),
    Kind("train", "Train", "火车", PUBLIC_TRANSPORT, "m"),
    Kind("shared_bike", "Shared bicycle", "共享单车", CYCLING, "m"),
    Kind("cycling", "Own bicycle", "骑行", CYCLING, "m", "day"),
    Kind("walking", "Walking", "步行", WALKING, "km", "day"),
    Kind("resale", "Second-hand purchase", "二手闲置", RESALE, "item"),
    Kind("packaging_reuse", "Packaging returned and reused", "循环包装", PACKAGING_REUSE, "item"),
    Kind("bottle_return", "Bottles returned", "饮料瓶回收", BOTTLE_RETURN, "item"),
    Kind("packaging_take_back", "Packaging handed in for recycling", "包装交还回收", PACKAGING_TAKE_BACK, "g"),
    Kind("e_receipt", "E-receipt", "电子小票", E_RECEIPT, "receipt"),
    Kind("e_invoice", "E-invoice", "电子发票", E_RECEIPT, "receipt"),
    Kind("appliance_in_use", "Efficient appliance, by year in use", "高效家电(逐年)", IN_USE, "day", "year", "in_use"),
    Kind("appliance_at_sale", "Efficient appliance, at sale", "高效家电(售出时)", EX_ANTE, "item", "once", "ex_ante"),
    Kind("no_cutlery", "Cutlery refused", "无需餐具", NO_CUTLERY, "item"),
    Kind("channel_purchase", "Purchase in the Low-carbon channel", "低碳频道购物", None, "order"),
)
BY_ACTION = {kind.action: kind for kind in KINDS}
