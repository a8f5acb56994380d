"""Labels answered before session, language and log-in are looked at: an answer is the same for everybody.

Without it a quarter of a label's time went into middleware that it has no use for. What is not found is left to the way of all
other pages, which says so in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

PREFIX: Final = "/label/"
URLS: Final = "leafmark.web.embed.urls"


def straight(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: only what sets headers stands before it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(PREFIX) and "\0" not in request.path_info:
            try:
                match = resolve(request.path_info, URLS)
                answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
            except (Http404, Resolver404):
                return get_response(request)
            return answer
        return get_response(request)

    return middleware
