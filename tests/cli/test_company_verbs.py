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
    assert len(blocks) == 7
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


def test_what_run_says_to_do_next_can_be_done(call: Call, folder: Path) -> None:
    call("inventory", "template", "mine", "--year", "2025")
    empty = call("inventory", "run", "mine", "--out", "nothing")
    assert "put activities into mine/activities" in empty.stderr
    assert "explain" not in empty.stderr
    call("inventory", "import", "mine", "electricity-2025.csv")
    done = call("inventory", "run", "mine", "--out", "mine inventory")
    (line,) = [each for each in done.stderr.splitlines() if each.startswith("next: ")]
    report, explain = line.removeprefix("next: ").split("   |   ")
    for command in (report, explain):
        made = call(*shlex.split(command)[1:])
        assert made.exit_code == 0, made.stderr


def test_a_cell_of_another_type_is_told_what_to_be_in_words(call: Call, folder: Path) -> None:
    call("inventory", "template", "mine", "--year", "2025")
    (folder / "bills.csv").write_text(
        'activity_id,site_id,kwh,date\na,head-office,"12,5",2025-01-01\nb,head-office,12.5,31/12/2025\n',
        encoding="utf-8",
    )
    said = call("inventory", "import", "mine", "bills.csv", "--template", "electricity").stdout
    assert "found 12,5, expected a number such as 1200.5" in said
    assert "found 31/12/2025, expected a day such as 2025-12-31" in said


def test_contracts_are_looked_at_by_a_verb_of_their_own_and_check_says_so(call: Call, folder: Path) -> None:
    call("inventory", "template", "mine", "--year", "2025")
    assert "contracts" not in call("inventory", "check", "mine").stderr
    with (folder / "mine" / "contracts.csv").open("a", encoding="utf-8") as file:
        file.write("a,certifcate,GB,2025-01-01,2026-01-01,10,0,wind,REGO,1-10,2026-02-01,,,\n")
    assert "leafmark inventory contracts mine" in call("inventory", "check", "mine").stderr


def test_a_folder_without_a_record_is_said_without_an_errno(call: Call, folder: Path) -> None:
    call("inventory", "template", "mine", "--year", "2025")
    shown = call("inventory", "show", "mine")
    assert shown.exit_code == 2
    assert "no inventory (inventory.json is missing); make one with leafmark inventory run" in shown.stderr
