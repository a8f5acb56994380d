"""Pages of schemes: what counts, the form that asks for a preview, the preview with its activation."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import suppress
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from leafmark.web.forms import codes, token, typed
from leafmark.web.jobs.models import DONE, Job
from leafmark.web.jobs.start import start
from leafmark.web.operate.access import in_console, room
from leafmark.web.operate.forms import ReasonForm
from leafmark.web.operate.models import SchemeDecision
from leafmark.web.operate.schemes import activating, known, preview
from leafmark.web.operate.schemes.active import decision
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
    try:
        activating.activate(job, form.cleaned_data["reason"], request.user, form.cleaned_data["token"])
    except activating.NotActivated as refused:
        return _seen(request, job, form, 409, refused.code)
    except IntegrityError:
        pass  # the same form at the same moment: it is activated
    return redirect("operate:schemes")


@require_POST
@in_console
def withdraw(request: HttpRequest) -> HttpResponse:
    """Let labels declare again."""
    form = ReasonForm(request.POST)
    if SchemeDecision.objects.filter(token=request.POST.get("token", "")).exists() or decision() is None:
        return redirect("operate:schemes")
    if not form.is_valid():
        return _schemes(request, SchemeForm(), form, 422)
    with suppress(IntegrityError):  # the same form at the same moment: it is withdrawn
        activating.withdraw(form.cleaned_data["reason"], request.user, form.cleaned_data["token"])
    return redirect("operate:schemes")


def _schemes(request: HttpRequest, form: SchemeForm, withdrawing: forms.Form, status: int = 200) -> HttpResponse:
    values: dict[str, Any] = {
        "schemes": known.schemes(), "tables": known.tables(), "active": current(), "decision": decision(),
        "requirements": known.requirements(), "faults": codes(form), "asked": typed(form), "token": token(),
        "withdraw": {"faults": codes(withdrawing), "asked": typed(withdrawing), "token": token()}, "has_letters": known.has_letters,
        "part": Paginator(SchemeDecision.objects.select_related("by", "preview"), PAGE).get_page(request.GET.get("page")),
        "previews": Job.objects.filter(name=preview.NAME, state=DONE)[:5],
    }  # fmt: skip
    return room(request, "schemes", "schemes", values, status)


def _seen(request: HttpRequest, job: Job, form: forms.Form, status: int = 200, refused: str = "") -> HttpResponse:
    values = {"job": job, "faults": codes(form), "asked": typed(form), "token": token(), "refused": refused}
    return room(request, "schemes", "scheme_seen", values, status)
