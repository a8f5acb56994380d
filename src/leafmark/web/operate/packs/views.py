"""Pages of packs: what is installed and what counts, a candidate beside it, its effect, its activation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from leafmark.factors.model import Pack
from leafmark.factors.revision import KINDS, STATES, Revised
from leafmark.web.download import csv_file
from leafmark.web.forms import codes, token, typed
from leafmark.web.jobs.models import Job
from leafmark.web.jobs.start import start
from leafmark.web.operate.access import in_console, room
from leafmark.web.operate.forms import ReasonForm
from leafmark.web.operate.models import PackDecision
from leafmark.web.operate.packs import activating, effect
from leafmark.web.operate.packs.active import PackGoneError, active_packs, decisions
from leafmark.web.operate.packs.installed import BUILTIN, installed, installed_as

PAGE = 50
CSV_COLUMNS = ("factor_id", "state", "kinds", "columns", "unit_before", "unit_after", "co2e_kg_before", "co2e_kg_after", "relative",
               "region", "valid_from_before", "valid_from_after", "valid_to_before", "valid_to_after")  # fmt: skip


@require_safe
@in_console
def packs(request: HttpRequest) -> HttpResponse:
    """What is installed, what counts, and every decision."""
    return _packs(request, ReasonForm())


@require_safe
@in_console
def pack(request: HttpRequest, name: str) -> HttpResponseBase:
    """A candidate beside the pack that counts; `as=csv` has every factor that differs."""
    return _pack(request, name, ReasonForm())


@require_POST
@in_console
def ask_effect(request: HttpRequest, name: str) -> HttpResponse:
    """Ask what a candidate would do to published figures, as a job."""
    candidate = _sound(name)
    asked = {
        "name": name,
        "sha256": candidate.hash,
        "against": activating.hashes(active_packs()),
        "today": dt.date.today().isoformat(),
    }
    job = start(effect.NAME, effect.FUNCTION, asked, request.user, token=request.POST.get("token", "")[:64] or None)
    return redirect("jobs:one", job.pk)


@require_POST
@in_console
def activate(request: HttpRequest, name: str) -> HttpResponseBase:
    """Let a pack count for new figures."""
    form = ReasonForm(request.POST)
    if PackDecision.objects.filter(token=request.POST.get("token", "")).exists():
        return redirect("operate:packs")
    candidate = _sound(name)
    if not form.is_valid():
        return _pack(request, name, form, 422)
    try:
        activating.activate(
            candidate,
            request.POST.get("sha256", ""),
            form.cleaned_data["reason"],
            request.user,
            form.cleaned_data["token"],
        )
    except activating.NotActivated as refused:
        return _pack(request, name, form, 409, refused)
    except IntegrityError:
        pass  # the same form at the same moment: it is activated
    return redirect("operate:packs")


@require_POST
@in_console
def withdraw(request: HttpRequest) -> HttpResponse:
    """Let an activated pack count no more."""
    form = ReasonForm(request.POST)
    if PackDecision.objects.filter(token=request.POST.get("token", "")).exists():
        return redirect("operate:packs")
    if not form.is_valid():
        return _packs(request, form, 422)
    with suppress(IntegrityError):  # the same form at the same moment: it is withdrawn
        activating.withdraw(
            request.POST.get("pack", ""), form.cleaned_data["reason"], request.user, form.cleaned_data["token"]
        )
    return redirect("operate:packs")


def _packs(request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
    gone: str = ""
    active: tuple[Pack, ...] = ()
    try:
        active = active_packs()
    except PackGoneError as error:
        gone = str(error)
    decided = [each for each in decisions().values() if each.kind == PackDecision.ACTIVATED]
    history = PackDecision.objects.select_related("by", "effect")
    values = {
        "installed": installed(), "active": active, "hashes": {each.hash for each in active}, "gone": gone, "decided": decided,
        "part": Paginator(history, PAGE).get_page(request.GET.get("page")), "faults": codes(form), "asked": typed(form),
        "token": token(), "builtin": BUILTIN,
    }  # fmt: skip
    return room(request, "packs", "packs", values, status)


def _pack(
    request: HttpRequest, name: str, form: forms.Form, status: int = 200, refused: activating.NotActivated | None = None
) -> HttpResponseBase:
    candidate = installed_as(name)
    values: dict[str, Any] = {"candidate": candidate, "pack": candidate.pack}
    if candidate.pack is None:
        return room(request, "packs", "pack", values, status)
    beside = activating.beside(candidate.pack)
    revision = beside.revision
    if request.GET.get("as") == "csv":
        return csv_file(f"revision-{name}.csv", CSV_COLUMNS, _rows(revision.rows))
    only = request.GET.get("only", "")
    rows = [each for each in revision.rows if only not in (*STATES, *KINDS) or only == each.state or only in each.kinds]
    values |= {
        "before": beside.before, "revision": revision, "counts": revision.counts(), "states": STATES, "kinds": KINDS,
        "only": only if only in (*STATES, *KINDS) else "", "part": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "seen": beside.effect, "waiting": _waiting(candidate.pack), "faults": codes(form), "asked": typed(form), "token": token(),
        "job_token": token(), "refused": refused, "refusal": beside.refusal,
    }  # fmt: skip
    return room(request, "packs", "pack", values, status)


def _waiting(pack: Pack) -> Job | None:
    """A job that is working out this pack's effect now."""
    asked = Job.objects.filter(name=effect.NAME, state__in=("waiting", "running"), arguments__sha256=pack.hash)
    return asked.first()


def _sound(name: str) -> Pack:
    """A pack without faults.

    Raises
    ------
    Http404 : there is none of that name.
    """
    found = installed_as(name).pack
    if found is None:
        raise Http404(f"pack {name} has faults")
    return found


def _rows(rows: tuple[Revised, ...]) -> Iterator[list[Any]]:
    for row in rows:
        sides = (row.before, row.after)
        region = next(each.region for each in sides if each is not None)
        pairs = [
            [each and getattr(each, name) for each in sides] for name in ("unit", "co2e_kg", "valid_from", "valid_to")
        ]
        yield [
            row.factor_id, row.state, " ".join(row.kinds), " ".join(row.columns), *pairs[0], *pairs[1], row.relative, region, *pairs[2],
            *pairs[3],
        ]  # fmt: skip
