"""A draft: what would be published, how it differs from what is shown, what the claims check found, and who decides."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from leafmark.products import LANGS, svg
from leafmark.products.claims import sentences_of
from leafmark.products.words import pick
from leafmark.web.brand.access import Console, in_console
from leafmark.web.brand.models import Draft
from leafmark.web.brand.sending import items
from leafmark.web.brand.sending.claimed import finding_from, needs_answer
from leafmark.web.brand.sending.pins import folder_of, older
from leafmark.web.brand.sending.preview import label_of_draft
from leafmark.web.brand.sending.publishing import NOTE_MAX, OPEN, STEPS, may_decide, nothing_to_publish
from leafmark.web.brand.sending.refusals import refused
from leafmark.web.brand.sending.uploads import failed, working
from leafmark.web.languages import CODES, tag
from leafmark.web.pages import page

PAGE = 50
FAULTS_OF_STEPS = 409


@require_safe
@in_console
def draft(request: HttpRequest, at: Console, draft_id: uuid.UUID) -> HttpResponse:
    """The draft."""
    return _page(request, at, _of_brand(at, draft_id))


@require_POST
@in_console
def decide(request: HttpRequest, at: Console, draft_id: uuid.UUID, step: str) -> HttpResponse:
    """Propose, withdraw, publish or refuse."""
    found = _of_brand(at, draft_id)
    if step not in STEPS:
        raise Http404(f"no step {step}")
    note = request.POST.get("note", "").replace("\x00", "").strip()
    if len(note) > NOTE_MAX:
        return _page(request, at, found, "note_long", note)
    fault = STEPS[step](at, found, note)
    return (
        _page(request, at, _of_brand(at, draft_id), fault, note)
        if fault
        else redirect("brand:draft", at.brand.slug, found.pk)
    )


def _page(request: HttpRequest, at: Console, found: Draft, fault: str = "", note: str = "") -> HttpResponse:
    lang, folder = tag(), folder_of(found)
    change = request.GET.get("change", "")
    first, count = items.stretch(found.counts, change)
    part = Paginator(range(first, first + count), PAGE).get_page(request.GET.get("page"))
    kept = _kept(found, folder, part.object_list)
    values: dict[str, Any] = {
        "at": at, "here": "imports", "draft": found, "counts": found.counts, "fault": fault, "note": note, "change": change,
        "changes": [each for each in items.CHANGES if found.counts["changes"].get(each)], "part": part, "here_files": kept is not None,
        "rows": [{**each, "named": pick(_texts(each["name"]), lang) or each["product_id"]} for each in (kept or ([], []))[0]],
        "claims": [_said(each, lang) for each in found.claims], "needs_answer": needs_answer(found), "note_max": NOTE_MAX,
        "older": found.state in OPEN and older(found), "may_decide": may_decide(at, found), "nothing": nothing_to_publish(found),
        "refused": (kept or ([], []))[1],
        "own": found.proposed_by_id == at.user.pk, "working": working(found.job), "failed": failed(found.job),
    }  # fmt: skip
    return page(request, "brand/sending/draft.html", values, FAULTS_OF_STEPS if fault else 200)


def _kept(found: Draft, folder: Path, places: range) -> tuple[list[dict[str, Any]], list[dict[str, Any]]] | None:
    """What the draft's files hold for a page: products, and lines that were refused. None where they are gone or damaged."""
    try:
        rows = items.some(folder / "items.parquet", places.start, len(places))
        return rows, refused(folder) if found.counts["rejected_lines"] else []
    except (OSError, pa.ArrowInvalid):
        return None


def _said(kept: dict[str, Any], lang: str) -> dict[str, Any]:
    """A text's findings in words."""
    return {**kept, "said": [sentences_of(finding_from(each), lang) for each in kept["findings"]]}


def _texts(name: dict[str, str | None] | None) -> dict[str, str]:
    return {lang: text for lang, text in (name or {}).items() if text}


@require_safe
@in_console
def label(request: HttpRequest, at: Console, draft_id: uuid.UUID) -> HttpResponse:
    """A product's label as it would be published, in each language."""
    found = _of_brand(at, draft_id)
    product_id = request.GET.get("p", "")
    data = label_of_draft(found, product_id)
    values = {
        "at": at, "here": "imports", "draft": found, "product_id": product_id, "named": pick(data.name, tag()), "langs": LANGS, "codes": CODES,
    }  # fmt: skip
    return page(request, "brand/sending/label.html", values)


@require_safe
@in_console
def picture(request: HttpRequest, at: Console, draft_id: uuid.UUID, lang: str) -> HttpResponse:
    """The picture of such a label in one language."""
    if lang not in LANGS:
        raise Http404(f"no language {lang}")
    data = label_of_draft(_of_brand(at, draft_id), request.GET.get("p", ""))
    return HttpResponse(svg(data, lang, "full"), "image/svg+xml; charset=utf-8")


def _of_brand(at: Console, draft_id: uuid.UUID) -> Draft:
    whose = Draft.objects.select_related("brand", "upload", "prepared_by", "proposed_by", "decided_by", "job")
    return get_object_or_404(whose, pk=draft_id, brand=at.brand)
