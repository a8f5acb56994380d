"""Around every operation: bodies that are too large, errors that are no problems yet, entity tags, and pages of other origins.

Reads that need no key may be made from any origin (CORS): they send and get nothing that belongs to anybody. All others may not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags, quote_etag

from leafmark.web.api.auth import LIMITS
from leafmark.web.api.problems import CONTENT_TYPE, Problem

OPERATIONS: Final = "/api/v1"
EVENTS: Final = "/api/v1/events"
CHOICES: Final = re.compile(r"/api/v1/experiments/[^/]+/choices")
PUBLIC: Final = ("/api/v1/products", "/api/v1/footprints", "/api/v1/labels", "/api/openapi.json")
BODY_BYTES_MAX: Final = 256 * 1024
PACK: Final = "/api/v1/pack"
PACK_BYTES_MAX: Final = 1024 * 1024
EVENTS_BYTES_MAX: Final = 8 * 1024 * 1024
PUBLIC_S: Final = 300
"""Seconds for which others may keep what everybody may read, as labels."""
_BY_STATUS: Final = {401: "no-key", 403: "scope", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}


def around(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: it touches what lies under `/api/v1/` and the OpenAPI alone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith((OPERATIONS, "/api/openapi.json")):
            return get_response(request)
        if request.method == "OPTIONS" and is_public(request):
            return _preflight()
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = _answered(request, get_response)
        if response.status_code == 200 and request.method == "GET":
            response = _tagged(request, response)
        for name, value in getattr(request, LIMITS, {}).items():
            response.headers[name] = value
        _keeping(request, response)
        if is_head:
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    return middleware


def is_public(request: HttpRequest) -> bool:
    """Whether everybody may read it."""
    return request.path.startswith(PUBLIC)


def _answered(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    most = bytes_max(request.path)
    if _length(request) > most:
        return too_large(most).response()
    response = get_response(request)
    if request.resolver_match is None and response.status_code == 404:
        return Problem("not-found", "no operation has this address").response()
    if response.status_code < 400 or response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
        return response
    kind = _BY_STATUS.get(response.status_code, "unreadable" if response.status_code < 500 else "fault")
    allowed = {name: response.headers[name] for name in ("Allow",) if name in response.headers}
    return Problem(kind, headers=allowed).response()


def bytes_max(path: str) -> int:
    """The largest body that an address takes."""
    if path == PACK:
        return PACK_BYTES_MAX
    return EVENTS_BYTES_MAX if path == EVENTS or CHOICES.fullmatch(path) else BODY_BYTES_MAX


def too_large(most: int) -> Problem:
    """A body past the limit."""
    return Problem("too-large", f"expected at most {most} bytes")


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    tag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    response.headers["ETag"] = tag
    return response


def _keeping(request: HttpRequest, response: HttpResponse) -> None:
    """Who may keep an answer, and whose pages may read it."""
    has_key = "Authorization" in request.headers
    if is_public(request) and not has_key:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if response.status_code in (200, 304) and request.method == "GET":
        kept = f"public, max-age={PUBLIC_S}" if is_public(request) and not has_key else "private, no-cache"
        response.headers.setdefault("Cache-Control", kept)
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Vary"] = "Authorization"


def _preflight() -> HttpResponse:
    response = HttpResponse(status=204)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
    response.headers["Access-Control-Max-Age"] = "86400"
    response.headers["Allow"] = "GET, HEAD, OPTIONS"
    return response
