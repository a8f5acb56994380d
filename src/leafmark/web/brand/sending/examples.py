"""The files to begin with: columns of an import and two rows, as people write them."""

from __future__ import annotations

from typing import Final

EXAMPLES: Final[dict[str, list[list[str]]]] = {
    "products": [
        ["product_id", "gtin", "name_en", "name_zh_hant", "name_zh_hans", "category", "sector", "declared_unit", "mass_kg",
         "functional_unit"],
        ["CHAIR-1", "9506000134352", "Oak chair", "橡木椅", "橡木椅", "chair", "home", "item", "6.2", "seating one person for 15 years"],
        ["OAT-1L", "", "Oat drink 1 l", "燕麥飲 1 公升", "燕麦饮 1 升", "oat drink", "food", "L", "1.03", "one litre to drink"],
    ],
    "bills": [
        ["product_id", "stage", "material", "key", "amount", "unit", "region", "date"],
        ["CHAIR-1", "materials", "Oak wood", "", "6.0", "kg", "GB", ""],
        ["OAT-1L", "materials", "", "food.oatmeal", "0.12", "kg", "", ""],
    ],
}  # fmt: skip
"""The first row names the columns."""
