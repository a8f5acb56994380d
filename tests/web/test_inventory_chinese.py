"""The inventory's console in Chinese: no English sentence on any of its pages, of a company with flags, refusals, contracts and exclusions."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from chinese_company import chinese_company
from django.test import Client
from latin_words import english_in, said_on
from operators import text_of

from leafmark.inventory.told import meaning

pytestmark = pytest.mark.django_db
HERE = "/operate/inventory/2024/"


@pytest.fixture(scope="session")
def chinese_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company's inventory, made once."""
    folder = tmp_path_factory.mktemp("chinese")
    inventory, _ = chinese_company(folder)
    (folder / "inventories").mkdir()
    inventory.path.rename(folder / "inventories" / "2024")
    (folder / "inventories" / "empty").mkdir()
    (folder / "inventories" / "torn").mkdir()
    (folder / "inventories" / "torn" / "inventory.json").write_text("{", encoding="utf-8")
    return folder / "inventories"


@pytest.fixture
def auditor(roles: dict[str, Client], settings: Any, tmp_path: Path, chinese_once: Path) -> Client:
    shutil.copytree(chinese_once, tmp_path / "inventories")
    settings.WORKSPACE = replace(settings.WORKSPACE, folder=tmp_path)
    return roles["auditor"]


@pytest.mark.parametrize(("prefix", "language"), [("/zh-hans", "zh-Hans"), ("/zh-hant", "zh-Hant")])
def test_no_page_of_the_room_has_an_english_sentence(auditor: Client, prefix: str, language: str) -> None:
    first = text_of(auditor.get(f"{prefix}{HERE}"))
    found = [(HERE, text) for text in english_in(said_on(first))]
    within = dict.fromkeys(
        unescape(each).partition("#")[0] for each in re.findall(rf'href="({prefix}{HERE}[^"]*)"', first)
    )
    pages = [
        f"{prefix}/operate/inventory/",
        f"{prefix}{HERE}flags/",
        f"{prefix}{HERE}flags/?page=2",
        *(each for each in within if "/file/" not in each),
    ]
    assert len(pages) > 40
    for address in pages:
        answer = auditor.get(address)
        assert answer.status_code == 200, address
        found += [(address, text) for text in english_in(said_on(text_of(answer)))]
    assert not found
    assert meaning("over_owned", language) in first
    assert "over_owned" in first


def test_what_the_room_says_in_english_is_what_it_was(auditor: Client) -> None:
    text = unescape(text_of(auditor.get(HERE)))
    assert meaning("over_owned") in text
    assert "no activities, and no exclusion says why" in text
    assert "an entity_id of entities" in unescape(text_of(auditor.get(f"{HERE}flags/")))


def test_the_report_and_the_workbook_come_in_the_readers_language(auditor: Client) -> None:
    page = b"".join(auditor.get(f"/zh-hans{HERE}file/report/").streaming_content).decode()  # type: ignore[attr-defined]
    assert not english_in(said_on(page))
