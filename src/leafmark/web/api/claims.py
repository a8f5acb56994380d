"""The claims check as an operation."""

from __future__ import annotations

import datetime as dt
import importlib
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Router

from leafmark.web.api.auth import Needs
from leafmark.web.api.problems import Problem
from leafmark.web.api.schemas import ClaimIn, ClaimOut

router = Router(auth=Needs("claims"))


@router.post("/claims/check", response=ClaimOut, operation_id="check_claim", tags=["claims"])
def check(request: HttpRequest, claim: ClaimIn) -> dict[str, Any]:
    """What the rules of the markets object to in a text, with the quote and the evidence that is missing. It is no legal advice."""
    try:
        checking = importlib.import_module("leafmark.products.claims.check")
        model = importlib.import_module("leafmark.products.claims.model")
    except ModuleNotFoundError as error:
        raise Problem("not-here", "the claims check is not part of this installation") from error
    evidence = [
        model.ClaimEvidence(
            **{**each.dict(), "independent_of": frozenset(each.independent_of), "about": tuple(each.about)}
        )
        for each in claim.evidence
    ]
    asked = model.Claim(claim.text, claim.brand, tuple(claim.medium))
    try:
        report = checking.report(asked, evidence, claim.on_date or dt.datetime.now(dt.UTC).date(), tuple(claim.markets))
    except ValueError as error:
        raise Problem("invalid", str(error)) from error
    return {**asdict(report), "findings": [asdict(each) for each in report.findings]}
