"""What is sent to a draft's page: comments, answers, and that it be frozen."""

from __future__ import annotations

from contextlib import suppress

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from leafmark.web.operate.access import in_console
from leafmark.web.operate.models import FrozenRules, RulesComment
from leafmark.web.operate.rules import commenting, drafting, freezing
from leafmark.web.operate.rules.draft_views import draft_of, draft_page
from leafmark.web.operate.rules.forms import AnswerForm, CommentForm, FreezeForm


@require_POST
@in_console
def comment(request: HttpRequest, draft: int) -> HttpResponse:
    """Comment on a draft, or on a field of it."""
    of = draft_of(draft)
    form = CommentForm(request.POST, fields_of=commenting.fields_of(drafting.texts(drafting.newest(of))))
    if not form.is_valid():
        return draft_page(request, of, saying=form, status=422)
    asked = form.cleaned_data
    try:
        with suppress(IntegrityError):  # the same form again: it is said
            commenting.say(of, asked["field"], asked["text"], request.user, asked["token"])
    except commenting.NotSaid:
        return draft_page(request, of, saying=form, status=409, shut=True)
    return redirect("operate:rules_draft", of.pk)


@require_POST
@in_console
def answer(request: HttpRequest, draft: int, comment: int) -> HttpResponse:
    """Answer a comment, settle it, or open it again."""
    of = draft_of(draft)
    thread = get_object_or_404(RulesComment, pk=comment, draft=of, thread=None)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return draft_page(request, of, answering=(thread.pk, form), status=422)
    asked = form.cleaned_data
    try:
        with suppress(IntegrityError):  # the same form again: it is answered
            commenting.answer(thread, asked["kind"], asked["text"], request.user, asked["token"])
    except commenting.NotSaid:
        return draft_page(request, of, answering=(thread.pk, form), status=409, shut=True)
    return redirect("operate:rules_draft", of.pk)


@require_POST
@in_console
def freeze(request: HttpRequest, draft: int) -> HttpResponse:
    """Freeze a draft as it was seen."""
    of = draft_of(draft)
    done = FrozenRules.objects.filter(draft=of, token=request.POST.get("token", "")).first()
    if done is not None:
        return redirect("operate:rules_version", done.name)
    form = FreezeForm(request.POST)
    if not form.is_valid():
        return draft_page(request, of, form=form, status=422)
    asked = form.cleaned_data
    try:
        made = freezing.freeze(
            of, asked["sha256"], asked["heard"], asked["despite"], asked["reason"], request.user, asked["token"]
        )
    except freezing.NotFrozen as refused:
        return draft_page(request, draft_of(draft), form=form, status=409, refused=refused)
    return redirect("operate:rules_version", made.name)
