"""Whether two products may be ranked, and whether one is surely lower.

Like with like (DESIGN): first the two must share their whole basis. Then three kinds are never ranked: category estimates, figures
that are not known, and figures whose deciding factor is one and the same generic factor, since they differ by their stated mass alone.
A factor of a use stage is no such case: two appliances on one grid differ by their measured electricity, and the grid's error is theirs
together, so the one that uses less is lower whatever the grid is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from .footprint import SURE, Footprint, lognormal

USE_METHODS: Final = ("appliance.use@",)
"""Methods whose amounts are measured for the product, and whose factor is the place's."""
DECLARED_METHODS: Final = ("product.declared@",)
"""Manufacturers' own sheets: each by rules of its own, so they are listed and never ranked."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A product's footprint, and the factor that decides it (`factor_id` of its row)."""

    footprint: Footprint
    factor_id: str | None


def refusal(one: Ranked, other: Ranked) -> str | None:
    """Why two products may not be ranked; None where they may.

    Returns
    -------
    The field of the basis that differs, or `unknown`, `category_estimate`, `declared_sheet`, `deciding_factor`.
    """
    pair = (one.footprint, other.footprint)
    if any(not each.known for each in pair):
        return "unknown"
    if any(each.category_estimate for each in pair):
        return "category_estimate"
    if field := pair[0].basis.difference(pair[1].basis):
        return field
    version = pair[0].basis.method_version or ""
    if version.startswith(DECLARED_METHODS):
        return "declared_sheet"
    if one.factor_id is not None and one.factor_id == other.factor_id and not version.startswith(USE_METHODS):
        return "deciding_factor"
    return None


def probability_lower(one: Ranked, other: Ranked) -> float:
    """P(one < other) of two that may be ranked.

    In use on one grid the factor is drawn once, for both, so the probability is 0 or 1. Else both are lognormal with their value as
    mean and their range as the central 95 %, and drawn apart: errors they share would only make the answer surer.
    """
    mine, theirs = one.footprint.co2e_ug, other.footprint.co2e_ug
    assert mine is not None
    assert theirs is not None
    if mine == theirs:
        return 0.5
    shared = one.factor_id is not None and one.factor_id == other.factor_id
    if shared and (one.footprint.basis.method_version or "").startswith(USE_METHODS):
        return float(mine < theirs)
    a, b = (lognormal(each.footprint) for each in (one, other))
    if a is None or b is None:
        return 0.5
    spread = math.hypot(a[1], b[1])
    return NormalDist().cdf((b[0] - a[0]) / spread) if spread else float(mine < theirs)


def surely_lower(one: Ranked, others: Iterable[Ranked], most: int | None = None) -> list[int]:
    """Places of those that may be ranked with `one` and are lower at `SURE`, lowest first.

    Parameters
    ----------
    most : give so many at most; `others` come lowest first then, and the rest of them is not looked at.
    """
    found: list[tuple[int, int]] = []
    for place, other in enumerate(others):
        if most is not None and len(found) == most:
            break
        if refusal(one, other) is None and probability_lower(other, one) >= SURE:
            found.append((other.footprint.co2e_ug or 0, place))
    return [place for _, place in sorted(found)]
