"""Pages of fraud review. Whatever is taken back is shown first and confirmed by a second form, which names what was shown."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from leafmark.ledger.review import Finding, acts_of
from leafmark.ledger.schema import StoreError
from leafmark.web.books import ledger
from leafmark.web.forms import codes, token, typed
from leafmark.web.jobs.models import Job
from leafmark.web.jobs.start import start
from leafmark.web.operate.access import in_console, room
from leafmark.web.operate.forms import ReasonForm
from leafmark.web.operate.models import ReviewDecision
from leafmark.web.operate.review import deciding
from leafmark.web.operate.review import finding as findings
from leafmark.web.operate.review.forms import TakeBackForm

PAGE = 50
View = Callable[..., HttpResponse]


def with_books(view: View) -> View:
    """A page that asks the ledger: where that cannot be read or written, a plain page says so and nothing was changed."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except StoreError:
            return room(request, "review", "review_shut", {}, 503)

    return guarded


@require_safe
@in_console
def review(request: HttpRequest) -> HttpResponse:
    """What the last look found and nobody has decided on, and every decision."""
    last = findings.last_look()
    found = findings.undecided(findings.found_by(last))
    waiting = Job.objects.filter(name=findings.NAME, state__in=("waiting", "running")).first()
    values = {
        "last": last, "waiting": waiting, "found": Paginator(found, PAGE).get_page(request.GET.get("found")), "rules": findings.RULES,
        "thresholds": findings.THRESHOLDS, "token": token(),
        "part": Paginator(ReviewDecision.objects.select_related("by"), PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return room(request, "review", "review", values)


@require_POST
@in_console
def look(request: HttpRequest) -> HttpResponse:
    """Ask every rule, as a job."""
    job = start(findings.NAME, findings.FUNCTION, {}, request.user, token=request.POST.get("token", "")[:64] or None)
    return redirect("jobs:one", job.pk)


@require_safe
@in_console
@with_books
def finding(request: HttpRequest, stamp: str) -> HttpResponse:
    """A finding: its figures, its acts, what was decided."""
    found, decision = _of(stamp)
    return _page(request, found, decision, ReasonForm(), TakeBackForm([]))


@require_POST
@in_console
@with_books
def dismiss(request: HttpRequest, stamp: str) -> HttpResponse:
    """Nothing is wrong with it, for a reason."""
    found, decision = _of(stamp)
    form = ReasonForm(request.POST)
    if decision is None and not form.is_valid():
        return _page(request, found, decision, form, TakeBackForm([]), 422)
    if decision is None:
        with suppress(IntegrityError):  # the same form at the same moment: it is dismissed
            deciding.dismiss(found, form.cleaned_data["reason"], request.user, form.cleaned_data["token"])
    return redirect("operate:review")


@require_POST
@in_console
@with_books
def choose(request: HttpRequest, stamp: str) -> HttpResponse:
    """The first step: show what would be taken back. Nothing is changed."""
    found, decision = _of(stamp)
    form = TakeBackForm(acts_of(ledger(), found), request.POST)
    if decision is not None:
        return redirect("operate:finding", stamp)
    if not form.is_valid():
        return _page(request, found, decision, ReasonForm(), form, 422)
    asked = deciding.Asked(stamp, form.cleaned_data["acts"], form.cleaned_data["reason"], form.cleaned_data["token"])
    acts = deciding.standing(ledger(), asked.pairs)
    accounts = sorted({account for account, _ in asked.pairs})
    values = {
        "finding": found, "acts": acts, "asked": asked, "signed": deciding.signed(asked, request.user),
        "balances": [ledger().balance(account) for account in accounts], "points": sum(each.points for each in acts),
    }  # fmt: skip
    return room(request, "review", "review_confirm", values)


@require_POST
@in_console
@with_books
def take_back(request: HttpRequest) -> HttpResponse:
    """The second step: take back what the first one showed, once."""
    asked = deciding.confirmed(request.POST.get("shown", ""), request.user)
    if asked is None:
        return room(request, "review", "review_stale", {}, 409)
    done = ReviewDecision.objects.filter(token=asked.token).first()
    if done is None:
        found, decision = _of(asked.stamp)
        if decision is not None:  # somebody else has decided in the meantime
            return redirect("operate:decision", decision.pk)
        try:
            done = deciding.take_back(ledger(), found, asked, request.user)
        except IntegrityError:  # the same form at the same moment
            done = ReviewDecision.objects.get(token=asked.token)
    return redirect("operate:decision", done.pk)


@require_safe
@in_console
def decision(request: HttpRequest, number: int) -> HttpResponse:
    """What was decided, and what the ledger answered to each act."""
    found = get_object_or_404(ReviewDecision.objects.select_related("by"), pk=number)
    return room(request, "review", "review_decision", {"decision": found})


def _page(
    request: HttpRequest, found: Finding, decision: ReviewDecision | None, dismissing: forms.Form, taking: forms.Form, status: int = 200
) -> HttpResponse:  # fmt: skip
    acts = deciding.standing(ledger(), acts_of(ledger(), found))
    accounts = sorted({each.row.act.account_id for each in acts})
    values = {
        "finding": found, "decision": decision, "acts": acts, "thresholds": findings.THRESHOLDS,
        "balances": [ledger().balance(account) for account in accounts] if len(accounts) == 1 else [],
        "dismiss": {"faults": codes(dismissing), "asked": typed(dismissing), "token": token()},
        "take": {"faults": codes(taking), "asked": typed(taking), "token": token(), "chosen": set(taking.data.getlist("acts")) if taking.is_bound else None},
    }  # fmt: skip
    return room(request, "review", "finding", values, status)


def _of(stamp: str) -> tuple[Finding, ReviewDecision | None]:
    """A finding that the last look found or that was decided on, and the decision.

    Raises
    ------
    Http404 : it is neither.
    """
    decided = ReviewDecision.objects.filter(stamp=stamp).first()
    if decided is not None:
        return Finding(decided.rule, decided.scope, decided.figures), decided
    for each in findings.found_by(findings.last_look()):
        if each.stamp == stamp:
            return each, None
    raise Http404(f"no finding {stamp}")
