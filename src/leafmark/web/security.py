"""Headers that every answer bears: what a page may load, who may frame it, what it tells other sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

OWN: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
"""Of our own pages: nothing from elsewhere, nothing inline."""
EMBEDDED: Final = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors *"
"""Of labels, which other sites show: nothing runs in them."""
HEADERS: Final = {
    "Content-Security-Policy": OWN,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), interest-cohort=()",
}
HEADERS_OF_EMBEDDED: Final = {
    "Content-Security-Policy": EMBEDDED,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: set what the view has not set itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def refuse_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a zero byte in address or form is nobody's text, and PostgreSQL cannot look for it: 400.

    Not of the API, which says itself which parameter is wrong.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            return get_response(request)
        typed = request.POST.lists() if request.content_type == "application/x-www-form-urlencoded" else ()
        if (
            "\0" in request.path_info
            or "%00" in request.META.get("QUERY_STRING", "")
            or any("\0" in text for name, values in typed for text in (name, *values))
        ):
            raise BadRequest("zero byte")
        return get_response(request)

    return middleware


def embeddable(response: HttpResponse) -> HttpResponse:
    """Mark an answer as one that pages of other origins may show."""
    for name, value in HEADERS_OF_EMBEDDED.items():
        response.headers[name] = value
    response.xframe_options_exempt = True
    return response
