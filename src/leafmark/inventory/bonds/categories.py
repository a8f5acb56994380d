"""What proceeds may be spent on, as closed lists: ICMA's project categories, and the labels of bonds.

Green: Green Bond Principles (June 2021, and June 2025), 1. Use of Proceeds, ten categories. Social: Social Bond Principles (June 2023),
1. Use of Proceeds, six categories. The lists were read in copies by others of ICMA's documents; ICMA's own wording was not compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

UNDISCLOSED: Final = "undisclosed"
"""Proceeds whose use was told only as a whole: one bucket, never spread over the other categories."""


@dataclass(frozen=True, slots=True)
class Category:
    """A project category and the kind it is of: green, social or undisclosed."""

    code: str
    kind: str


CATEGORIES: Final = {
    each.code: each
    for each in (
        *(Category(code, "green") for code in (
            "renewable_energy", "energy_efficiency", "pollution_prevention", "land_use", "biodiversity", "clean_transportation",
            "water", "climate_adaptation", "circular_economy", "green_buildings",
        )),
        *(Category(code, "social") for code in (
            "basic_infrastructure", "essential_services", "affordable_housing", "employment", "food_security", "empowerment",
        )),
        Category(UNDISCLOSED, UNDISCLOSED),
    )
}  # fmt: skip

LABELS: Final = {
    "green": ("green",),
    "social": ("social",),
    "sustainability": ("green", "social"),
    "european_green": ("green",),
}
"""Label of a bond -> kinds of categories it may finance. `european_green`: the designation of Regulation (EU) 2023/2631, article 3."""

NATURES: Final = ("capex", "opex", "fixed_asset", "financial_asset", "household")
"""Regulation (EU) 2023/2631, article 4(1), points (a) to (e)."""

OBJECTIVES: Final = (
    "climate_mitigation", "climate_adaptation", "water", "circular_economy", "pollution", "biodiversity",
)  # fmt: skip
"""Environmental objectives (Regulation (EU) 2020/852, article 9)."""
