"""The geometric standard deviation of each row: the publisher's, or else a rule of `gsd_defaults.csv`."""

from __future__ import annotations

from leafmark.factors.gsd import defaults
from leafmark.factors.importers.base import Row

_PURE_GAS_GSD = 1.0  # a kilogram of a gas is a kilogram of it: a constant
_DEGRADABLE = (
    "food", "garden", "mixed", "paper", "board", "wood", "books", "clothing", "grains", "beef", "poultry", "dairy",
    "bread", "fruits", "yard", "grass", "leaves", "branches", "lumber", "newspaper", "magazines", "textbooks",
    "phonebooks", "organics", "corrugated", "commercial", "fiberboard", "flooring",
)  # fmt: skip
_GENERIC_MATERIAL = ("average", "mixed", "electrical", "batteries", "food_and_drink", "clothing", "books", "metals_")


def rule_of(row: Row) -> str:
    """Return the rule of `gsd_defaults.csv` for a row that has no published spread."""
    theme, boundary, key = str(row["theme"]), str(row["boundary"]), str(row["key"])
    upstream = boundary in {"wtt", "upstream", "td_loss", "td_loss_upstream"}
    if theme == "grid":
        return _grid_rule(row, upstream)
    if theme == "process":
        return "process_default"
    if theme == "fuel":
        return "fuel_upstream" if upstream else ("fuel_transferred" if row["region"] == "WORLD" else "fuel_national")
    if key.startswith("travel.hotel"):
        return "travel_hotel"
    if key.startswith("homeworking"):
        return "homeworking"
    if theme in {"freight", "travel"}:
        return f"{theme}_{'upstream' if upstream else 'average'}"
    if theme == "material":
        generic = any(word in key for word in _GENERIC_MATERIAL)
        return "material_generic" if generic else "material_industry_average"
    if theme == "waste":
        decays = ".landfill." in key and any(word in key for word in _DEGRADABLE)
        return "waste_landfill" if decays else "waste_national"
    if theme == "food":
        return "food_lca" if key.startswith("food.agribalyse.") else "food_global_mean"
    return {"water": "water_national", "refrigerant": "refrigerant_mixture", "spend": "spend_sector",
            "cloud": "cloud_embodied"}.get(theme, "any_unassessed")  # fmt: skip


def _grid_rule(row: Row, upstream: bool) -> str:
    region = str(row["region"])
    if region.split(":")[0] in {"aws", "gcp", "azure", "alibaba"}:
        return "grid_cloud_region"
    if upstream:
        return "grid_upstream"
    if row["key"] in {"heat.steam", "heat.district"} and region == "CN":
        return "heat_national_default"
    return "grid_statutory" if row["boundary"] == "direct" and row["key"] == "electricity.grid" else "grid_modelled"


def with_spread(row: Row) -> Row:
    """Return the row with `gsd` and `gsd_basis` filled."""
    if row.get("gsd") is not None:
        return row
    f_gases = str(row["f_gases"] or "")
    pure = row["theme"] == "refrigerant" and ";" not in f_gases and not str(row["key"]).startswith("refrigerant.r")
    if pure:
        return {**row, "gsd": _PURE_GAS_GSD, "gsd_basis": "constant"}
    rule = rule_of(row)
    return {**row, "gsd": defaults()[rule].gsd, "gsd_basis": f"default:{rule}"}
