"""Pages of experiments in the operator's console: declared, started, stopped, and their results after the end."""

from __future__ import annotations

import secrets
from contextlib import suppress

from django import forms
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leafmark.experiments import COLUMNS, HELD_OUT_MAX, HELD_OUT_MIN, OUTCOMES, UNITS_MIN, file_rows
from leafmark.web.download import csv_file
from leafmark.web.experiment import states
from leafmark.web.experiment.closing import close_all, counts_of
from leafmark.web.experiment.forms import DeclareForm
from leafmark.web.experiment.models import SHOWN_BY, SITE, Experiment, ExperimentDecision
from leafmark.web.experiment.showing import outcome_of, power_of
from leafmark.web.forms import codes, token, typed
from leafmark.web.operate.access import in_console, room
from leafmark.web.operate.forms import ReasonForm

PAGE = 50
USUAL = {"held_out": "50", "least_units": "1000"}
"""What the form begins with."""


@require_http_methods(["GET", "HEAD", "POST"])
@in_console
def experiments(request: HttpRequest) -> HttpResponse:
    """Every experiment; an operator declares another. Nothing runs before it is started."""
    if request.method != "POST":
        return _experiments(request, DeclareForm())
    done = Experiment.objects.filter(token=request.POST.get("token", "")[:64]).first()
    if done is not None:
        return redirect("operate:experiment", done.key)
    form = DeclareForm(request.POST)
    if not form.is_valid() or form.frozen is None:
        return _experiments(request, form, 422)
    said = {**form.cleaned_data}
    place, name = said.pop("lists")
    try:
        with transaction.atomic():
            Experiment.objects.create(
                **said, **vars(form.frozen), place=place, name=name, salt=secrets.token_hex(32), by=request.user
            )
    except IntegrityError:  # the same form, or another of that key, at the same moment
        return redirect("operate:experiments")
    return redirect("operate:experiment", said["key"])


@require_safe
@in_console
def experiment(request: HttpRequest, key: str) -> HttpResponse:
    """One: its plan, what it can see, counts by arm; after its end the result."""
    return _experiment(request, _of(key), ReasonForm())


@require_POST
@in_console
def start(request: HttpRequest, key: str) -> HttpResponse:
    """Let it run from its first day on, as it was declared."""
    return _decide(request, _of(key), ExperimentDecision.STARTED, (states.DECLARED,))


@require_POST
@in_console
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """End it before its last day. There will be no result."""
    return _decide(request, _of(key), ExperimentDecision.STOPPED, (states.DECLARED, states.WAITING, states.RUNNING))


@require_safe
@in_console
def counts(request: HttpRequest, key: str) -> HttpResponse:
    """The counts as a file, from which anybody works the result out again; after the end alone."""
    found = _of(key)
    if states.state_of(found) != states.OVER:
        raise Http404(f"{key} is not over")
    return csv_file(f"{found.key}.csv", COLUMNS, file_rows(found.plan, counts_of(found).rows))


def _of(key: str) -> Experiment:
    return get_object_or_404(Experiment.objects.select_related("by"), key=key)


def _decide(request: HttpRequest, found: Experiment, kind: str, allowed: tuple[str, ...]) -> HttpResponse:
    form = ReasonForm(request.POST)
    if found.decisions.filter(token=request.POST.get("token", "")[:64]).exists():
        return redirect("operate:experiment", found.key)
    if not form.is_valid():
        return _experiment(request, found, form, 422)
    if states.state_of(found) not in allowed:
        return _experiment(request, found, form, 409, "stands_otherwise")
    if kind == ExperimentDecision.STARTED and states.in_the_way(found) is not None:
        return _experiment(request, found, form, 409, "in_the_way")
    with suppress(IntegrityError), transaction.atomic():  # the same form at the same moment: it is decided
        ExperimentDecision.objects.create(
            experiment=found, kind=kind, reason=form.cleaned_data["reason"], by=request.user, token=form.cleaned_data["token"]
        )  # fmt: skip
    states.forget()
    return redirect("operate:experiment", found.key)


def _experiments(request: HttpRequest, form: DeclareForm, status: int = 200) -> HttpResponse:
    close_all()
    part = Paginator(Experiment.objects.prefetch_related("decisions"), PAGE).get_page(request.GET.get("page"))
    found = [(each, states.state_of(each, [one.kind for one in each.decisions.all()])) for each in part]
    day = states.today().isoformat()
    values = {
        "part": part, "found": found, "faults": codes(form), "asked": typed(form, **USUAL, starts_on=day), "token": token(),
        "outcomes": OUTCOMES, "shown_by": SHOWN_BY, "held_out": (HELD_OUT_MIN, HELD_OUT_MAX), "units_min": UNITS_MIN, "today": day,
    }  # fmt: skip
    return room(request, "experiments", "experiments", values, status)


def _experiment(
    request: HttpRequest, found: Experiment, form: forms.Form, status: int = 200, refused: str = ""
) -> HttpResponse:
    state = states.state_of(found)
    may = {"start": state == states.DECLARED, "stop": state in (states.WAITING, states.RUNNING)}
    values = {
        "experiment": found, "state": state, "may": may, "power": power_of(found), "outcome": outcome_of(found), "is_over": state == states.OVER,
        "is_public": found.shown_by == SITE and state in (states.RUNNING, states.OVER), "decisions": list(found.decisions.select_related("by")),
        "faults": codes(form), "asked": typed(form), "token": token(), "refused": refused,
    }  # fmt: skip
    return room(request, "experiments", "experiment", values, status)
