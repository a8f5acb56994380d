"""What a chosen product counts for, against what was frozen when the experiment was declared.

grams       its published figure, if it is per the declared unit and within the boundary that all figures of the category had
lower_half  1 below the median of the products that it may be compared with (DESIGN, "Like with like"), else 0; of figures of its own
            alone, since estimates of a category are never ranked
in_channel  1 in the Low-carbon channel, else 0
"""

from __future__ import annotations

import hashlib
import json
import statistics
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.db.models import QuerySet

from leafmark.experiments import GRAMS
from leafmark.web.experiment.models import CATEGORY, Experiment
from leafmark.web.shelf.find import shown
from leafmark.web.shelf.finding import unit_of
from leafmark.web.shelf.models import OWN_FIGURES, Product
from leafmark.web.shop.comparing import ranked

LOWER, IN_CHANNEL = "lower_half", "in_channel"
SET_MIN: Final = 3
"""Products that must be comparable with each other, so that they have a middle one."""
PRODUCTS_MAX: Final = 20_000
"""Figures that are looked at when an experiment is declared; lists of more are divided first."""
AT_ONCE: Final = 2_000


class NotMeasurableError(Exception):
    """The lists cannot be measured by this outcome; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Frozen:
    """What products are measured against, and what choices by chance would come to."""

    usual: float
    spread: float
    products: int
    middles: dict[str, int] = field(default_factory=dict)
    per: list[str] = field(default_factory=list)


def products_of(place: str, name: str) -> QuerySet[Product]:
    """What stands in the lists."""
    return shown().filter(**{"category__slug" if place == CATEGORY else "category__sector": name})


def freeze(place: str, name: str, outcome: str) -> Frozen:
    """What an outcome is measured against on these lists, from what is published now.

    Raises
    ------
    NotMeasurableError : too many products or too few that count, or figures that cannot be added up.
    """
    found = products_of(place, name)
    if outcome == IN_CHANNEL:
        whole, inside = found.count(), found.filter(in_channel=True).count()
        if not 0 < inside < whole:
            raise NotMeasurableError("all_alike")
        share = inside / whole
        return Frozen(share, (share * (1 - share)) ** 0.5, whole)
    found = found.filter(co2e_ug__isnull=False).exclude(state="unknown")
    if outcome == LOWER:
        found = found.filter(state__in=OWN_FIGURES)
    elif place != CATEGORY:
        raise NotMeasurableError("grams_of_a_category")
    if found.count() > PRODUCTS_MAX:
        raise NotMeasurableError("too_many")
    return _lower(found) if outcome == LOWER else _grams(found)


def _grams(found: QuerySet[Product]) -> Frozen:
    per: set[tuple[str, str]] = set()
    amounts: list[int] = []
    for product in found.order_by("pk").iterator(chunk_size=AT_ONCE):
        per.add(_per(product))
        amounts.append(product.co2e_ug or 0)
    if len(set(amounts)) < SET_MIN:
        raise NotMeasurableError("too_few")
    if len(per) > 1:
        raise NotMeasurableError("mixed")
    return Frozen(statistics.fmean(amounts), statistics.pstdev(amounts), len(amounts), per=list(per.pop()))


def _lower(found: QuerySet[Product]) -> Frozen:
    sets: defaultdict[str, list[int]] = defaultdict(list)
    for product in found.order_by("pk").iterator(chunk_size=AT_ONCE):
        sets[_set(product)].append(product.co2e_ug or 0)
    middles = {key: round(statistics.median(each)) for key, each in sets.items() if len(each) >= SET_MIN}
    counted = [amount < middles[key] for key, each in sets.items() if key in middles for amount in each]
    if not 0 < sum(counted) < len(counted):
        raise NotMeasurableError("too_few")
    share = sum(counted) / len(counted)
    return Frozen(share, (share * (1 - share)) ** 0.5, len(counted), middles)


def in_lists(experiment: Experiment, product: Product) -> bool:
    """Whether a product is of an experiment's lists. It comes with its category."""
    own = product.category.slug if experiment.place == CATEGORY else product.category.sector
    return own == experiment.name


def amount_of(experiment: Experiment, product: Product) -> int | None:
    """What choosing a product counts for; None where it does not count. It comes with its category and its publication's run."""
    if experiment.outcome == IN_CHANNEL:
        return int(product.in_channel)
    if product.co2e_ug is None or product.state == "unknown":
        return None
    if experiment.outcome == GRAMS:
        return product.co2e_ug if list(_per(product)) == experiment.per else None
    if product.state not in OWN_FIGURES:
        return None
    middle = experiment.middles.get(_set(product))
    return None if middle is None else int(product.co2e_ug < middle)


def _per(product: Product) -> tuple[str, str]:
    return unit_of(product.published.catalogue), ranked(product).footprint.basis.boundary


def _set(product: Product) -> str:
    """A key of all that figures must share to be compared."""
    basis: dict[str, Any] = asdict(ranked(product).footprint.basis)
    return hashlib.sha256(json.dumps(basis, sort_keys=True, default=str).encode()).hexdigest()[:32]
