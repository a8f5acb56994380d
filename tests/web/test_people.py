"""Log-in: who may, how often, and what a session is afterwards."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from leafmark.web.people.models import User

PASSWORD = "a long enough sentence"


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann@leafmark.example", PASSWORD, name="Ann")


def log_in(client: Client, password: str = PASSWORD, email: str = "ann@leafmark.example") -> int:
    return client.post("/account/login/", {"username": email, "password": password}).status_code


def test_a_session_begins_anew_at_log_in(ann: User, client: Client) -> None:
    client.get("/account/login/")
    session = client.session
    session["before"] = 1
    session.save()
    planted = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert log_in(client) == 302
    assert client.session.session_key != planted
    assert "Ann" in client.get("/").content.decode()


def test_the_address_may_be_written_in_capitals(ann: User, client: Client) -> None:
    assert log_in(client, email="ANN@leafmark.EXAMPLE") == 302


def test_after_five_failures_even_the_right_password_waits(ann: User, client: Client) -> None:
    for _ in range(4):
        assert log_in(client, "wrong") == 200
    assert log_in(client, "wrong") == 429
    assert log_in(client) == 429
    assert log_in(client, email="Ann@Leafmark.example") == 429
    assert "_auth_user_id" not in client.session


def test_a_lock_is_one_users_and_not_the_sites(ann: User, client: Client) -> None:
    User.objects.create_user("bob@leafmark.example", PASSWORD)
    for _ in range(5):
        log_in(client, "wrong")
    assert log_in(Client(), email="bob@leafmark.example") == 302


def test_an_unknown_address_is_locked_like_a_known_one(ann: User) -> None:
    """Or the lock would tell who has an account."""
    known = [log_in(Client(), "wrong") for _ in range(6)]
    unknown = [log_in(Client(), "wrong", "nobody@leafmark.example") for _ in range(6)]
    assert known == unknown


def test_log_out_is_a_post(ann: User, client: Client) -> None:
    log_in(client)
    assert client.get("/account/logout/").status_code == 405
    assert "Ann" in client.get("/").content.decode()
    client.post("/account/logout/")
    assert "Ann" not in client.get("/").content.decode()


def test_a_forgotten_password_is_set_once_by_the_letters_link(ann: User, client: Client, mailoutbox: list) -> None:
    assert client.post("/account/password/reset/", {"email": "ann@leafmark.example"}).status_code == 302
    (letter,) = mailoutbox
    link = re.search(r"http://[^/]+(/account/password/reset/\S+)", letter.body)[1]
    form = client.get(link, follow=True)
    where = form.redirect_chain[-1][0]
    new = {"new_password1": "quite another sentence", "new_password2": "quite another sentence"}
    assert client.post(where, new, follow=True).status_code == 200
    assert log_in(Client(), "quite another sentence") == 302
    assert log_in(Client()) == 200
    assert "used, or is too old" in Client().get(link, follow=True).content.decode()


def test_an_unknown_address_gets_the_same_answer_and_no_letter(ann: User, client: Client, mailoutbox: list) -> None:
    answers = [client.post("/account/password/reset/", {"email": email}, follow=True).content
               for email in ("ann@leafmark.example", "nobody@leafmark.example")]  # fmt: skip
    assert answers[0] == answers[1]
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_log_in_leads_nowhere_else(ann: User, client: Client, target: str) -> None:
    answer = client.post("/account/login/", {"username": ann.email, "password": PASSWORD, "next": target})
    assert answer.headers["Location"].startswith("/account/start/")


def test_no_secret_in_the_repository() -> None:
    text = (Path(__file__).parents[2] / "src/leafmark/web/settings.py").read_text()
    assert re.search(r"^SECRET_KEY = WORKSPACE\.secret\(\)$", text, re.M)
