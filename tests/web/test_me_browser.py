"""A consumer's pages in a browser: no violations that axe finds, in three languages, light and dark, and without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest
from chromium import IN_CHROMIUM, wrong_with
from consumers import ANN_ACCOUNT, PASSWORD, City

pytestmark = [
    *IN_CHROMIUM,
    pytest.mark.django_db(transaction=True),
]
OWN = (
    "", "acts/{ride}/", "acts/{walk}/", "acts/{bought}/", "acts/{ride}/proof/", "points/", "goals/", "statement/", "sources/",
    "data/", "data/erase/", "data/erase/confirm/",
)  # fmt: skip
OPEN = ("join/", "join/sent/", "gone/", "join/x/")


def log_in(page: Any, origin: str, city: City) -> None:
    page.goto(f"{origin}/account/login/")
    page.fill("#id_username", city.ann.email)
    page.fill("#id_password", PASSWORD)
    page.click("main button")
    page.wait_for_url(re.compile(r"/me/$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_axe_finds_nothing(live_server: Any, city: City, browser: Any, prefix: str, scheme: str) -> None:
    page = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme=scheme).new_page()
    ids = {name: city.event(event) for name, event in (("ride", "ride-0"), ("walk", "walk"), ("bought", "bought"))}
    for address in OPEN:
        _look(page, f"{live_server.url}{prefix}/me/{address}")
    log_in(page, live_server.url, city)
    for address in OWN:
        _look(page, f"{live_server.url}{prefix}/me/{address.format(**ids)}")


def _look(page: Any, address: str) -> None:
    page.goto(address)
    assert not wrong_with(page), address


def test_all_of_it_works_without_javascript(live_server: Any, city: City, browser: Any) -> None:
    """Log in, redeem with a double click, give back, set a goal, let a source in, read why, and be forgotten."""
    context = browser.new_context(java_script_enabled=False, accept_downloads=True)
    page, before = context.new_page(), city.ledger.balance(ANN_ACCOUNT).points
    log_in(page, live_server.url, city)
    page.click("text=What points buy")
    page.locator(".reward button").first.dblclick()
    page.wait_for_selector(
        "text=Give it back"
    )  # not for an address: the first of two clicks is a navigation that ends early
    assert re.search(r"/me/points/\d+/$", page.url)
    assert city.ledger.balance(ANN_ACCOUNT).points == before - 40
    page.click("text=Give it back")
    page.wait_for_selector("text=were given back to you")
    assert city.ledger.balance(ANN_ACCOUNT).points == before
    page.click("nav.rooms >> text=Goals")
    page.select_option("#id_kind", "metro")
    page.fill("#id_target", "8")
    page.click("text=Set it")
    page.wait_for_selector("text=6 of 8")
    page.click("nav.rooms >> text=Sources")
    page.locator("button[value=give]").first.click()
    page.wait_for_selector("text=You let it report acts")
    page.click("nav.rooms >> text=Acts")
    page.locator("text=/^Why .* g/").first.click()
    page.wait_for_selector("text=How it adds up")
    page.click("nav.rooms >> text=Your data")
    page.click("text=What would be erased")
    page.click("text=Go on to step 2")
    page.fill("#id_password", PASSWORD)
    page.click("text=Erase my account")
    page.wait_for_selector("text=You are forgotten")
    assert city.ledger.balance(ANN_ACCOUNT).points == 0
    assert city.ledger.verify().ok
