"""A new brand's first labels, from a CSV of 100 products: told in a browser, without JavaScript, with each click counted.

The person's part is reading and choosing; the machine's part is what this process spends on it, pages and jobs together.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from brand_files import PASSWORD, Console, console
from chromium import IN_CHROMIUM

from leafmark.web.jobs.run import run_waiting
from leafmark.web.people.models import User
from leafmark.web.shelf.models import Product, Publication

__all__ = ["console"]
pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
CLICKS_MAX = 40
MACHINE_S_MAX = 10.0
MATERIALS = {"Oak wood": "material.wood", "Glass": "material.glass", "Corrugated cardboard": "material.corrugated_board",
             "Aluminium": "material.aluminium"}  # fmt: skip
HEADER = "product_id,barcode,English name,繁體名稱,简体名称,category,weight (g),functional unit"
WORDS: dict[str, dict[str, str]] = {
    "": {"imports": "Imports and drafts", "send": "Send", "look": "Look how far it is", "match": "Choose factors",
         "confirm": "Confirm what is chosen", "calculate": "Calculate figures", "propose": "Propose for publication", "publish": "Publish",
         "mend": "Send mended files", "waits": "Waits to be decided", "published": "published", "all": "Every material has a factor."},
    "/zh-hant": {"imports": "匯入與草稿", "send": "傳送", "look": "查看進度", "match": "選擇因子", "confirm": "確認所選",
                 "calculate": "計算數字", "propose": "提出發布", "publish": "發布", "mend": "傳送修正後的檔案", "waits": "等待決定",
                 "published": "已發布", "all": "每種材料都有因子。"},
}  # fmt: skip


def gtin(number: int) -> str:
    digits = f"950600{number:06}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def products(faulty: bool) -> str:
    """A hundred tables; in the first version three rows have a fault each."""
    lines = [HEADER]
    for n in range(100):
        code, weight, name = gtin(n), str(4000 + 37 * n), f"Table no. {n}"
        if faulty and n == 3:
            code = code[:-1] + str((int(code[-1]) + 1) % 10)
        if faulty and n == 4:
            weight = "1,234"
        lines.append(
            f'T-{n},{code},{name},桌子 {n} 號,桌子 {n} 号,table,"{weight}",{"eating at a table" if n != 5 or not faulty else "x" * 400}'
        )
    return "\n".join(lines) + "\n"


def bills() -> str:
    """Four materials in words, and electricity by its key."""
    lines = ["product id,stage,material,amount (kg),country"]
    for n in range(100):
        lines += [
            f"T-{n},{'packaging' if 'card' in name else 'materials'},{name},{0.5 + n / 50:.2f},GB" for name in MATERIALS
        ]
    return "\n".join(lines) + "\n"


class Hand:
    """A person at a page: every click is counted."""

    def __init__(self, browser: Any, origin: str, prefix: str) -> None:
        self.page = browser.new_context(java_script_enabled=False, accept_downloads=True).new_page()
        self.origin, self.prefix, self.words, self.clicks = origin, prefix, WORDS[prefix], 0

    def click(self, what: str) -> None:
        self.clicks += 1
        self.page.click(what)

    def log_in(self, email: str) -> None:
        self.page.goto(f"{self.origin}{self.prefix}/account/login/?next={self.prefix}/brand/")
        self.page.fill("#id_username", email)
        self.page.fill("#id_password", PASSWORD)
        self.click("main button")
        self.page.wait_for_url(re.compile(r"/brand/nordwald/$"))

    def send(self, folder: Path, faulty: bool) -> None:
        (folder / "tables.csv").write_text(products(faulty), encoding="utf-8")
        (folder / "bill.csv").write_text(bills(), encoding="utf-8")
        self.page.set_input_files("#products", folder / "tables.csv")
        self.page.set_input_files("#bills", folder / "bill.csv")
        self.clicks += 2
        self.page.select_option("#sector", "home")
        self.click(f"main button >> text={self.words['send']}")
        run_waiting()
        self.click(f"text={self.words['look']}")


TOO_LONG = {"": "at most 300 characters", "/zh-hant": "最多 300 個字元"}


@pytest.mark.parametrize("prefix", ["", "/zh-hant"])
def test_the_first_label_from_a_csv_of_100_products(
    live_server: Any, console: Console, browser: Any, tmp_path_factory: pytest.TempPathFactory, prefix: str
) -> None:
    folder = tmp_path_factory.mktemp("hers")
    began = time.process_time()
    mei = Hand(browser, live_server.url, prefix)
    mei.log_in("mei@example.org")
    mei.click(f"nav.rooms >> text={mei.words['imports']}")
    mei.send(folder, faulty=True)
    said = mei.page.inner_text("main")
    for fault in ("5", gtin(3)[:-1], "1,234", "functional_unit", TOO_LONG[prefix]):
        assert fault in said, fault
    mei.clicks += 1
    with mei.page.expect_download() as waiting:
        mei.page.click("a[href$='/rejected/products/']")
    assert waiting.value.path().read_text(encoding="utf-8-sig").count("\n") == 4
    mei.click(f"text={mei.words['mend']}")
    mei.send(folder, faulty=False)
    mei.click(f"text={mei.words['match']}")
    assert mei.page.locator("input[type=radio]:checked").count() == 0
    for name, key in MATERIALS.items():
        mei.click(f"fieldset:has(legend:text-is('{name}')) input[value='{key}']")
    mei.click(f"text={mei.words['confirm']}")
    mei.page.wait_for_selector(f"text={mei.words['all']}")
    mei.click(f"main button >> text={mei.words['calculate']}")
    run_waiting()
    mei.click(f"text={mei.words['look']}")
    mei.click("#job table a")
    mei.page.wait_for_selector("#decide")
    assert not Publication.objects.exists()
    mei.click(f"main button >> text={mei.words['propose']}")
    assert mei.page.locator(f"#decide >> text={mei.words['publish']}").locator("button").count() == 0

    bo = Hand(browser, live_server.url, prefix)
    bo.log_in("bo@example.org")
    bo.page.wait_for_selector(f"text={bo.words['waits']}")
    bo.click("main table a")
    bo.click("main table a >> nth=0")  # a label, as it would be
    assert bo.page.locator("figure img").count() == 3
    bo.page.go_back()
    bo.click(f"#decide button >> text={bo.words['publish']}")
    run_waiting()
    bo.click(f"text={bo.words['look']}")
    bo.page.wait_for_selector(f"[role=status] >> text={bo.words['published']}")
    machine_s = time.process_time() - began

    assert Product.objects.filter(state="declared").count() == 100
    assert {each.published_by for each in Publication.objects.select_related("published_by")} == {
        User.objects.get(email="bo@example.org")
    }
    bo.page.goto(f"{live_server.url}{prefix}/product/nordwald/T-99/")
    assert bo.page.inner_text("h1") == ("Table no. 99" if not prefix else "桌子 99 號")
    assert re.search(r"\d+(\.\d+)? kg", bo.page.inner_text(".figure"))
    assert bo.page.locator(".product-label svg").count() == 1
    clicks = mei.clicks + bo.clicks
    print(f"{clicks} clicks, {machine_s:.1f} s of machine")
    assert clicks <= CLICKS_MAX
    assert machine_s < MACHINE_S_MAX
