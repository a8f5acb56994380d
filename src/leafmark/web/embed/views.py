"""A label as a picture or as data, for pages of any origin.

A published label changes only where its letter ends, so its answer may be kept: an entity tag names the publication, whether its letter
has ended, the language and the form.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import override
from django.views.decorators.http import require_safe

from leafmark.products import FORMS, LANGS, MissingGlyphError, render
from leafmark.products.artwork import size
from leafmark.products.words import pick
from leafmark.web import markets
from leafmark.web.languages import CODES
from leafmark.web.security import embeddable
from leafmark.web.shelf.find import by_brand, by_gtin
from leafmark.web.shelf.labels import label_of, letter_ended
from leafmark.web.shelf.models import Product, Publication

KINDS: Final = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png", "json": "application/json"}
MAX_AGE_S: Final = 300
"""How long others may keep a label: so long an outdated one may be seen after its product's next publication."""
PNG_ZOOM: Final = 2
"""Pixels of a PNG for each unit of the drawing (`products.png`)."""
LINKSET: Final = "application/linkset+json"
PIP: Final = "https://ref.gs1.org/voc/pip"
SUSTAINABILITY: Final = "https://ref.gs1.org/voc/sustainabilityInfo"


@require_safe
def label_by_gtin(request: HttpRequest, gtin: str, kind: str) -> HttpResponse:
    """The label of a GTIN."""
    return _answer(request, by_gtin(gtin), kind)


@require_safe
def label_by_id(request: HttpRequest, brand: str, product_id: str, kind: str) -> HttpResponse:
    """The label of a brand's product."""
    return _answer(request, by_brand(brand, product_id), kind)


def _answer(request: HttpRequest, product: Product, kind: str) -> HttpResponse:
    publication = product.published
    lang, form = _chosen(request, "lang", LANGS, markets.current().language), _chosen(request, "form", FORMS)
    if lang is None or form is None:
        return _refused(request)
    ended = "-ended" if letter_ended(publication) else ""
    tag = quote_etag(f"{publication.pk}{ended}-{lang}-{form}-{kind}-{markets.current().code}")
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = _drawn(product, publication, lang, form, kind)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_S}, stale-while-revalidate=86400"
    return embeddable(response)


def _drawn(product: Product, publication: Publication, lang: str, form: str, kind: str) -> HttpResponse:
    data = markets.shown(label_of(product, publication, settings.WORKSPACE.origin), publication)
    if kind == "json":
        return HttpResponse(json.dumps(data.to_json(), ensure_ascii=False, allow_nan=False), KINDS[kind])
    try:
        return HttpResponse(render(data, lang, form, kind), KINDS[kind])
    except MissingGlyphError as error:
        return HttpResponse(f"{error}\n", "text/plain; charset=utf-8", status=422)


def _chosen(request: HttpRequest, name: str, known: tuple[str, ...], usual: str | None = None) -> str | None:
    """A parameter's value as it is written here; where it is not given the usual or first one, None where it is not known."""
    asked = request.GET.get(name)
    if asked is None:
        return usual or known[0]
    return next((each for each in known if each.casefold() == asked.casefold()), None)


def _refused(request: HttpRequest) -> HttpResponse:
    found = {name: request.GET[name] for name in ("lang", "form") if name in request.GET}
    body = {
        "type": "about:blank",
        "title": "Unknown language or form of a label",
        "status": 400,
        "detail": f"found {found}; expected lang one of {', '.join(LANGS)} and form one of {', '.join(FORMS)}",
    }
    return embeddable(JsonResponse(body, status=400, content_type="application/problem+json"))


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """oEmbed 1.0 (oembed.com): a product's page as a picture of its label."""
    if request.GET.get("format", "json") != "json":
        return embeddable(HttpResponse(status=501))
    product = _of_page(request.GET.get("url", ""))
    publication = product.published
    data = markets.shown(label_of(product, publication, settings.WORKSPACE.origin), publication)
    lang = _chosen(request, "lang", LANGS, markets.current().language) or LANGS[0]
    width, height = size(data, lang, "compact")
    address = f"{settings.WORKSPACE.origin}{_address(product, 'png')}?form=compact&lang={lang}"
    body = {
        "version": "1.0", "type": "photo", "provider_name": "Leafmark", "provider_url": settings.WORKSPACE.origin,
        "title": pick(data.name, lang), "author_name": product.brand.name, "url": address,
        "width": width * PNG_ZOOM, "height": height * PNG_ZOOM, "cache_age": MAX_AGE_S,
    }  # fmt: skip
    return embeddable(JsonResponse(body, json_dumps_params={"ensure_ascii": False}))


def _of_page(address: str) -> Product:
    """The product of a page of ours.

    Raises
    ------
    Http404 : the address is no product's page here.
    """
    parts = urlsplit(address)
    if f"{parts.scheme}://{parts.netloc}" != settings.WORKSPACE.origin:
        raise Http404(f"expected an address under {settings.WORKSPACE.origin}")
    for code in CODES.values():
        with override(code):
            try:
                match = resolve(unquote(parts.path))
            except Resolver404:
                continue
            finders: dict[str, Callable[..., Product]] = {"shop:product": by_brand, "shop:label": by_brand}
            if match.view_name in finders:
                return finders[match.view_name](**match.kwargs)
    raise Http404("expected the address of a product's page")


def _address(product: Product, kind: str) -> str:
    if product.gtin:
        return reverse("embed:gtin", args=(product.gtin, kind))
    return reverse("embed:label", args=(product.brand.slug, product.product_id, kind))


@require_safe
def digital_link(request: HttpRequest, gtin: str) -> HttpResponse:
    """GS1 Digital Link (1.4): a reader is led to the product's page; a program that asks gets the linkset (RFC 9264)."""
    product = by_gtin(gtin)
    page = reverse("shop:product", args=(product.brand.slug, product.product_id))
    wanted = request.headers.get("Accept", "")
    if request.GET.get("linkType") == "linkset" or LINKSET in wanted or "application/json" in wanted.split(",")[0]:
        return embeddable(JsonResponse(_linkset(product, page), content_type=LINKSET))
    response = HttpResponseRedirect(page, status=307)
    response.headers["Vary"] = "Accept"
    return response


def _linkset(product: Product, page: str) -> dict[str, Any]:
    origin = settings.WORKSPACE.origin
    found = [
        {"href": f"{origin}{_translated(product, lang)}", "hreflang": [lang], "type": "text/html"} for lang in LANGS
    ]
    label = {"href": f"{origin}{_address(product, 'json')}", "type": "application/json", "title": "leafmark.label/1"}
    return {
        "linkset": [
            {"anchor": f"{origin}/01/{product.gtin}", PIP: found, SUSTAINABILITY: [label],
             "https://ref.gs1.org/voc/defaultLink": [{"href": f"{origin}{page}"}]}
        ]
    }  # fmt: skip


def _translated(product: Product, lang: str) -> str:
    with override(CODES[lang]):
        return reverse("shop:product", args=(product.brand.slug, product.product_id))
