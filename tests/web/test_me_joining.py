"""Sign-up: no user before the letter is answered, and no page that tells who has an account."""

from __future__ import annotations

import re
from typing import Any

import pytest
from consumers import PASSWORD, City
from django.core.cache import cache
from django.test import Client

from leafmark.ledger.privacy import account_of
from leafmark.web.me.models import SignUp
from leafmark.web.people.models import User

NEW = "new@leafmark.example"


@pytest.fixture(autouse=True)
def no_letters_yet() -> None:
    cache.clear()


def ask(client: Client, email: str = NEW, password: str = PASSWORD) -> Any:
    return client.post("/me/join/", {"email": email, "password": password}, follow=True)


def link_of(letter: Any) -> str:
    return re.search(r"http://[^/]+(/\S+)", letter.body)[1]


def test_who_answers_the_letter_with_her_password_has_an_account(city: City, mailoutbox: list) -> None:
    client = Client()
    assert ask(client, "New@Leafmark.example").status_code == 200
    assert not User.objects.filter(email=NEW).exists()
    (letter,) = mailoutbox
    link = link_of(letter)
    assert client.get(link).status_code == 200
    answer = client.post(link, {"password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me/")
    user = User.objects.get(email=NEW)
    assert account_of(city.ledger, user.subject) is not None
    assert NEW.split("@")[0] not in user.subject
    assert "No acts yet" in client.get("/me/").content.decode()
    assert client.post(link, {"password": PASSWORD}).headers["Location"] == "/me/"  # sent twice
    assert Client().get(link).status_code == 404
    login = Client().post("/account/login/", {"username": NEW, "password": PASSWORD})
    assert login.status_code == 302
    assert not SignUp.objects.exists()


def test_the_letter_alone_opens_nothing(city: City, mailoutbox: list) -> None:
    """Nor does the password alone: who signs up with a stranger's address has no letter."""
    ask(Client())
    answer = Client().post(link_of(mailoutbox[0]), {"password": "another long sentence"})
    assert answer.status_code == 400
    assert not User.objects.filter(email=NEW).exists()
    assert Client().post("/account/login/", {"username": NEW, "password": PASSWORD}).status_code == 200


def test_a_known_address_gets_the_same_page_and_a_letter_of_its_own(city: City, mailoutbox: list) -> None:
    pages = [ask(Client(), email) for email in (NEW, city.ann.email)]
    assert pages[0].content == pages[1].content
    assert [page.redirect_chain for page in pages] == [[("/me/join/sent/", 302)]] * 2
    assert "has an account already" in mailoutbox[1].body
    assert not SignUp.objects.filter(email=city.ann.email).exists()
    city.ann.refresh_from_db()
    assert city.ann.check_password(PASSWORD)


def test_two_presses_are_one_letter(city: City, mailoutbox: list) -> None:
    for password in (PASSWORD, "another long sentence"):
        ask(Client(), NEW, password)
    assert len(mailoutbox) == 1
    assert Client().post(link_of(mailoutbox[0]), {"password": PASSWORD}).status_code == 302


def test_a_newer_letter_ends_the_older_link(city: City, mailoutbox: list) -> None:
    ask(Client())
    cache.clear()
    ask(Client())
    assert Client().get(link_of(mailoutbox[0])).status_code == 404
    assert Client().get(link_of(mailoutbox[1])).status_code == 200


@pytest.mark.parametrize("token", ["x", "a:b:c", "W10:1:x", "%01"])
def test_a_forged_link_opens_nothing(city: City, token: str) -> None:
    assert Client().get(f"/me/join/{token}/").status_code == 404


@pytest.mark.parametrize(("email", "password", "field"), [
    ("no address", PASSWORD, "email"), ("", PASSWORD, "email"), (NEW, "sh0rt!?", "password"), (NEW, "password1", "password"),
    ("a@b.example\r\nBcc: c@d.example", PASSWORD, "email"),
])  # fmt: skip
def test_a_fault_stands_beside_its_field(city: City, mailoutbox: list, email: str, password: str, field: str) -> None:
    answer = ask(Client(), email, password)
    assert answer.status_code == 400
    assert f'id="fault_{field}"' in answer.content.decode()
    assert password not in answer.content.decode() or not password
    assert mailoutbox == []


def test_the_letter_speaks_the_readers_language(city: City, mailoutbox: list) -> None:
    Client().post("/zh-hant/me/join/", {"email": NEW, "password": PASSWORD})
    assert "帳戶" in mailoutbox[0].subject
    assert "/zh-hant/me/join/" in mailoutbox[0].body
