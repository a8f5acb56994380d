"""A wizard's product as the two files that the import takes (docs/import.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from leafmark.products.imports.bills import OF_ENGINE
from leafmark.products.imports.numbers import number_text
from leafmark.web.brand.access import Console, in_console
from leafmark.web.brand.planning.state import ADDRESS_MAX, Bill, read
from leafmark.web.download import csv_file
from leafmark.web.pages import page

NO_ID: Final = "wizard-1"
BILL: Final = tuple(name for name in OF_ENGINE if name not in ("activity_id", "component_id"))
PRODUCT: Final = ("product_id", "name", "sector", "category", "declared_unit", "lifetime_years", "use_region")


@require_safe
@in_console
def bill_csv(request: HttpRequest, at: Console) -> HttpResponseBase:
    """The lines, as the import's file of bills."""
    return _sent(request, "bill.csv", BILL, _bill_rows)


@require_safe
@in_console
def product_csv(request: HttpRequest, at: Console) -> HttpResponseBase:
    """The product, as the import's file of products. A column that nothing is known for is left out."""
    return _sent(request, "product.csv", PRODUCT, _product_rows)


def _sent(request: HttpRequest, name: str, columns: tuple[str, ...], rows: Any) -> HttpResponseBase:
    state = read(request.GET)
    if state.broken or not state.bill.named_lines() or len(request.META.get("QUERY_STRING", "")) > ADDRESS_MAX:
        return page(request, "failure.html", {"what": "bad_request"}, status=400)
    found = list(rows(state.bill))
    kept = [column for column in columns if any(row.get(column) for row in found)]
    return csv_file(f"{state.bill.id or NO_ID}-{name}", kept, ([row.get(each, "") for each in kept] for row in found))


def _bill_rows(bill: Bill) -> Iterator[dict[str, str]]:
    for _, line in bill.named_lines():
        yield {
            "product_id": bill.id or NO_ID, "stage": line.stage, "key": line.key, "amount": number_text(line.amount), "unit": line.unit,
            "region": line.region, "date": "" if line.day is None else line.day.isoformat(), "kind": "credit" if line.credit else "",
            "amount_gsd": "" if line.gsd is None else number_text(line.gsd), "primary": "true" if line.primary else "",
        }  # fmt: skip


def _product_rows(bill: Bill) -> Iterator[dict[str, str]]:
    yield {
        "product_id": bill.id or NO_ID, "name": bill.name or bill.id or NO_ID, "sector": bill.sector, "category": bill.cat,
        "declared_unit": bill.unit, "lifetime_years": "" if bill.life is None else number_text(bill.life), "use_region": bill.grid,
    }  # fmt: skip
