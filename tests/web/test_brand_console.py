"""A brand's console: who sees it, and who may change anything in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from leafmark.web.brand.models import Draft, Upload
from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.models import Brand

PASSWORD = "a long enough word"


@pytest.fixture
def people(shelf: None) -> Callable[..., Client]:
    """A logged-in browser of a new user: `people("mei", brand, may_publish=True)`, `people("otto", is_operator=True)`."""

    def made(name: str, brand: Brand | None = None, may_publish: bool = False, **fields: bool) -> Client:
        user = User.objects.create_user(f"{name}@example.org", PASSWORD, **fields)
        if brand is not None:
            Membership.objects.create(user=user, brand=brand, may_publish=may_publish)
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return made


def test_a_console_is_its_members_and_is_not_there_for_others(people: Callable[..., Client]) -> None:
    aiwa = Brand.objects.get(slug="aiwa")
    other = Brand.objects.create(slug="other", name="Other")
    answers = {
        "member": people("mei", aiwa), "other brand": people("bo", other), "consumer": people("ann"),
        "operator": people("otto", is_operator=True), "auditor": people("una", is_auditor=True),
    }  # fmt: skip
    statuses = {who: client.get("/brand/aiwa/").status_code for who, client in answers.items()}
    assert statuses == {"member": 200, "other brand": 404, "consumer": 404, "operator": 200, "auditor": 200}
    assert answers["member"].get("/brand/").headers["Location"] == "/brand/aiwa/"
    assert answers["member"].get("/account/").status_code in (301, 302, 404)
    assert Client().get("/brand/aiwa/").headers["Location"].startswith("/account/login/")
    assert answers["member"].get("/brand/no-such/").status_code == answers["consumer"].get("/brand/aiwa/").status_code
    assert "no-store" in answers["member"].get("/brand/aiwa/").headers["Cache-Control"]


def test_two_pairs_of_eyes_are_the_databases_own_rule(people: Callable[..., Client]) -> None:
    aiwa = Brand.objects.get(slug="aiwa")
    people("mei", aiwa)
    mei = User.objects.get(email="mei@example.org")
    upload = Upload.objects.create(brand=aiwa, by=mei, token="t", products_name="p.csv")
    shared = {
        "brand": aiwa,
        "upload": upload,
        "run": "r",
        "catalogue": "c",
        "on_date": "2026-11-01",
        "prepared_by": mei,
    }
    for wrong in (
        {"state": Draft.PUBLISHED, "proposed_by": mei, "decided_by": mei},
        {"state": Draft.PUBLISHED, "proposed_by": mei},
        {"state": Draft.PUBLISHING},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Draft.objects.create(**shared, **wrong)
    assert Draft.objects.create(**shared).state == Draft.PREPARED
