"""A publication's label, made of what was published."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from leafmark.products import LabelData, Method, Scheme, get_scheme, label_data
from leafmark.products.benchmarks import Benchmark
from leafmark.products.saving import SavingPanel
from leafmark.products.schemes import REGISTRY_RECORD
from leafmark.web.shelf.footprints import footprint_of
from leafmark.web.shelf.grading import evidence_of, frozen_table, grader
from leafmark.web.shelf.models import Product, Publication


def label_of(product: Product, publication: Publication, origin: str) -> LabelData:
    """The label of one of a product's publications. `product` comes with its category, `publication` with its run.

    A letter stands there as long as the evidence that it was published with holds.

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
    evidence = tuple(evidence_of(each) for each in publication.evidence or ())
    official = mark_of(publication)
    run = publication.run
    by = grader(publication.grading_id)
    return label_data(
        publication.row, catalogue, by.scheme, method=Method(**run.method), factor_vintage=run.vintage,
        on_date=publication.made_on, gwp_set=run.gwp_set, evidence=(*evidence, *by.evidence),
        official_scheme=_official(official) if official else None, link_base=origin,
        benchmark=_benchmark(publication, catalogue), saving=saving_of(publication),
        shown_on=today() if publication.letter else None,
    )  # fmt: skip


def today() -> dt.date:
    """The day on which labels are looked at, in UTC."""
    return dt.datetime.now(dt.UTC).date()


def letter_ended(publication: Publication) -> bool:
    """Whether what a publication's letter rests on holds no more."""
    if publication.letter is None:
        return False
    by = grader(publication.grading_id)
    return any(each.expires_on < today() for each in by.evidence) or not by.scheme.in_force(today())


def saving_of(publication: Publication) -> SavingPanel | None:
    """The saving in use that was published beside a figure, if one was."""
    return SavingPanel(**publication.saving) if publication.saving else None


def mark_of(publication: Publication) -> str | None:
    """The scheme of a publication's official class: of its record in a public register."""
    pieces = publication.evidence or ()
    return next((str(each["scheme_id"]) for each in pieces if each.get("requirement") == REGISTRY_RECORD), None)


@lru_cache
def _official(name: str) -> Scheme:
    return get_scheme(name)


def _benchmark(publication: Publication, catalogue: dict[str, Any]) -> Benchmark | None:
    """The row of a frozen table that a product is held against: of its letter's, else of its run's. It is the same for ever."""
    run, row = publication.run, publication.row
    table = grader(publication.grading_id).table
    if table is None and run.benchmark_id is not None:
        table = frozen_table(run.benchmark_id)
    if table is None or row.get("co2e_ug") is None:
        return None
    return table.for_basis(footprint_of(row, catalogue, run.method, run.gwp_set).basis)
