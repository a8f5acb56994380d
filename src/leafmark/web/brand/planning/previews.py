"""A wizard's label as it would be drawn, in the three languages, each with the word across it that it is a preview."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from leafmark.products import LANGS, LabelData, label_data, svg
from leafmark.products.artwork import size
from leafmark.products.footprint import Footprint
from leafmark.products.method_named import method_named
from leafmark.web.brand.planning.calculating import Figure
from leafmark.web.brand.planning.state import Bill
from leafmark.web.languages import say
from leafmark.web.shelf import footprints
from leafmark.web.shelf.grading import Grader, current, grader
from leafmark.web.shelf.models import Product

FORM: Final = "full"
KEPT: Final = ("category", "category_name", "functional_unit", "category_estimate", "category_rules")
"""Of the published product's row in the catalogue: what holds whatever its lines are."""
OF_ITS_STAGES: Final = ("boundary", "inside_manufacturing")
"""What holds as long as the same stages are assessed."""
MARK_SIZE: Final = 44


@dataclass(frozen=True, slots=True)
class Preview:
    """A label's picture in one language."""

    lang: str
    picture: str


def catalogue_of(bill: Bill, figure: Figure, product: Product | None) -> dict[str, Any]:
    """The catalogue's row that this product would have."""
    before = {} if product is None else dict(product.published.catalogue)
    found: dict[str, Any] = {name: before[name] for name in KEPT if name in before}
    if product is not None:
        found.setdefault("category", product.category.key)
        found.setdefault("category_name", product.category.names)
        if _stages(product.published.row) == _stages(figure.row):
            found |= {name: before[name] for name in OF_ITS_STAGES if name in before}
        if bill.unit == "item" and before.get("declared_unit"):
            found["declared_unit"] = before["declared_unit"]
    found.setdefault("declared_unit", bill.unit)
    if bill.cat and bill.cat != found.get("category"):
        found |= {"category": bill.cat, "category_name": bill.cat}
    return {**found, "name": bill.name or bill.id or "-", "lifetime_years": bill.life, "use_region": bill.grid or None}


def _stages(row: dict[str, Any]) -> set[str]:
    return {name for name, value in row.items() if name.endswith("_ug") and value is not None} - {
        "primary_ug",
        "gwp_native_ug",
    }


def footprint_of(figure: Figure, record: dict[str, Any], catalogue: dict[str, Any]) -> Footprint:
    """The figure with its boundary and basis, as labels see it."""
    return footprints.footprint_of(figure.row, catalogue, record["method"], record["gwp"])


def label_of_wizard(figure: Figure, record: dict[str, Any], catalogue: dict[str, Any], day: dt.date) -> LabelData:
    """The label's data, graded as a new publication is now."""
    graded = _label(figure, record, catalogue, day, current())
    return graded if graded.grade.letter else _label(figure, record, catalogue, day, grader(None))


def _label(figure: Figure, record: dict[str, Any], catalogue: dict[str, Any], day: dt.date, by: Grader) -> LabelData:
    benchmark = None if by.table is None else by.table.for_basis(footprint_of(figure, record, catalogue).basis)
    vintage = ", ".join(f"{pack['id']} {pack['version']}" for pack in record["packs"])
    return label_data(figure.row, catalogue, by.scheme, method=method_named(record["method"]), factor_vintage=vintage,
                      on_date=day, gwp_set=record["gwp"], benchmark=benchmark, evidence=by.evidence)  # fmt: skip


def previews(label: LabelData) -> list[Preview]:
    """The label in each language."""
    return [
        Preview(lang, _marked(svg(label, lang, FORM), say(lang, "planning.preview.mark"), *size(label, lang, FORM)))
        for lang in LANGS
    ]


def _marked(picture: str, word: str, width: int, height: int) -> str:
    """A picture with a word across it, that is there in every copy."""
    at = f'transform="translate({width / 2:g} {height / 2:g}) rotate(-32)"'
    text = f'<text {at} font-size="{MARK_SIZE}" font-weight="700" fill="#8a1c33" fill-opacity="0.55" text-anchor="middle">{escape(word)}</text>'
    return picture.rstrip().removesuffix("</svg>") + f"{text}</svg>"
