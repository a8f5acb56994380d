"""The pages of imports, matches and drafts in a browser: no violations that axe finds, in three languages, light and dark, at 360 px."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from brand_files import BILLS, PASSWORD, PRODUCTS, Console, console
from chromium import ARGUMENTS, CHROMIUM, IN_CHROMIUM

__all__ = ["console"]
pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
HARD = (
    PRODUCTS.replace("Oak chair", "Eco-friendly " + "x" * 80 + " chair")
    + f'bad,123,<b>"{"y" * 90}"</b>,,x,home,,1\n'.replace('"', "'")
    + "late,,Late chair,,chair,home,,\n"
)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Chromium. Playwright keeps an event loop in this thread, in which Django would refuse to be asked."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


def pages(console: Console) -> list[str]:
    """Every page in every state."""
    refused, waiting = console.checked("a,b\n1,2\n", None), None
    first = console.published(PRODUCTS, BILLS.replace("Oak wood,", ",material.wood"))
    lines = BILLS.replace("0.8,kg,GB", "0.9,kg,FR") + "late,materials,橡木,,1,kg,\nlate,materials,Qqq,,1,kg,\n"
    upload = console.checked(HARD, lines)
    console.mei.post(console.at(f"imports/{upload.pk}/matches/confirm/"), {"m-0": "material.wood"})
    draft, proposed = console.calculated(upload), console.calculated(upload)
    console.step(proposed, "propose", note="the evidence\n" + "z" * 200)
    waiting = console.send().headers["Location"].rpartition("imports/")[2]
    return [
        "", "imports/", f"imports/{refused.pk}/", f"imports/{waiting}", f"imports/{upload.pk}/", f"imports/{upload.pk}/matches/",
        f"imports/{upload.pk}/matches/?at=1&q=wood", f"drafts/{draft.pk}/", f"drafts/{proposed.pk}/", f"drafts/{first.pk}/?change=new",
        f"drafts/{draft.pk}/label/?p=oats",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_axe_finds_nothing(live_server: Any, console: Console, browser: Any, prefix: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme=scheme).new_page()
    page.goto(f"{live_server.url}/account/login/")
    page.fill("#id_username", "mei@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("main button")
    axe = Axe()
    for path in pages(console):
        address = f"{live_server.url}{prefix}{console.at(path)}"
        page.goto(address)
        assert page.evaluate("getComputedStyle(document.body).display") == "flex", "the page has no styles"
        found = axe.run(page).response["violations"]
        assert not found, (address, [(each["id"], each["nodes"][0]["html"]) for each in found])
        assert page.locator("h1").count() == 1, address
        levels = [
            int(each) for each in page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map(each => each.tagName[1])")
        ]
        assert all(after <= before + 1 for before, after in pairwise(levels)), (address, levels)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address


def test_a_page_shows_how_far_a_job_is_and_then_what_came_of_it(
    live_server: Any, console: Console, browser: Any
) -> None:
    """With JavaScript the page follows by itself."""
    from leafmark.web.jobs.run import run_waiting

    page = browser.new_context().new_page()
    page.goto(f"{live_server.url}/account/login/")
    page.fill("#id_username", "mei@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("main button")
    answer = console.send(token=uuid.uuid4().hex)
    page.goto(live_server.url + answer.headers["Location"])
    page.wait_for_selector("text=waits")
    run_waiting()
    page.wait_for_selector("text=What to do next")
