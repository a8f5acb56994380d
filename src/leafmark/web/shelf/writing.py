"""What was staged onto the shelf, within the caller's transaction: a few statements over all rows, so that the write lock is held short."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from leafmark.web.shelf import gtins, models
from leafmark.web.shelf.staging import Staged

NUMBERED: Final = "CREATE TEMPORARY TABLE shelf_{kind} (staged BIGINT PRIMARY KEY, number BIGINT)"
JOINED: Final = """shelf_staged s
LEFT JOIN shelf_new_brand b ON b.staged = s.brand JOIN shelf_product p ON p.brand_id = COALESCE(b.number, s.brand) AND p.product_id = s.product_id"""
MOVED: Final = """
SELECT count(*) FROM shelf_staged s LEFT JOIN shelf_product p ON p.brand_id = s.brand AND p.product_id = s.product_id
WHERE COALESCE(p.current_id, 0) <> COALESCE(s.shown, 0)
"""
NAME: Final = """
INSERT INTO shelf_product (brand_id, product_id, gtin, category_id, name)
SELECT COALESCE(b.number, s.brand), s.product_id, s.gtin, COALESCE(c.number, s.category), s.name
FROM shelf_staged s LEFT JOIN shelf_new_brand b ON b.staged = s.brand LEFT JOIN shelf_new_category c ON c.staged = s.category
WHERE true
ON CONFLICT (brand_id, product_id) DO UPDATE SET gtin = excluded.gtin, category_id = excluded.category_id, name = excluded.name
WHERE shelf_product.name <> excluded.name OR shelf_product.category_id <> excluded.category_id
  OR COALESCE(shelf_product.gtin, '') <> COALESCE(excluded.gtin, '')
"""
PUBLISH: Final = f"""
INSERT INTO shelf_publication
  (product_id, number, published_at, published_by_id, made_on, run_id, grading_id, state, letter, co2e_ug, "row", catalogue, evidence, saving)
SELECT p.id, s.number, %s, %s, %s, %s, s.grading, s.state, s.letter, s.co2e_ug, s."row", s.catalogue, s.evidence, s.saving
FROM {JOINED} WHERE s.number IS NOT NULL
"""
SHOW: Final = """
UPDATE shelf_product SET current_id = u.id, state = u.state, co2e_ug = u.co2e_ug
FROM shelf_publication u
WHERE u.product_id = shelf_product.id AND u.run_id = %s
  AND u.number = (SELECT max(number) FROM shelf_publication WHERE product_id = shelf_product.id)
"""
"""What is shown in lists stands on the product too, so that a list is one walk of an index."""
CHANGED: Final = f"SELECT p.id FROM {JOINED} WHERE s.number IS NOT NULL ORDER BY p.id"


class ShelfMovedError(Exception):
    """Something else of these products was published since they were staged."""


def write(staged: Staged, run: models.Run, on_date: dt.date, by: Any) -> tuple[list[int], set[int]]:
    """Publish what lies in the temporary table.

    Returns
    -------
    Numbers of products with a new publication, and of categories that the run's products are in now or were in.

    Raises
    ------
    ShelfMovedError : it would be published over something that it was not compared with. IntegrityError : a GTIN is another's by now.
    """
    with connection.cursor() as cursor:
        cursor.execute(MOVED)
        if cursor.fetchone()[0]:
            raise ShelfMovedError("the shelf changed while this was prepared")
        brands = {number: models.Brand.objects.create(**each).pk for number, each in staged.brands.items()}
        categories = {number: models.Category.objects.create(**each).pk for number, each in staged.categories.items()}
        gtins.free(staged.freed)
        _numbered("new_brand", brands)
        _numbered("new_category", categories)
        cursor.execute(NAME)
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        cursor.execute(PUBLISH, [now, None if by is None else by.pk, on_date.isoformat(), run.pk])
        cursor.execute(SHOW, [run.pk])
        cursor.execute(CHANGED)
        changed = [each for (each,) in cursor.fetchall()]
        cursor.execute("SELECT DISTINCT category FROM shelf_staged")
        now_in = {categories.get(each, each) for (each,) in cursor.fetchall()}
        cursor.execute("DROP TABLE shelf_new_brand")
        cursor.execute("DROP TABLE shelf_new_category")
    return changed, staged.touched | now_in


def _numbered(kind: str, numbers: Mapping[int, int]) -> None:
    """What new brands or categories came to be, for the statements over all rows."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERED.format(kind=kind))
        cursor.executemany(f"INSERT INTO shelf_{kind} VALUES (%s, %s)", list(numbers.items()))
