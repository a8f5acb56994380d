"""Parcels in a real browser: no axe violation, nothing wider than a telephone, every step without JavaScript, and turned with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from chromium import IN_CHROMIUM, WIDER, logged_in, wrong_with
from django.test import Client
from parcels_site import packed, parcels_site  # noqa: F401

from leafmark.web.jobs import run as jobs
from leafmark.web.parcels.models import PackingPlan
from leafmark.web.people.models import User

numba = pytest.importorskip("numba", reason="packing needs the extra `parcels`")
pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def client(parcels_site: Path) -> Client:  # noqa: F811
    found = Client()
    found.force_login(
        User.objects.create_user("otto@leafmark.example", is_operator=True), "django.contrib.auth.backends.ModelBackend"
    )
    return found


def most_pieces(plan: PackingPlan) -> int:
    """The place of the parcel with the most pieces."""
    import pyarrow.parquet as pq

    pieces = pq.read_table(plan.folder / "parcels.made.parquet").column("pieces").to_pylist()
    return pieces.index(max(pieces)) + 1


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_no_violation_and_nothing_wider_than_the_screen(
    client: Client, browser: Any, live_server: Any, prefix: str
) -> None:
    plan = packed(client)
    waiting = client.post(
        "/operate/parcels/",
        {"sample": "on", "objective": "co2e", "distance_km": "1", "kg_co2e_per_tkm": "1", "token": "x" * 32},
    )
    here = f"/operate/parcels/{plan.pk}/"
    pages = [
        "/operate/parcels/",
        waiting.headers["Location"],
        here,
        f"{here}of/1/",
        f"{here}of/{most_pieces(plan)}/?step=2&turn=1",
    ]
    found = []
    for scheme, width in (("light", 360), ("dark", 1280)):
        page = logged_in(
            browser,
            live_server.url,
            client,
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
            bypass_csp=True,
        )
        for address in pages:
            assert page.goto(f"{live_server.url}{prefix}{address}").status == 200, address
            found += [(address, scheme, each) for each in wrong_with(page)]
        page.context.close()
    assert not found


@pytest.mark.parametrize(("paper", "width"), [("a4", 703), ("label", 348), ("a4", 360)])
def test_a_slip_is_whole_under_its_policy_and_fits_its_paper(
    client: Client, browser: Any, live_server: Any, paper: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    plan = packed(client)
    where = f"{live_server.url}/operate/parcels/{plan.pk}/of/{most_pieces(plan)}/slip/?paper={paper}"
    strict = logged_in(browser, live_server.url, client, viewport={"width": width, "height": 900})
    strict.emulate_media(media="print" if width != 360 else "screen")
    assert strict.goto(where).status == 200
    assert (
        strict.evaluate("getComputedStyle(document.querySelector('.facts')).display") == "grid"
    )  # its own style was let in
    assert not strict.evaluate(WIDER)
    strict.context.close()
    lax = logged_in(browser, live_server.url, client, viewport={"width": width, "height": 900}, bypass_csp=True)
    lax.goto(where)
    assert not Axe().run(lax).response["violations"]
    lax.context.close()


def test_all_of_it_works_without_javascript(client: Client, browser: Any, live_server: Any) -> None:
    """From the form to the last piece and the slip, by clicks alone."""
    page = logged_in(browser, live_server.url, client, java_script_enabled=False)
    page.goto(f"{live_server.url}/operate/parcels/")
    page.check("#sample")
    page.click("main .button")
    assert page.locator("#job").get_attribute("data-state") == "waiting"
    jobs.run_waiting()
    page.click("main .button")
    plan = PackingPlan.objects.get()
    page.goto(f"{live_server.url}/operate/parcels/{plan.pk}/of/{most_pieces(plan)}/")
    last = page.locator("[data-piece]").count()
    assert last > 3
    assert not page.locator("#parcel-controls").is_visible()
    page.click("#parcel-links >> text=From the first piece")
    for step in range(1, last + 1):
        assert page.locator("[data-piece]").count() == step
        assert f"Piece {step} of {last}" in page.inner_text("#parcel-said")
        if step < last:
            page.click("#parcel-links >> text=Next piece")
    before = page.inner_html("#parcel-picture")
    page.click("#parcel-links >> text=Turn by a quarter")
    assert page.inner_html("#parcel-picture") != before
    page.click("main >> text=Packing slip (A4)")
    assert page.locator("h1").inner_text() == "Packing slip"
    page.context.close()


def test_with_javascript_it_is_turned_and_put_together_in_the_page(
    client: Client, browser: Any, live_server: Any
) -> None:
    plan = packed(client, sample="on")
    page = logged_in(browser, live_server.url, client)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    asked: list[str] = []
    page.goto(f"{live_server.url}/operate/parcels/{plan.pk}/of/{most_pieces(plan)}/")
    page.on("request", lambda request: asked.append(request.url))
    assert page.locator("#parcel-controls").is_visible()
    assert not page.locator("#parcel-links").is_visible()
    last = int(page.locator("#parcel-slider").get_attribute("max"))
    page.focus("#parcel-slider")
    page.keyboard.press("Home")
    assert f"Piece 1 of {last}" in page.inner_text("#parcel-said")
    assert shown_numbers(page) == {"1"}
    page.click("[data-do=next]")
    assert "2" in shown_numbers(page)
    before = page.inner_html("#parcel-picture")
    page.hover("#parcel-picture")
    box = page.locator("#parcel-picture").bounding_box()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2)
    page.mouse.up()
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.inner_html("#parcel-picture") != before
    for _ in range(4):
        page.click("[data-do=right]")
    assert "NaN" not in page.inner_html("#parcel-picture")
    assert not faults
    assert not [each for each in asked if not each.endswith("mark.svg")]  # the icon comes late
    page.context.close()


def shown_numbers(page: Any) -> set[str]:
    return set(re.findall(r">(\d+)</text>", page.inner_html("#parcel-picture")))


def test_the_script_paints_as_the_server_does(client: Client, browser: Any, live_server: Any) -> None:
    """From the same corner no box that the server paints later is painted earlier by the script, where one hides the other."""
    import numpy as np

    from leafmark.parcels.drawing import painting
    from leafmark.web.parcels.showing import parcel_at

    plan = packed(client, sample="on")
    place = most_pieces(plan)
    shown = parcel_at(plan.folder, place)
    assert shown is not None
    parcel, _ = shown
    hides = painting.hides(np.array([[*piece.low_mm, *piece.high_mm] for piece in parcel.pieces]))
    page = logged_in(browser, live_server.url, client)
    page.goto(f"{live_server.url}/operate/parcels/{plan.pk}/of/{place}/")
    page.click("[data-do=before]")
    page.click("[data-do=next]")
    order = [int(each) - 1 for each in re.findall(r"<text[^>]*>(\d+)</text>", page.inner_html("#parcel-picture"))]
    assert len(order) > 3
    for later, piece in enumerate(order):
        assert not any(hides[piece, earlier] for earlier in order[:later])
    page.context.close()
