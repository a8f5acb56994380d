"""Jobs and how far they are: everybody's own, and all for operators and auditors."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leafmark.web.jobs.faults import fault_in
from leafmark.web.jobs.models import Job
from leafmark.web.languages import tag
from leafmark.web.pages import page

PAGE = 30


def open_to(user: Any) -> QuerySet[Job]:
    """The jobs that a user may see."""
    return Job.objects.select_related("by") if user.sees_all else Job.objects.select_related("by").filter(by=user)


@require_safe
@login_required
@never_cache
def jobs(request: HttpRequest) -> HttpResponse:
    """The newest jobs first."""
    part = Paginator(open_to(request.user), PAGE).get_page(request.GET.get("page"))
    return page(request, "jobs/jobs.html", {"part": part})


@require_safe
@login_required
@never_cache
def job(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """One job: how far it is, what came of it. `jobs/result_NAME.html` shows its result, where a room has such a template."""
    found = get_object_or_404(open_to(request.user), pk=job_id)
    return page(request, "jobs/job.html", {"job": found, "fault": fault_in(found, tag())})
