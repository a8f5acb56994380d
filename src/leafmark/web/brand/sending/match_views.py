"""Matches: a material in words, the factors it may meet, and a person who says which; nothing is chosen beforehand."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from leafmark.web.brand.access import Console, in_console
from leafmark.web.brand.sending import matching
from leafmark.web.brand.sending.packs import keys
from leafmark.web.brand.sending.uploads import calculable, of_brand, working
from leafmark.web.forms import token
from leafmark.web.languages import say, tag
from leafmark.web.pages import page

PAGE = 25
WORDS_MAX = 200
_FIELD = re.compile(r"m-(\d{1,8})")


@require_safe
@in_console
def matches(request: HttpRequest, at: Console, upload_id: uuid.UUID) -> HttpResponse:
    """Materials of an upload that have no factor yet, each with what is proposed; and those that a person confirmed."""
    upload = of_brand(at, upload_id)
    standing = matching.standing(at.brand)
    left, confirmed = matching.parted(matching.materials(upload), standing)
    part = Paginator(range(left.num_rows), PAGE).get_page(request.GET.get("page"))
    first = part.start_index() - 1 if left.num_rows else 0
    words, asked = request.GET.get("q", "")[:WORDS_MAX], request.GET.get("at", "")
    row = int(asked) if asked.isdecimal() and len(asked) < 9 else None
    shown = left.slice(first, PAGE).to_pylist()
    values: dict[str, Any] = {
        "at": at, "here": "imports", "upload": upload, "part": part, "materials": matching.with_choices(shown, standing, row, words),
        "words": words, "row": row, "confirmed": Paginator(confirmed, PAGE).get_page(request.GET.get("confirmed")), "left": left.num_rows,
        "keys": keys(), "calculable": calculable(upload) and not working(upload.job), "token": token(),
    }  # fmt: skip
    return page(request, "brand/sending/matches.html", values)


@require_POST
@in_console
def confirm(request: HttpRequest, at: Console, upload_id: uuid.UUID) -> HttpResponse:
    """Confirm what was chosen on a page."""
    upload = of_brand(at, upload_id)
    chosen = {
        int(found[1]): value for name, value in request.POST.items() if value and (found := _FIELD.fullmatch(name))
    }
    done, refused = matching.confirm(upload, dict(list(chosen.items())[:PAGE]), at.user)
    lang = tag()
    messages.success(request, say(lang, "sending.match.done", count=done))
    for why, count in refused.items():
        messages.warning(request, say(lang, f"sending.match.refused.{why}", count=count))
    return _back(request, at, upload_id)


@require_POST
@in_console
def withdraw(request: HttpRequest, at: Console, upload_id: uuid.UUID, match_id: int) -> HttpResponse:
    """Take a match back; figures made with it stay what they are until they are made anew."""
    of_brand(at, upload_id)
    if not matching.withdraw(at.brand, match_id):
        raise Http404(f"no match {match_id}")
    return _back(request, at, upload_id)


def _back(request: HttpRequest, at: Console, upload_id: uuid.UUID) -> HttpResponse:
    where = request.POST.get("page", "")
    page_of = f"?page={where}" if where.isdecimal() and len(where) < 7 and where != "1" else ""
    return redirect(reverse("brand:matches", args=(at.brand.slug, upload_id)) + page_of)
