"""Products with all that a label is made of, by SQL whose text is made once.

The ORM makes a query's text at every call, which takes 40 times as long as the database takes to answer. The rows become the
same instances as `find.shown()` gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from django.db import connection, models
from django.db.models.expressions import Col

from leafmark.web.shelf.models import Brand, Category, Product, Publication, Run

PARTS: Final[tuple[tuple[str, type[models.Model]], ...]] = (
    ("p", Product), ("b", Brand), ("c", Category), ("u", Publication), ("r", Run),
)  # fmt: skip
FROM: Final = (
    'FROM "shelf_product" p JOIN "shelf_brand" b ON b."id" = p."brand_id" JOIN "shelf_category" c ON c."id" = p."category_id" '
    'JOIN "shelf_publication" u ON u."id" = p."current_id" JOIN "shelf_run" r ON r."id" = u."run_id"'
)

Convert = Callable[[Any], Any]


def shown_where(condition: str, values: Sequence[Any]) -> list[Product]:
    """Shown products, each with brand, category, and its current publication with the run.

    Parameters
    ----------
    condition : SQL behind WHERE over p (product), b (brand), c (category), u (publication) and r (run), values as `%s`;
        it may go on with ORDER BY and LIMIT. Never made of what a reader sent.
    """
    columns, fields, converters = _plan(connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} {FROM} WHERE {condition}", values)  # conditions are ours, values are bound
        return [_product(row, fields, converters) for row in cursor.fetchall()]


@lru_cache(maxsize=2)
def _plan(vendor: str) -> tuple[str, list[list[str]], list[tuple[int, Convert]]]:
    """The columns as SQL; the fields of each part; and what a column's value is converted by, where it is."""
    columns: list[str] = []
    fields: list[list[str]] = []
    converters: list[tuple[int, Convert]] = []
    for alias, model in PARTS:
        fields.append([field.attname for field in model._meta.concrete_fields])
        for field in model._meta.concrete_fields:
            column = Col(alias, field)
            both = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
            converters += [(len(columns), _bound(convert, column)) for convert in both]
            columns.append(f'{alias}."{field.column}"')
    return ", ".join(columns), fields, converters


def _bound(convert: Callable[[Any, Any, Any], Any], column: Col) -> Convert:
    return lambda value: convert(value, column, connection)


def _product(row: Sequence[Any], fields: list[list[str]], converters: list[tuple[int, Convert]]) -> Product:
    cells = list(row)
    for place, convert in converters:
        cells[place] = convert(cells[place])
    made: list[Any] = []
    first = 0
    for (_, model), names in zip(PARTS, fields, strict=True):
        made.append(model.from_db(connection.alias, names, cells[first : first + len(names)]))
        first += len(names)
    product, brand, category, publication, run = made
    publication.run = run
    product.brand, product.category, product.current = brand, category, publication
    found: Product = product
    return found
