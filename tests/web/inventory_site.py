"""Inventories of the console's room: a real company with its runs, in a workspace of its own."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reported_company import STATEMENTS, company

NAME = "2023"
HERE = f"/operate/inventory/{NAME}/"


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company's folder, made once: its runs take a while."""
    folder = tmp_path_factory.mktemp("inventories") / "inventories"
    company(folder / NAME, organisation={"id": "own", "name": "Own <b>&\"Company\" 自家公司"})  # fmt: skip
    (folder / NAME / "report.toml").write_text(STATEMENTS, encoding="utf-8")
    (folder / "broken").mkdir()
    return folder


@pytest.fixture
def inventory_site(settings: Any, tmp_path: Path, made_once: Path) -> Path:
    """A workspace of its own that holds it. Its runs' inputs lie where they were."""
    shutil.copytree(made_once, tmp_path / "inventories")
    settings.WORKSPACE = replace(settings.WORKSPACE, folder=tmp_path)
    return tmp_path
