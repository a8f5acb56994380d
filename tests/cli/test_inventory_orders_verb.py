"""`leafmark inventory orders` and `contracts`: what the guides say, on the guides' own files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from newcomer import Call

GUIDE = (Path(__file__).parents[2] / "docs" / "inventory-orders.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", GUIDE, flags=re.DOTALL))
VERB = ("inventory", "orders", "placed.csv", "placed-entries.csv")


def test_the_guides_festival_is_18_percent_lighter(folder: Path, call: Call) -> None:
    done = call(*VERB, "--amounts", "placed-amounts.csv", "--by", "day", "--compare", "2024", "2025", "--json")
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert [row["service_g_per_order"] for row in said["figures"]] == [500.0, 410.0]
    assert [row["goods_g_per_order"] for row in said["figures"]] == [None, 5200.0]
    assert said["change"]["per_order_change"] == pytest.approx(-0.18)
    moved = {name: ug for name, ug in said["change"]["parts_ug"].items() if ug}
    assert moved == {"efficiency": -4 * 90 * 10**6}
    assert said["flags"] == []


def test_the_same_in_words(folder: Path, call: Call) -> None:
    done = call(*VERB, "--amounts", "placed-amounts.csv", "--compare", "2024-01-01..2025-01-01", "2025-11-11..")
    assert done.exit_code == 0, done.stderr
    assert "never add them" in done.stdout
    assert "18.0% lighter" in done.stdout


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--compare", "2019", "2025"), "no orders (from 2019-01-01, before 2020-01-01)"),
        (("--compare", "618", "2025"), "no orders (festival 618)"),
        (("--compare", "yesterday..", "2025"), "expected a year, FROM..UNTIL"),
        (("--amounts", "placed.csv"), "no column method_id, amount"),
    ],
)
def test_what_cannot_be_compared_says_why(folder: Path, call: Call, more: tuple[str, ...], message: str) -> None:
    done = call(*VERB, *more)
    assert done.exit_code == 2
    assert message in done.stderr


def test_contracts_of_a_company_are_matched_before_it_is_run(folder: Path, call: Call) -> None:
    assert call("inventory", "template", "mine").exit_code == 0
    (folder / "mine" / "activities" / "electricity.csv").write_text(
        "site_id,kwh,date,until,origin\nhead-office,1000,2025-03-01,2025-04-01,measured\n", encoding="utf-8"
    )
    (folder / "mine" / "contracts.csv").write_text(
        "contract_id,kind,region,valid_from,valid_to,kwh,kg_per_kwh,registry,serial,retired_on\n"
        "C0,certificate,GB,2025-01-01,2026-01-01,400,much,R,1-400,2025-12-31\n"
        "C1,certificate,GB,2025-01-01,2026-01-01,400,0,R,1-400,2025-12-31\n"
        "C2,certificate,GB,2025-01-01,2026-01-01,400,0,R,1-400,2025-12-31\n",
        encoding="utf-8",
    )
    done = call("inventory", "contracts", "mine", "--json")
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["consumed_kwh"], said["served_kwh"], said["grid_kwh"]) == (1000.0, 400.0, 600.0)
    assert [(each["contract_id"], each["used_wh"], each["why"]) for each in said["instruments"]] == [
        ("C1", 400_000, None), ("C2", 0, "used_twice"),
    ]  # fmt: skip
    assert ("contracts.csv", 3, "used_twice") in {(flag["file"], flag["row"], flag["reason"]) for flag in said["flags"]}
    assert ("contracts.csv", 1, "unreadable") in {(flag["file"], flag["row"], flag["reason"]) for flag in said["flags"]}
    assert "used_twice" in call("inventory", "contracts", "mine").stdout
