"""The site's stories, told end to end on the demo's real data, served by a real process, in a browser and three languages.

Each page of a story is kept as a picture in `build/stories/LANGUAGE/`: look at them.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from chromium import ARGUMENTS, CHROMIUM, IN_CHROMIUM

pytestmark = IN_CHROMIUM
PICTURES = Path(__file__).parents[2] / "build" / "stories"
LANGUAGES = {"en": "", "zh-Hant": "/zh-hant", "zh-Hans": "/zh-hans"}
WIDTHS = {"en": 1440, "zh-Hant": 360, "zh-Hans": 360}
"""English is looked at on a desk, Chinese on a telephone."""
START_S = 120


@dataclass
class Site:
    """A demo's site as it is served."""

    origin: str
    logins: dict[str, tuple[str, str]]
    folder: Path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("stories") / "demo"
    subprocess.run(
        [sys.executable, "-m", "leafmark.cli", "demo", "--no-open", "--out", folder], check=True, capture_output=True
    )
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "leafmark.cli", "serve", "--workspace", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if line.startswith("serving"):
                    break
            _wait_for(f"http://127.0.0.1:{port}/")
            told = json.loads((folder / "logins.json").read_text())
            yield Site(
                f"http://127.0.0.1:{port}", {each["role"]: (each["email"], each["password"]) for each in told}, folder
            )
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(address: str) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            return urllib.request.urlopen(address, timeout=20).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@dataclass
class Reader:
    """Somebody at a browser, in one language; what she sees is kept, and nothing may go wrong on the way."""

    site: Site
    page: Any
    language: str
    story: str
    seen: int = 0
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.site.origin}{LANGUAGES[self.language]}{path}")
        self.look()

    def look(self) -> None:
        self.seen += 1
        folder = PICTURES / self.language
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{self.story}-{self.seen:02}.png", full_page=True)
        assert self.page.get_attribute("html", "lang") == self.language
        assert not self.wrong, self.wrong
        wide = self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, f"{self.page.url} is wider than the window"

    def click(self, selector: str) -> None:
        """Follow the first of what is named."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        self.look()

    def log_in(self, role: str) -> None:
        self.go("/account/login/")
        email, password = self.site.logins[role]
        self.page.fill("#id_username", email)
        self.page.fill("#id_password", password)
        self.click("main form button")


@pytest.fixture(params=LANGUAGES)
def reader(request: pytest.FixtureRequest, site: Site, browser: Any) -> Iterator[Reader]:
    language = request.param
    story = re.sub(r"^test_|\[.*$", "", request.node.name)
    context = browser.new_context(
        viewport={"width": WIDTHS[language], "height": 900}, locale=language, accept_downloads=True
    )
    found = Reader(site, context.new_page(), language, story)
    found.page.on(
        "response", lambda answer: answer.status >= 500 and found.wrong.append(f"{answer.status} {answer.url}")
    )
    found.page.on("console", lambda said: said.type == "error" and found.wrong.append(said.text))
    found.page.on("pageerror", lambda error: found.wrong.append(str(error)))
    yield found
    context.close()


def test_a_shopper_finds_a_lower_product_and_believes_the_number(reader: Reader) -> None:
    """Channel, search, product, a surely lower one beside it, label, and the source that the number rests on."""
    page = reader.page
    reader.go("/")
    assert page.locator(".criterion").count() == 1
    page.fill("#find", "Sylvox televison" if reader.language == "en" else "sylvox")  # a slip of the hand finds it too
    with page.expect_navigation():
        page.press("#find", "Enter")
    reader.look()
    assert page.locator("main .cards a").count() >= 1
    reader.go("/category/television/?sort=highest")
    reader.click("main .cards a")
    figure = page.locator(".figure strong").inner_text()
    assert re.fullmatch(r"[\d,.]+", figure), figure
    here = page.url
    assert page.locator("main .cards a").count() >= 1, "no lower choice"
    lower = page.locator("main .cards a").first.get_attribute("href")
    names = [re.search(r"/product/(.+)/$", each).group(1) for each in (here, lower or "")]  # type: ignore[union-attr]
    reader.go("/compare/?" + "&".join(f"p={each}" for each in names))
    assert page.locator("main table tbody tr").count() >= 4
    page.goto(here)
    reader.click(".product-about .button")
    reader.click('main a[href*="/trace/"]')
    reader.click('main a[href*="/factor/"]')
    assert "http" in page.locator("main").inner_html()


def test_a_consumer_sees_what_her_acts_were_worth_and_why(reader: Reader) -> None:
    """Her acts, the reason of one, its proof, points that buy something once, and a statement to keep."""
    page = reader.page
    reader.log_in("consumer")
    assert page.locator(".act").count() >= 3
    reader.click('.act a[href*="/me/acts/"]')
    reader.click('main a[href*="/proof/"]')
    reader.go("/me/points/")
    before = page.locator("main").inner_text()
    button = page.locator(".reward button:not([disabled])").first
    button.dblclick()
    for _ in range(
        300
    ):  # the second click breaks off what the first began, which a wait for one navigation takes for a failure
        if re.search(r"/me/points/\d+/$", page.url):
            break
        page.wait_for_timeout(100)
    assert re.search(r"/me/points/\d+/$", page.url)
    page.wait_for_load_state("load")
    reader.look()
    page.go_back()
    page.reload()
    reader.look()
    assert page.locator("main").inner_text() != before
    reader.go("/me/statement/")
    with page.expect_download() as kept:
        page.locator('main a[download], main a[href*="as="], main form button').first.click()
    assert Path(kept.value.path()).stat().st_size > 200


def test_an_operator_runs_a_festival_and_the_books_balance(reader: Reader) -> None:
    """The console, the ledger verified as a job with its progress, and the festival's venue with its totals."""
    page = reader.page
    reader.log_in("operator")
    reader.click('form[action*="/operate/verify/"] button')
    for _ in range(120):
        if page.locator('#job[data-state="done"]').count():
            break
        page.wait_for_timeout(500)
        page.reload()
    reader.look()
    assert page.locator('#job[data-state="done"] .flag').count() == 1, "the books do not balance"
    reader.go("/venue/festival/")
    assert page.locator("main .cards a").count() == 24


def test_an_auditor_gets_from_a_figure_to_its_source_in_three_clicks(reader: Reader) -> None:
    """Label, trace, factor: three clicks from a product; then a sample drawn by a seed, and a line of it signed."""
    page = reader.page
    reader.log_in("auditor")
    reader.go("/category/television/")
    reader.click("main .cards a")
    for link in (".product-about .button", 'main a[href*="/trace/"]', 'main a[href*="/factor/"]'):
        reader.click(link)
    assert page.locator("main dl, main table").count() >= 1
    reader.go("/audit/")
    reader.click('main a[href*="/audit/run/"]')
    page.fill('input[name="size"]', "3")
    page.fill('input[name="seed"]', f"story {reader.language}")
    reader.click('form:has(input[name="seed"]) button')
    assert page.locator("main table tbody tr").count() >= 3
    reader.click('main table a[href*="/line/"], main table a[href*="/audit/"]')
    page.locator('select[name="verdict"], input[name="verdict"]').first.wait_for()


def test_a_brand_publishes_a_label_and_a_claim_that_survives_the_law(
    reader: Reader, browser: Any, tmp_path: Path
) -> None:
    """Files with a fault in one row, a material matched, figures made, a claim mended, and a second person publishes."""
    page, name = reader.page, f"story {reader.language}"
    (tmp_path / "products.csv").write_text(
        "product_id,name_en,name_zh_hant,name_zh_hans,category,sector,functional_unit\n"
        f"{name} 1,Oak table,橡木桌,橡木桌,table,home,eating at a table\n{name} 2,Small table,小桌,小桌,table,hom,eating at a table\n",
        encoding="utf-8",
    )
    (tmp_path / "bills.csv").write_text(
        f"product_id,stage,material,amount (kg),country\n{name} 1,materials,Oak wood,12,GB\n{name} 1,packaging,Corrugated cardboard,1.5,GB\n",
        encoding="utf-8",
    )
    reader.log_in("brand")
    reader.click('nav.rooms a[href*="/imports/"]')
    page.set_input_files("#products", tmp_path / "products.csv")
    page.set_input_files("#bills", tmp_path / "bills.csv")
    reader.click('form:has(input[type="file"]) button')
    _until(reader, 'main a[href*="/matches/"], form[action*="/calculate/"]')
    assert "hom" in page.locator("main").inner_text()
    if page.locator('main a[href*="/matches/"]').count():
        reader.click('main a[href*="/matches/"]')
    if reader.language == "en":  # what the brand confirmed once is known afterwards, in any language
        for key in ("material.wood", "material.corrugated_board"):
            page.locator(f'input[type="radio"][value="{key}"]').first.check()
        reader.click('form:has(input[type="radio"]) button.button')
    assert page.locator('input[type="radio"]').count() == 0
    reader.click('form[action*="/calculate/"] button')
    _until(reader, '#job table a[href*="/drafts/"]')
    reader.click('#job table a[href*="/drafts/"]')
    draft = page.url
    reader.click('main a[href*="/label/"]')
    page.goto(draft)
    page.goto(draft)
    reader.click('form[action*="/propose/"] button')
    reader.click('nav.rooms a[href*="/claims/"]')
    page.fill(
        "main textarea", "An eco-friendly table." if reader.language == "en" else "環保桌子 环保桌子 eco-friendly"
    )
    reader.click("main form button")
    assert page.locator("main mark, main .quoted").count() >= 1

    other = browser.new_context(viewport={"width": WIDTHS[reader.language], "height": 900}, locale=reader.language)
    second = Reader(reader.site, other.new_page(), reader.language, f"{reader.story}-second")
    second.log_in("brand reviewer")
    second.page.goto(draft)
    second.click('form[action*="/publish/"] button.button')
    _until(second, '#job[data-state="done"]')
    slug = draft.split("/brand/")[1].split("/")[0]
    second.go(f"/product/{slug}/{name} 1/".replace(" ", "%20"))
    assert second.page.locator(".product-label svg").count() == 1
    other.close()


def _until(reader: Reader, selector: str) -> None:
    """Look again until a job has made what is named."""
    for _ in range(120):
        if reader.page.locator(selector).count():
            break
        reader.page.wait_for_timeout(500)
        reader.page.goto(reader.page.url)
    assert reader.page.locator(selector).count(), reader.page.locator("main").inner_text()[:2_000]
    reader.look()


KB_MAX = {"/product/samsung/QA115QN90FW/": 60, "/": 250, "/category/television/": 250, "/operate/": 250, "/audit/": 250}
"""Transferred, everything a first visit loads. Products without their photos, of which we have none."""


def test_pages_are_light(site: Site, browser: Any) -> None:
    for path, most in KB_MAX.items():
        context = browser.new_context()
        reader = Reader(site, context.new_page(), "en", "weight")
        if path.startswith(("/operate", "/audit")):
            reader.log_in("operator")
            context.storage_state()
        page = context.new_page()
        told = context.new_cdp_session(page)
        told.send("Network.enable")
        told.send("Network.clearBrowserCache")
        sizes: list[float] = []
        told.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(event["encodedDataLength"]))
        page.goto(f"{site.origin}{path}", wait_until="networkidle")
        assert page.locator("h1").count() == 1
        assert 3 <= len(sizes) <= 8, f"{path}: {len(sizes)} parts"
        assert sum(sizes) / 1000 < most, f"{path}: {sum(sizes) / 1000:.1f} kB"
        print(f"{path} {sum(sizes) / 1000:.1f} kB in {len(sizes)} parts")
        context.close()
