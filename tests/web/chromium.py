"""The system's Chromium for tests of pages: where it is, how it is started, the marks of tests that need it, and what every page is held to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
IN_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium here, and no test downloads one: apt-get install chromium"
    ),
]
"""`pytestmark` of a file; a single test takes them by `in_chromium`."""


def in_chromium(test: object) -> object:
    """Mark one test."""
    for mark in IN_CHROMIUM:
        test = mark(test)
    return test


WIDER = """[...document.querySelectorAll('body *')].filter(each => each.getBoundingClientRect().right > innerWidth)
  .map(each => each.outerHTML.slice(0, 80))"""


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Chromium. Playwright keeps an event loop in this thread, in which Django would refuse to be asked."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


def logged_in(browser: Any, origin: str, client: Client, **options: Any) -> Any:
    """A page of a browser that has a client's session."""
    context = browser.new_context(**options)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": origin}])
    return context.new_page()


def wrong_with(page: Any) -> list[str]:
    """What is wrong with the page that is open, its details unfolded: styles, axe, headings, width."""
    from axe_playwright_python.sync_playwright import Axe

    page.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")
    found = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in Axe().run(page).response["violations"]]
    if page.evaluate("getComputedStyle(document.body).display") != "flex":
        found.append("no styles")
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} headings of the first level")
    levels = [int(each) for each in page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map(each => each.tagName[1])")]
    if any(after > before + 1 for before, after in pairwise(levels)):
        found.append(f"levels of headings {levels}")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"wider than the window: {page.evaluate(WIDER)}")
    return found
