"""The workbook, read back by another reader: cells are numbers, formulas compute to the book's totals to the gram, texts stay texts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_inventory import made
from python_calamine import CalamineWorkbook
from reported_company import EVIL, company

from leafmark.inventory.book import Inventory
from leafmark.inventory.report import workbook
from leafmark.inventory.report.facts import gather
from leafmark.inventory.report.words import LANGUAGES

NAMESPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
UG_PER_T = 10**12
UG_PER_G = 10**6


def written(inventory: Inventory, path: Path, language: str = "en") -> dict[str, list[list[Any]]]:
    """The workbook's cells by sheet, as calamine reads them."""
    workbook.write(gather(inventory), path, language)
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def formulas(path: Path) -> Iterator[tuple[int, str, str]]:
    """Sheet number, cell and formula of every formula."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            sheet = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
            if sheet:
                for cell in ET.fromstring(archive.read(name)).iterfind(".//m:c", NAMESPACE):
                    formula = cell.find("m:f", NAMESPACE)
                    if formula is not None:
                        yield int(sheet[1]), str(cell.get("r")), str(formula.text)


def cell(rows: list[list[Any]], reference: str) -> Decimal:
    """A number by its A1 reference; an empty cell is 0, as a spreadsheet adds it."""
    letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", reference).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    value = rows[int(digits) - 1][column - 1]
    return Decimal(0) if value == "" else Decimal(value)


def computed(rows: list[list[Any]], formula: str) -> Decimal:
    """What a formula of ours comes to: SUM of a span of one column, or cells added."""
    span = re.fullmatch(r"SUM\(([A-Z]+)(\d+):([A-Z]+)(\d+)\)", formula)
    if span:
        assert span[1] == span[3]
        return sum((cell(rows, f"{span[1]}{row}") for row in range(int(span[2]), int(span[4]) + 1)), Decimal(0))
    if formula == "0":
        return Decimal(0)
    return sum((cell(rows, part) for part in formula.split("+")), Decimal(0))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    """A whole company."""
    return company(tmp_path_factory.mktemp("company") / "inventory")


def hold(inventory: Inventory, path: Path) -> None:
    """Every formula comes to its own value, and the totals are the book's, to the gram."""
    sheets = written(inventory, path)
    names = list(sheets)
    found = list(formulas(path))
    for number, where, formula in found:
        rows = sheets[names[number - 1]]
        assert abs(computed(rows, formula) - cell(rows, where)) * UG_PER_T < UG_PER_G / 2, (
            names[number - 1],
            where,
            formula,
        )
    summary = sheets["Summary"]
    for row in summary:
        for by in ("location", "market"):
            if row[0] == f"Total, Scope 2 by {by}":
                assert round(Decimal(row[1]) * UG_PER_T / UG_PER_G) == round(
                    Decimal(inventory.total(by).co2e_ug) / UG_PER_G
                )  # type: ignore[arg-type]
    categories = sheets["By category"]
    total = next(row for row in categories if row[0] == "Total")
    assert abs(Decimal(total[2]) * UG_PER_T - inventory.total("location").co2e_ug) < UG_PER_G / 2
    assert abs(Decimal(total[5]) * UG_PER_T - inventory.total("market").co2e_ug) < UG_PER_G / 2
    assert len(found) >= 2 + 2 + 2 * len(inventory.sums(("entity_id", "site_id"), "location"))


def test_sums_are_formulas_and_equal_to_ours_to_the_gram(whole: Inventory, tmp_path: Path) -> None:
    hold(whole, tmp_path / "r.xlsx")


LINES = st.fixed_dictionaries({
    "co2e_ug": st.integers(-(10**17), 10**18), "site_id": st.sampled_from(("a", "b", "c")), "entity_id": st.sampled_from(("x", "y")), "factor_id": st.sampled_from("fg"),
    "place": st.sampled_from(((1, None, "both"), (2, None, "location"), (2, None, "market"), (2, None, "both"), (3, 1, "both"), (3, 15, "both"))),
})  # fmt: skip


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=12))
def test_any_book_adds_up_to_the_gram(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    placed = [{**row, **dict(zip(("scope", "category", "statement"), row["place"], strict=True))} for row in rows]
    lines = [{name: value for name, value in row.items() if name != "place"} for row in placed]
    hold(made(tmp_path / "i", lines), tmp_path / "r.xlsx")


def test_a_wrong_total_would_be_found(whole: Inventory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A seeded fault: sites written with a gram too much no longer add up to the total."""
    exact = workbook.tonnes
    monkeypatch.setattr(workbook, "tonnes", lambda total: None if total is None else (exact(total) or 0) + 1e-6)
    with pytest.raises(AssertionError):
        hold(whole, tmp_path / "r.xlsx")


def test_numbers_are_numbers_and_headings_say_the_unit(whole: Inventory, tmp_path: Path) -> None:
    sheets = written(whole, tmp_path / "r.xlsx")
    assert list(sheets) == [
        "Index",
        "Summary",
        "By category",
        "By entity and site",
        "By gas",
        "Outside the scopes",
        "Completeness",
        "Flags",
        "Factors",
        "Methods",
    ]
    heading, *rows = sheets["By category"][2:]
    for place, name in enumerate(heading):
        if "t CO2e" in name:
            assert all(isinstance(row[place], float) for row in rows if row[0] != "Total" or place in (2, 5)), name
    assert sum("t CO2e" in name for name in sheets["By entity and site"][2]) == 6
    assert all(isinstance(row[3], float) for row in sheets["Factors"][3:])


def test_what_begins_like_a_formula_is_a_text(whole: Inventory, tmp_path: Path) -> None:
    sheets = written(whole, tmp_path / "r.xlsx")
    for _, _, formula in formulas(tmp_path / "r.xlsx"):
        assert re.fullmatch(r"SUM\([A-Z]+\d+:[A-Z]+\d+\)|[A-Z]+\d+(\+[A-Z]+\d+)*|0", formula), formula
    texts = {str(value) for rows in sheets.values() for row in rows for value in row}
    assert {EVIL, "@site", "+1", "-x", "@y"} <= texts
    with zipfile.ZipFile(tmp_path / "r.xlsx") as archive:
        assert b"quotePrefix" in archive.read("xl/styles.xml")
        assert not [name for name in archive.namelist() if "hyperlink" in name or "external" in name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_inventory_makes_the_same_file_in_every_language(tmp_path: Path, language: str) -> None:
    inventory = made(tmp_path / "i", [{"co2e_ug": 5}])
    first, second = (workbook.write(gather(inventory), tmp_path / f"{n}.xlsx", language).read_bytes() for n in range(2))
    assert first == second
    assert len(CalamineWorkbook.from_path(tmp_path / "0.xlsx").sheet_names) == 10
