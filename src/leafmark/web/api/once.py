"""Requests that happen once however often they are sent: draft-ietf-httpapi-idempotency-key-header-07.

    same key, same request   the first answer again          2.6
    same key, another one    422                             2.7
    while the first runs     409, with Retry-After           2.7
    no key                   400                             2.7

Answers are kept for `KEPT_DAYS`. What is done must be idempotent by itself under the same key: a process that dies between doing
it and keeping the answer leaves an empty row, and after `LEASE_S` the next one that asks does it again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from leafmark.web.api.models import Answer
from leafmark.web.api.problems import Problem

LEASE_S: Final = 60
KEPT_DAYS: Final = 30
_REMOVED_MAX: Final = 100
"""Old answers that one request takes away."""
_BARE: Final = re.compile(r"[\x21-\x7e]{1,255}")
_QUOTED: Final = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,255})"')

Done = tuple[int, dict[str, Any]]
"""HTTP status and body."""


def key_in(header: str | None) -> str:
    """The key that a header holds: a text in quotes (RFC 8941, 3.3.3), or as it stands.

    Raises
    ------
    Problem : there is none, or it is no such text.
    """
    expected = "1 to 255 printable characters of ASCII"
    if not header:
        raise Problem(
            "idempotency-key", errors=[{"header": "Idempotency-Key", "detail": f"found nothing; expected {expected}"}]
        )
    quoted = _QUOTED.fullmatch(header)
    if quoted:
        return re.sub(r"\\(.)", r"\1", quoted.group(1))[:255]
    if header.startswith('"') or not _BARE.fullmatch(header):
        raise Problem("idempotency-key", errors=[{"header": "Idempotency-Key", "detail": f"expected {expected}"}])
    return header


def once(client: str, key: str, request: tuple[object, ...], work: Callable[[], Done]) -> Done:
    """Do a client's work once, and answer as the first time from then on.

    Parameters
    ----------
    request : what makes two requests the same.
    work : what is done. A `Problem` that it raises is an answer too, if the fault is not ours.

    Raises
    ------
    Problem : the key was used for another request, or that is being worked on.
    """
    sha256 = hashlib.sha256(repr(request).encode()).hexdigest()
    row = _begun(client, key, sha256)
    if row.status is not None:
        return row.status, dict(json.loads(row.body or "{}"))
    try:
        done = work()
    except Problem as problem:
        if problem.status >= 500 or problem.kind == "key-reused":
            row.delete()
            raise
        done = problem.status, problem.body()
    except Exception:
        row.delete()
        raise
    row.status, row.body = done[0], json.dumps(done[1], ensure_ascii=False)
    row.save(update_fields=["status", "body"])
    return done


def _begun(client: str, key: str, sha256: str) -> Answer:
    """The row of this request: answered before, or begun now by nobody but us."""
    now = timezone.now()
    old = Answer.objects.filter(began_at__lt=now - dt.timedelta(days=KEPT_DAYS)).values("pk")[:_REMOVED_MAX]
    Answer.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    try:
        with transaction.atomic():
            return Answer.objects.create(client=client, idempotency_key=key, request_sha256=sha256, began_at=now)
    except IntegrityError:
        row = Answer.objects.filter(client=client, idempotency_key=key).first()
    if row is None:  # it failed between the two questions
        raise _in_progress()
    if row.request_sha256 != sha256:
        raise Problem(
            "key-reused", errors=[{"header": "Idempotency-Key", "detail": "this client sent another request under it"}]
        )
    if row.status is None:
        left_behind = Answer.objects.filter(
            pk=row.pk, began_at=row.began_at, began_at__lt=now - dt.timedelta(seconds=LEASE_S)
        )
        if not left_behind.update(began_at=now):
            raise _in_progress()
    return row


def _in_progress() -> Problem:
    return Problem("in-progress", headers={"Retry-After": "1"})
