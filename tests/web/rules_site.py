"""What the tests of category rules share: another operator, and what operators send to a draft."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from operators import fresh, text_of

from leafmark.web.operate.models import FrozenRules, RulesComment, RulesDraft, RulesRevision
from leafmark.web.people.models import User

RULES = "/operate/rules/"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def second(roles: dict[str, Client]) -> Client:
    """Another operator."""
    client = Client()
    user = User.objects.create_user("second@leafmark.example", is_operator=True)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def begun(client: Client, origin: str = "") -> RulesDraft:
    answer = client.post(f"{RULES}begin/", {"origin": origin, "token": fresh()})
    assert answer.status_code == 302, text_of(answer)
    return RulesDraft.objects.get(pk=int(answer.headers["Location"].rstrip("/").rsplit("/", 1)[1]))


def newest(draft: RulesDraft) -> RulesRevision:
    return draft.revisions.first()


def save(client: Client, draft: RulesDraft, **changes: Any) -> Any:
    last = newest(draft)
    sent = {"rules": last.rules, "scheme": last.schemes, "parent": last.number, "note": "", "token": fresh()}
    return client.post(f"{RULES}drafts/{draft.pk}/edit/", {**sent, **changes})


def said(client: Client, draft: RulesDraft, text: str = "why?", field: str = "") -> Any:
    return client.post(f"{RULES}drafts/{draft.pk}/comment/", {"field": field, "text": text, "token": fresh()})


def answered(client: Client, draft: RulesDraft, kind: str, text: str = "so") -> Any:
    first = RulesComment.objects.filter(draft=draft, thread=None).last()
    return client.post(f"{RULES}drafts/{draft.pk}/answer/{first.pk}/", {"kind": kind, "text": text, "token": fresh()})


def freeze(client: Client, draft: RulesDraft, **changes: Any) -> Any:
    heard = RulesComment.objects.filter(draft=draft).order_by("-pk").values_list("pk", flat=True).first() or 0
    sent = {"sha256": newest(draft).sha256, "heard": heard, "reason": "the council agreed", "token": fresh()}
    return client.post(f"{RULES}drafts/{draft.pk}/freeze/", {**sent, **changes})


def frozen(roles: dict[str, Client], second: Client, origin: str = "") -> FrozenRules:
    draft = begun(roles["operator"], origin)
    answer = freeze(second, draft)
    assert answer.status_code == 302, text_of(answer)
    return FrozenRules.objects.get(draft=draft)
