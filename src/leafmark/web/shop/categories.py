"""Category against category: the averages of whole categories of one purpose, where products may not be ranked.

The rule: the same sector, the same purpose (`products/purposes.toml`), the same unit, and the same of all else that a comparison asks for:
boundary, stages, method, warming potentials. Averages of published estimates, not of the product on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from leafmark.products.benchmarks import COUNT_MIN
from leafmark.products.charts import Bar, bars
from leafmark.products.i18n import mass_unit, significant, text, whole
from leafmark.products.purposes import Purpose, purposes
from leafmark.web.languages import pick, say
from leafmark.web.shelf.averages import ESTIMATE, purpose_basis
from leafmark.web.shelf.models import Category, CategoryAverage, Product
from leafmark.web.shelf.state import version

SHOWN_MIN = 2
"""One category alone stands beside nothing."""


@dataclass(frozen=True)
class Row:
    """A category with its average in the section's unit, as texts."""

    category: Category
    own: bool
    count: str
    mean: str
    range: str


@dataclass(frozen=True)
class Beside:
    """Categories beside each other, in one language: the rule in words, a chart and its table."""

    purpose: str
    rule: str
    source: str
    source_url: str
    unit: str
    rows: tuple[Row, ...]
    chart: str


def beside_product(product: Product, lang: str) -> Beside | None:
    """The categories that stand beside an estimate's; None where the catalogue states no purpose of it."""
    publication = product.published
    code = publication.catalogue.get("purpose")
    if not code or publication.state != ESTIMATE:
        return None
    catalogue = {"category": product.category.key, **publication.catalogue}
    run = publication.run
    basis = purpose_basis(publication.row, catalogue, run.method, run.gwp_set)
    return _beside(product.category_id, code, basis, lang, product.stamp or version())


def beside_category(category: Category, lang: str) -> Beside | None:
    """The categories that stand beside this one, in the purpose that most of its estimates serve."""
    most = category.averages.order_by("-count", "pk").first()
    return None if most is None else _beside(category.pk, most.purpose, most.basis, lang, version())


@lru_cache(maxsize=2_048)
def _beside(category_id: int, code: str, basis: str, lang: str, stamp: str) -> Beside | None:
    """The section as it is until something else is published: thousands of estimates of a category share it."""
    category = Category.objects.get(pk=category_id)
    table = purposes()
    purpose = table.by_code.get(code)
    if purpose is None:
        return None
    found = list(
        CategoryAverage.objects.filter(purpose=code, basis=basis, count__gte=COUNT_MIN, category__sector=category.sector)
        .select_related("category").order_by("mean_ug", "category__key")
    )  # fmt: skip
    if len(found) < SHOWN_MIN or all(each.category_id != category.pk for each in found):
        return None
    return _shown(found, category, purpose, lang)


def _shown(found: Sequence[CategoryAverage], own: Category, purpose: Purpose, lang: str) -> Beside:
    table = purposes()
    scale, unit_of_mass = mass_unit(max(each.mean_ug for each in found))
    unit = say(lang, "categories.unit", unit=f"{unit_of_mass} CO₂e", per=text(lang, f"unit.{purpose.per}"))
    name = pick(purpose.names, lang)

    def shown(amount_ug: int) -> str:
        return significant(amount_ug / scale)

    rows = tuple(
        Row(each.category, each.category_id == own.pk, whole(each.count), shown(each.mean_ug),
            f"{shown(each.low_ug)} – {shown(each.high_ug)}")
        for each in found
    )  # fmt: skip
    drawn = [
        Bar(
            pick(each.category.names, lang),
            each.mean_ug / scale,
            each.low_ug / scale,
            each.high_ug / scale,
            row.mean,
            row.own,
        )
        for each, row in zip(found, rows, strict=True)
    ]
    said = say(
        lang,
        "categories.said",
        least=drawn[0].name,
        low=drawn[0].text,
        most=drawn[-1].name,
        high=drawn[-1].text,
        unit=unit,
    )
    boundary = text(lang, f"boundary.{found[0].boundary}")
    return Beside(
        purpose=name,
        rule=say(lang, "categories.rule", purpose=name, boundary=boundary, per=text(lang, f"unit.{purpose.per}"), least=COUNT_MIN),
        source=say(lang, "categories.source", title=table.title, classes=purpose.classes), source_url=table.url,
        unit=unit, rows=rows, chart=bars("categories", say(lang, "categories.title", purpose=name), drawn, unit, said),
    )  # fmt: skip
