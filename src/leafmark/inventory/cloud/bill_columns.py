"""What a bill's columns are called: by FOCUS 1.0 to 1.2 first, else by the export of a provider of its own.

Names are compared without case, blanks and signs: `lineItem/UsageAmount` and `line_item_usage_amount` are one. A name that stands before
another wins where a file has both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "provider": ("ProviderName", "ServiceProviderName", "HostProviderName", "Provider", "x_CloudProvider"),
    "publisher": ("PublisherName",),
    "service": ("ServiceName", "product/ProductName", "line_item_product_code", "service.description", "MeterCategory", "ConsumedService",
                "ProductDetail", "ProductName", "产品名称", "产品"),
    "resource": ("ResourceType", "product/productFamily", "MeterSubCategory", "ProductType", "CommodityName", "商品名称"),
    "description": ("ChargeDescription", "lineItem/LineItemDescription", "sku.description", "MeterName", "BillingItem", "计费项"),
    "sku_details": ("SkuPriceDetails", "SkuDetails", "x_SkuDetails", "AdditionalInfo", "InstanceConfig", "实例配置"),
    "sku_meter": ("SkuMeter", "x_SkuMeterName", "x_UsageType", "lineItem/UsageType", "x_SkuDescription", "InstanceSpec", "实例规格"),
    "instance": ("x_InstanceType", "product/instanceType", "x_SkuMeterSubcategory"),
    "region": ("RegionId", "Region", "product/regionCode", "location.region", "ResourceLocation", "地域"),
    "region_name": ("RegionName", "product/location", "location.location"),
    "zone": ("AvailabilityZone", "lineItem/AvailabilityZone", "location.zone", "Zone", "可用区"),
    "quantity": ("ConsumedQuantity", "lineItem/UsageAmount", "usage.amount", "Quantity", "UsageQuantity", "Usage", "用量"),
    "unit": ("ConsumedUnit", "pricing/unit", "usage.unit", "UnitOfMeasure", "UsageUnit", "用量单位"),
    "priced_quantity": ("PricingQuantity", "usage.amount_in_pricing_units"),
    "priced_unit": ("PricingUnit", "usage.pricing_unit"),
    "cost": ("BilledCost", "lineItem/UnblendedCost", "cost", "CostInBillingCurrency", "PretaxAmount", "EffectiveCost", "应付金额"),
    "currency": ("BillingCurrency", "lineItem/CurrencyCode", "currency", "BillingCurrencyCode", "币种"),
    "category": ("ChargeCategory", "lineItem/LineItemType", "ChargeType", "cost_type", "ItemType"),
    "charge_class": ("ChargeClass",),
    "commitment": ("CommitmentDiscountStatus",),
    "reservation": ("CapacityReservationStatus",),
    "start": ("ChargePeriodStart", "lineItem/UsageStartDate", "usage_start_time", "Date", "BillingDate", "账单日期"),
    "end": ("ChargePeriodEnd", "lineItem/UsageEndDate", "usage_end_time"),
    "resource_id": ("ResourceId", "lineItem/ResourceId", "resource.global_name", "resource.name", "InstanceID", "实例ID"),
}  # fmt: skip
"""Ours -> theirs, by preference. FOCUS 1.0 (June 2024), 1.1 (November 2024: SkuMeter, SkuPriceDetails,
CapacityReservationStatus) and 1.2 (May 2025), compared with the specification's columns at its tags v1.0, v1.1 and v1.2; AWS Cost and Usage Report; Google's export of
billing; Azure's cost and usage details; Alibaba Cloud's bill of instances (names from their column lists, not from a file of each)."""

AZURES_DAY: Final = "Date"
"""Azure's cost and usage details write a day as month/day/year in this column (03/21/2025); elsewhere such a text tells no day."""

NEEDED: Final = ("service", "description", "quantity", "unit", "cost")
"""Without all of these a table is no bill."""

NULL_WORDS: Final = ("NULL", "null", "Null", "None", "N/A", "n/a", "NA", "-", "\\N", "")
"""What exports write for nothing."""

CATEGORIES: Final[dict[str, str]] = {
    "usage": "usage", "discountedusage": "usage", "savingsplancoveredusage": "usage", "subscription": "usage", "payasyougo": "usage",
    "subscriptionorder": "usage", "payasyougobill": "usage", "regular": "usage", "": "usage",
    "tax": "tax_charge", "purchase": "purchase_charge", "fee": "purchase_charge", "rifee": "purchase_charge", "savingsplanrecurringfee": "purchase_charge",
    "savingsplanupfrontfee": "purchase_charge", "unusedreservation": "unused_commitment", "unusedsavingsplan": "unused_commitment",
    "savingsplannegation": "adjustment_charge", "adjustment": "adjustment_charge", "roundingadjustment": "adjustment_charge", "roundingerror": "adjustment_charge",
    "bundleddiscount": "adjustment_charge", "edpdiscount": "adjustment_charge", "discount": "adjustment_charge",
    "credit": "credit_charge", "refund": "credit_charge", "refunds": "credit_charge", "promotion": "credit_charge",
}  # fmt: skip
"""Kind of a charge, folded -> `usage`, or the reason why it is none. AWS bills what a savings plan covers once as covered usage and takes
its cost off again as a negation: the usage counts once."""


def folded(name: str) -> str:
    """A column's name without case, blanks and signs."""
    return re.sub(r"[^0-9a-z一-鿿]", "", name.lower())


def matched(header: Iterable[str]) -> dict[str, str]:
    """Ours -> the column of this file, of those that it has."""
    have: dict[str, str] = {}
    for name in header:
        have.setdefault(folded(name), name)
    found = {}
    for ours, theirs in COLUMNS.items():
        hit = next((have[folded(each)] for each in theirs if folded(each) in have), None)
        if hit is not None:
            found[ours] = hit
    return found
