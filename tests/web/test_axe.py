"""No page breaks a rule of accessibility that axe knows, in any language, light or dark; and every page fits 320 px."""

from __future__ import annotations

import pytest
from chromium import ARGUMENTS, CHROMIUM, in_chromium

TOO_WIDE = """[...document.querySelectorAll('body *')].filter(each => each.getBoundingClientRect().right > innerWidth)
  .map(each => each.outerHTML.slice(0, 80))"""
PAGES = ["/", "/search/?q=aiwa", "/sector/consumer_electronics/", "/category/television/", "/product/aiwa/TV-1/", "/product/aiwa/TV-5/",
         "/product/aiwa/TV-1/label/", "/compare/?p=aiwa/TV-1&p=aiwa/TV-4", "/account/login/", "/account/password/reset/", "/nothing/", "/api/docs"]  # fmt: skip


@in_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_axe_finds_nothing(transactional_db: None, shelf: None, live_server: object, prefix: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(
            color_scheme=scheme, viewport={"width": 320, "height": 800}, bypass_csp=True
        ).new_page()
        found, wide = {}, []
        for path in PAGES:
            page.goto(f"{live_server.url}{prefix}{path}")  # type: ignore[attr-defined]
            seen = Axe().run(page)
            if seen.violations_count:
                found[path] = [(each["id"], each["nodes"][0]["html"][:120]) for each in seen.response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth") > 320:
                wide.append((path, page.evaluate(TOO_WIDE)))
        browser.close()
    assert not found
    assert not wide
