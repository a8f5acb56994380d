"""The planning rooms in a browser: no violation that axe finds, three languages, light and dark, and all of it without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest
from chromium import IN_CHROMIUM, logged_in, wrong_with
from django.test import Client

from leafmark.web.brand.models import Target
from leafmark.web.shelf.models import Brand

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
BILL = (
    "v=1&name=Kettle&life=5&kwh=100&grid=DE&l=materials~material.steel_cans~0.6~kg~GB&l=manufacturing~electricity.grid~1.5~kWh~CN"
    "&l=manufacturing~fuel.diesel~0.01~L~GB"
)
PAGES = (
    f"wizard/?{BILL}&step=about", f"wizard/?{BILL}&step=materials&a_q=paper", f"wizard/?{BILL}&step=use", f"wizard/?{BILL}&step=transport&a_key=freight.rail",
    "wizard/?v=1&step=materials&do=add&a_key=material.glass&a_amount=x&a_region=Atlantis",
    f"wizard/?{BILL}&step=result&wl=1&wk=material.aluminium&wr=GB&wp=DE&wy=8&wg=FR", f"wizard/?{BILL}&step=result&wl=1", f"wizard/?{BILL}&l=zzz&wy=x",
    "wizard/?begin=BOX", "shelf/", "shelf/PLATE/", "shelf/KETTLE/", "claims/", "targets/", "targets/{target}/",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_axe_finds_nothing(live_server: Any, mill: Brand, mei: Client, browser: Any, prefix: str, scheme: str) -> None:
    mei.post(
        "/brand/mill/targets/",
        {
            "name": "Use",
            "stage": "use",
            "base_year": "2020",
            "base": "1000",
            "base_in": "t",
            "target_year": "2030",
            "reduction_percent": "42",
        },
    )
    target = Target.objects.get()
    mei.post(
        f"/brand/mill/targets/{target.pk}/", {"year": "2024", "amount": "900", "amount_in": "t", "source": "meters"}
    )
    width = 320 if scheme == "light" else 1440
    page = logged_in(browser, live_server.url, mei, viewport={"width": width, "height": 800}, color_scheme=scheme)
    for address in PAGES:
        where = f"{live_server.url}{prefix}/brand/mill/{address.format(target=target.pk)}"
        page.goto(where)
        assert not wrong_with(page), where
    page.goto(f"{live_server.url}{prefix}/brand/mill/claims/")
    page.fill("#id_text", "An eco-friendly kettle. Low-carbon channel")
    page.click("button[value=check]")
    assert not wrong_with(page), "claims, found"
    page.fill("#id_text", "")
    page.click("button[value=check]")
    assert not wrong_with(page), "claims, faults"
    page.goto(f"{live_server.url}{prefix}/brand/mill/targets/")
    page.click("main form button")
    assert not wrong_with(page), "targets, faults"


def test_all_of_it_works_without_javascript(live_server: Any, mill: Brand, mei: Client, browser: Any) -> None:
    """A product from nothing to its files, what if, a claim, a place on the shelf, a target and its actual."""
    page = logged_in(browser, live_server.url, mei, java_script_enabled=False, accept_downloads=True)
    page.goto(f"{live_server.url}/brand/mill/")
    page.click("nav.rooms >> text=Wizard")
    page.fill("#id_name", "Tin kettle")
    page.fill("#id_life", "5")
    page.click("section.narrow button")
    page.fill("#id_q", "steel")
    page.click("main form[role=search] button")
    page.click("text=Metal: steel cans, primary")
    page.fill("#a_amount", "abc")
    page.click("section.narrow button")
    assert "abc is no number" in page.inner_text("#fault_amount")
    page.fill("#a_amount", "600")
    page.select_option("#a_unit", "g")
    page.click("section.narrow button")
    assert "1.72 kg" in page.inner_text(".so-far")
    page.click("nav.steps >> text=Use")
    page.fill("#id_kwh", "100")
    page.select_option("#id_grid", "DE")
    page.click("text=Take this")
    page.click("nav.steps >> text=Result")
    assert "170 kg" in page.inner_text(".figure")
    page.select_option("#id_wg", "FR")
    page.click("text=Try it")
    assert "Surely lower." in page.inner_text("main")
    page.click("text=Undo all")
    page.select_option("#id_wl", "1")
    page.fill("#id_wq", "aluminium")
    page.click("text=Try it")
    page.click(".choices >> text=Metal: aluminium cans and foil (excl. forming), primary")
    assert "Surely higher." in page.inner_text("main")
    assert page.locator(".previews svg").count() == 3
    with page.expect_download() as bill:
        page.click("text=Its lines (CSV)")
    assert bill.value.suggested_filename == "wizard-1-bill.csv"
    page.go_back()
    page.click("nav.rooms >> text=Shelf")
    page.click("text=Kettle 1.7 L")
    page.click("text=Open it in the wizard")
    assert "The same as the published figure" in page.inner_text("main")
    page.click("nav.rooms >> text=Claims check")
    page.fill("#id_text", "Carbon neutral by 2030")
    page.click("button[value=check]")
    assert "eu.future" in page.inner_text("main")
    page.click("nav.rooms >> text=Targets")
    for name, value in {
        "name": "Use",
        "base_year": "2020",
        "base": "1000",
        "target_year": "2030",
        "reduction_percent": "42",
    }.items():
        page.fill(f"#id_{name}", value)
    page.click("text=Set the target")
    page.fill("#id_year", "2024")
    page.fill("#id_amount", "800")
    page.fill("#id_source", "meters")
    page.click("section.narrow button")
    assert re.search(r"32\.0 t below the path", page.inner_text("main"))
    page.locator("form[action$='withdraw/'] button").click()
    assert "1 withdrawn target" in page.inner_text("main")
