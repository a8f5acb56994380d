"""Where a product stands among those it may be ranked with, and what its figure mostly comes from.

Like with like by the rules of `products.ranking`: others of its category are left out with the field that differs, and category
estimates, manufacturers' own sheets and unknown figures stand nowhere. A set under 30 says more about who is in it than about the
product; that is a rule of our own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from leafmark.products.footprint import SURE
from leafmark.products.label import percents
from leafmark.products.ranking import Ranked, probability_lower, refusal
from leafmark.web.brand.planning.beginning import CannotBeginError, begun
from leafmark.web.brand.planning.charts import Scale
from leafmark.web.shelf.find import shown
from leafmark.web.shelf.models import OWN_FIGURES, Product
from leafmark.web.shop.comparing import ranked

LOOKED_AT_MAX: Final = 2_000
SET_MIN: Final = 30
"""Products of a set from which a place in it says something (claims rule `house.comparison-set`)."""
OF_ITS_OWN: Final = ("unknown", "category_estimate", "declared_sheet")
"""Why a product is ranked with nothing at all."""

Relation = Literal["lower", "higher", "unsure"]


@dataclass(frozen=True, slots=True)
class Other:
    """A product of the set, and whether it is surely lower or higher than the one that is looked at."""

    product: Product
    ranked: Ranked
    relation: Relation

    @property
    def co2e_ug(self) -> int:
        """Its figure, micrograms CO2e."""
        assert self.ranked.footprint.co2e_ug is not None
        return self.ranked.footprint.co2e_ug


@dataclass(frozen=True, slots=True)
class Standing:
    """The set without the product itself, lowest first; `left_out` counts the others of its category by what differs."""

    product: Product
    mine: Ranked
    refused: str | None
    others: tuple[Other, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    more: bool = False

    @property
    def size(self) -> int:
        """Products of the set, this one included."""
        return len(self.others) + 1

    @property
    def small(self) -> bool:
        """Whether the set is under our own limit."""
        return self.size < SET_MIN

    def count(self, relation: Relation) -> int:
        """How many stand so to this one."""
        return sum(each.relation == relation for each in self.others)

    @property
    def scale(self) -> Scale:
        """The strip's scale: from the lowest to the highest figure, and this one's range."""
        mine = self.mine.footprint
        return Scale.of(
            [mine.low_ug, mine.co2e_ug, mine.high_ug, *(each.co2e_ug for each in self.others)], from_zero=False
        )


def standing(product: Product) -> Standing:
    """Where a published product stands. It comes with its category and its publication's run."""
    mine = ranked(product)
    reason = refusal(mine, mine)
    if product.state not in OWN_FIGURES and reason not in OF_ITS_OWN:
        reason = "unknown"
    if reason in OF_ITS_OWN:
        return Standing(product, mine, reason)
    near = (
        shown().filter(category=product.category, state__in=OWN_FIGURES, co2e_ug__isnull=False).exclude(pk=product.pk)
    )
    found = list(near.order_by("co2e_ug", "pk")[: LOOKED_AT_MAX + 1])
    others: list[Other] = []
    left_out: Counter[str] = Counter()
    for each in found[:LOOKED_AT_MAX]:
        theirs = ranked(each)
        why = refusal(mine, theirs)
        if why is None:
            others.append(Other(each, theirs, _relation(theirs, mine)))
        else:
            left_out[why] += 1
    return Standing(product, mine, None, tuple(others), tuple(left_out.most_common()), len(found) > LOOKED_AT_MAX)


def _relation(other: Ranked, mine: Ranked) -> Relation:
    lower = probability_lower(other, mine)
    return "lower" if lower >= SURE else "higher" if lower <= 1 - SURE else "unsure"


@dataclass(frozen=True, slots=True)
class Mover:
    """A stage, or a factor in a stage, with its part of the figure; `line` is its number in the wizard, where it has one."""

    stage: str
    factors: tuple[dict[str, Any], ...]
    co2e_ug: int
    percent: int | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Movers:
    """What would move a figure: its stages and its factors, the largest first. `begins`: whether a wizard can begin from it."""

    stages: tuple[Mover, ...]
    factors: tuple[Mover, ...]
    begins: bool


def movers(product: Product, tree: dict[str, Any]) -> Movers:
    """The parts of a product's explanation by size."""
    try:
        lines = {(line.stage, line.key): number for number, line in enumerate(begun(product).lines, start=1)}
        begins = True
    except CannotBeginError:
        lines, begins = {}, False
    stages = [(stage["stage"], (), stage["co2e_ug"] or 0, None) for stage in tree["stages"]]
    by_factor: dict[tuple[str, tuple[str, ...]], list[Any]] = {}
    for stage in tree["stages"]:
        for line in stage["lines"]:
            name = (stage["stage"], tuple(each["factor_id"] for each in line["factors"]))
            kept = by_factor.setdefault(name, [tuple(line["factors"]), 0, lines.get((stage["stage"], line["key"]))])
            kept[1] += line["co2e_ug"]
    factors = [(stage, each[0], each[1], each[2]) for (stage, _), each in by_factor.items()]
    whole = tree["co2e_ug"] or 0
    return Movers(_by_size(stages, whole), _by_size(factors, whole), begins)


def _by_size(parts: Sequence[tuple[str, Any, int, int | None]], whole: int) -> tuple[Mover, ...]:
    shares = percents((part[2] for part in parts), whole) if whole > 0 else [None] * len(parts)
    found = [
        Mover(stage, facts, ug, share, line) for (stage, facts, ug, line), share in zip(parts, shares, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: -abs(each.co2e_ug)))
