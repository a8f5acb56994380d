"""A wizard's product begun from a published one: the lines of its run, as an explanation gives them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, Final

from leafmark.products.imports import DECLARED_UNITS, SECTORS
from leafmark.web.audit.explained import explained
from leafmark.web.brand.planning.cells import TEXT_MAX
from leafmark.web.brand.planning.state import GRID, LINES_MAX, Bill, Line
from leafmark.web.shelf.models import Product

MEASURED: Final = "kwh_per_year"
"""Of a catalogue's row: what the use stage of an appliance was made of."""


class CannotBeginError(Exception):
    """No wizard can begin from this product; the message is a code of the strings (`planning.fault`)."""


def begun(product: Product) -> Bill:
    """The bill of a product's publication. `product` comes with its category and its publication's run.

    Raises
    ------
    CannotBeginError : it has too many lines, lines that were refused, or none. NotExplained : as `explained`.
    """
    publication = product.published
    tree = explained(publication)
    lines = [_line(line) for stage in tree["stages"] for line in stage["lines"]]
    if tree["rejected"]:
        raise CannotBeginError("begin_refused")
    if not lines or len(lines) > LINES_MAX:
        raise CannotBeginError("begin_many" if lines else "begin_none")
    about = publication.catalogue
    unit, life = about.get("declared_unit"), about.get("lifetime_years")
    sector = product.category.sector
    bill = Bill(
        name=product.name[:TEXT_MAX], id=product.product_id, unit=unit if unit in DECLARED_UNITS else "item",
        sector=sector if sector in SECTORS else "", cat=product.category.key[:TEXT_MAX], life=float(life) if life else None,
        grid=str(about.get("use_region") or ""), begun=product.product_id, lines=tuple(lines),
    )  # fmt: skip
    return _with_yearly_electricity(bill, about)


def _line(line: dict[str, Any]) -> Line:
    return Line(
        line["stage"], line["key"], float(line["amount"]), line["unit"], line["region_asked"] if line["region_given"] else "",
        gsd=line["amount_gsd"], day=dt.date.fromisoformat(line["date"]) if line["date_given"] else None, credit=line["amount"] < 0, primary=line["primary"],
    )  # fmt: skip


def _with_yearly_electricity(bill: Bill, about: dict[str, Any]) -> Bill:
    """Where the one line of electricity is the catalogue's yearly use times its lifetime, it is said so: then both can be changed."""
    kwh = about.get(MEASURED)
    in_use = [line for line in bill.lines if line.stage == "use" and line.key == GRID and line.unit == "kWh"]
    if not kwh or bill.life is None or len(in_use) != 1 or float(kwh) * bill.life != in_use[0].amount:
        return bill
    rest = tuple(line for line in bill.lines if line is not in_use[0])
    return replace(bill, kwh=float(kwh), grid=in_use[0].region, lines=rest)
