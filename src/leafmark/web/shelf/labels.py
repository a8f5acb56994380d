"""A publication's label, made of what was published."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from leafmark.products import Evidence, LabelData, Method, Scheme, get_scheme, label_data
from leafmark.web.shelf.models import Product, Publication

SCHEME = "leafmark.declared"
"""Every label declares; a letter needs a certification scheme (DESIGN, "The law")."""


@lru_cache
def _scheme(name: str) -> Scheme:
    return get_scheme(name)


def label_of(product: Product, publication: Publication, origin: str) -> LabelData:
    """The label of one of a product's publications. `product` comes with its category, `publication` with its run.

    Raises
    ------
    ValueError : the figure had expired on the day it was published.
    """
    catalogue: dict[str, Any] = dict(publication.catalogue)
    catalogue["gtin"] = product.gtin
    catalogue.setdefault("name", product.name)
    catalogue.setdefault("category", product.category.key)
    catalogue.setdefault("category_name", product.category.names)
    if isinstance(catalogue.get("notes"), list):
        catalogue["notes"] = tuple(catalogue["notes"])
    evidence = tuple(_piece(each) for each in publication.evidence or ())
    official = next((each.scheme_id for each in evidence if each.requirement == "registry_record"), None)
    run = publication.run
    return label_data(
        publication.row, catalogue, _scheme(SCHEME), method=Method(**run.method), factor_vintage=run.vintage,
        on_date=publication.made_on, gwp_set=run.gwp_set, evidence=evidence,
        official_scheme=_scheme(official) if official else None, link_base=origin,
    )  # fmt: skip


def _piece(values: dict[str, Any]) -> Evidence:
    return Evidence(**{**values, "expires_on": dt.date.fromisoformat(values["expires_on"]),
                       "independent_of": frozenset(values.get("independent_of", ()))})  # fmt: skip
