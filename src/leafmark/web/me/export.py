"""All data of a consumer in one file: what the site keeps of her, what the ledger does, and the details that only she may read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db.models import CASCADE, Model
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from leafmark.ledger import person
from leafmark.ledger.catalogue import DAY_MAX, DAY_MIN
from leafmark.ledger.person import Standing
from leafmark.ledger.privacy import PrivacyError, detail
from leafmark.web.me.acts import download
from leafmark.web.me.own import Own, own_page
from leafmark.web.me.statement import Period, rows_of
from leafmark.web.me.words import own_answer
from leafmark.web.people.models import User

SCHEMA = "leafmark.own-data/1"
LOG_INS = (AccessAttempt, AccessLog, AccessFailureLog)
"""Where log-ins are kept, by address; they are erased with her."""
NOT_TOLD = ("password", "secret", "hash", "token", "digest")
"""Fields whose name holds one of these are keys to something, not facts about her."""


@require_safe
@own_page
def data(request: HttpRequest, own: Own) -> HttpResponse:
    """What she can do with her data: take it, or have it erased."""
    return own_answer(request, "me/data.html", own, {})


@require_safe
@own_page
def export(request: HttpRequest, own: Own) -> HttpResponse:
    """All of it, as a file."""
    body = json.dumps(all_of(own), indent=2, ensure_ascii=False, default=str) + "\n"
    return download(body, "application/json", "leafmark-my-data.json")


def all_of(own: Own) -> dict[str, Any]:
    """Everything that is kept of a consumer."""
    user = own.user
    acts = person.every_act(own.ledger, own.account_id)
    always = Period(DAY_MIN, DAY_MAX, {})
    return {
        "schema": SCHEMA,
        "user": _fields(user),
        "site": {model._meta.label: rows for model, rows in _of_user(user) if rows},
        "log_ins": {model.__name__: [_fields(each) for each in model.objects.filter(username=user.email)] for model in LOG_INS},
        "ledger": {
            "account_id": str(own.account_id),
            "balance": vars(own.ledger.balance(own.account_id)),
            "rows": rows_of(own, always),
            "details": {str(event): found for event, found in _details(own, acts)},
        },
    }  # fmt: skip


def _of_user(user: User) -> Iterator[tuple[type[Model], list[dict[str, Any]]]]:
    """Rows that are hers, of whatever room. What she did for a brand or an operator is theirs, and is not among them."""
    for relation in User._meta.related_objects:
        if relation.on_delete is CASCADE and relation.field.concrete:
            model: Any = relation.related_model
            yield model, [_fields(each) for each in model._default_manager.filter(**{relation.field.name: user})]


def _fields(row: Model) -> dict[str, Any]:
    return {
        field.name: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if not any(word in field.name for word in NOT_TOLD)
    }


def _details(own: Own, acts: list[Standing]) -> Iterator[tuple[int, Any]]:
    for act in acts:
        event = act.row.act.event_id
        try:
            found = detail(own.ledger, own.account_id, event)
        except PrivacyError as error:
            found = {"unreadable": str(error)}
        if found is not None:
            yield event, found
