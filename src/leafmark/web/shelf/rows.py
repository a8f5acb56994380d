"""Products with all that a label is made of, by SQL whose text is made once.

The ORM makes a query's text at every call, which takes 40 times as long as the database takes to answer. The rows become the
same instances as `find.shown()` gives; brands, categories and runs, which many products share, are kept as long as the shelf has one stamp.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.db import connection, models
from django.db.models.expressions import Col

from leafmark.web.shelf.models import Brand, Category, Product, Publication, Run

Parts = tuple[tuple[str, type[models.Model]], ...]
Convert = Callable[[Any], Any]

PARTS: Final[Parts] = (("p", Product), ("u", Publication))
FROM: Final = 'FROM "shelf_product" p JOIN "shelf_brand" b ON b."id" = p."brand_id" JOIN "shelf_publication" u ON u."id" = p."current_id"'
STAMP: Final = '(SELECT "stamp" FROM "shelf_shelfstate")'
SHARED_MAX: Final = 65_536


def shown_where(condition: str, values: Sequence[Any]) -> list[Product]:
    """Shown products, each with brand, category, its current publication with the run, and the stamp of the shelf it was read from.

    Parameters
    ----------
    condition : SQL behind WHERE over p (product), b (brand) and u (publication), values as `%s`; it may go on with ORDER BY and
        LIMIT. Never made of what a reader sent.
    """
    plan = _plan(connection.vendor, PARTS)
    with connection.cursor() as cursor:
        # conditions are ours, values are bound
        cursor.execute(f"SELECT {STAMP}, {plan.columns} {FROM} WHERE {condition}", values)
        rows = cursor.fetchall()
    found = []
    for stamp, *cells in rows:
        product, publication = plan.instances(cells)
        publication.run = _shared.get(stamp, Run, publication.run_id)
        product.brand = _shared.get(stamp, Brand, product.brand_id)
        product.category = _shared.get(stamp, Category, product.category_id)
        product.current, product.stamp = publication, stamp
        found.append(product)
    return found


class _Shared:
    """Brands, categories and runs by number. All requests read them, and nobody changes them."""

    kept: tuple[str | None, dict[tuple[type[models.Model], int], Any]] = (None, {})

    def get(self, stamp: str | None, model: type[models.Model], number: int) -> Any:
        """The instance of the shelf with this stamp, read where it is not kept."""
        of, found = self.kept
        if of != stamp or stamp is None or len(found) > SHARED_MAX:
            found = {}
            self.kept = stamp, found  # another table: a thread that reads an older shelf writes into its own
        if (model, number) not in found:
            found[model, number] = _one(model, number)
        return found[model, number]


_shared = _Shared()


def _one(model: type[models.Model], number: int) -> Any:
    plan = _plan(connection.vendor, (("t", model),))
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {plan.columns} FROM "{model._meta.db_table}" t WHERE t."id" = %s', [number])
        (row,) = cursor.fetchall()
    (found,) = plan.instances(list(row))
    return found


@dataclass(frozen=True)
class _Plan:
    """Columns as SQL; the model and the fields of each part; and what a column's value is converted by, where it is."""

    columns: str
    fields: list[tuple[type[models.Model], list[str]]]
    converters: list[tuple[int, Convert]]

    def instances(self, cells: list[Any]) -> list[Any]:
        """A row's instances, a part each."""
        for place, convert in self.converters:
            cells[place] = convert(cells[place])
        made, first = [], 0
        for model, names in self.fields:
            made.append(model.from_db(connection.alias, names, cells[first : first + len(names)]))
            first += len(names)
        return made


@lru_cache(maxsize=16)
def _plan(vendor: str, parts: Parts) -> _Plan:
    """How rows of some tables are asked and read, worked out once."""
    columns: list[str] = []
    fields: list[tuple[type[models.Model], list[str]]] = []
    converters: list[tuple[int, Convert]] = []
    for alias, model in parts:
        fields.append((model, [field.attname for field in model._meta.concrete_fields]))
        for field in model._meta.concrete_fields:
            column = Col(alias, field)
            both = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
            converters += [(len(columns), _bound(convert, column)) for convert in both]
            columns.append(f'{alias}."{field.column}"')
    return _Plan(", ".join(columns), fields, converters)


def _bound(convert: Callable[[Any, Any, Any], Any], column: Col) -> Convert:
    return lambda value: convert(value, column, connection)
