"""A test of labels from its declaration to its result, in a real browser: an operator, a reader, four hundred customers of a marketplace."""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from api_site import NDJSON, Caller
from chromium import IN_CHROMIUM, logged_in, wrong_with
from django.conf import settings as site_settings
from django.test import Client
from experiments_site import AFTER, END, START, started
from test_operate_experiments import filled

from leafmark.web.api.keys import make_key
from leafmark.web.experiment import console
from leafmark.web.experiment.models import Choice, Unit
from leafmark.web.people.models import User
from leafmark.web.shelf.models import Product

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
On = Callable[[dt.date], None]
PEOPLE = 400
LEANING = {
    "label": {"TV-2": 0.5, "TV-4": 0.3, "TV-3": 0.1, "TV-1": 0.1},
    "holdout": {"TV-2": 0.25, "TV-4": 0.25, "TV-3": 0.25, "TV-1": 0.25},
}
"""How likely a customer chooses each television, with labels and without."""


@pytest.fixture
def site(shelf: None, settings: Any, on_day: On) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**site_settings.STORAGES, "staticfiles": plain}  # the tests' live server knows no hashed names
    on_day(START)


def operator() -> Client:
    client = Client()
    client.force_login(
        User.objects.create_user("otto@leafmark.example", is_operator=True), "django.contrib.auth.backends.ModelBackend"
    )
    return client


def customers(shop: Caller) -> None:
    """Four hundred customers: each has a favourite by her arm's leaning, and chooses it with three chances of four, one to four times."""
    chance = random.Random(4)
    arms: dict[str, str] = {}
    for start in range(0, PEOPLE, 100):
        units = [f"customer {n}" for n in range(start, start + 100)]
        answer = shop.post("/experiments/spring/arms", json={"units": units}).json()
        arms |= {each["unit"]: each["arm"] for each in answer["arms"]}
    rows = []
    for unit, arm in arms.items():
        names, weights = zip(*LEANING[arm].items(), strict=True)
        favourite = chance.choices(names, weights)[0]
        for number in range(chance.randint(1, 4)):
            chosen = favourite if chance.random() < 0.75 else chance.choices(names, weights)[0]
            rows.append({"choice_id": f"{unit} {number}", "unit": unit, "brand": "aiwa", "product_id": chosen})
    body = "\n".join(map(json.dumps, rows))
    for accepted in (len(rows), 0):  # sent again after a lost reply, nothing counts twice
        answer = shop.post("/experiments/spring/choices", data=body, content_type=NDJSON).json()
        assert (answer["accepted"], answer["refused"]) == (accepted, [])


def true_effect() -> float:
    """What labels do to the mean choice of a customer, from the leanings and the published figures: micrograms."""
    figures = {each.product_id: each.co2e_ug for each in Product.objects.all()}
    mean = {arm: sum(share * (figures[name] or 0) for name, share in of.items()) for arm, of in LEANING.items()}
    effect = mean["label"] - mean["holdout"]
    # 0.5 x 50 + 0.3 x 60 + 0.1 x 99 + 0.1 x 100 = 62.9 kWh a year, against 77.25; TV-1 uses 100
    assert effect / (figures["TV-1"] or 0) == pytest.approx((62.9 - 77.25) / 100, rel=1e-6)
    return effect


def test_an_operator_finds_out_what_labels_do(
    site: None, browser: Any, live_server: Any, on_day: On, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By clicks alone, without JavaScript: declared, its power seen, started; customers choose; the end passes; the result holds the truth."""
    monkeypatch.setattr(
        console, "secrets", SimpleNamespace(token_hex=lambda size: "07" * size)
    )  # the same arms in every run
    page = logged_in(browser, live_server.url, operator(), java_script_enabled=False)
    page.goto(f"{live_server.url}/operate/")
    page.click("nav.rooms >> text=Label tests")
    page.fill("#question", "Do labels lead to televisions with a smaller footprint?")
    page.fill("#key", "spring")
    page.select_option("#shown_by", "clients")
    page.fill("#lists", f"{live_server.url}/category/television/")
    page.select_option("#outcome", "grams")
    page.fill("#held_out", "50")
    page.fill("#least_units", "150")
    page.fill("#starts_on", START.isoformat())
    page.fill("#ends_on", END.isoformat())
    page.click("button >> text=Declare")
    page.wait_for_selector("text=Declared, not started")
    assert page.locator("th >> text=300").count() == 1  # people for the least size, and what they see beside it
    page.fill("#reason", "agreed with the marketplace")
    page.click("button >> text=Start it")
    page.wait_for_selector(".flag >> text=Running")

    customers(Caller(make_key("shop", ["experiments"])[1]))
    page.reload()
    assert page.locator("text=It is the split that was planned.").count() == 1
    assert page.locator("svg.chart").count() == 0  # no peeking

    on_day(AFTER)
    page.reload()
    page.wait_for_selector("text=can be told apart from nothing")
    assert page.locator("svg.chart").count() == 1
    with page.expect_download() as download:
        page.click("text=Download the counts")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "spring.csv"
    done = subprocess.run(
        [sys.executable, "-m", "leafmark.cli", "experiment", "result", str(file), "--on", AFTER.isoformat(), "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["difference"]["low"] <= true_effect() <= found["difference"]["high"]
    assert found["by_choice"]["low"] <= true_effect() <= found["by_choice"]["high"]
    kg = f"{found['difference']['estimate'] / 1e9:.1f}".replace("-", "\u2212")
    assert kg in page.locator("main").inner_text()
    page.context.close()


def test_a_reader_says_yes_chooses_and_leaves(site: None, browser: Any, live_server: Any) -> None:
    """Without JavaScript; her browser has no cookie of ours before she says yes on the test's page."""
    made = started("spring", held_out=50)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/category/television/")
    assert context.cookies() == []
    page.click("text=What it is, and taking part")
    page.click("button >> text=Yes, I take part")
    page.wait_for_selector("text=You take part.")
    (cookie,) = [each for each in context.cookies() if each["name"] == "test-spring"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    unit = Unit.objects.get()
    assert page.locator(".card-figure").count() == (0 if unit.arm == "holdout" else 5)
    page.click(".card >> text=Aiwa 24 Eco mode")
    page.wait_for_selector("h1 >> text=Aiwa 24 Eco mode")
    assert page.url.endswith("/product/aiwa/TV-2/")
    assert page.locator(".figure").count() == 1  # the label, in either arm
    assert Choice.objects.get().product.product_id == "TV-2"
    page.go_back()
    page.click(".card >> text=Aiwa 24 Eco mode")
    assert Choice.objects.count() == 1
    page.goto(f"{live_server.url}/test/spring/")
    page.click("button >> text=Leave the test")
    page.wait_for_selector("text=Would you like to take part?")
    assert Choice.objects.count() == 0
    assert made.units.get().left_on == START
    assert not [each for each in context.cookies() if each["name"] == "test-spring"]
    context.close()


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_no_violation_and_nothing_wider_than_the_screen(
    site: None, browser: Any, live_server: Any, on_day: On, prefix: str
) -> None:
    """Before its end and after, in the console and for readers; with a result and without one."""
    first = started("spring", question="Do labels lead to televisions with a smaller footprint, and by how much?")
    share = started("share", outcome="lower_half", shown_by="clients")
    filled(first, 150, 140)
    filled(share, 130, 130)
    client, found = operator(), []
    client.post("/operate/experiments/", {"key": "a b", "token": "x"})
    for day in (START, AFTER):
        on_day(day)
        for scheme, width in (("light", 320), ("dark", 1440)):
            page = logged_in(
                browser, live_server.url, client, color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
            )  # fmt: skip
            for address in (
                "/operate/experiments/",
                "/operate/experiments/spring/",
                "/operate/experiments/share/",
                "/test/spring/",
                "/category/television/",
            ):
                assert page.goto(f"{live_server.url}{prefix}{address}").status == 200
                found += [(address, scheme, day, each) for each in wrong_with(page)]
            page.context.close()
    assert not found
