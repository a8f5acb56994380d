"""How many published labels a scheme would change, as a job."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from leafmark.products.scheme_change import Label, SchemeChange
from leafmark.products.schemes import LETTER_KINDS
from leafmark.web.jobs.start import JobFault, progress
from leafmark.web.operate.schemes.known import schemes, table_named
from leafmark.web.shelf.grading import evidence_of
from leafmark.web.shelf.models import Category, Product, Run

NAME: Final = "scheme_preview"
FUNCTION: Final = "leafmark.web.operate.schemes.preview.scheme_preview"
AT_ONCE: Final = 2_000
ROWS_MAX: Final = 500
"""Changes by category that a result holds, those of most labels first."""
COLUMNS: Final = (
    "name",
    "product_id",
    "brand__slug",
    "category_id",
    "state",
    "current__letter",
    "current__row",
    "current__catalogue",
    "current__run_id",
)


def scheme_preview(
    scheme: str, table: str, table_sha256: str, evidence: list[dict[str, Any]], on: str
) -> dict[str, Any]:
    """Ask a scheme about every published label.

    Parameters
    ----------
    scheme : `id@version`. table, table_sha256 : the frozen table's file, and its hash as it was looked at; empty where the
        scheme compares with none. evidence : pieces as plain values. on : the day of the labels.

    Raises
    ------
    JobFault : scheme or table are no longer those that were looked at.
    """
    chosen = schemes().get(scheme)
    held = table_named(table) if table else None
    if chosen is None or (chosen.kind in LETTER_KINDS and (held is None or held.sha256 != table_sha256)):
        raise JobFault(
            f"{scheme or 'the scheme'}, benchmarks/{table}: was changed or removed since it was chosen. Choose again."
        )
    pieces = tuple(map(evidence_of, evidence))
    found, done = SchemeChange(), 0
    whole = Product.objects.filter(current__isnull=False).count()
    for some in _labels():
        found.add(some, chosen, held, pieces, dt.date.fromisoformat(on))
        done += len(some)
        progress(done, whole, "labels")
    changes = sorted(found.counts.items(), key=lambda each: (-each[1], str(each[0])))
    rows = [
        {"category": category, "before": list(before), "after": list(after), "labels": count,
         "examples": found.examples.get((category, before, after), [])}
        for (category, before, after), count in changes if before != after
    ]  # fmt: skip
    reasons = [
        {"reason": reason, "detail": detail, "labels": count} for (reason, detail), count in found.reasons.most_common()
    ]
    return {
        "labels": found.labels,
        "changed": found.changed,
        "rows": rows[:ROWS_MAX],
        "more": max(0, len(rows) - ROWS_MAX),
        "reasons": reasons,
    }


def _labels() -> Iterator[list[Label]]:
    """Published labels, some at a time, each read to its end: a job that tells its progress within an open read would find it locked."""
    keys = dict(Category.objects.values_list("pk", "key"))
    runs = {run.pk: (f"{run.method['id']}@{run.method['version']}", run.gwp_set) for run in Run.objects.all()}
    shown = Product.objects.filter(current__isnull=False).order_by("pk").values_list("pk", *COLUMNS)
    last = 0
    while rows := list(shown.filter(pk__gt=last)[:AT_ONCE]):
        last = rows[-1][0]
        yield [_label(each[1:], keys, runs) for each in rows]


def _label(each: tuple[Any, ...], keys: dict[int, str], runs: dict[int, tuple[str, str]]) -> Label:
    name, product, brand, category, state, letter, row, catalogue, run = each
    about = {**catalogue, "category": catalogue.get("category") or keys[category]}
    return Label({"brand": brand, "product_id": product, "name": name}, row, about, *runs[run], (state, letter))
