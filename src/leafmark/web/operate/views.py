"""The operator's console."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from leafmark.web.audit.access import operators_and_auditors
from leafmark.web.audit.forms import token
from leafmark.web.jobs.models import FAILED, RUNNING, WAITING, Job
from leafmark.web.jobs.start import start
from leafmark.web.pages import page


@require_safe
@operators_and_auditors
def console(request: HttpRequest) -> HttpResponse:
    """What is to be done, and what was."""
    jobs = Job.objects.select_related("by")
    values = {
        "token": token(), "last": jobs.filter(name="verify").first(), "running": jobs.filter(state__in=(WAITING, RUNNING)).count(),
        "failed": jobs.filter(state=FAILED).count(),
    }  # fmt: skip
    return page(request, "operate/console.html", values)


@require_POST
@operators_and_auditors
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for the ledger to be verified, as a job."""
    asked = request.POST.get("token", "")[:64] or None
    return redirect(
        "jobs:one", start("verify", "leafmark.web.operate.verifying.verify_ledger", {}, request.user, token=asked).pk
    )
