"""Operations on the shelf: products, their published figures, their labels. A brand's key sees its brand alone."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any
from urllib.parse import quote

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router

from leafmark.products import LabelData
from leafmark.products.gtin import gtin14
from leafmark.web.api.auth import Client, Open, client_of
from leafmark.web.api.problems import Problem, shown
from leafmark.web.api.schemas import FootprintOut, ProductOut, ProductsOut
from leafmark.web.shelf.labels import label_of
from leafmark.web.shelf.models import Product, Publication

PART = 100
PART_MAX = 500
VERSION_MAX = 2**31 - 1
PK_MAX = 2**63 - 1

router = Router(auth=Open("shelf"))
Version = Annotated[
    int | None, Query(ge=1, le=VERSION_MAX, description="Which publication; the current one if none is named")
]


def visible(client: Client) -> QuerySet[Product]:
    """Products that a client may see: a brand's client its own, the operator's all, everybody those that are published."""
    found = Product.objects.select_related("brand", "category", "current__run")
    if client.brand is not None:
        return found.filter(brand=client.brand)
    return found if client.is_operator else found.filter(current__isnull=False)


def product_for(client: Client, brand: str, product_id: str) -> Product:
    """A product.

    Raises
    ------
    Problem : there is none that the client may see. Another's is answered as one that is not there.
    """
    found = None
    if "\0" not in brand + product_id:  # PostgreSQL takes no such text
        found = visible(client).filter(brand__slug=brand, product_id=product_id).first()
    if found is None:
        raise Problem("not-found", f"no product {shown(f'{brand}/{product_id}')}")
    return found


def publication_for(product: Product, version: int | None) -> Publication:
    """One of a product's publications; the current one where no version is named.

    Raises
    ------
    Problem : there is none.
    """
    found = product.current
    if version is not None:
        found = product.publications.select_related("run").filter(number=version).first()
    if found is None:
        raise Problem("not-found", f"no publication {version or ''} of {shown(product.product_id)}")
    return found


@router.get("/products", response=ProductsOut, operation_id="products", tags=["shelf"])
def products(
    request: HttpRequest,
    cursor: Annotated[str, Query(max_length=40, description="Where the part begins, as the part before it says")] = "",
    limit: Annotated[int, Query(ge=1, le=PART_MAX, description="Products of a part")] = PART,
    brand: Annotated[str, Query(max_length=80, description="A brand's slug")] = "",
    category: Annotated[str, Query(max_length=120, description="A category's key")] = "",
    gtin: Annotated[str, Query(max_length=14, description="8, 12, 13 or 14 digits with the check digit")] = "",
) -> dict[str, Any]:
    """Products in parts, in an order that stays. With a key of a brand those of that brand, also where nothing is published."""
    found = visible(client_of(request)).order_by("pk").filter(pk__gt=_place(cursor))
    for field, value in (("brand__slug", brand), ("category__key", category)):
        if value:
            found = found.filter(**{field: _plain(field.partition("__")[0], value)})
    if gtin:
        found = found.filter(gtin=_gtin(gtin))
    part = list(found[: limit + 1])
    shown_part, more = part[:limit], len(part) > limit
    return {"products": [_product(each) for each in shown_part], "next": _cursor(shown_part[-1].pk) if more else None}


@router.get("/products/{brand}/{path:product_id}", response=ProductOut, operation_id="product", tags=["shelf"])
def product(request: HttpRequest, brand: str, product_id: str) -> dict[str, Any]:
    """One product."""
    return _product(product_for(client_of(request), brand, product_id))


@router.get("/footprints/{brand}/{path:product_id}", response=FootprintOut, operation_id="footprint", tags=["shelf"])
def footprint(request: HttpRequest, brand: str, product_id: str, version: Version = None) -> dict[str, Any]:
    """A product's published figure with its range, stages and method; the numbers of its other publications."""
    found = product_for(client_of(request), brand, product_id)
    publication = publication_for(found, version)
    data, run = _label(found, publication), publication.run
    return {
        "brand": found.brand.slug, "product_id": found.product_id, "version": publication.number,
        "published_at": publication.published_at, "made_on": publication.made_on, "valid_until": data.valid_until,
        "state": data.grade.state, "co2e_ug": data.co2e_ug, "low_ug": data.low_ug, "high_ug": data.high_ug,
        "declared_unit": data.declared_unit, "boundary": data.boundary,
        "stages": [{"stage": each.stage, "co2e_ug": each.co2e_ug} for each in data.stages],
        "method": run.method, "gwp_set": run.gwp_set, "factor_vintage": run.vintage, "known_on": run.known_on,
        "run_id": run.run_id, "lines": data.lines, "rejected_lines": data.rejected_lines,
        "versions": [
            {"version": each.number, "published_at": each.published_at, "made_on": each.made_on, "state": each.state,
             "co2e_ug": each.co2e_ug}
            for each in found.publications.order_by("-number")
        ],
    }  # fmt: skip


@router.get("/labels/{brand}/{path:product_id}", response=dict[str, Any], operation_id="label", tags=["shelf"])
def label(request: HttpRequest, brand: str, product_id: str, version: Version = None) -> dict[str, Any]:
    """A label as data: `leafmark.label/1`, as docs/formats.md has it."""
    found = product_for(client_of(request), brand, product_id)
    return _label(found, publication_for(found, version)).to_json()


def _label(product: Product, publication: Publication) -> LabelData:
    try:
        return label_of(product, publication, settings.WORKSPACE.origin)
    except ValueError as error:
        raise Problem("not-found", "the figure had expired on the day it was published") from error


def _product(product: Product) -> dict[str, Any]:
    publication = product.current
    row: dict[str, Any] = publication.row if publication else {}
    tail = f"{quote(product.brand.slug, safe='')}/{quote(product.product_id)}"
    links = {name: f"{settings.WORKSPACE.origin}/api/v1/{name}s/{tail}" for name in ("product", "footprint", "label")}
    is_known = publication is not None and publication.co2e_ug is not None
    return {
        "brand": {"slug": product.brand.slug, "name": product.brand.name}, "product_id": product.product_id,
        "gtin": product.gtin, "name": product.name,
        "category": {"key": product.category.key, "sector": product.category.sector, "names": product.category.names},
        "state": publication.state if publication else None, "version": publication.number if publication else None,
        "co2e_ug": publication.co2e_ug if publication else None,
        "low_ug": row.get("low_ug") if is_known else None, "high_ug": row.get("high_ug") if is_known else None,
        "links": links if publication else {"product": links["product"]},
    }  # fmt: skip


def _cursor(pk: int) -> str:
    return base64.urlsafe_b64encode(f"p{pk}".encode()).decode().rstrip("=")


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    digits = text.removeprefix("p")
    if not (text.startswith("p") and digits.isdecimal() and int(digits) <= PK_MAX):
        raise _wrong("cursor", cursor, "the `next` of another part")
    return int(digits)


def _gtin(text: str) -> str:
    whole = gtin14(text)
    if whole is None:
        raise _wrong("gtin", text, "8, 12, 13 or 14 digits with their check digit")
    return whole


def _plain(name: str, text: str) -> str:
    if "\0" in text:
        raise _wrong(name, ascii(text), "a text without zero characters")
    return text


def _wrong(name: str, found: str, expected: str) -> Problem:
    return Problem("invalid", errors=[{"parameter": name, "detail": f"found {shown(found)}; expected {expected}"}])
