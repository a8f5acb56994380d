"""docs/inventory-categories.md: a section, a method and a worked example for every scope and category, its figures made today."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from leafmark.inventory.tables import SCOPE_ROWS, TEMPLATES

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "inventory-categories.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "make_category_examples", ROOT / "tools" / "make_category_examples.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_figure_of_the_page_is_what_its_rows_come_to_today(tool: ModuleType) -> None:
    assert tool.page(TEXT) == TEXT, "run python tools/make_category_examples.py"


def test_every_scope_and_category_has_a_section_with_needs_example_and_limits() -> None:
    for scope, category in SCOPE_ROWS:
        name = f"Scope {scope}" + (f", category {category}" if category else "")
        mine = [section for section in SECTIONS if section.startswith(f"{name}:")]
        assert mine, name
        for section in mine:
            assert "**Needs:**" in section, name
            assert "**Not covered:**" in section, name
            assert "<!-- example " in section, name
            assert f"| {name} |" in section, f"no entry of the example lands in {name}"


def test_every_template_has_its_place_in_a_section() -> None:
    for template in TEMPLATES:
        assert any(f"template `{template.name}`" in section for section in SECTIONS), template.name
        assert f"(methods/{template.method}.md)" in TEXT
