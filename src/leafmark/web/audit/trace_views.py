"""From a figure to its factors, tables and rows: the trace of a product, a factor, a method."""

from __future__ import annotations

import logging
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from leafmark.engine.run import open_run
from leafmark.engine.wording import plain
from leafmark.factors.columns import FACTOR_COLUMNS, SOURCE_COLUMNS
from leafmark.methods import LIBRARY
from leafmark.web.audit import tracing
from leafmark.web.audit.access import may_see_lines
from leafmark.web.audit.explained import NotExplained, explained, factor_in, folder_of
from leafmark.web.audit.runs import run_of
from leafmark.web.pages import page
from leafmark.web.shelf.find import by_brand
from leafmark.web.shelf.models import Publication, Run

PERIODS_MAX = 50
log = logging.getLogger(__name__)


@require_safe
def trace(request: HttpRequest, brand: str, product_id: str) -> HttpResponse:
    """A published figure made again now: its stages, lines (for those who may see them), factors, tables and rows.

    `version` chooses an earlier publication; `as=json` gives the whole explanation, to those who may see the lines.
    """
    product = by_brand(brand, product_id)
    publication = _publication(product.current, request.GET.get("version"))
    insider = may_see_lines(request.user, product.brand)
    try:
        tree = explained(publication)
    except NotExplained as error:
        log.warning("trace of %s/%s: %s", brand, product_id, error)
        values = {"product": product, "publication": publication, "why": str(error) if insider else ""}
        return page(request, "audit/not_traced.html", values, status=409)
    if insider and request.GET.get("as") == "json":
        return JsonResponse(tracing.portable(tree), json_dumps_params={"ensure_ascii": False})
    parts = tracing.stages(tree, insider)
    values = {
        "product": product, "publication": publication, "tree": tree, "parts": parts, "insider": insider,
        "factors": tracing.all_factors(parts), "refused": tracing.refused(tree) if insider else [], "plain": plain,
    }  # fmt: skip
    return page(request, "audit/trace.html", values)


@require_safe
def factor(request: HttpRequest, run_id: str, factor_id: str) -> HttpResponse:
    """A factor as a run's pack holds it: every column, its source, and the other periods of the same.

    Of a run that nothing was published from only operators and auditors see it.
    """
    insider = getattr(request.user, "sees_all", False)
    published = Run.objects.filter(run_id=run_id).first()
    if published is None and not insider:
        raise Http404(f"no run {run_id}")
    folder = folder_of(published) if published is not None else run_of(run_id).path
    try:
        found = factor_in(folder, factor_id)
    except NotExplained as error:
        log.warning("factor %s of %s: %s", factor_id, run_id, error)
        raise Http404(f"run {run_id} cannot be opened") from error
    if found is None:
        raise Http404(f"run {run_id} has no factor {factor_id}")
    used, periods = found
    closed = used.source.licence_class == "private" and not insider
    values: dict[str, Any] = {
        "run_id": run_id, "gwp": open_run(folder).record["gwp"], "factor": used.factor, "source": used.source, "pack": used.pack, "used_kg": plain(used.co2e_kg),
        "native": used.native, "closed": closed, "periods": periods[-PERIODS_MAX:], "plain": plain,
        "columns": [(each.name, _cell(getattr(used.factor, each.name))) for each in FACTOR_COLUMNS],
        "about": [(each.name, _cell(getattr(used.source, each.name))) for each in SOURCE_COLUMNS],
    }  # fmt: skip
    return page(request, "audit/factor.html", values)


@require_safe
def method(request: HttpRequest, method_id: str, version: int) -> HttpResponse:
    """A method: what it reads, what it looks up, its formula and its clause."""
    found = next((each for each in LIBRARY if (each.id, each.version) == (method_id, version)), None)
    if found is None:
        raise Http404(f"no method {method_id} {version}")
    versions = sorted(each.version for each in LIBRARY if each.id == method_id)
    return page(request, "audit/method.html", {"method": found, "versions": versions, "text": _text(found.docs)})


def _publication(current: Publication | None, version: str | None) -> Publication:
    assert current is not None
    if version is None or not version.isdecimal():
        return current
    whose = Publication.objects.select_related("run", "product__brand", "product__category")
    return get_object_or_404(whose, product=current.product_id, number=int(version[:9]))


def _cell(value: Any) -> str | None:
    """A cell as text; None where the publisher gives nothing."""
    if value is None or value == "":
        return None
    return plain(value) if isinstance(value, float) else str(value)


def _text(written: str) -> list[list[str]]:
    """A method's own text as paragraphs, each cut at its backticks: every second piece is code."""
    return [" ".join(each.split()).split("`") for each in written.split("\n\n") if each.strip()]
