"""Pages of category rules: all versions and drafts, one version, its text as a file; and a draft begun."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import quote

from django import forms
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from leafmark.web.forms import codes, token, typed
from leafmark.web.operate.access import in_console, room
from leafmark.web.operate.models import RulesDraft
from leafmark.web.operate.rules import commenting, drafting, known
from leafmark.web.operate.rules.forms import BeginForm

PAGE = 50
FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
@in_console
def rules(request: HttpRequest) -> HttpResponse:
    """All versions, all drafts, and where to begin one."""
    return _rules(request, BeginForm())


@require_POST
@in_console
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a draft."""
    form = BeginForm(request.POST)
    if not form.is_valid():
        return _rules(request, form, 422)
    asked = form.cleaned_data
    with suppress(IntegrityError):  # the same form again: it is begun
        drafting.begin(form.versions.get(asked["origin"]), request.user, asked["token"])
    made = RulesDraft.objects.filter(token=asked["token"]).first()
    return redirect("operate:rules_draft", made.pk) if made else redirect("operate:rules")


@require_safe
@in_console
def version(request: HttpRequest, name: str) -> HttpResponse:
    """A version: what it says, who froze it and why, and what was said of it before."""
    found = known.version_named(name)
    if found is None:
        raise Http404(name)
    values: dict[str, Any] = {"version": found, "frozen": found.frozen}
    if found.frozen is not None:
        values["threads"] = commenting.threads(found.frozen.draft)
    return room(request, "rules", "rules_version", values)


@require_safe
def text(request: HttpRequest, sha256: str) -> HttpResponse:
    """A frozen text as a file, for everybody: its address is its hash, so that whoever has it can check it."""
    found = known.text_with(sha256)
    if found is None:
        raise Http404(sha256)
    name, content = found
    answer = HttpResponse(content, content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='@')}"
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["ETag"] = f'"{sha256}"'
    return answer


def _rules(request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
    drafts = RulesDraft.objects.select_related("by", "frozen").prefetch_related("revisions__by")
    values = {
        "versions": known.versions(), "faults": codes(form), "asked": typed(form), "token": token(),
        "part": Paginator(drafts, PAGE).get_page(request.GET.get("page")), "called": drafting.called,
    }  # fmt: skip
    return room(request, "rules", "rules", values, status)
