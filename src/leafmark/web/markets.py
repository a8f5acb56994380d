"""The market of sale that a page is read in: chosen by its address, and by nothing that is kept about the reader.

/m/hk/zh-hant/product/...     the same page as /zh-hant/product/..., in Hong Kong
/product/...?market=hk        leads there

A middleware takes `/m/CODE` off the front and remembers the market while the request lasts; every page is made as if there were no such
prefix, so that what is kept of pages serves all markets. At the end the prefix is put before the page's own links, forms and redirects.
Pages of the workspace's own market bear none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.encoding import escape_uri_path
from markupsafe import Markup

from leafmark.products import LabelData
from leafmark.products.markets import Market, for_market, markets
from leafmark.web.languages import tag
from leafmark.web.pages import fragment, in_language
from leafmark.web.shelf.labels import mark_of
from leafmark.web.shelf.models import Publication

PREFIX: Final = "/m/"
ASKED: Final = "market"
APART: Final = ("static/", "m/", "api/")
"""Addresses that are no market's: files, and those that name one already."""
LINKS: Final = re.compile(
    rf'(<(?:a|form|link|button|input)\b[^>]*?\s(?:href|action|formaction)=")/(?!/|{"|".join(APART)})'.encode()
)
HTML: Final = "text/html"
HERE, BARE = "/@here@", "/@bare@"
"""Stand for a page's address, and for that without a language, in the foot that is kept."""

_chosen: ContextVar[Market | None] = ContextVar("market", default=None)


def current() -> Market:
    """The market of this request, else the workspace's."""
    return _chosen.get() or own()


def own() -> Market:
    """The market of who has chosen none."""
    return markets()[settings.WORKSPACE.market]


def claims_rules() -> tuple[str, ...]:
    """Whose rules this market's texts are read by: its own, or those of every market that has some."""
    every = dict.fromkeys(code for each in markets().values() for code in each.claims)
    return current().claims or tuple(every)


def address(path: str, code: str) -> str:
    """A page's address in a market; `path` has no market in it."""
    return f"{PREFIX}{code}{path}"


def in_market(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: before everything that looks at the address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        code, path = _split(request.path_info)
        if code is None:
            if request.method not in ("GET", "HEAD") or request.path_info.startswith("/api/"):
                return get_response(request)
            asked = request.GET.get(ASKED, "").lower()
            return _redirect(request, request.path_info, asked) if asked in markets() else get_response(request)
        if code == own().code:
            return _redirect(request, path, code)
        request.path_info = request.path = path
        token = _chosen.set(markets()[code])
        try:
            return _with_prefix(get_response(request), f"{PREFIX}{code}/")
        finally:
            _chosen.reset(token)

    return middleware


def _split(path: str) -> tuple[str | None, str]:
    """The market at the front of an address, and the rest; none where there is no such market."""
    if not path.startswith(PREFIX):
        return None, path
    code, slash, rest = path.removeprefix(PREFIX).partition("/")
    return (code, f"/{rest.lstrip('/')}") if slash and code in markets() else (None, path)


def _redirect(request: HttpRequest, path: str, code: str) -> HttpResponse:
    """To a page in a market, without what the address asked for."""
    kept: QueryDict = request.GET.copy()
    kept.pop(ASKED, None)
    query = f"?{kept.urlencode()}" if kept else ""
    path = escape_uri_path(f"/{path.lstrip('/')}")
    where = path if code == own().code else address(path, code)
    return HttpResponseRedirect(f"{where}{query}")


def _with_prefix(response: HttpResponse, prefix: str) -> HttpResponse:
    """An answer whose own links stay in the market."""
    location = response.headers.get("Location", "")
    if location.startswith("/") and not location.startswith("//") and not location[1:].startswith(APART):
        response.headers["Location"] = prefix + location[1:]
    if not response.streaming and response.headers.get("Content-Type", "").startswith(HTML):
        response.content = LINKS.sub(rb"\1" + prefix.encode(), response.content)
        if "Content-Length" in response.headers:
            response.headers["Content-Length"] = str(len(response.content))
    return response


def shown(label: LabelData, publication: Publication) -> LabelData:
    """A label as it stands in this request's market."""
    return for_market(label, mark_of(publication), current())


def words(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the market, and the foot of the page, which leads to it in all languages and markets."""
    path = request.get_full_path()
    return {"market": current(), "claims_rules": lambda: ", ".join(claims_rules()).upper(), "foot": lambda: foot(path)}


def foot(path: str) -> Markup:
    """The foot of a page. `path` is the page's address in the language it is read in, without a market."""
    drawn = _foot(tag(), current().code)
    return drawn.replace(HERE, path).replace(BARE, in_language(path, settings.LANGUAGE_CODE))


@lru_cache
def _foot(lang: str, market: str) -> Markup:
    """The foot of all pages of a language and a market, with words in place of the page's own address."""
    values = {
        "in_markets": [(each, address(HERE, each.code)) for each in markets().values()], "market": markets()[market],
        "in_language": lambda code: in_language(BARE, code),
    }  # fmt: skip
    return fragment("frame/foot.html", values)
