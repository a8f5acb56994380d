"""docs/labels.md names every column of a catalogue that labels, grades and benchmarks read, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import leafmark.products
from leafmark.products import LANGS, Method, get_scheme, label_data, render
from leafmark.products.catalogue_grades import OF_CATALOGUE, OF_OFFICIAL
from leafmark.products.saving_from_run import saving_from_run

from .conftest import ON, product
from .test_saving_from_run import run as saving_run

DOCS = Path(__file__).resolve().parents[2] / "docs" / "labels.md"
ROOM = Path(leafmark.products.__file__).parent
__all__ = ["saving_run"]
ROWS = {"about", "about_reference", "catalogue", "catalogue_row"}
"""Names of a catalogue's row in this room."""
READERS = {"_text", "_day", "_positive", "_words", "_integer"}
"""Functions that read one field of a row: `_text(row, field)`."""


def named() -> set[str]:
    section = DOCS.read_text(encoding="utf-8").partition("\n## The catalogue\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", section, flags=re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


class Recorder(dict[str, Any]):
    """A row that notes which of its columns are asked for."""

    def __init__(self, asked: set[str], **cells: Any) -> None:
        super().__init__(cells)
        self.asked = asked

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)


def read_in_source() -> Iterator[str]:
    """Every column named where a catalogue's row is read, whether or not a test comes by."""
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
                row, fields = node.func.value, node.args[:1]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in READERS:
                row, fields = node.args[0], node.args[1:2]
            elif isinstance(node, ast.Subscript):
                row, fields = node.value, [node.slice]
            else:
                continue
            if isinstance(row, ast.Name) and row.id in ROWS and fields and isinstance(fields[0], ast.Constant):
                yield str(fields[0].value)


def test_the_reader_of_the_source_finds_what_is_read() -> None:
    assert {"name", "valid_until", "inside_manufacturing", "scenario", "kwh_per_year"} <= set(read_in_source())


def test_every_column_in_the_source_is_in_the_docs() -> None:
    columns = set(read_in_source()) | set(OF_CATALOGUE) | set(OF_OFFICIAL)
    assert not columns - named(), f"docs/labels.md, The catalogue, lacks {sorted(columns - named())}"


@pytest.fixture(scope="module")
def asked(saving_run: Path) -> set[str]:
    """The columns asked for while labels of every kind of scheme, and a saving, are made."""
    found: set[str] = set()
    for scheme in ("declared", "percentile", "index", "eu.2019-2013.displays", "au.gems-2013.televisions"):
        for about in ({}, {"official_index": "0.3"}, {"kwh_per_year": 90, "screen_area_cm2": 1000}):
            row = Recorder(found, category="television", **about)
            label = label_data(
                product(), row, get_scheme(scheme), method=Method("m", "1"), factor_vintage="1", on_date=ON
            )
            for lang in LANGS:
                render(label, lang, "full", "svg")
    about, other = (Recorder(found, product_id=each, lifetime_years=7) for each in ("ATV1", "ATV2"))
    saving_from_run(saving_run / "run", "ATV1", "ATV2", about, other)
    return found


def test_every_column_asked_for_is_in_the_docs(asked: set[str]) -> None:
    assert not asked - named(), f"docs/labels.md, The catalogue, lacks {sorted(asked - named())}"


def test_every_column_in_the_docs_is_read(asked: set[str]) -> None:
    assert not named() - asked - {"product_id"}, "docs/labels.md names columns that nothing reads"
