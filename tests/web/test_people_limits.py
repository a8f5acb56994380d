"""A storm of log-ins from one address, and whose word on an address is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from django.utils import timezone

from leafmark.web.languages import say
from leafmark.web.people.limits import NAMES_MAX, client_address
from leafmark.web.people.models import User
from leafmark.web.workspace import SETTINGS, WorkspaceError, open_workspace

PASSWORD = "a long enough sentence"


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann@leafmark.example", PASSWORD, name="Ann")


def log_in(address: str, email: str = "ann@leafmark.example", password: str = PASSWORD, **more: Any) -> Any:
    prefix = more.pop("prefix", "")
    form = {"username": email, "password": password}
    return Client().post(f"{prefix}/account/login/", form, REMOTE_ADDR=address, **more)


def storm(address: str, names: int = NAMES_MAX, **more: Any) -> list[int]:
    return [log_in(address, f"n{number}@elsewhere.example", "wrong", **more).status_code for number in range(names)]


def test_a_storm_of_names_waits_and_other_addresses_do_not(ann: User) -> None:
    assert storm("203.0.113.7") == [200] * NAMES_MAX
    assert storm("203.0.113.7", 1) == [429]
    assert log_in("203.0.113.7").status_code == 429
    assert log_in("203.0.113.8").status_code == 302


def test_one_name_less_is_no_storm(ann: User) -> None:
    storm("203.0.113.7", NAMES_MAX - 1)
    assert log_in("203.0.113.7").status_code == 302


def test_one_name_many_times_is_one_name(ann: User) -> None:
    for _ in range(NAMES_MAX + 5):
        log_in("203.0.113.7", "bob@leafmark.example", "wrong")
    assert log_in("203.0.113.7").status_code == 302


def test_a_name_in_capitals_is_no_other_name(ann: User) -> None:
    name = "n0@elsewhere.example"
    for number in range(NAMES_MAX + 5):
        log_in("203.0.113.7", name[:number].upper() + name[number:], "wrong")
    assert log_in("203.0.113.7").status_code == 302


@pytest.mark.parametrize(("prefix", "lang"), [("", "en"), ("/zh-hant", "zh-Hant"), ("/zh-hans", "zh-Hans")])
def test_the_page_is_the_lock_s_in_the_reader_s_language(ann: User, prefix: str, lang: str) -> None:
    storm("203.0.113.7")
    answer = log_in("203.0.113.7", prefix=prefix)
    assert answer.status_code == 429
    assert say(lang, "people.locked_out.what") in answer.content.decode()


def test_a_storm_fills_no_table_and_ends_though_it_goes_on(ann: User) -> None:
    storm("203.0.113.7", NAMES_MAX + 30)
    assert AccessAttempt.objects.count() == NAMES_MAX
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert log_in("203.0.113.7").status_code == 302


def test_who_is_logged_in_notices_nothing(ann: User) -> None:
    client = Client(REMOTE_ADDR="203.0.113.7")
    client.post("/account/login/", {"username": ann.email, "password": PASSWORD})
    storm("203.0.113.7")
    assert client.get("/me/").status_code == 200


def test_a_household_of_ipv6_is_one_address(ann: User) -> None:
    for number in range(NAMES_MAX):
        log_in(f"2001:db8:1:2::{number:x}", f"n{number}@elsewhere.example", "wrong")
    assert log_in("2001:db8:1:2:ffff::1").status_code == 429
    assert log_in("2001:db8:1:3::1").status_code == 302


def known(settings: Any, proxies: tuple[str, ...] = (), origin: str = "http://127.0.0.1:8000") -> None:
    settings.WORKSPACE = replace(settings.WORKSPACE, origin=origin, proxies=tuple(map(ip_network, proxies)))


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # whoever is no proxy says nothing about himself
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),  # the first was written by the reader
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),  # two proxies in a row
        ("10.0.0.1", "", None),
        ("10.0.0.1", "10.0.0.2", None),
        ("10.0.0.1", "nonsense", None),
        ("10.0.0.1", "198.51.100.1, <script>", None),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", None),
        ("not an address", "198.51.100.1", None),
    ],
)
def test_whose_word_is_taken(settings: Any, remote: str, forwarded: str, found: str | None) -> None:
    known(settings, ("10.0.0.0/8",))
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == found


def test_a_forged_header_opens_nothing(ann: User, settings: Any) -> None:
    known(settings, ("10.0.0.0/8",))
    for number in range(NAMES_MAX):
        forged = {"HTTP_X_FORWARDED_FOR": f"192.0.2.{number}, 198.51.100.1"}
        log_in("10.0.0.1", f"n{number}@elsewhere.example", "wrong", **forged)
    assert log_in("10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.200, 198.51.100.1").status_code == 429
    assert log_in("10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.2").status_code == 302


def test_behind_a_proxy_that_nobody_named_not_everybody_is_locked(ann: User, settings: Any) -> None:
    known(settings, origin="https://shop.example")
    storm("10.0.0.1", NAMES_MAX + 5, secure=True, HTTP_X_FORWARDED_PROTO="https")
    assert log_in("10.0.0.1", secure=True, HTTP_X_FORWARDED_PROTO="https").status_code == 302
    for _ in range(5):
        log_in("10.0.0.1", password="wrong", secure=True)
    assert log_in("10.0.0.1", secure=True).status_code == 429  # the lock by name stays


def test_proxies_are_named_in_the_settings(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEAFMARK_PROXIES", raising=False)
    (tmp_path / SETTINGS).write_text('proxies = "127.0.0.1, 10.1.2.3/8"')
    assert open_workspace(tmp_path).proxies == (ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"))
    (tmp_path / SETTINGS).write_text('proxies = "the balancer"')
    with pytest.raises(WorkspaceError, match=r"proxies: expected addresses or networks .* found 'the balancer'"):
        open_workspace(tmp_path)
