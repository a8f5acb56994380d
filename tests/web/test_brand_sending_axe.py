"""The pages of imports, matches and drafts in a browser: no violations that axe finds, in three languages, light and dark, at 360 px."""

from __future__ import annotations

from typing import Any

import pytest
from brand_files import BILLS, PASSWORD, PRODUCTS, Console, console
from chromium import IN_CHROMIUM, wrong_with

__all__ = ["console"]
pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
HARD = (
    PRODUCTS.replace("Oak chair", "Eco-friendly " + "x" * 80 + " chair")
    + f'bad,123,<b>"{"y" * 90}"</b>,,x,home,,1\n'.replace('"', "'")
    + "late,,Late chair,,chair,home,,\n"
)


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
    page = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme=scheme).new_page()
    page.goto(f"{live_server.url}/account/login/")
    page.fill("#id_username", "mei@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("main button")
    for path in pages(console):
        address = f"{live_server.url}{prefix}{console.at(path)}"
        page.goto(address)
        assert not wrong_with(page), address
