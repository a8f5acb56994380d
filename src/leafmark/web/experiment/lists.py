"""A list of products as whoever takes part in a test sees it: in one arm without figures, and in both with links that count.

What is asked for is never withheld: a product's own page always shows its label, and a list that is sorted by figure its figures.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

from django.core import signing
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from leafmark.experiments import HOLDOUT
from leafmark.web.experiment import counting
from leafmark.web.experiment.measuring import amount_of, in_lists
from leafmark.web.experiment.models import Experiment, Unit
from leafmark.web.experiment.states import RUNNING, on_lists_of, running, state_of, today
from leafmark.web.experiment.taking_part import unit_of
from leafmark.web.shelf.find import shown
from leafmark.web.shelf.models import Category, Product

SALT: Final = "leafmark.experiment.choice"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listed:
    """How a list is shown to this reader. `experiment`: what runs here; `unit`: she, if she takes part."""

    experiment: Experiment | None = None
    unit: Unit | None = None
    bare: bool = False

    @property
    def takes_part(self) -> bool:
        """Whether this reader does."""
        return self.unit is not None

    def of(self, product: Product) -> Listed:
        """How a product's card is shown: like all of this list."""
        return self

    def address(self, product: Product) -> str | None:
        """Where a product's card leads, if not to its page at once."""
        if self.experiment is None or self.unit is None:
            return None
        told = signing.dumps([self.experiment.pk, product.pk, self.unit.mark], salt=SALT)
        return reverse("experiment:go", args=(told,))

    def apart(self, response: HttpResponse) -> HttpResponse:
        """See to it that nobody keeps this page for a reader of another arm."""
        return _apart(response, self.experiment is not None, self.takes_part)


def listed(request: HttpRequest, category: Category, by_figure: bool) -> Listed:
    """How a category's list is shown. `by_figure`: whether she asked for it sorted by figure."""
    experiment = on_lists_of(category)
    if experiment is None:
        return Listed()
    unit = unit_of(request, experiment)
    return Listed(experiment, unit, unit is not None and unit.arm == HOLDOUT and not by_figure)


class Everywhere:
    """A list of all categories, such as the search's or a festival's: each product as the list of its own category shows it to this reader."""

    def __init__(self, request: HttpRequest, by_figure: bool) -> None:
        found = running()
        self.any_runs = bool(found)
        self.by_figure = by_figure
        units = {each.pk: unit_of(request, each) for each in found.values()}
        self.units = {pk: unit for pk, unit in units.items() if unit is not None}

    @property
    def takes_part(self) -> bool:
        """Whether this reader takes part in any test."""
        return bool(self.units)

    def of(self, product: Product) -> Listed:
        """How a product's card is shown."""
        experiment = on_lists_of(product.category)
        unit = None if experiment is None else self.units.get(experiment.pk)
        return Listed(experiment, unit, unit is not None and unit.arm == HOLDOUT and not self.by_figure)

    def apart(self, response: HttpResponse) -> HttpResponse:
        """See to it that nobody keeps this page for a reader of another arm."""
        return _apart(response, self.any_runs, self.takes_part)


def _apart(response: HttpResponse, any_runs: bool, takes_part: bool) -> HttpResponse:
    if any_runs:
        patch_vary_headers(response, ["Cookie"])
    if takes_part:
        add_never_cache_headers(response)
    return response


def count(request: HttpRequest, told: Any) -> Product | None:
    """The product that a link of a list leads to; that it was chosen is written down, once a day, if this reader takes part."""
    experiment_id, product_id, mark = told
    product = shown().filter(pk=product_id).first()
    experiment = Experiment.objects.filter(pk=experiment_id).first()
    if product is None or experiment is None or not _is_a_click(request):
        return product
    unit = unit_of(request, experiment)
    if unit is not None and unit.mark == mark and in_lists(experiment, product) and state_of(experiment) == RUNNING:
        unit.experiment = experiment
        choice = f"site\x1f{mark}\x1f{product.pk}\x1f{today()}"
        try:
            counting.add_choice(unit, choice, product.pk, amount_of(experiment, product), today())
        except OperationalError as error:  # the database is locked: she gets her page, of whichever arm she is
            log.warning("%s: a choice was not written down: %s", experiment.key, error)
    return product


def is_ahead(request: HttpRequest) -> bool:
    """Whether a browser asks before anybody clicked."""
    return any("prefetch" in request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose", "X-Moz"))


def _is_a_click(request: HttpRequest) -> bool:
    """Whether somebody opened it: neither a look at its headers nor part of another page."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
