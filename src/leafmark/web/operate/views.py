"""The operator's console: its first page, and the ledger's check."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from leafmark.web.audit.access import operators_and_auditors
from leafmark.web.forms import token
from leafmark.web.jobs.models import UNFINISHED, Job
from leafmark.web.jobs.start import start
from leafmark.web.operate import queues
from leafmark.web.operate.access import in_console, room
from leafmark.web.operate.queue_views import QUEUES


@require_safe
@in_console
def console(request: HttpRequest) -> HttpResponse:
    """What is to be done, and what was."""
    jobs = Job.objects.select_related("by")
    values = {
        "token": token(), "last": jobs.filter(name="verify").first(), "running": jobs.filter(state__in=UNFINISHED).count(),
        "counts": queues.counts(), "queues": QUEUES,
    }  # fmt: skip
    return room(request, "console", "console", values)


@require_POST
@operators_and_auditors
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for the ledger to be verified, as a job; auditors may, since it changes nothing."""
    asked = request.POST.get("token", "")[:64] or None
    return redirect(
        "jobs:one", start("verify", "leafmark.web.operate.verifying.verify_ledger", {}, request.user, token=asked).pk
    )
