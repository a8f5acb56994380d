"""From a run's total to its lines and factors: a sum with its entries, the same counted again, one subject of the run, what was refused."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from leafmark.engine.explain_address import Address
from leafmark.engine.inputs import InputError
from leafmark.engine.run import RunError
from leafmark.engine.run_entries import CELLS
from leafmark.web.audit import sums, tracing
from leafmark.web.audit.access import operators_and_auditors
from leafmark.web.audit.explained import NotExplained, explained_in, sum_in
from leafmark.web.audit.runs import run_of
from leafmark.web.download import csv_file
from leafmark.web.pages import page


@require_safe
@operators_and_auditors
def figure(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """A sum of a run and the entries that it is the sum of, the largest first; `as=json` the page, `as=csv` every entry.

    Where the run has another figure for the sum elsewhere, the page says so, with status 409.
    """
    run, address = run_of(run_id), _asked(request)
    try:
        found = sums.figure(run, address, request.GET.get("page"))
    except (RunError, InputError) as error:
        raise Http404(str(error)) from error
    status = 409 if found.differs else 200
    if request.GET.get("as") == "csv":
        return csv_file(f"entries-{run.id}.csv", CELLS, sums.every_entry(run, address))
    if request.GET.get("as") == "json":
        return _json(sums.record(run, found), status)
    values = {"run": run, "figure": found, "query": sums.query(address), "entry_query": sums.entry_query}
    return page(request, "audit/figure.html", values, status=status)


@require_safe
@operators_and_auditors
def counted(request: HttpRequest, run_id: str) -> HttpResponse:
    """A sum counted again now from what the run pinned, with its range, and cut by stage, factor, product, ..."""
    run, address = run_of(run_id), _asked(request)
    try:
        tree = sums.portable(sum_in(run.path, list(address.arguments)))
    except NotExplained as error:
        values = {"run": run, "address": address, "why": str(error)}
        return page(request, "audit/not_counted.html", values, status=409)
    if request.GET.get("as") == "json":
        return _json(tree)
    values = {
        "run": run, "address": address, "tree": tree, "query": sums.query(address), "listed": sums.listed(run, address),
    }  # fmt: skip
    return page(request, "audit/counted.html", values)


@require_safe
@operators_and_auditors
def subject(request: HttpRequest, run_id: str, subject_id: str) -> HttpResponse:
    """A product, order, site or shipment of a run, published or not: its lines with file and row, and the factor of each."""
    run = run_of(run_id)
    try:
        tree = explained_in(run.path, subject_id)
    except NotExplained as error:
        values: dict[str, Any] = {"run": run, "address": subject_id, "why": str(error)}
        return page(request, "audit/not_counted.html", values, status=409)
    if request.GET.get("as") == "json":
        return _json(tracing.portable(tree))
    parts = tracing.stages(tree, open_lines=True)
    values = {
        "run": run, "tree": tree, "parts": parts, "factors": tracing.all_factors(parts), "refused": tracing.refused(tree),
    }  # fmt: skip
    return page(request, "audit/subject.html", values)


@require_safe
@operators_and_auditors
def refused(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """The lines of a run's input that are in no figure, each with why; `as=csv` all of them."""
    run = run_of(run_id)
    if request.GET.get("as") == "csv":
        return csv_file(f"rejected-{run.id}.csv", sums.REFUSED, sums.every_refused(run))
    return page(request, "audit/refused.html", {"run": run, "part": sums.refused(run, request.GET.get("page"))})


def _asked(request: HttpRequest) -> Address:
    try:
        return sums.asked(request.GET.getlist(sums.OF))
    except InputError as error:
        raise Http404(str(error)) from error


def _json(content: Any, status: int = 200) -> JsonResponse:
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
