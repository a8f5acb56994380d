"""Pages of schemes: what counts, the form that asks for a preview, the preview with its activation."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import suppress
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from leafmark.products.schemes import CERTIFICATION
from leafmark.web.forms import codes, token, typed
from leafmark.web.jobs.models import DONE, Job
from leafmark.web.jobs.start import start
from leafmark.web.operate.access import in_console, room
from leafmark.web.operate.forms import ReasonForm
from leafmark.web.operate.models import SchemeDecision
from leafmark.web.operate.schemes import known, preview
from leafmark.web.operate.schemes.active import count, decision, declare
from leafmark.web.operate.schemes.forms import SchemeForm
from leafmark.web.shelf.grading import current

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@in_console
def schemes(request: HttpRequest) -> HttpResponse:
    """What counts, what is there, every decision; an operator asks what a scheme would change."""
    if request.method != "POST":
        return _schemes(request, SchemeForm(), ReasonForm())
    form = SchemeForm(request.POST)
    if not form.is_valid():
        return _schemes(request, form, ReasonForm(), 422)
    asked = form.cleaned_data
    table = known.table_named(asked["table"]) if asked["table"] else None
    values = {
        "scheme": asked["scheme"], "table": asked["table"], "table_sha256": table.sha256 if table else "", "evidence": form.evidence(),
        "on": dt.date.today().isoformat(),
    }  # fmt: skip
    job = start(preview.NAME, preview.FUNCTION, values, request.user, token=asked["token"])
    return redirect("jobs:one", job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@in_console
def seen(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """A preview; an operator activates exactly that."""
    job = get_object_or_404(Job, pk=job_id, name=preview.NAME, state=DONE)
    if request.method != "POST":
        return _seen(request, job, ReasonForm())
    form = ReasonForm(request.POST)
    if SchemeDecision.objects.filter(token=request.POST.get("token", "")).exists():
        return redirect("operate:schemes")
    if not form.is_valid():
        return _seen(request, job, form, 422)
    asked = job.arguments
    scheme, table = known.schemes().get(asked["scheme"]), known.table_named(asked["table"]) if asked["table"] else None
    if scheme is None or (known.has_letters(scheme) and (table is None or table.sha256 != asked["table_sha256"])):
        return _seen(request, job, form, 409, "changed")
    if any(dt.date.fromisoformat(each["expires_on"]) < dt.date.today() for each in asked["evidence"]):
        return _seen(request, job, form, 409, "expired")
    if known.has_letters(scheme) and {each["requirement"] for each in asked["evidence"]} < set(CERTIFICATION):
        return _seen(request, job, form, 409, "evidence")
    with suppress(IntegrityError), transaction.atomic():  # the same form at the same moment: it is activated
        SchemeDecision.objects.create(
            kind=SchemeDecision.ACTIVATED, scheme_id=scheme.id, scheme_version=scheme.version, table_sha256=asked["table_sha256"],
            table_name=asked["table"], evidence=asked["evidence"], preview=job, reason=form.cleaned_data["reason"], by=request.user,
            token=form.cleaned_data["token"],
        )  # fmt: skip
        count(asked["scheme"], table, asked["evidence"], request.user)
    return redirect("operate:schemes")


@require_POST
@in_console
def withdraw(request: HttpRequest) -> HttpResponse:
    """Let labels declare again."""
    form = ReasonForm(request.POST)
    last = decision()
    if SchemeDecision.objects.filter(token=request.POST.get("token", "")).exists() or last is None:
        return redirect("operate:schemes")
    if not form.is_valid():
        return _schemes(request, SchemeForm(), form, 422)
    with suppress(IntegrityError), transaction.atomic():  # the same form at the same moment: it is withdrawn
        SchemeDecision.objects.create(
            kind=SchemeDecision.WITHDRAWN, scheme_id=last.scheme_id, scheme_version=last.scheme_version,
            reason=form.cleaned_data["reason"], by=request.user, token=form.cleaned_data["token"],
        )  # fmt: skip
        declare(request.user)
    return redirect("operate:schemes")


def _schemes(request: HttpRequest, form: SchemeForm, withdrawing: forms.Form, status: int = 200) -> HttpResponse:
    values: dict[str, Any] = {
        "schemes": known.schemes(), "tables": known.tables(), "active": current(), "decision": decision(),
        "requirements": CERTIFICATION, "faults": codes(form), "asked": typed(form), "token": token(),
        "withdraw": {"faults": codes(withdrawing), "asked": typed(withdrawing), "token": token()}, "has_letters": known.has_letters,
        "part": Paginator(SchemeDecision.objects.select_related("by", "preview"), PAGE).get_page(request.GET.get("page")),
        "previews": Job.objects.filter(name=preview.NAME, state=DONE)[:5],
    }  # fmt: skip
    return room(request, "schemes", "schemes", values, status)


def _seen(request: HttpRequest, job: Job, form: forms.Form, status: int = 200, refused: str = "") -> HttpResponse:
    values = {"job": job, "faults": codes(form), "asked": typed(form), "token": token(), "refused": refused}
    return room(request, "schemes", "scheme_seen", values, status)
