"""A test's own page, where a reader says yes or no, and later sees what came out; and the links of its lists."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from leafmark.web.experiment.lists import SALT, count, is_ahead
from leafmark.web.experiment.models import CATEGORY, SITE, Experiment
from leafmark.web.experiment.showing import outcome_of
from leafmark.web.experiment.states import OVER, RUNNING, state_of
from leafmark.web.experiment.taking_part import say_yes, take_back, too_often, unit_of
from leafmark.web.pages import page
from leafmark.web.shelf.models import Category

AHEAD = 503
"""Nothing is sent ahead of a click; the browser asks again at the click."""


@require_safe
@never_cache
def about(request: HttpRequest, key: str) -> HttpResponse:
    """What the test is and what is kept; yes, no, or no more; after its end what came out."""
    return _about(request, _of(key))


@require_POST
@never_cache
def take_part(request: HttpRequest, key: str) -> HttpResponse:
    """Yes: into an arm, and back to the list. Said again, it stays as it is. No: nothing is set or kept."""
    experiment = _of(key)
    back = redirect(_list_of(experiment)[0])
    if state_of(experiment) != RUNNING:
        return _about(request, experiment, 409)
    if request.POST.get("answer") != "yes" or unit_of(request, experiment) is not None:
        return back
    if too_often(request):
        return _about(request, experiment, 429)
    say_yes(back, experiment)
    return back


@require_POST
@never_cache
def leave(request: HttpRequest, key: str) -> HttpResponse:
    """No more: what she chose is removed."""
    experiment = _of(key)
    back = redirect("experiment:about", experiment.key)
    take_back(back, experiment, unit_of(request, experiment))
    return back


@require_safe
@never_cache
def go(request: HttpRequest, told: str) -> HttpResponse:
    """On to a product's page from a list of a test."""
    if is_ahead(request):
        return HttpResponse(status=AHEAD)
    try:
        product = count(request, signing.loads(told, salt=SALT))
    except (signing.BadSignature, ValueError) as error:
        raise Http404("a link that is none of ours") from error
    if product is None:
        raise Http404("the product is no longer published")
    return redirect("shop:product", product.brand.slug, product.product_id)


def _of(key: str) -> Experiment:
    """An experiment on the site's lists that was started.

    Raises
    ------
    Http404 : there is none.
    """
    found = Experiment.objects.filter(key=key, shown_by=SITE).first()
    if found is None or state_of(found) not in (RUNNING, OVER):
        raise Http404(f"no test {key}")
    return found


def _about(request: HttpRequest, experiment: Experiment, status: int = 200) -> HttpResponse:
    state = state_of(experiment)
    where, category = _list_of(experiment)
    values: dict[str, Any] = {
        "experiment": experiment, "state": state, "unit": unit_of(request, experiment), "list": where, "status": status,
        "category": category, "outcome": outcome_of(experiment) if state == OVER else None,
    }  # fmt: skip
    return page(request, "experiment/about.html", values, status)


def _list_of(experiment: Experiment) -> tuple[str, Category | None]:
    """The address of the list, and its category if it is one's."""
    if experiment.place != CATEGORY:
        return reverse("shop:sector", args=(experiment.name,)), None
    return reverse("shop:category", args=(experiment.name,)), Category.objects.filter(slug=experiment.name).first()
