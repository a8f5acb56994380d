"""The averages of categories, counted anew from the published estimates whenever a run with estimates was published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from leafmark.products.averages import Estimate, average, basis_key, units_of
from leafmark.products.purposes import purposes
from leafmark.web.shelf.footprints import footprint_of
from leafmark.web.shelf.models import CategoryAverage, Product

AT_ONCE = 5_000
ESTIMATE = "category_estimate"


def purpose_basis(row: Mapping[str, Any], catalogue: Mapping[str, Any], method: Mapping[str, Any], gwp_set: str) -> str:
    """The key under which a publication's category is averaged, but for category and purpose."""
    return basis_key(footprint_of(row, catalogue, method, gwp_set).basis)


def recount(categories: Iterable[int]) -> int:
    """Average the current estimates of some categories, by number in the database; how many averages there are."""
    wanted = list(categories)
    groups: defaultdict[tuple[int, str, str, str], list[Estimate]] = defaultdict(list)
    known = purposes().by_code
    columns = ("category_id", "current__row", "current__catalogue", "current__run__method", "current__run__gwp_set")
    shown = Product.objects.filter(category__in=wanted, state=ESTIMATE)
    for category, row, catalogue, method, gwp_set in shown.values_list(*columns).iterator(chunk_size=AT_ONCE):
        purpose = known.get(catalogue.get("purpose") or "")
        units = units_of(catalogue, purpose.per) if purpose else None
        if purpose is None or units is None:
            continue
        footprint = footprint_of(row, catalogue, method, gwp_set)
        key = category, purpose.code, basis_key(footprint.basis), footprint.basis.boundary
        groups[key].append(Estimate(footprint, units, row.get("factor_id")))
    made = []
    for (category, code, basis, boundary), estimates in groups.items():
        if found := average(estimates):
            made.append(
                CategoryAverage(
                    category_id=category, purpose=code, basis=basis, boundary=boundary, count=found.count,
                    mean_ug=found.mean_ug, low_ug=found.low_ug, high_ug=found.high_ug,
                )
            )  # fmt: skip
    CategoryAverage.objects.filter(category__in=wanted).delete()
    CategoryAverage.objects.bulk_create(made)
    return len(made)
