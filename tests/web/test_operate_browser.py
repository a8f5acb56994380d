"""The operator's console in a real browser: no axe violation, nothing wider than the screen, and all of it without JavaScript."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import IN_CHROMIUM, logged_in, wrong_with
from django.conf import settings as site_settings
from django.test import Client
from operators import fresh
from packs_site import eggs, packs_site  # noqa: F401
from terms import CATALOGUE, TODAY, an_act

from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.review import MANY_IN_A_DAY
from leafmark.products.benchmarks import freeze, write_table
from leafmark.products.footprint import footprint_from
from leafmark.web.brand.models import Draft, Upload
from leafmark.web.jobs import run as jobs
from leafmark.web.jobs.models import Job
from leafmark.web.operate.models import PackDecision, ReviewDecision
from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.models import Brand, Product

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(packs_site: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:  # noqa: F811
    """A workspace in which something waits in every room of the console."""
    from leafmark.web.operate.review import finding, views

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**site_settings.STORAGES, "staticfiles": plain}  # the tests' live server knows no hashed names
    farm = Brand.objects.get(slug="farm")
    mei = User.objects.create_user("mei@farm.example", name="Mei")
    Membership.objects.create(user=mei, brand=farm, may_publish=True)
    for state in ("checking", "checked", "refused", "calculated"):
        sent = Upload.objects.create(
            brand=farm, by=mei, token=state, products_name=f"{state} with a rather long name.csv", state=state
        )
    Draft.objects.create(brand=farm, upload=sent, run="r", catalogue="c", on_date="2026-11-01", prepared_by=mei, proposed_by=mei,
                         proposed_at="2026-11-20T10:00Z", state=Draft.PROPOSED)  # fmt: skip
    Job.objects.create(name="verify", function="leafmark.x", state="failed", fault="lost")
    shown = Product.objects.select_related("current__run", "category")
    table = freeze(
        [footprint_from(each.current.row, each.current.catalogue, gwp_set="AR6", method_version="product.bill@2") for each in shown],
        table_id="leafmark.category", version="2026.1", frozen_on=dt.date(2026, 11, 1), run_hash="x", count_min=1,
    )  # fmt: skip
    (packs_site / "benchmarks").mkdir()
    write_table(table, packs_site / "benchmarks" / "shelf.json")
    (packs_site / "benchmarks" / "broken.json").write_text("[]")
    with open_ledger(str(packs_site / "ledger.db"), "site", lambda: TODAY) as books:
        books.load(CATALOGUE)
        books.ingest([an_act(f"ride {n}") for n in range(MANY_IN_A_DAY)])

        def opened() -> Ledger:
            return books

        for module in (finding, views):
            monkeypatch.setattr(module, "ledger", opened)
        yield packs_site


def operator() -> Client:
    """An operator who did something in every room, so that every page has something to show."""
    client = Client()
    client.force_login(
        User.objects.create_user("otto@leafmark.example", is_operator=True), "django.contrib.auth.backends.ModelBackend"
    )
    client.post("/operate/members/", {"name": "Mill", "token": fresh()})
    client.post("/operate/members/mill/", {"email": "bo@mill.example", "may_publish": "on", "token": fresh()})
    for address in ("eggs", "mills"):
        client.post(f"/operate/packs/of/{address}/effect/", {"token": fresh()})
    client.post("/operate/review/look/", {"token": fresh()})
    certified = {f"{name}_{part}": value for name in ("public_terms", "expert_requirements", "non_compliance_rule", "third_party_monitoring")
                 for part, value in (("where", "https://scheme.example/"), ("by", "Monitors"), ("until", "2099-01-01"))}  # fmt: skip
    client.post(
        "/operate/schemes/",
        {
            "scheme": "leafmark.percentile@2026.1",
            "table": "shelf.json",
            "independent": "on",
            "token": fresh(),
            **certified,
        },
    )
    jobs.run_waiting()
    sha256 = Job.objects.filter(name="pack_effect", arguments__name="mills").get().arguments["sha256"]
    client.post(
        "/operate/packs/of/mills/activate/", {"reason": "boards of our own mill", "sha256": sha256, "token": fresh()}
    )
    assert PackDecision.objects.count() == 1
    return client


def addresses(client: Client) -> list[str]:
    found = Job.objects.get(name="fraud_review").result["findings"]
    from leafmark.ledger.review import Finding

    stamps = [Finding(**each).stamp for each in found]
    client.post(f"/operate/review/of/{stamps[0]}/dismiss/", {"reason": "a driver's card", "token": fresh()})
    return [
        "/operate/", "/operate/queues/", "/operate/members/", "/operate/members/mill/", "/operate/packs/", "/operate/packs/of/eggs/",
        "/operate/packs/of/broken/", "/operate/packs/of/builtin/", "/operate/packs/of/clash/", "/operate/schemes/",
        f"/operate/schemes/of/{Job.objects.get(name='scheme_preview').pk}/", "/operate/review/", *(f"/operate/review/of/{each}/" for each in stamps),
        f"/operate/review/decision/{ReviewDecision.objects.get().pk}/", *(f"/jobs/{each.pk}/" for each in Job.objects.all()),
    ]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_no_violation_and_nothing_wider_than_the_screen(
    site: Path, browser: Any, live_server: Any, prefix: str
) -> None:
    client = operator()
    pages = addresses(client)
    found = []
    for scheme, width in (("light", 360), ("dark", 1440)):
        page = logged_in(
            browser,
            live_server.url,
            client,
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
            bypass_csp=True,
        )
        for address in pages:
            answer = page.goto(f"{live_server.url}{prefix}{address}")
            assert answer.status == 200, address
            found += [(address, scheme, each) for each in wrong_with(page)]
        page.context.close()
    assert not found


def test_all_of_it_works_without_javascript(site: Path, browser: Any, live_server: Any) -> None:
    """A member let in, a pack activated, acts taken back in two steps: by clicks alone."""
    client = operator()
    page = logged_in(browser, live_server.url, client, java_script_enabled=False)
    page.goto(f"{live_server.url}/operate/")
    page.click("nav.rooms >> text=Members")
    page.click("main >> text=Farm")
    page.fill("#email", "new@farm.example")
    page.click("main >> text=Add >> nth=-1")
    page.wait_for_selector("th >> text=new@farm.example")
    page.click("[aria-label='Remove new@farm.example']")
    page.wait_for_selector("td >> text=removed")
    assert not Membership.objects.filter(user__email="new@farm.example").exists()
    page.click("nav.rooms >> text=Packs of factors")
    page.click("th >> text=eggs")
    page.click("text=Work it out")
    jobs.run_waiting()
    page.click("text=Look how far it is")
    page.click("text=Back to the pack")
    page.fill("#reason", "corrected by its publisher")
    page.click("button >> text=Activate")
    page.wait_for_selector("td >> text=corrected by its publisher")
    page.click("nav.rooms >> text=Fraud review")
    page.click("th a >> text=Far above the cap")
    page.fill("#reason", "copied tickets")
    page.click("text=Show what would happen")
    page.wait_for_selector("text=Nothing has happened yet")
    page.click("text=Take them back now")
    page.wait_for_selector("h1 >> text=acts taken back")
    assert page.locator("td", has_text="taken back").count() == MANY_IN_A_DAY
    page.context.close()
