"""Columns of an activity file: those that every file may have, and those of its template's method.

The method is asked, never copied: a method that gains a column has it in the template too. What the company's folder tells of itself
(the consolidated `share`) is no column of a file.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from leafmark.inventory.tables import COMMON_COLUMNS, TEMPLATES, Template
from leafmark.methods import Method, MethodError, method
from leafmark.methods.model import Column

SHARE: Final = "share"
METER: Final = Column("meter_id", "id", required=False, meaning="the meter that was read, of the meters table")
CARRIER: Final = Column(
    "carrier",
    "text",
    required=False,
    meaning="who carried: the same carrier, site and month in fuel and in freight is one thing twice",
)
MORE: Final[dict[str, tuple[Column, ...]]] = {
    "fuel": (METER, CARRIER),
    "electricity": (METER,),
    "heat": (METER,),
    "freight": (CARRIER,),
    "logistics": (CARRIER,),
}
"""Columns that only this room reads, by template."""

BY_NAME: Final[dict[str, Template]] = {template.name: template for template in TEMPLATES}


@cache
def method_of(template: str) -> Method | None:
    """The newest version of the template's method; None where this Leafmark has none yet."""
    try:
        return method(BY_NAME[template].method)
    except MethodError:
        return None


@cache
def columns_of(template: str) -> tuple[Column, ...]:
    """Columns of the template's activity files, the method's own first after the site; without a method those that all have."""
    found = method_of(template)
    first, *common = sorted(COMMON_COLUMNS, key=lambda column: column.name != "site_id")
    taken = {column.name for column in COMMON_COLUMNS} | {SHARE}
    own = [column for column in (found.columns if found else ()) if column.name not in taken]
    names = {column.name for column in own} | taken
    more = [column for column in MORE.get(template, ()) if column.name not in names]
    return (first, *own, *common, *more)
