"""A shopper's pages in Chromium: the code on a label read from a screenshot, axe, a narrow screen, and no JavaScript."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from chromium import IN_CHROMIUM, wrong_with
from PIL import Image
from shopper_shelf import WHY, fill_estimates, fill_televisions, write_estimates

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
GTIN = "09506000134352"
PAGES = (
    "/product/aiwa/TV-1/", "/product/aiwa/TV-2/", "/product/aiwa/TV-2/label/", "/product/dairy/milk 0/", "/category/oats-soy/",
    "/m/hk/product/aiwa/TV-2/", "/m/au/product/aiwa/TV-2/", "/m/hk/product/aiwa/TV-2/label/",
)  # fmt: skip


@pytest.fixture
def shelves(runs: Path, tmp_path: Path, settings: Any, live_server: Any) -> str:
    """The site's origin, with televisions and estimates on it."""
    settings.WORKSPACE = replace(settings.WORKSPACE, origin=live_server.url)
    fill_estimates(write_estimates(tmp_path))
    fill_televisions(runs, tmp_path, savings={"TV-2": {"reference": "TV-1", "why": WHY}, "TV-1": {"reference": "TV-2"}})
    return str(live_server.url)


@pytest.mark.parametrize(("width", "scale"), [(1440, 1), (360, 3)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_code_on_a_label_leads_from_a_screenshot_to_the_product(
    shelves: str, browser: Any, width: int, scale: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, device_scale_factor=scale, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(f"{shelves}/zh-hant/product/aiwa/TV-1/")
    seen = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    (code,) = zxingcpp.read_barcodes(seen)
    assert code.format == zxingcpp.BarcodeFormat.QRCode
    assert code.text == f"{shelves}/01/{GTIN}"
    page.goto(code.text)
    assert page.url == f"{shelves}/product/aiwa/TV-1/"
    assert page.locator("h1").inner_text() == "Aiwa 24"


def test_a_product_without_a_code_shows_none(shelves: str, browser: Any) -> None:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{shelves}/product/aiwa/TV-2/")
    assert not zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_axe_finds_nothing_and_all_fits_320_px(shelves: str, browser: Any, prefix: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page, found = context.new_page(), []
    for path in PAGES:
        market, rest = (path[:5], path[5:]) if path.startswith("/m/") else ("", path)
        page.goto(f"{shelves}{market}{prefix}{rest}")
        found += [(path, each) for each in wrong_with(page)]
    assert not found


def test_a_shopper_without_javascript(shelves: str, browser: Any) -> None:
    """From milk to what stands beside it; then a television in another market, and back."""
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}).new_page()
    page.goto(f"{shelves}/category/milk/")
    page.click("text=Beside other categories")
    page.click("summary")
    page.click("#beside table a:not([aria-current])")
    assert page.locator("h1").inner_text() == "oats & <soy>"
    page.goto(f"{shelves}/product/aiwa/TV-2/")
    page.click("footer >> text=Hong Kong")
    assert page.url == f"{shelves}/m/hk/product/aiwa/TV-2/"
    assert "236 kg" in page.inner_text("main")
    page.click("text=Why this number?")
    assert page.url == f"{shelves}/m/hk/product/aiwa/TV-2/label/"
    page.click("footer >> text=European Union")
    assert page.url == f"{shelves}/product/aiwa/TV-2/label/"
