"""The claims check as an operation."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.http import HttpRequest
from ninja import Router

from leafmark.products import claims as checking
from leafmark.web.api.auth import Needs
from leafmark.web.api.problems import Problem
from leafmark.web.api.schemas import ClaimIn

DETAIL_MAX: Final = 500
"""Characters of an error that an answer shows: it repeats what was sent."""

router = Router(auth=Needs("claims"))


@router.post("/claims/check", response=dict[str, Any], operation_id="check_claim", tags=["claims"])
def check(request: HttpRequest, claim: ClaimIn) -> dict[str, Any]:
    """What the rules of the markets object to in a text, with quote and missing evidence: `leafmark.claims/1`. No legal advice."""
    evidence = [
        checking.ClaimEvidence(
            **{**each.dict(), "independent_of": frozenset(each.independent_of), "about": tuple(each.about)}
        )
        for each in claim.evidence
    ]
    asked = checking.Claim(claim.text, claim.brand, tuple(claim.medium))
    day = claim.on_date or dt.datetime.now(dt.UTC).date()
    try:
        report = checking.report(asked, evidence, day, tuple(claim.markets))
    except ValueError as error:  # a market without rules, or a kind of evidence that is none
        raise Problem("invalid", str(error)[:DETAIL_MAX]) from error
    return dict(checking.report_content(report, claim.lang))
