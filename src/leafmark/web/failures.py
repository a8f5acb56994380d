"""What a reader gets when something is wrong: a plain page in her language, and nothing of our insides."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404

from leafmark.web.pages import page

PROGRAMS = ("/label/", "/oembed", "/01/", "/api/")
"""Addresses that programs ask: they get problem details (RFC 9457)."""


def without_folders(text: str) -> str:
    """A message without where our folders lie."""
    whole = Path(settings.WORKSPACE.folder)
    for each in {str(whole.resolve()), str(whole)}:
        text = text.replace(f"{each}/", "")
    return text


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing is there."""
    said = (
        "" if isinstance(exception, Resolver404) else str(exception)
    )  # Django's own names all addresses, and our files
    return _answer(request, 404, "not_found", said if request.path.startswith(PROGRAMS) else "")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """It is somebody else's."""
    return _answer(request, 403, "forbidden")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """It cannot be understood."""
    return _answer(request, 400, "bad_request")


def server_error(request: HttpRequest) -> HttpResponse:
    """The fault is ours. Made without template or database: either may be what failed."""
    if request.path.startswith(PROGRAMS):
        return _problem(500, "server error")
    return HttpResponse(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Leafmark</title><p>Something went wrong on our side; nothing of what "
        "you had saved is lost. Please try again.<p lang=zh-Hant>我們這邊出了錯，您已儲存的內容沒有遺失，請再試一次。"
        "<p lang=zh-Hans>我们这边出了错，您已保存的内容没有丢失，请再试一次。",
        status=500,
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is stale, or not ours."""
    return _answer(request, 403, "stale_form")


def _answer(request: HttpRequest, status: int, what: str, detail: str = "") -> HttpResponse:
    if request.path.startswith(PROGRAMS):
        return _problem(status, what.replace("_", " "), detail)
    return page(request, "failure.html", {"what": what}, status=status)


def _problem(status: int, title: str, detail: str = "") -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
