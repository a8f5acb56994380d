"""No page breaks a rule of accessibility that axe knows, in any language, light or dark; and every page fits 320 px."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import in_chromium, wrong_with

PAGES = ["/", "/search/?q=aiwa", "/sector/consumer_electronics/", "/category/television/", "/product/aiwa/TV-1/", "/product/aiwa/TV-5/",
         "/product/aiwa/TV-1/label/", "/compare/?p=aiwa/TV-1&p=aiwa/TV-4", "/account/login/", "/account/password/reset/", "/nothing/", "/api/docs"]  # fmt: skip


@in_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_axe_finds_nothing(
    transactional_db: None, shelf: None, live_server: Any, browser: Any, prefix: str, scheme: str
) -> None:
    page = browser.new_context(color_scheme=scheme, viewport={"width": 320, "height": 800}, bypass_csp=True).new_page()
    found = []
    for path in PAGES:
        page.goto(f"{live_server.url}{prefix}{path}")
        found += [(path, each) for each in wrong_with(page)]
    assert not found
