"""A publication's label, made of what was published."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from leafmark.products import Evidence, LabelData, Method, Scheme, get_scheme, label_data
from leafmark.products.benchmarks import Benchmark, BenchmarkTable, table_from
from leafmark.products.footprint import footprint_from
from leafmark.products.saving import SavingPanel
from leafmark.products.schemes import REGISTRY_RECORD
from leafmark.web.shelf.models import FrozenTable, Product, Publication, Run

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
    evidence = tuple(evidence_of(each) for each in publication.evidence or ())
    official = mark_of(publication)
    run = publication.run
    return label_data(
        publication.row, catalogue, _scheme(SCHEME), method=Method(**run.method), factor_vintage=run.vintage,
        on_date=publication.made_on, gwp_set=run.gwp_set, evidence=evidence,
        official_scheme=_scheme(official) if official else None, link_base=origin,
        benchmark=_benchmark(run, publication.row, catalogue), saving=saving_of(publication),
    )  # fmt: skip


def saving_of(publication: Publication) -> SavingPanel | None:
    """The saving in use that was published beside a figure, if one was."""
    return SavingPanel(**publication.saving) if publication.saving else None


def _benchmark(run: Run, row: dict[str, Any], catalogue: dict[str, Any]) -> Benchmark | None:
    """The row of the run's frozen table that a product is held against; the table is the same for ever."""
    if run.benchmark_id is None or row.get("co2e_ug") is None:
        return None
    version = f"{run.method['id']}@{run.method['version']}"
    basis = footprint_from(row, catalogue, method_version=version, gwp_set=run.gwp_set).basis
    return frozen_table(run.benchmark_id).for_basis(basis)


@lru_cache(maxsize=64)
def frozen_table(sha256: str) -> BenchmarkTable:
    """A frozen table by its hash, read and checked once in each process."""
    return table_from(FrozenTable.objects.get(sha256=sha256).body, f"benchmark {sha256}")


def mark_of(publication: Publication) -> str | None:
    """The scheme of a publication's official class: of its record in a public register."""
    pieces = publication.evidence or ()
    return next((str(each["scheme_id"]) for each in pieces if each.get("requirement") == REGISTRY_RECORD), None)


def evidence_of(values: dict[str, Any]) -> Evidence:
    """A piece of evidence of its plain values."""
    return Evidence(**{**values, "expires_on": dt.date.fromisoformat(values["expires_on"]),
                       "independent_of": frozenset(values.get("independent_of", ()))})  # fmt: skip
