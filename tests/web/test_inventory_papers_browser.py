"""Pages of bonds and impact in Chromium: no rule of accessibility that axe knows is broken, and they fit a telephone and A4."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import IN_CHROMIUM, WIDER

sys.path.insert(0, str(Path(__file__).parents[1] / "inventory"))
pytestmark = IN_CHROMIUM


@pytest.mark.parametrize("width", [360, 1200])
def test_every_page_can_be_read_by_everybody_on_a_telephone_and_a_desk(
    browser: Any, tmp_path: Path, width: int
) -> None:
    from test_inventory_pages import pages

    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    found = []
    for name, text in pages(tmp_path).items():
        page.set_content(text)
        found += [(name, each["id"], each["nodes"][0]["html"][:120]) for each in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append((name, "wider than the window", str(page.evaluate(WIDER))))
    assert not found


def test_side_by_side_is_two_columns_on_a_desk_and_one_on_a_telephone(browser: Any, tmp_path: Path) -> None:
    from test_inventory_pages import pages

    text = pages(tmp_path)["beside en"]
    for width, columns in ((1200, 2), (360, 1)):
        page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
        page.set_content(text)
        lefts = page.eval_on_selector_all(
            ".beside > section", "all => all.map(each => each.getBoundingClientRect().left)"
        )
        assert len(set(lefts)) == columns
