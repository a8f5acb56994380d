"""The inventory in the console: who may see it, that its figures are the book's, and three clicks from any of them to its source."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from inventory_site import HERE, NAME, inventory_site, made_once  # noqa: F401
from made_company import company
from operators import hold_to_roles, text_of
from reported_company import EVIL

from leafmark.inventory.accounting.running import run_inventory
from leafmark.inventory.book import Inventory
from leafmark.inventory.report.verifying import verify
from leafmark.web import languages

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(roles: dict[str, Client], inventory_site: Path) -> Client:  # noqa: F811
    return roles["auditor"]


def links(answer: Any, part: str = "") -> list[str]:
    """Addresses that a page leads to, those with some part in them."""
    found = [html.unescape(each) for each in re.findall(r'href="([^"]+)"', text_of(answer))]
    return [each for each in found if part in each and each.startswith(("/", "?"))]


def test_auditors_and_operators_read_nobody_else_and_nobody_writes(
    roles: dict[str, Client],
    inventory_site: Path,  # noqa: F811
) -> None:
    reads = [
        "/operate/inventory/",
        HERE,
        f"{HERE}of/1/0/",
        f"{HERE}of/3/1/",
        f"{HERE}lines/?scope=1",
        f"{HERE}flags/",
        f"{HERE}flags/?rule=unknown_key",
    ]
    hold_to_roles(roles, reads, {})
    for kind in ("report", "workbook", "pack"):
        for role, status in {"nobody": 302, "consumer": 403, "member": 403, "auditor": 200, "operator": 200}.items():
            answer = roles[role].get(f"{HERE}file/{kind}/")
            assert answer.status_code == status, (kind, role)
            answer.close()
        assert roles["operator"].post(f"{HERE}file/{kind}/").status_code == 405


def test_figures_are_the_books_in_both_statements(auditor: Client, inventory_site: Path) -> None:  # noqa: F811
    inventory = Inventory.open(inventory_site / "inventories" / NAME)
    text = text_of(auditor.get(HERE))
    for by in ("location", "market"):
        assert languages.mass(inventory.total(by).co2e_ug, "en") in text  # type: ignore[arg-type]
        for total in inventory.rows(by).values():  # type: ignore[arg-type]
            assert languages.mass(total.co2e_ug, "en") in text
    assert "never added" in text
    assert "under 0.1 % of the category" in text  # an exclusion's reason
    assert "unknown_key" in text
    assert "Intensity" not in text  # optional: not among what is lacking
    assert "3 of 26 required items are not all there" in text


@pytest.mark.parametrize(
    ("scope", "category", "key"),
    [
        (1, 0, "fuel.diesel@GB:direct:2023"),
        (2, 0, "electricity.grid@GB:direct:2023"),
        (3, 3, "fuel.diesel@GB:wtt:2023"),
    ],
)
def test_three_clicks_from_any_figure_to_the_publishers_row(
    auditor: Client, scope: int, category: int, key: str
) -> None:
    """Total -> category -> site -> the factor's page with table and row; and as near, the company's own rows."""
    first = next(each for each in links(auditor.get(HERE), "/of/") if each.endswith(f"/{scope}/{category}/"))
    pages = [auditor.get(each) for each in links(auditor.get(first), "/lines/?")]
    assert {page.status_code for page in pages} == {200}
    page = next(page for page in pages if key in text_of(page))
    factor = next(each for each in links(page, "/factor/") if each.endswith(f"{quote(key, safe='@:')}/"))
    source = text_of(auditor.get(factor))
    assert "UK Department for Energy Security and Net Zero" in source
    assert "row " in source
    rows = text_of(auditor.get(links(page, "/subject/")[0]))
    assert "fuel.csv" in rows or "electricity.csv" in rows
    entries = auditor.get(next(each for each in links(page, "/figure/")))
    assert entries.status_code == 200


def test_lines_add_up_to_the_figure_they_are_behind(auditor: Client, inventory_site: Path) -> None:  # noqa: F811
    inventory = Inventory.open(inventory_site / "inventories" / NAME)
    total = inventory.rows("location")[1, None].co2e_ug
    said = languages.mass(total, "en")
    assert f"lines; together {said}." in text_of(auditor.get(f"{HERE}lines/?scope=1"))
    both = text_of(auditor.get(f"{HERE}lines/?scope=2"))
    assert "which are never added" in both
    outside = text_of(auditor.get(f"{HERE}lines/?outside=biogenic_co2"))
    assert "7.00 kg" in outside
    assert "its run is not in this inventory" in text_of(auditor.get(f"{HERE}lines/?scope=3&category=1"))


def test_files_come_by_one_click_in_the_readers_language(auditor: Client, inventory_site: Path, tmp_path: Path) -> None:  # noqa: F811
    report = auditor.get(f"/zh-hant{HERE}file/report/")
    assert "attachment" in report.headers["Content-Disposition"]
    assert '<html lang="zh-Hant">' in b"".join(report.streaming_content).decode()
    book = b"".join(auditor.get(f"/zh-hans{HERE}file/workbook/").streaming_content)
    assert zipfile.ZipFile(io.BytesIO(book)).testzip() is None
    pack = auditor.get(f"{HERE}file/pack/?seed=an auditor's own")
    assert "own-2023-auditors-pack.zip" in pack.headers["Content-Disposition"]
    (tmp_path / "pack.zip").write_bytes(b"".join(pack.streaming_content))
    found = verify(tmp_path / "pack.zip", replay=False)
    assert found["sound"]
    assert "an auditor's own" in next(each["about"] for each in found["checks"] if each["check"] == "sample")
    kept = list((inventory_site / "inventory-reports").iterdir())
    auditor.get(f"{HERE}file/pack/?seed=an auditor's own").close()
    assert list((inventory_site / "inventory-reports").iterdir()) == kept
    for each in (report, pack):
        each.close()


def test_what_people_wrote_is_text_and_no_folder_of_ours_is_shown(auditor: Client, inventory_site: Path) -> None:  # noqa: F811
    for address in ("/operate/inventory/", HERE, f"{HERE}flags/", f"{HERE}of/3/1/", f"{HERE}lines/?scope=1"):
        text = text_of(auditor.get(address))
        assert "<b>&" not in text
        assert str(inventory_site) not in text
        assert "<script>alert" not in text
    assert EVIL in html.unescape(text_of(auditor.get(f"{HERE}of/3/1/")))


@pytest.mark.parametrize(
    "address",
    [
        "/operate/inventory/none/", "/operate/inventory/..%2finventories/", "/operate/inventory/broken/", f"{HERE}of/4/0/", f"{HERE}of/3/16/", f"{HERE}of/3/7/", f"{HERE}file/entries/",
        f"{HERE}lines/?scope=9", f"{HERE}lines/?category=x", f"{HERE}lines/?site={'x' * 300}", f"{HERE}file/pack/?seed={'x' * 65}",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(auditor: Client, address: str) -> None:
    assert auditor.get(address).status_code == 404


def test_a_folder_that_is_no_inventory_is_named_and_stops_nothing(auditor: Client) -> None:
    text = text_of(auditor.get("/operate/inventory/"))
    assert "cannot be read" in text
    assert "broken" in text
    assert "leafmark inventory run" in text


def test_without_inventories_it_says_how_to_make_one(roles: dict[str, Client], settings: Any, tmp_path: Path) -> None:
    from dataclasses import replace

    settings.WORKSPACE = replace(settings.WORKSPACE, folder=tmp_path)
    assert "There is no inventory yet" in text_of(roles["operator"].get("/operate/inventory/"))


def test_a_changed_folder_is_read_again(auditor: Client, inventory_site: Path) -> None:  # noqa: F811
    folder = inventory_site / "inventories" / NAME
    before = text_of(auditor.get(HERE))
    there = Inventory.open(folder)
    record = {**there.record, "organisation": {"id": "own", "name": "Renamed Ltd"}}
    Inventory.write(folder, record, {name: there.table(name) for name in ("lines", "flags", "completeness")})
    after = text_of(auditor.get(HERE))
    assert "Renamed Ltd" in after
    assert "Renamed Ltd" not in before


@pytest.mark.parametrize("prefix", ["/zh-hant", "/zh-hans"])
def test_every_page_is_there_in_chinese(auditor: Client, prefix: str) -> None:
    for address in ("/operate/inventory/", HERE, f"{HERE}of/2/0/", f"{HERE}lines/?scope=1", f"{HERE}flags/"):
        answer = auditor.get(prefix + address)
        assert answer.status_code == 200
        main = re.search(r"<main.*</main>", text_of(answer), flags=re.DOTALL)
        assert main is not None
        assert re.search(r"[\u4e00-\u9fff]", main[0])
        assert "Scope 1:" not in main[0]


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("", "made of row 2 of activities/electricity-meters.csv"),
        ("/zh-hant", "由 activities/electricity-meters.csv 第 2 列整理而成"),
        ("/zh-hans", "由 activities/electricity-meters.csv 第 2 行整理而成"),
    ],
)
def test_a_groups_rows_name_the_companys_own_file(
    auditor: Client,
    inventory_site: Path,  # noqa: F811
    prefix: str,
    said: str,
) -> None:
    rows = "site_id,kwh,date\nnowhere,1,2025-03-01\noffice,5000,2025-03-01\n"
    own = company(inventory_site / "own", {"electricity-meters": rows})
    run_inventory(own, inventory_site / "inventories" / "2025")
    page = auditor.get(f"{prefix}/operate/inventory/2025/lines/?scope=2")
    assert said in text_of(auditor.get(links(page, "/subject/")[0]))
