"""A product for programs that read pages: schema.org, as JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from leafmark.products import LabelData
from leafmark.products.words import pick
from leafmark.web.shelf.models import Product

UG_PER_KG = 10**9


def structured(product: Product, label: LabelData, lang: str) -> str:
    """A `schema.org/Product` with its footprint as a property. Safe inside a script element: `<`, `>` and `&` are escaped."""
    body: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Product", "name": pick(label.name, lang),
        "sku": product.product_id, "brand": {"@type": "Brand", "name": product.brand.name},
        "category": pick(product.category.names, lang),
    }  # fmt: skip
    if label.gtin:
        body["gtin14"] = label.gtin
    if label.co2e_ug is not None:
        body["additionalProperty"] = {
            "@type": "PropertyValue", "propertyID": "carbon footprint", "name": f"Carbon footprint, {label.boundary}",
            "value": label.co2e_ug / UG_PER_KG, "minValue": (label.low_ug or 0) / UG_PER_KG,
            "maxValue": (label.high_ug or 0) / UG_PER_KG, "unitText": "kg CO2e",
        }  # fmt: skip
    text = json.dumps(body, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
