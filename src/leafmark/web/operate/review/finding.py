"""Findings as a job leaves them and the page takes them up, and which of them nobody has decided on."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any, Final

from leafmark.ledger import review
from leafmark.ledger.review import Finding
from leafmark.ledger.schema import StoreError
from leafmark.web.books import ledger
from leafmark.web.jobs.models import DONE, Job
from leafmark.web.jobs.start import JobFault, progress
from leafmark.web.operate.models import ReviewDecision
from leafmark.web.operate.review import refusals

NAME: Final = "fraud_review"
FUNCTION: Final = "leafmark.web.operate.review.finding.look"
KEPT_MAX: Final = 500
RULES: Final = (*review.RULES, refusals.RULE)
THRESHOLDS: Final = {
    **{name: most for rule in review.RULES.values() for name, most in rule.thresholds.items()}, "refused": refusals.MANY,
}  # fmt: skip
"""As the rules' sentences name them."""


def look() -> dict[str, Any]:
    """Ask every rule, as a job.

    Raises
    ------
    JobFault : the ledger cannot be read.
    """
    steps = 0

    def say(what: str) -> None:
        nonlocal steps
        steps += 1
        progress(steps, len(RULES), what)

    try:
        found = review.findings(ledger(), say)
    except StoreError as error:
        raise JobFault(str(error)) from error
    found += refusals.findings()
    found.sort(key=lambda each: (-each.excess, each.key))
    counts = Counter(each.rule for each in found)
    return {
        "findings": [asdict(each) for each in found[:KEPT_MAX]], "counts": {rule: counts[rule] for rule in RULES},
        "more": max(0, len(found) - KEPT_MAX),
    }  # fmt: skip


def last_look() -> Job | None:
    """The newest look that is done."""
    return Job.objects.filter(name=NAME, state=DONE).first()


def found_by(job: Job | None) -> list[Finding]:
    """What a look found."""
    return [] if job is None else [Finding(**each) for each in job.result["findings"]]


def undecided(found: list[Finding]) -> list[Finding]:
    """Those that nobody has decided on as they are now: a dismissed one comes again once its figures are others."""
    stamps = [each.stamp for each in found]
    decided = set(ReviewDecision.objects.filter(stamp__in=stamps).values_list("stamp", flat=True))
    return [each for each in found if each.stamp not in decided]
