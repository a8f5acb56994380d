"""The labels that are on the shelf graded anew, by what counts now: each whose letter is another one gets a next publication.

The figure stays what it is: row, catalogue, evidence and saving are those of the publication before. A label without a letter, before and
after, stays as it is. Products go by in parts, each a transaction of its own, and those that are done are found so: it may be run again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from leafmark.products.grading import Grade, grade
from leafmark.web.shelf.footprints import footprint_of
from leafmark.web.shelf.grading import Grader, grader
from leafmark.web.shelf.models import Product
from leafmark.web.shelf.state import hold, say_changed

AT_ONCE: Final = 2_000
COLUMNS: Final = (
    "pk", "current", "current__letter", "current__grading", "category__key", "current__row", "current__catalogue",
    "current__run__method", "current__run__gwp_set",
)  # fmt: skip
PUBLISH: Final = """
INSERT INTO shelf_publication
  (product_id, number, published_at, published_by_id, made_on, run_id, grading_id, state, letter, co2e_ug, "row", catalogue, evidence, saving)
SELECT product_id, number + 1, %s, %s, %s, run_id, %s, %s, %s, co2e_ug, "row", catalogue, evidence, saving
FROM shelf_publication WHERE id = %s
"""
SHOW: Final = """
UPDATE shelf_product SET current_id = u.id, state = u.state
FROM shelf_publication u, shelf_publication before
WHERE before.id = %s AND u.product_id = before.product_id AND u.number = before.number + 1 AND shelf_product.id = u.product_id
"""

Progress = Callable[[int, int, str], None]


@dataclass
class Regraded:
    """What became of the labels. `superseded`: something else came to count on the way; what is done by then stays."""

    labels: int = 0
    graded: int = 0
    changed: int = 0
    superseded: bool = False


def regrade(sha256: str | None, on_date: dt.date, by: Any, progress: Progress | None = None) -> Regraded:
    """Grade every label by what is kept under a hash; None: they declare.

    Parameters
    ----------
    on_date : the day of the new labels. by : the user who decided it.
    """
    found, last = Regraded(), 0
    judge, whole = grader(sha256), Product.objects.filter(current__isnull=False).count()
    while rows := _part(sha256, last, judge, on_date, by, found):
        last = rows[-1][0]
        if progress:
            progress(found.labels, whole, "labels")
    return found


def _part(sha256: str | None, last: int, judge: Grader, on_date: dt.date, by: Any, found: Regraded) -> Sequence[Any]:
    """Grade the next products; those that were looked at."""
    with transaction.atomic():
        if hold() != sha256:
            found.superseded = True
            return ()
        shown = Product.objects.select_for_update(of=("self",)).filter(current__isnull=False, pk__gt=last)
        rows = list(shown.order_by("pk").values_list(*COLUMNS)[:AT_ONCE])
        new, now = [], connection.ops.adapt_datetimefield_value(timezone.now())
        for _, current, letter, grading, *made_of in rows:
            says = _graded(judge, on_date, *made_of)
            found.labels += 1
            found.graded += says.letter is not None
            judged = sha256 if says.letter else None
            if (letter, grading) == (says.letter, judged):
                continue
            state = "graded" if says.letter else "declared"
            new.append((now, by.pk, on_date.isoformat(), judged, state, says.letter, current))
            found.changed += 1
        if new:
            with connection.cursor() as cursor:
                cursor.executemany(PUBLISH, new)
                cursor.executemany(SHOW, [each[-1:] for each in new])
            say_changed()
    return rows


def _graded(
    judge: Grader, on_date: dt.date, category: str, row: Any, catalogue: Any, method: Any, gwp_set: str
) -> Grade:
    """What a label would say."""
    like = footprint_of(row, {**catalogue, "category": catalogue.get("category") or category}, method, gwp_set)
    benchmark = None if judge.table is None else judge.table.for_basis(like.basis)
    return grade(like, judge.scheme, benchmark, judge.evidence, on_date)
