"""Blank rows are no activities: they count nowhere and are refused nowhere, and the rows after them keep the spreadsheet's numbers."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from made_company import FILES, company

from leafmark.inventory.company.prepare import prepare
from leafmark.inventory.company.prepared import Prepared

HEAD = ("activity_id", "site_id", "kwh", "date", "remark")
ROWS: Sequence[Sequence[str]] = (
    ("a", "office", "1", "2025-01-01", ""),
    ("", "", "", "", ""),
    ("", " ", "\t", "", ""),
    ("b", "office", "2", "2025-02-01", "two\nlines, with a \"quote\""),
    ("", "", "", "", "subtotal of the winter"),
    ("", "", "", "", ""),
    ("c", "moon", "3", "2025-03-01", ""),
    ("-", "-", "-", "-", "-"),
    ("d", "office", "4", "2025-04-01", ""),
    ("", "", "", "", ""),
)  # fmt: skip
STAND = {"a": 1, "b": 4, "d": 9}
REFUSED = {(5, "site_id", "missing_value"), (7, "site_id", "unknown_site"), (8, "site_id", "missing_value")}


def cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\t') else text


def as_text(separator: str, empty_lines: bool, ends: str = "\n") -> str:
    rows = [HEAD, *ROWS]
    lines = ["" if empty_lines and not any(map(str.strip, row)) else separator.join(map(cell, row)) for row in rows]
    return ends.join(lines) + ends * 3


def hold(prepared: Prepared, file: str) -> None:
    """The three sound rows stand by the spreadsheet's numbers; three are refused by theirs; blank ones are in no count."""
    assert prepared.rows["electricity"] == prepared.files[file] == len(STAND) + len(REFUSED)
    found = duckdb.sql(
        f"SELECT activity_id, source_row, source_file FROM '{prepared.inputs['electricity']}'"
    ).fetchall()
    assert {name: row for name, row, _ in found} == STAND
    assert {name for _, _, name in found} == {file}
    flags = [each for each in prepared.flags.to_pylist() if each["effect"] == "refused"]
    assert {(each["row"], each["field"], each["reason"]) for each in flags} == REFUSED
    assert prepared.refused["electricity"] == len(REFUSED)


@pytest.mark.parametrize("empty_lines", [False, True])
@pytest.mark.parametrize(("name", "separator", "ends"), [("electricity.csv", ",", "\n"), ("electricity.csv", ",", "\r\n"), ("electricity.tsv", "\t", "\n"), ("electricity.csv.gz", ",", "\n")])  # fmt: skip
def test_of_text_with_empty_cells_or_with_empty_lines(
    tmp_path: Path, name: str, separator: str, ends: str, empty_lines: bool
) -> None:
    folder = company(tmp_path / "c")
    content = as_text(separator, empty_lines, ends).encode()
    (folder / "activities" / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    hold(prepare(folder, tmp_path / "out"), f"activities/{name}")


def test_of_a_workbook(tmp_path: Path) -> None:
    folder = company(tmp_path / "c")
    with xlsxwriter.Workbook(folder / "activities" / "electricity.xlsx") as book:
        sheet = book.add_worksheet("electricity")
        for number, row in enumerate([HEAD, *ROWS]):
            for place, text in enumerate(row):
                sheet.write_blank(number, place, None, book.add_format()) if not text else sheet.write_string(number, place, text)  # fmt: skip
    hold(prepare(folder, tmp_path / "out"), "activities/electricity.xlsx[electricity]")


def test_an_empty_line_above_the_header_and_in_small_tables(tmp_path: Path) -> None:
    sites = FILES["sites.csv"].replace("plant,", "\n,,,,,,\nplant,")
    text = "\n\n,,,\nactivity_id,site_id,kwh,date\n\na,plant,1,2025-01-01\n"
    prepared = prepare(company(tmp_path / "c", {"electricity": text}, sites=sites), tmp_path / "out")
    assert not [each for each in prepared.flags.to_pylist() if each["effect"] == "refused"]
    assert prepared.rows["electricity"] == 1
    assert duckdb.sql(f"SELECT source_row FROM '{prepared.inputs['electricity']}'").fetchall() == [(2,)]


def test_a_quote_that_is_never_closed_is_still_told_with_the_files_own_name(tmp_path: Path) -> None:
    text = 'activity_id,site_id,kwh,date\n\na,office,1,2025-01-01\nb,"office,2,2025-01-01\n'
    prepared = prepare(company(tmp_path / "c", {"electricity": text}), tmp_path / "out")
    (flag,) = (each for each in prepared.flags.to_pylist() if each["effect"] == "refused")
    assert flag["reason"] == "unreadable_file"
    assert "activities/electricity.csv" in flag["found"]
    assert "not readable as CSV" in flag["found"]
    uneven = "activity_id,site_id,kwh,date\n\na,office,1\n"
    prepared = prepare(company(tmp_path / "d", {"electricity": uneven}), tmp_path / "out")
    (flag,) = (each for each in prepared.flags.to_pylist() if each["effect"] == "refused")
    assert flag["reason"] == "unreadable_file"
    assert flag["found"].startswith("activities/electricity.csv: not readable")
    assert "filled" not in flag["found"]
