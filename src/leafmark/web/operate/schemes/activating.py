"""A scheme activated exactly as its preview showed it, or withdrawn: by whom, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from leafmark.products.benchmarks import BenchmarkTable
from leafmark.products.schemes import Scheme
from leafmark.web.jobs.models import Job
from leafmark.web.operate.models import SchemeDecision
from leafmark.web.operate.schemes import known
from leafmark.web.operate.schemes.active import decision, declare, grade_by
from leafmark.web.people.models import User


class NotActivated(Exception):
    """A scheme may not be activated now; `code` says why (`schemes.refused.CODE`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def activate(preview: Job, reason: str, by: User, token: str) -> SchemeDecision:
    """Let a scheme count with the table and the evidence of its preview.

    Raises
    ------
    NotActivated : it may not. IntegrityError : the form was sent before.
    """
    asked = preview.arguments
    scheme, table = seen(asked)
    if known.has_letters(scheme):
        hold_evidence(scheme, asked["evidence"])
    with transaction.atomic():
        made = SchemeDecision.objects.create(
            kind=SchemeDecision.ACTIVATED, scheme_id=scheme.id, scheme_version=scheme.version, table_sha256=asked["table_sha256"],
            table_name=asked["table"], evidence=asked["evidence"], preview=preview, reason=reason, by=by, token=token,
        )  # fmt: skip
        grade_by(asked["scheme"], table, asked["evidence"], by)
    return made


def withdraw(reason: str, by: User, token: str) -> SchemeDecision | None:
    """Let labels declare again. None: nothing counts that could be withdrawn.

    Raises
    ------
    IntegrityError : the form was sent before.
    """
    last = decision()
    if last is None:
        return None
    with transaction.atomic():
        made = SchemeDecision.objects.create(
            kind=SchemeDecision.WITHDRAWN, scheme_id=last.scheme_id, scheme_version=last.scheme_version, reason=reason, by=by,
            token=token,
        )  # fmt: skip
        declare(by)
    return made


def seen(asked: dict[str, Any]) -> tuple[Scheme, BenchmarkTable | None]:
    """The scheme and the table that a preview was of.

    Raises
    ------
    NotActivated : they are no longer there, or no longer the same.
    """
    scheme = known.schemes().get(asked["scheme"])
    table = known.table_named(asked["table"]) if asked["table"] else None
    if scheme is None or (known.has_letters(scheme) and (table is None or table.sha256 != asked["table_sha256"])):
        raise NotActivated("changed")
    return scheme, table


def hold_evidence(scheme: Scheme, evidence: Iterable[dict[str, Any]]) -> None:
    """Hold evidence to all that a scheme requires, on this day.

    Raises
    ------
    NotActivated : a piece is missing or has expired.
    """
    pieces = list(evidence)
    if set(scheme.evidence_required) - {each["requirement"] for each in pieces}:
        raise NotActivated("evidence")
    if any(dt.date.fromisoformat(each["expires_on"]) < dt.date.today() for each in pieces):
        raise NotActivated("expired")
