"""Pages of a draft: what it says, what is wrong, what was said of it; a revision beside another; and the form that saves one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from leafmark.web.forms import codes, token, typed
from leafmark.web.operate.access import in_console, room
from leafmark.web.operate.models import RulesDraft, RulesRevision
from leafmark.web.operate.rules import commenting, drafting, freezing, known
from leafmark.web.operate.rules.differing import differences
from leafmark.web.operate.rules.forms import AnswerForm, CommentForm, FreezeForm, RevisionForm
from leafmark.web.operate.rules.texts import SCHEMES_MAX, Texts, read, worked


def draft_of(number: int) -> RulesDraft:
    """A draft by its number.

    Raises
    ------
    Http404 : there is none.
    """
    found: RulesDraft = get_object_or_404(RulesDraft.objects.select_related("by", "frozen__by"), pk=number)
    return found


@require_safe
@in_console
def draft(request: HttpRequest, draft: int) -> HttpResponse:
    """A draft."""
    return draft_page(request, draft_of(draft))


def draft_page(
    request: HttpRequest, draft: RulesDraft, *, saying: forms.Form | None = None, answering: tuple[int, forms.Form] | None = None,
    form: forms.Form | None = None, status: int = 200, refused: freezing.NotFrozen | None = None, shut: bool = False,
) -> HttpResponse:  # fmt: skip
    """A draft's page, with the forms that were sent to it."""
    revision = drafting.newest(draft)
    said = drafting.texts(revision)
    origin = known.version_named(draft.begun_from) if draft.begun_from else None
    saying = saying or CommentForm(fields_of=commenting.fields_of(said))
    answered, answer = answering or (0, AnswerForm())
    freezer = form or FreezeForm()
    threads = commenting.threads(draft)
    values: dict[str, Any] = {
        "draft": draft, "called": drafting.called(draft), "revision": revision, "texts": said, "reading": read(said), "threads": threads,
        "parts": differences(origin.texts, said) if origin else [], "revisions": draft.revisions.select_related("by"),
        "fields": commenting.fields_of(said), "saying": _sent(saying), "answered": answered, "answering": _sent(answer),
        "freezing": {**_sent(freezer), "refused": refused, "heard": commenting.last_said(draft)}, "shut": shut,
        "unsettled": sum(not each.resolved for each in threads), "refusal": freezing.refusal(draft, revision, request.user),
    }  # fmt: skip
    return room(request, "rules", "rules_draft", values, status)


@require_safe
@in_console
def revision(request: HttpRequest, draft: int, revision: int) -> HttpResponse:
    """A revision, and what differs from another: `against` says which, else the one before it."""
    of = draft_of(draft)
    found = get_object_or_404(of.revisions.select_related("by"), number=revision)
    asked = request.GET.get("against", "")
    against = of.revisions.filter(number=int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else revision - 1).first()  # fmt: skip
    said = drafting.texts(found)
    values = {
        "draft": of, "called": drafting.called(of), "revision": found, "texts": said, "reading": read(said), "against": against,
        "parts": differences(drafting.texts(against), said) if against else [], "revisions": of.revisions.all(),
    }  # fmt: skip
    return room(request, "rules", "rules_revision", values)


@require_http_methods(["GET", "HEAD", "POST"])
@in_console
def edit(request: HttpRequest, draft: int) -> HttpResponse:
    """The form of a draft's next revision; what was saved meanwhile is shown beside what was typed."""
    of = draft_of(draft)
    newest = drafting.newest(of)
    if request.method != "POST":
        return _edit(request, of, newest, drafting.texts(newest), RevisionForm())
    if RulesRevision.objects.filter(draft=of, token=request.POST.get("token", "")).exists():
        return redirect("operate:rules_draft", of.pk)
    form = RevisionForm(request.POST)
    if not form.is_valid():
        return _edit(request, of, newest, form.texts(), form, 422)
    asked = form.cleaned_data
    try:
        drafting.save(of, asked["parent"], form.texts(), asked["note"], request.user, asked["token"])
    except drafting.NotSaved as refused:
        return _edit(
            request, of, drafting.newest(of), form.texts(), form, 422 if refused.code == "same" else 409, refused.code
        )
    return redirect("operate:rules_draft", of.pk)


def _edit(
    request: HttpRequest, draft: RulesDraft, newest: RulesRevision, said: Texts, form: forms.Form, status: int = 200,
    refused: str = "",
) -> HttpResponse:  # fmt: skip
    """The form; after another was saved meanwhile it goes on from that one, with all that was typed still in it."""
    there = drafting.texts(newest)
    values: dict[str, Any] = {
        "draft": draft, "called": drafting.called(draft), "newest": newest, "texts": said, "there": there, "refused": refused,
        "reading": read(said), "faults": codes(form), "asked": typed(form), "token": token(), "example": worked("scheme"),
        "more": len(said.schemes) < SCHEMES_MAX, "parts": differences(there, said) if refused == "stale" else [],
        "shut": hasattr(draft, "frozen"), "parent": newest.number if refused == "stale" or not form.is_bound else form.data.get("parent", ""),
    }  # fmt: skip
    return room(request, "rules", "rules_edit", values, status)


def _sent(form: forms.Form) -> dict[str, Any]:
    return {"faults": codes(form), "asked": typed(form), "token": token()}
