"""Category rules: what two products of one category must share before their footprints may stand side by side.

Versioned data, like methods: a changed rule is another rule, needs a new version, and the old one stays in `RULES`.
They are Leafmark's defaults; where a programme operator has published rules for a category, those go first.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import Literal

Boundary = Literal["cradle_to_gate", "cradle_to_retail", "cradle_to_grave"]
Allocation = Literal["subdivide", "physical", "economic"]
EndOfLife = Literal["cut_off", "cff"]


CUT_OFF_EACH = 0.01
CUT_OFF_TOTAL = 0.05
"""Shares of the mass that may be left out where no rules say otherwise: one line, and all together."""


class CategoryRulesError(ValueError):
    """Rules that contradict themselves, or that are not in the library."""


@dataclass(frozen=True)
class CategoryRules:
    """Rules of one category in one version.

    `cut_off_each` and `cut_off_total`: shares of the mass (or a proxy of it) that may be left out, one flow and all
    together. `allocation_order`: what is tried first. `end_of_life_method`: `cut_off` (recycled content: the next user
    takes recycling and its gain) or `cff` (the circular footprint formula). `use_scenario` and `lifetime_years` are
    None where the boundary ends before use.
    """

    id: str
    version: int
    functional_unit: str
    reference_flow: str
    boundary: Boundary
    reference: str
    cut_off_each: float = CUT_OFF_EACH
    cut_off_total: float = CUT_OFF_TOTAL
    allocation_order: tuple[Allocation, ...] = ("subdivide", "physical", "economic")
    end_of_life_method: EndOfLife = "cut_off"
    use_scenario: str | None = None
    lifetime_years: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.cut_off_each <= self.cut_off_total < 1:
            raise CategoryRulesError(f"{self.name}: cut-offs must be 0 <= each <= total < 1")
        if len(set(self.allocation_order)) != len(self.allocation_order):
            raise CategoryRulesError(f"{self.name}: an allocation stands twice in the order")
        uses = self.use_scenario is not None and self.lifetime_years is not None and self.lifetime_years > 0
        if uses != (self.boundary == "cradle_to_grave") or (self.use_scenario is None) != (self.lifetime_years is None):
            raise CategoryRulesError(
                f"{self.name}: use scenario and lifetime belong to cradle to grave, and both to it"
            )

    @property
    def name(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"

    @property
    def hash(self) -> str:
        """sha256 of every field: the rules' identity."""
        fields = dataclasses.asdict(self)
        return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


FOOD = CategoryRules(
    id="food",
    version=1,
    functional_unit="1 kg of food as sold; the packaging is inside the figure, not inside the kilogram",
    reference_flow="1 kg, bone and peel as sold; losses up to the shop are inside the figure",
    boundary="cradle_to_retail",
    reference="declared unit and boundary in the sense of ISO 14067:2018; order of allocation as in ISO 14044:2006; "
    "farm to retail as in Poore & Nemecek 2018, Science 360, 987-992; cut-offs are Leafmark's own choice",
)

TELEVISIONS = CategoryRules(
    id="televisions",
    version=1,
    functional_unit="showing a picture 10 hours a day for 7 years, on one set of the stated screen diagonal",
    reference_flow="1 television with remote control, stand and packaging",
    boundary="cradle_to_grave",
    use_scenario="10 hours on and 14 hours in standby a day, on-mode power as the energy label's test measures it, "
    "grid of the place of use",
    lifetime_years=7,
    reference="terms of ISO 14067:2018; order of allocation as in ISO 14044:2006; hours: those that the Australian "
    "energy rating (E3) register's labelled use comes from (8 September 2025: half of its 4,856 rows within 1 %, 98 % "
    "within -3 % to +25 %); lifetime and cut-offs are Leafmark's own assumptions",
)

LAPTOPS = CategoryRules(
    id="laptops",
    version=1,
    functional_unit="use of one notebook computer of the stated configuration for 4 years",
    reference_flow="1 notebook with battery, power supply and packaging; no replaced battery",
    boundary="cradle_to_grave",
    use_scenario="the yearly energy the maker declares; where none is declared: off 25 %, sleep 35 %, long idle 10 %, "
    "short idle 30 % of the time, grid of the place of use",
    lifetime_years=4,
    reference="terms of ISO 14067:2018; order of allocation as in ISO 14044:2006; shares of time: Leafmark's own "
    "assumption; lifetime: the commonest among the 13 declared notebooks of the demo, which say 2 to 4 years; cut-offs "
    "are Leafmark's own choice",
)

RULES: tuple[CategoryRules, ...] = (FOOD, TELEVISIONS, LAPTOPS)


def category_rules(name: str) -> CategoryRules:
    """The rules `id@version`, or the newest version of `id`."""
    identity, _, version = name.partition("@")
    found = [r for r in RULES if r.id == identity and (not version or str(r.version) == version)]
    if not found:
        known = ", ".join(sorted(r.name for r in RULES))
        raise CategoryRulesError(f"category rules {name!r} are not in the library; it has: {known}")
    return max(found, key=lambda r: r.version)
