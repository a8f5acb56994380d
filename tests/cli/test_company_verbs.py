"""`leafmark inventory template | import | check`: statuses, what is said where, and JSON."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from newcomer import Call

from leafmark.inventory import company
from leafmark.inventory.reasons import REASONS

BAD = "activity_id,site_id,kwh,date,until\na,head-office,10,2025-01-01,2025-02-01\nb,moon,10,2025-01-01,\nc,head-office,10,2024-01-01,\n"


def test_from_a_template_to_a_checked_company(call: Call, folder: Path) -> None:
    begun = call("inventory", "template", "mine", "--year", "2025", "--json")
    assert begun.exit_code == 0
    assert "activities/electricity.csv" in json.loads(begun.stdout)["files"]
    assert call("inventory", "check", "mine").exit_code == 0
    imported = call("inventory", "import", "mine", "electricity-2025.csv")
    assert imported.exit_code == 0
    assert "written: mine/activities/electricity-2025.csv" in imported.stderr
    again = call("inventory", "import", "mine", "electricity-2025.csv", "--json")
    assert again.exit_code == 2
    assert "imported already" in json.loads(again.stdout)["error"]
    assert call("inventory", "import", "mine", "electricity-2025.csv", "--replace").exit_code == 0


def test_what_is_refused_is_said_by_row_and_the_status_is_1(call: Call, folder: Path) -> None:
    call("inventory", "template", "mine", "--year", "2025")
    (folder / "bills.csv").write_text(BAD, encoding="utf-8")
    imported = call("inventory", "import", "mine", "bills.csv", "--template", "electricity", "--json")
    content = json.loads(imported.stdout)
    assert (content["rows"], content["refused"]) == ({"electricity": 3}, {"electricity": 2})
    checked = call("inventory", "check", "mine")
    assert checked.exit_code == 1
    assert (
        "refused: activities/electricity-bills.csv row 2, site_id: unknown_site: found moon, expected" in checked.stdout
    )
    assert (
        "refused: activities/electricity-bills.csv row 3, date: outside_year: found 2024-01-01 to 2024-01-02"
        in checked.stdout
    )
    assert "leafmark: mine: 2 refused" in checked.stderr
    as_json = call("inventory", "check", "mine", "--json")
    assert as_json.exit_code == 1
    assert [flag["row"] for flag in json.loads(as_json.stdout)["flags"] if flag["effect"] == "refused"] == [2, 3]


def test_a_folder_that_is_no_company_ends_with_a_sentence(call: Call, folder: Path) -> None:
    (folder / "empty").mkdir()
    ended = call("inventory", "check", "empty")
    assert ended.exit_code == 2
    assert ended.stderr.strip().endswith("start one with leafmark inventory template empty")
    assert call("inventory", "template", ".").exit_code == 2


def test_a_workbook_is_a_company_too(call: Call, folder: Path) -> None:
    assert call("inventory", "template", "book", "--xlsx").exit_code == 0
    assert call("inventory", "check", "book").exit_code == 0


GUIDE = (Path(__file__).parents[2] / "docs" / "inventory-company.md").read_text(encoding="utf-8")


def test_the_guide_is_what_happens(call: Call, folder: Path) -> None:
    """Every file and every console block of docs/inventory-company.md, in order."""
    blocks = re.findall(r"(?:<!-- file: (\S+) -->\n)?```(csv|console)\n(.*?)```", GUIDE, flags=re.DOTALL)
    assert len(blocks) == 6
    for name, kind, text in blocks:
        if kind == "csv":
            (folder / name).write_text(text, encoding="utf-8")
            continue
        command, _, printed = text.partition("\n")
        done = call(*shlex.split(command.removeprefix("$ leafmark ")))
        assert done.exit_code == 0, done.stderr
        assert not printed or done.stdout == printed


def test_every_reason_that_a_company_is_given_is_in_the_guide() -> None:
    rooms = Path(company.__file__).parent.glob("*.py")
    code = "".join(path.read_text(encoding="utf-8") for path in rooms)
    given = {reason for reason in REASONS if re.search(rf"\b{reason}\b", code)}
    named = {
        word
        for cell in re.findall(r"^\| (`[^|]*`) \|", GUIDE, flags=re.MULTILINE)
        for word in re.findall(r"`(\w+)`", cell)
    }
    assert given <= named, given - named
