"""Methods: how an activity becomes grams. One small file per family; every version ever shipped stays here."""

from leafmark.methods.appliance_saving import EX_ANTE, IN_USE
from leafmark.methods.assets import FRANCHISE_OPERATION, LEASED_DOWNSTREAM, LEASED_UPSTREAM, PROCESSING_SOLD
from leafmark.methods.bill import PRODUCT_BILL, PRODUCT_BILL_2
from leafmark.methods.bottle_return import BOTTLE_RETURN
from leafmark.methods.cloud import CLOUD_OWN, CLOUD_USAGE
from leafmark.methods.combustion import COMBUSTION, COMBUSTION_2
from leafmark.methods.cutlery import NO_CUTLERY
from leafmark.methods.declared import DECLARED, DECLARED_2
from leafmark.methods.electricity import ELECTRICITY, ELECTRICITY_2, ELECTRICITY_3, ELECTRICITY_MARKET
from leafmark.methods.freight import FREIGHT, FREIGHT_2
from leafmark.methods.freight_chain import FREIGHT_HUB, FREIGHT_TRANSPORT, PARCEL_NETWORK
from leafmark.methods.heat import HEAT_PURCHASED
from leafmark.methods.investments import INVESTMENT_SHARE
from leafmark.methods.logistics import FREIGHT_DOWNSTREAM, FREIGHT_UPSTREAM, LOGISTICS_DOWNSTREAM, LOGISTICS_UPSTREAM
from leafmark.methods.model import Check, Column, Counterfactual, Method, Parameter, Part, Term, Tier, Vintage
from leafmark.methods.packaging_reuse import PACKAGING_REUSE
from leafmark.methods.packaging_take_back import PACKAGING_TAKE_BACK
from leafmark.methods.parcel_packaging import PARCEL_PACKAGING
from leafmark.methods.process import PROCESS_DIRECT
from leafmark.methods.purchases import PURCHASE_CAPITAL, PURCHASE_GOODS
from leafmark.methods.receipts import E_RECEIPT
from leafmark.methods.refrigerant import LEAK, LEAK_2
from leafmark.methods.resale import RESALE
from leafmark.methods.retail import RETAIL_PURCHASE, RETAIL_PURCHASE_2
from leafmark.methods.sold import PRODUCT_END_OF_LIFE, PRODUCT_SOLD
from leafmark.methods.travel import COMMUTING_EMPLOYEE, TRAVEL_BUSINESS
from leafmark.methods.trips import CYCLING, PUBLIC_TRANSPORT, WALKING
from leafmark.methods.use_stage import USE_STAGE, USE_STAGE_2
from leafmark.methods.waste import WASTE_OPERATIONS

LIBRARY: tuple[Method, ...] = (
    PRODUCT_BILL,
    PRODUCT_BILL_2,
    RETAIL_PURCHASE,
    RETAIL_PURCHASE_2,
    USE_STAGE,
    USE_STAGE_2,
    DECLARED,
    DECLARED_2,
    FREIGHT,
    FREIGHT_2,
    ELECTRICITY,
    ELECTRICITY_2,
    COMBUSTION,
    LEAK,
    PUBLIC_TRANSPORT,
    CYCLING,
    WALKING,
    RESALE,
    PACKAGING_REUSE,
    BOTTLE_RETURN,
    PACKAGING_TAKE_BACK,
    E_RECEIPT,
    IN_USE,
    EX_ANTE,
    NO_CUTLERY,
    PARCEL_PACKAGING,
    FREIGHT_TRANSPORT,
    FREIGHT_HUB,
    PARCEL_NETWORK,
    COMBUSTION_2,
    LEAK_2,
    ELECTRICITY_3,
    ELECTRICITY_MARKET,
    PROCESS_DIRECT,
    HEAT_PURCHASED,
    PURCHASE_GOODS,
    PURCHASE_CAPITAL,
    FREIGHT_UPSTREAM,
    FREIGHT_DOWNSTREAM,
    LOGISTICS_UPSTREAM,
    LOGISTICS_DOWNSTREAM,
    WASTE_OPERATIONS,
    TRAVEL_BUSINESS,
    COMMUTING_EMPLOYEE,
    LEASED_UPSTREAM,
    PROCESSING_SOLD,
    PRODUCT_SOLD,
    PRODUCT_END_OF_LIFE,
    LEASED_DOWNSTREAM,
    FRANCHISE_OPERATION,
    INVESTMENT_SHARE,
    CLOUD_USAGE,
    CLOUD_OWN,
)


class MethodError(ValueError):
    """No such method, or not in that version."""


def method(name: str) -> Method:
    """The method `id@version`, or the newest version of `id`."""
    identity, _, version = name.partition("@")
    found = [m for m in LIBRARY if m.id == identity and (not version or str(m.version) == version)]
    if not found:
        known = ", ".join(sorted(m.name for m in LIBRARY))
        raise MethodError(f"method {name!r} is not in the library; it has: {known}")
    return max(found, key=lambda m: m.version)


__all__ = [
    "LIBRARY", "Check", "Column", "Counterfactual", "Method", "MethodError", "Parameter", "Part", "Term", "Tier", "Vintage", "method",
]  # fmt: skip
