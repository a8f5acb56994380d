"""The page on which a consumer says who may credit her."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from leafmark.web.me import consent
from leafmark.web.me.own import Own, own_page
from leafmark.web.me.words import own_answer


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def sources(request: HttpRequest, own: Own) -> HttpResponse:
    """Every source she is asked about, with her answer; each changed by itself."""
    asked = consent.asked_of(own)
    if request.method != "POST":
        return own_answer(request, "me/sources.html", own, {"asked": asked})
    source, answer = request.POST.get("source", ""), request.POST.get("answer")
    if source not in {each.name for each in asked} or answer not in ("give", "withdraw"):
        return own_answer(request, "me/sources.html", own, {"asked": asked}, 400)
    (consent.give if answer == "give" else consent.withdraw)(own.user, source)
    return redirect("me:sources")
