"""The ledger verified, as a job."""

from __future__ import annotations

from typing import Any

from leafmark.ledger.schema import StoreError
from leafmark.web.books import ledger
from leafmark.web.jobs.start import JobFault, progress

NAMED_MAX = 100


def verify_ledger() -> dict[str, Any]:
    """Make everything of the ledger again from its rows, and say what differs.

    Raises
    ------
    JobFault : the ledger cannot be opened.
    """
    steps = 0

    def tell(what: str) -> None:
        nonlocal steps
        steps += 1
        progress(steps, None, what)

    try:
        seen = ledger().verify(progress=tell)
    except StoreError as error:
        raise JobFault(str(error)) from error
    return {
        "ok": seen.ok, "checks": seen.checks, "rows": seen.rows, "notes": seen.notes[:NAMED_MAX],
        "findings": [str(each) for each in seen.findings[:NAMED_MAX]], "more": max(len(seen.findings) - NAMED_MAX, 0),
    }  # fmt: skip
