"""The inventory in a real browser: no axe violation, nothing wider than a telephone, the way from a total to its source by clicks alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chromium import IN_CHROMIUM, WIDER, logged_in, wrong_with
from django.test import Client
from inventory_site import HERE, NAME, inventory_site, made_once  # noqa: F401

from leafmark.inventory.book import Inventory
from leafmark.inventory.report.making import make
from leafmark.web.people.models import User

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


PAST_THE_EDGE = """[...document.querySelectorAll('main, main :is(table, th, td, td *, th *)')].filter(each => !each.closest('thead')
  && (each.getBoundingClientRect().right > innerWidth || each.scrollWidth > each.clientWidth + 1 && each.clientWidth))
  .map(each => each.outerHTML.slice(0, 120))"""
"""What runs past the window, or over its own box; headings that only ears meet on a telephone aside."""


@pytest.fixture
def client(inventory_site: Path) -> Client:  # noqa: F811
    found = Client()
    found.force_login(
        User.objects.create_user("ada@leafmark.example", is_auditor=True), "django.contrib.auth.backends.ModelBackend"
    )
    return found


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_no_violation_and_nothing_wider_than_the_screen(
    client: Client, browser: Any, live_server: Any, prefix: str
) -> None:
    found = []
    for scheme, width in (("light", 360), ("dark", 1280)):
        page = logged_in(
            browser, live_server.url, client, color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
        )  # fmt: skip
        for address in ("/operate/inventory/", HERE, f"{HERE}of/2/0/", f"{HERE}lines/?scope=3", f"{HERE}flags/"):
            assert page.goto(f"{live_server.url}{prefix}{address}").status == 200, address
            found += [(address, scheme, each) for each in wrong_with(page)]
        page.context.close()
    assert not found


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_lines_fit_a_telephone_and_a_desk_without_scrolling_sideways(
    client: Client, browser: Any, live_server: Any, prefix: str
) -> None:
    """Every cell of every line in sight at once, without JavaScript, and still a table to who hears it."""
    page = logged_in(browser, live_server.url, client, java_script_enabled=False)
    for asked in ("scope=1", "scope=2", "scope=3", "outside=biogenic_co2"):
        assert page.goto(f"{live_server.url}{prefix}{HERE}lines/?{asked}").status == 200
        for width in (360, 420, 700, 900, 1200):
            page.set_viewport_size({"width": width, "height": 900})
            assert not page.evaluate(PAST_THE_EDGE), (width, asked)
            table = page.get_by_role("table")
            lines, columns = table.get_by_role("row").count() - 1, table.get_by_role("columnheader").count()
            assert lines > 0
            assert table.get_by_role("rowheader").count() == lines
            assert table.get_by_role("cell").count() == lines * (columns - 1)
        assert page.locator("main .scroll").count() == 0
    page.context.close()


def test_from_a_total_to_its_source_by_clicks_without_javascript(
    client: Client, browser: Any, live_server: Any
) -> None:
    page = logged_in(browser, live_server.url, client, java_script_enabled=False)
    page.goto(f"{live_server.url}/operate/inventory/")
    page.click("main tbody a")
    page.click("main >> text=Scope 1: direct emissions")
    page.click("main tbody >> text=depot")
    page.click("main tbody >> text=fuel.diesel@GB:direct:2023")
    assert "sheet 'Factors by Category', ID 1_101_1011_8_1 (row 187)" in page.inner_text("main")
    page.go_back()
    page.click("main tbody >> text=activity rows of depot")
    assert "fuel.csv" in page.inner_text("main")
    page.goto(f"{live_server.url}{HERE}")
    with page.expect_download() as taken:
        page.click("main >> text=Report (HTML)")
    assert taken.value.suggested_filename == "own-2023-report.html"
    page.context.close()


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_the_report_itself_is_accessible_and_fits_a_telephone_and_paper(
    browser: Any,
    inventory_site: Path,  # noqa: F811
    tmp_path: Path,
    language: str,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    make(Inventory.open(inventory_site / "inventories" / NAME), tmp_path, language, ("html",))
    for scheme, width in (("light", 360), ("dark", 1280)):
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
        page = context.new_page()
        faults: list[str] = []
        page.on(
            "request",
            lambda request, faults=faults: faults.append(request.url) if not request.url.startswith("file:") else None,
        )
        page.goto(f"file://{tmp_path / 'report.html'}")
        assert not [each["id"] for each in Axe().run(page).response["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
            page.evaluate(WIDER)
        )
        for wide in (width, 1200):  # the table of factors, with its long texts, needs no scrolling
            page.set_viewport_size({"width": wide, "height": 900})
            assert page.locator(".fold").evaluate(
                "table => table.parentElement.scrollWidth <= table.parentElement.clientWidth"
            )
            assert page.get_by_role("table", include_hidden=False).count() == page.locator("table").count()
        assert not faults
        context.close()
