"""The scheme that new labels are graded by, and the decision that let it count."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.utils import timezone

from leafmark.products.benchmarks import BenchmarkTable, table_as_json
from leafmark.web.jobs.start import progress, start
from leafmark.web.operate.models import SchemeDecision
from leafmark.web.operate.schemes.known import texts
from leafmark.web.people.models import User
from leafmark.web.shelf import finding
from leafmark.web.shelf.grading import keep, let_count
from leafmark.web.shelf.models import Grading, Publication
from leafmark.web.shelf.regrading import regrade

NAME: Final = "regrade"
FUNCTION: Final = "leafmark.web.operate.schemes.active.regrade_labels"


def decision() -> SchemeDecision | None:
    """The decision that counts: none where labels declare."""
    last = SchemeDecision.objects.select_related("by").first()
    return last if last is not None and last.kind == SchemeDecision.ACTIVATED else None


def grade_by(scheme: str, table: BenchmarkTable | None, evidence: list[dict[str, Any]], by: User) -> Grading:
    """Let a scheme count for new labels, and grade those that are on the shelf as a job. Within the transaction of its decision.

    Parameters
    ----------
    scheme : `id@version` of a known one. evidence : pieces as plain values.
    """
    kept = keep(texts()[scheme], None if table is None else table_as_json(table), evidence)
    _let(kept, by)
    return kept


def declare(by: User) -> None:
    """Let labels declare again, those that are on the shelf too. Within the transaction of its decision."""
    _let(None, by)


def _let(grading: Grading | None, by: User) -> None:
    let_count(grading)
    sha256 = None if grading is None else grading.sha256
    now = timezone.now()
    start(NAME, FUNCTION, {"sha256": sha256, "by": by.pk, "at": now.isoformat()}, by)


def regrade_labels(sha256: str | None, by: int, at: str) -> dict[str, Any]:
    """Grade the labels of the shelf, and bring the search up to date. Run again it publishes nothing twice.

    Parameters
    ----------
    sha256 : of what counts; None: labels declare. by : number of the user who decided it. at : when.
    """
    decided = dt.datetime.fromisoformat(at)
    done = regrade(sha256, decided.date(), User.objects.get(pk=by), progress)
    made = Publication.objects.filter(published_by=by, published_at__gte=decided).values_list("product_id", flat=True)
    changed = list(made.distinct())  # of a worker that died on the way too
    finding.update(changed, lambda done, whole, _: progress(done, whole, "search"))
    return {"labels": done.labels, "graded": done.graded, "published": len(changed), "superseded": done.superseded}
