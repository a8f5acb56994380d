"""The auditor's and operator's pages and a trace in a real browser: no axe violation, JavaScript off, three languages, light and dark."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from chromium import IN_CHROMIUM, logged_in, wrong_with
from django.conf import settings as site_settings
from django.test import Client

from leafmark import engine
from leafmark.web.audit.models import Sample
from leafmark.web.jobs.models import Job
from leafmark.web.people.models import User
from leafmark.web.shelf.fill import fill

pytestmark = [
    *IN_CHROMIUM,
    pytest.mark.django_db(transaction=True),
]
DAY = dt.date(2026, 11, 1)
WIDTHS_PX = (360, 1440)


@pytest.fixture
def site(tmp_path: Path, settings: Any) -> Path:
    (tmp_path / "one.csv").write_text(
        "product_id,stage,key,amount,unit\nloaf,materials,food.eggs,2,kg\nloaf,packaging,food.milk,1,kg\nbun,use,no.such,1,kg\n"
    )
    (tmp_path / "two.csv").write_text("product_id,stage,key,amount,unit\nloaf,materials,food.eggs,3,kg\n")
    (tmp_path / "catalogue.csv").write_text(
        "product_id,name,brand,sector,category,boundary,functional_unit\nloaf,Loaf,Mill,food,bread,cradle_to_retail,1 loaf\n"
    )
    for name in ("one", "two"):
        engine.footprint(tmp_path / f"{name}.csv", out=tmp_path / name, known_on=DAY)
    (tmp_path / "lines.csv").write_text(
        "order_id,product_id,pieces,date\n1,milk,2,2026-05-03\n1,gone,1,2026-05-03\n2,egg,1,2026-06-01\n"
    )
    (tmp_path / "shelf.csv").write_text(
        "product_id,category,mass_kg,mass_key\nmilk,Dairy,1,food.milk\negg,Eggs of hens that live outdoors all year round,0.5,food.eggs\n"
    )
    engine.orders(tmp_path / "lines.csv", catalogue=tmp_path / "shelf.csv", out=tmp_path / "orders", known_on=DAY)
    settings.WORKSPACE = dataclasses.replace(site_settings.WORKSPACE, folder=tmp_path)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**site_settings.STORAGES, "staticfiles": plain}  # the tests' live server knows no hashed names
    fill(tmp_path / "one", tmp_path / "catalogue.csv", DAY, workspace=tmp_path)
    return tmp_path


def addresses(site: Path, client: Client) -> list[str]:
    run, other, bought = (engine.run.open_run(site / name).id for name in ("one", "two", "orders"))
    client.post(f"/audit/run/{run}/sample/", {"size": "2", "seed": "s", "token": "t"})
    sample = Sample.objects.get()
    client.post(f"/audit/sample/{sample.pk}/1/", {"verdict": "differs", "note": "invoice 17", "token": "v"})
    rows = {"event": 3, "batch": 1}
    for state, more in {
        "waiting": {}, "running": {"done": 1, "whole": 4, "what": "reading"}, "failed": {"fault": "lost"},
        "done": {"result": {"ok": False, "checks": 9, "rows": rows, "notes": ["n"], "findings": ["f"], "more": 2}},
    }.items():  # fmt: skip
        Job.objects.create(name="verify", function="leafmark.x", state=state, **more)
    replayed = {
        "run_id": run,
        "same": False,
        "figures_same": False,
        "changed": [],
        "totals": ["t"],
        "tables": {"products": {"then": 1, "now": 1, "differing": 1}},
    }
    Job.objects.create(name="replay", function="leafmark.x", state="done", result=replayed)
    factor = "food.eggs@WORLD:cradle_to_retail:2010"
    return [
        "/product/mill/loaf/label/", "/trace/mill/loaf/", f"/factor/{run}/{factor}/", "/method/product.bill/2/", "/audit/",
        f"/audit/run/{run}/", f"/audit/run/{run}/figure/", f"/audit/run/{run}/figure/?of=stage:materials", f"/audit/run/{run}/counted/",
        f"/audit/run/{run}/rejected/", f"/audit/run/{run}/subject/loaf/", f"/audit/run/{bought}/", f"/audit/run/{bought}/figure/",
        f"/audit/run/{bought}/counted/", f"/audit/run/{bought}/subject/1/", "/audit/compare/", f"/audit/compare/?before={run}&after={other}", f"/audit/sample/{sample.pk}/",
        f"/audit/sample/{sample.pk}/1/", "/operate/", "/jobs/", *(f"/jobs/{job.pk}/" for job in Job.objects.all()),
    ]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_no_violation_and_nothing_wider_than_the_screen(
    site: Path, browser: Any, live_server: Any, prefix: str
) -> None:
    client = Client()
    client.force_login(User.objects.create_user("ada@leafmark.example", is_auditor=True, is_operator=True))
    pages = addresses(site, client)
    found = []
    for scheme, width in (("light", WIDTHS_PX[0]), ("dark", WIDTHS_PX[1])):
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


def test_a_sample_is_drawn_and_signed_without_javascript(site: Path, browser: Any, live_server: Any) -> None:
    client = Client()
    client.force_login(User.objects.create_user("ada@leafmark.example", is_auditor=True))
    page = logged_in(browser, live_server.url, client, java_script_enabled=False)
    page.goto(f"{live_server.url}/audit/")
    page.click("th a >> nth=0")
    page.fill("#size", "1")
    page.fill("#seed", "lottery of 26 November")
    page.click("form.narrow button, section.narrow button")
    page.click("th a >> nth=0")
    page.check("#v-agrees")
    page.click("main form button")
    assert "agrees with its evidence" in page.inner_text("main")
    assert Sample.objects.get().lines.get().verdicts.get().by.email == "ada@leafmark.example"
    page.context.close()
