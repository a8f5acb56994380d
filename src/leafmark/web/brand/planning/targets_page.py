"""A brand's targets: the path, the actual, the gap. A correction is another row, and a target that is given up is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from leafmark.engine.schema import STAGES
from leafmark.inventory.targets.reduction import (
    CONTRACTION_FROM,
    CONTRACTION_PERCENT,
    CONTRACTION_SOURCE,
    CONTRACTION_URL,
    Reduction,
    Year,
    by_year,
)
from leafmark.web.brand.access import Console, in_console
from leafmark.web.brand.models import Actual, Target
from leafmark.web.brand.planning import target_forms
from leafmark.web.brand.planning.charts import Scale, points
from leafmark.web.brand.planning.target_forms import UG, Typed
from leafmark.web.brand.planning.wizard import today
from leafmark.web.pages import page
from leafmark.web.shelf.models import Brand

WIDTH, HEIGHT = 320.0, 160.0
"""Of the chart's plane, in its own units."""
LAW: Final = "https://eur-lex.europa.eu/eli/dir/2024/825/oj"


@dataclass(frozen=True, slots=True)
class Chart:
    """The lines of a target's chart in its own plane: `contraction` is empty for a target per unit."""

    path: str
    contraction: str
    actual: str
    dots: tuple[tuple[float, float], ...]
    top_ug: int


def reduction_of(target: Target) -> Reduction:
    """A target's arithmetic."""
    return Reduction(target.base_year, int(target.base_ug), target.target_year, target.reduction_percent)


def standing_actuals(target: Target) -> dict[int, int]:
    """The newest statement of each year, micrograms CO2e."""
    return {each.year: int(each.co2e_ug) for each in target.actuals.order_by("year", "stated_at", "pk")}


def chart_of(years: Sequence[Year], absolute: bool) -> Chart:
    """The chart of a target's years."""
    top = max(max(each.path_ug, each.contraction_ug if absolute else 0, each.actual_ug or 0) for each in years)
    across, up = Scale(years[0].year, max(years[-1].year, years[0].year + 1)), Scale(0, top or 1)

    def at(year: int, amount_ug: int) -> tuple[float, float]:
        return across.at(year) / 100 * WIDTH, HEIGHT - up.at(amount_ug) / 100 * HEIGHT

    known = [at(each.year, each.actual_ug) for each in years if each.actual_ug is not None]
    base = at(years[0].year, years[0].path_ug)
    return Chart(
        points([at(each.year, each.path_ug) for each in years]),
        points([at(each.year, each.contraction_ug) for each in years]) if absolute else "",
        points([base, *known]) if known else "",
        tuple((round(x, 2), round(y, 2)) for x, y in known),
        top,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_console
def targets(request: HttpRequest, at: Console) -> HttpResponse:
    """A brand's targets, and a form for another."""
    typed = Typed(dict.fromkeys(target_forms.TARGET, "") | {"base_in": "t"})
    if request.method == "POST":
        typed = target_forms.target_form(request.POST, today())
        if not typed.faults:
            return redirect("brand:target", at.brand.slug, _made(at, typed).pk)
    found = list(Target.objects.filter(brand=at.brand).select_related("made_by").order_by("-made_at", "-pk"))
    values = {
        "at": at, "here": "targets", "targets": [(each, reduction_of(each), _newest(each)) for each in found if each.withdrawn_at is None],
        "withdrawn": [each for each in found if each.withdrawn_at is not None], "typed": typed, "stages": STAGES, "units": list(UG),
    }  # fmt: skip
    return page(request, "brand/planning/targets.html", values, 422 if typed.faults else 200)


def _newest(target: Target) -> Year | None:
    """The latest year with an actual."""
    years = by_year(reduction_of(target), standing_actuals(target))
    return next((each for each in reversed(years) if each.actual_ug is not None), None)


@transaction.atomic
def _made(at: Console, typed: Typed) -> Target:
    """The target, made once: the same again, while it stands, is the same."""
    Brand.objects.select_for_update().get(pk=at.brand.pk)
    found = Target.objects.filter(brand=at.brand, withdrawn_at=None, **typed.values).first()
    return found or Target.objects.create(brand=at.brand, made_by=at.user, **typed.values)


@require_http_methods(["GET", "HEAD", "POST"])
@in_console
def target(request: HttpRequest, at: Console, number: int) -> HttpResponse:
    """A target: its path beside its actuals, and the form that states one."""
    found = get_object_or_404(Target.objects.select_related("made_by"), brand=at.brand, pk=number)
    typed = Typed(dict.fromkeys(target_forms.ACTUAL, "") | {"amount_in": "t"})
    if request.method == "POST" and found.withdrawn_at is None:
        typed = target_forms.actual_form(request.POST, found, today())
        if not typed.faults:
            _stated(found, at, typed)
            return redirect("brand:target", at.brand.slug, found.pk)
    reduction, absolute = reduction_of(found), not found.unit
    years = by_year(reduction, standing_actuals(found))
    values: dict[str, Any] = {
        "at": at, "here": "targets", "target": found, "reduction": reduction, "years": years, "absolute": absolute,
        "chart": chart_of(years, absolute), "width": WIDTH, "height": HEIGHT, "typed": typed, "units": list(UG), "law": LAW,
        "rate": reduction.contraction_rate_percent, "least": CONTRACTION_PERCENT, "since": CONTRACTION_FROM, "rate_source": CONTRACTION_SOURCE, "rate_url": CONTRACTION_URL, "newest": _newest(found),
        "statements": list(found.actuals.select_related("by").order_by("-stated_at", "-pk")),
    }  # fmt: skip
    return page(request, "brand/planning/target.html", values, 422 if typed.faults else 200)


@transaction.atomic
def _stated(found: Target, at: Console, typed: Typed) -> None:
    """State an actual; what the year's newest row says already is not said again."""
    Target.objects.select_for_update().get(pk=found.pk)
    newest = found.actuals.filter(year=typed.values["year"]).order_by("stated_at", "pk").last()
    if newest is None or (int(newest.co2e_ug), newest.source) != (typed.values["co2e_ug"], typed.values["source"]):
        Actual.objects.create(target=found, by=at.user, **typed.values)


@require_POST
@in_console
def withdraw(request: HttpRequest, at: Console, number: int) -> HttpResponse:
    """Give a target up; it stays to be seen. Again, nothing."""
    found = get_object_or_404(Target, brand=at.brand, pk=number)
    Target.objects.filter(pk=found.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
    return redirect("brand:targets", at.brand.slug)
