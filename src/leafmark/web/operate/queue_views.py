"""The page of all queues."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from leafmark.web.operate import queues
from leafmark.web.operate.access import in_console, room

PAGE = 50
QUEUES = ("imports", "unmatched", "drafts", "failed")


@require_safe
@in_console
def waiting(request: HttpRequest) -> HttpResponse:
    """Each queue: what, whose, since when, by whom."""
    found = {
        "imports": queues.imports(), "unmatched": queues.unmatched(), "drafts": queues.drafts(), "failed": queues.failed(),
    }  # fmt: skip
    parts = {name: Paginator(found[name], PAGE).get_page(request.GET.get(name)) for name in QUEUES}
    return room(
        request, "queues", "queues", {"parts": parts, "now": timezone.now(), "refused_days": queues.REFUSED_DAYS}
    )
