"""What the tests of the operator's console share: a client of each role, and what each role is answered."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

ROLES = ("nobody", "consumer", "member", "auditor", "operator")


@pytest.fixture
def roles(shelf: None) -> dict[str, Client]:
    """A client for each role; the member is of Aiwa and may publish. `shelf` has Aiwa's televisions."""
    from leafmark.web.people.models import Membership, User
    from leafmark.web.shelf.models import Brand

    found = {"nobody": Client()}
    for role in ROLES[1:]:
        user = User.objects.create_user(
            f"{role}@leafmark.example", is_operator=role == "operator", is_auditor=role == "auditor"
        )
        if role == "member":
            Membership.objects.create(user=user, brand=Brand.objects.get(slug="aiwa"), may_publish=True)
        found[role] = Client()
        found[role].force_login(user, "django.contrib.auth.backends.ModelBackend")
    return found


def fresh() -> str:
    """A form's token."""
    return uuid.uuid4().hex


def text_of(answer: Any) -> str:
    """A page's text."""
    return answer.content.decode()


def hold_to_roles(
    roles: dict[str, Client], reads: list[str], writes: dict[str, dict[str, str]], auditors_write: tuple[str, ...] = ()
) -> None:
    """Assert who may see and post what, in all languages: operators all, auditors look, others nothing.

    `writes`: what is posted to each address; the operator's answer must not be a refusal.
    """
    from leafmark.web.people.models import User

    for prefix in ("", "/zh-hant", "/zh-hans"):
        for address in reads:
            statuses = {role: roles[role].get(prefix + address).status_code for role in ROLES}
            assert statuses == {"nobody": 302, "consumer": 403, "member": 403, "auditor": 200, "operator": 200}, (
                prefix,
                address,
            )
        for address, sent in writes.items():
            for role in ROLES:
                answer = roles[role].post(prefix + address, {**sent, "token": fresh()})
                allowed = role == "operator" or (role == "auditor" and address in auditors_write)
                assert (answer.status_code not in (403, 405)) == allowed, (prefix, address, role, answer.status_code)
    for address in reads:
        assert "no-store" in roles["operator"].get(address).headers["Cache-Control"], address
        for method in {"POST", "PUT", "PATCH", "DELETE"} - ({"POST"} if address in writes else set()):
            assert roles["operator"].generic(method, address).status_code == 405, (method, address)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(email="operator@leafmark.example"), "django.contrib.auth.backends.ModelBackend")
    for address, sent in writes.items():
        assert strict.post(address, {**sent, "token": fresh()}).status_code == 403, address
