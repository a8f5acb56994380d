"""Saving panels from a run of `appliance.use`: a product and its reference model, each explained from the run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from leafmark.engine.explain import Explainer
from leafmark.engine.sentences import LANGS

from .i18n import plain, text
from .saving import SavingPanel, saving_panel
from .words import Words, as_words

METHOD: Final = "appliance.use"


def saving_from_run(
    run: str | Path,
    product_id: str,
    reference_id: str,
    about: Mapping[str, Any],
    about_reference: Mapping[str, Any],
) -> SavingPanel:
    """Compare a product's use with a reference model's, of one run, over one lifetime and on one grid.

    Parameters
    ----------
    about, about_reference
        The two catalogue rows: `lifetime_years` of both is needed and must agree; `name` names the reference, and
        `scenario` the use.

    Raises
    ------
    ValueError
        Product and reference are one, the run is of another method, or lifetime, grid or factors differ.
    """
    return savings_from_run(
        run, {product_id: Reference(reference_id)}, {product_id: about, reference_id: about_reference}
    )[product_id]


@dataclass(frozen=True, slots=True)
class Reference:
    """The model that a product is held against, and why that one, in words."""

    product_id: str
    why: Words = ""


def savings_from_run(
    run: str | Path, references: Mapping[str, Reference], about: Mapping[str, Mapping[str, Any]]
) -> dict[str, SavingPanel]:
    """Compare many products of one run with their reference models; `about` has the catalogue's rows of all of them.

    Raises
    ------
    ValueError
        As `saving_from_run`, or the catalogue lacks a product.
    """
    for each in {*references, *(one.product_id for one in references.values())}:
        if each not in about:
            raise ValueError(f"a saving's product or reference {each!r}: the catalogue has no such product")
    explainer = Explainer(run)
    uses: dict[str, dict[str, Any]] = {}

    def use(product_id: str) -> dict[str, Any]:
        if product_id not in uses:
            uses[product_id] = _use(explainer.explain(f"id:{product_id}"), product_id)
        return uses[product_id]

    try:
        return {product_id: _panel(product_id, one, about, use) for product_id, one in references.items()}
    finally:
        explainer.close()


def _panel(
    product_id: str, reference: Reference, catalogue: Mapping[str, Mapping[str, Any]], use: Callable[[str], dict[str, Any]]
) -> SavingPanel:  # fmt: skip
    reference_id = reference.product_id
    about, about_reference = catalogue[product_id], catalogue[reference_id]
    if product_id == reference_id:
        raise ValueError(f"reference {reference_id!r}: expected another product than the one on the label")
    years = _years(about, product_id)
    if (others := _years(about_reference, reference_id)) != years:
        raise ValueError(
            f"lifetime_years: {product_id} has {years:g}, reference {reference_id} {others:g}; expected one period"
        )
    ours, theirs = use(product_id), use(reference_id)
    grids = [(use["region_used"], [each["factor_id"] for each in use["factors"]]) for use in (ours, theirs)]
    if grids[0] != grids[1]:
        raise ValueError(
            f"grid: {product_id} has {_named(grids[0])}, reference {reference_id} {_named(grids[1])}; expected one"
        )
    factors = ours["factors"]
    return saving_panel(
        reference_model=_words(about_reference, "name") or reference_id,
        reference_why=reference.why,
        reference_kwh_per_year=theirs["amount"] / years,
        kwh_per_year=ours["amount"] / years,
        years=years,
        use=_words(about, "scenario") or {lang: text(lang, "saving.period", years=plain(years)) for lang in LANGS},
        grid_region=ours["region_used"],
        grid_vintage=", ".join(sorted({str(each["data_year"]) for each in factors})),
        grid_factor_id=", ".join(each["factor_id"] for each in factors),
        grid_kg_per_kwh=sum(each["co2e_kg_used"] for each in factors),
        grid_gsd=math.exp(math.sqrt(math.log1p(ours["relative_sd"] ** 2))),
    )


def _named(grid: tuple[str, list[str]]) -> str:
    return f"{grid[0]} ({', '.join(grid[1])})"


def _words(row: Mapping[str, Any], field: str) -> Words:
    value = row.get(field)
    return "" if value is None or value == "" else as_words(value)


def _years(row: Mapping[str, Any], product_id: str) -> float:
    value = row.get("lifetime_years")
    if value is None or not float(value) > 0:
        raise ValueError(
            f"lifetime_years: a saving names its period; product {product_id} has {value!r} in the catalogue"
        )
    return float(value)


def _use(tree: Mapping[str, Any], product_id: str) -> dict[str, Any]:
    """The one line of electricity that a product's use is."""
    if tree["method"]["id"] != METHOD:
        raise ValueError(
            f"a saving compares two models in use: expected a run of {METHOD}, found {tree['method']['id']}"
        )
    lines = [line for stage in tree["stages"] for line in stage["lines"]]
    if len(lines) != 1 or lines[0]["unit"] != "kWh" or tree["rejected"]:
        raise ValueError(
            f"product {product_id}: expected one accepted line in kWh, found {len(lines)} and {len(tree['rejected'])} rejected"
        )
    return dict(lines[0])
