"""From an inventory's figure to the company's own file: whatever an explanation names lies there, in that row."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path

import pytest
import xlsxwriter
from newcomer import Call

READINGS = [(f"r{number}", 1000 + number, f"2025-{month:02}-01") for number, month in enumerate(range(1, 13), 1)]


@pytest.fixture
def inventory(call: Call, folder: Path) -> Path:
    """Readings of a year in a CSV, some of them refused, and more in a workbook."""
    call("inventory", "template", "mine", "--year", "2025")
    rows = ["activity_id,site_id,kwh,date"]
    for name, kwh, day in READINGS:
        rows += [f"{name},head-office,{kwh},{day}", f"bad-{name},moon,1,{day}"]
    (folder / "mine" / "activities" / "electricity-meters.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    with xlsxwriter.Workbook(folder / "mine" / "activities" / "more.xlsx") as book:
        sheet = book.add_worksheet("electricity")
        sheet.write_row(0, 0, ["activity_id", "site_id", "kwh", "date"])
        for number, (name, kwh, day) in enumerate(READINGS, 1):
            sheet.write_row(number, 0, [f"x-{name}", "head-office", 10 * kwh, day])
    assert call("inventory", "run", "mine", "--out", "inventory").exit_code == 0
    return folder / "inventory"


def test_every_row_of_an_explanation_is_found_in_the_companys_own_file(
    call: Call, folder: Path, inventory: Path
) -> None:
    with (folder / "mine" / "activities" / "electricity-meters.csv").open(encoding="utf-8") as file:
        own = [*csv.DictReader(file)]
    seen = set()
    for _, kwh, day in READINGS:
        group = f"head-office · {day[:7]} · calculated"
        tree = json.loads(call("explain", "inventory/runs/electricity", group, "--json").stdout)
        for line in tree["stages"][0]["lines"]:
            whence = line["prepared_from"]
            seen.add((whence["file"], whence["row"]))
            if whence["file"] == "activities/electricity-meters.csv":
                there = own[whence["row"] - 1]
                assert (there["activity_id"], float(there["kwh"])) == (line["activity_id"], line["amount"])
            else:
                assert whence["file"] == "activities/more.xlsx[electricity]"
                name, read, _ = READINGS[whence["row"] - 1]
                assert (f"x-{name}", 10 * read) == (line["activity_id"], line["amount"])
            assert line["amount"] in (kwh, 10 * kwh)
    assert len(seen) == 2 * len(READINGS)


def test_the_terminal_names_the_file_and_the_row(call: Call, folder: Path, inventory: Path) -> None:
    said = call("explain", "inventory/runs/electricity", "head-office · 2025-09 · calculated").stdout
    assert "made of row 17 of activities/electricity-meters.csv" in said  # the ninth reading: eight bad ones before it
    assert "made of row 9 of activities/more.xlsx[electricity]" in said


def test_by_market_a_row_is_of_a_groups_sum_and_the_group_is_explained_beside_it(
    call: Call, folder: Path, inventory: Path
) -> None:
    """Contracts are matched with sums, so a row by market was made of no single row; its group in the other run was."""
    group = "head-office · 2025-03 · calculated"
    by_market = json.loads(call("explain", "inventory/runs/electricity_market", group, "--json").stdout)
    assert {line["prepared_from"] for line in by_market["stages"][0]["lines"]} == {None}
    rows = json.loads(call("explain", "inventory/runs/electricity", group, "--json").stdout)["stages"][0]["lines"]
    amounts = {line["row"]: line["amount"] for line in rows}
    assert sum(amounts.values()) == pytest.approx(by_market["stages"][0]["lines"][0]["amount"])


def test_the_command_that_a_run_ends_with_names_the_companys_file(call: Call, folder: Path) -> None:
    call("inventory", "template", "mine", "--year", "2025")
    call("inventory", "import", "mine", "electricity-2025.csv")
    done = call("inventory", "run", "mine", "--out", "other")
    (line,) = [each for each in done.stderr.splitlines() if each.startswith("next: ")]
    explained = call(*shlex.split(line.partition("   |   ")[2])[1:])
    assert "made of row 1 of activities/electricity-2025.csv" in explained.stdout
