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
    sites = next(Path("mine").glob("sites.*")).read_text(encoding="utf-8").splitlines()
    site, region = (sites[1].split(",")[sites[0].split(",").index(name)] for name in ("site_id", "region"))
    year = re.search(r"year\s*=\s*(\d{4})", (folder / "mine" / "company.toml").read_text(encoding="utf-8"))
    assert year is not None
    (folder / "mine" / "activities").mkdir(exist_ok=True)
    (folder / "mine" / "activities" / "electricity-given.csv").write_text(
        f"site_id,kwh,date,until,origin\n{site},1000,{year[1]}-03-01,{year[1]}-04-01,measured\n", encoding="utf-8"
    )
    for old in (folder / "mine").glob("contracts.*"):
        old.unlink()
    (folder / "mine" / "contracts.csv").write_text(
        "contract_id,kind,region,valid_from,valid_to,kwh,kg_per_kwh,registry,serial,retired_on\n"
        f"C1,certificate,{region[:2]},{year[1]}-01-01,{int(year[1]) + 1}-01-01,400,0,R,1-400,{year[1]}-12-31\n"
        f"C2,certificate,{region[:2]},{year[1]}-01-01,{int(year[1]) + 1}-01-01,400,0,R,1-400,{year[1]}-12-31\n",
        encoding="utf-8",
    )
    done = call("inventory", "contracts", "mine", "--json")
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["consumed_kwh"] >= 1000
    assert [(each["contract_id"], each["used_wh"], each["why"]) for each in said["instruments"]] == [
        ("C1", 400_000, None), ("C2", 0, "used_twice"),
    ]  # fmt: skip
    assert ("contracts.csv", 2, "used_twice") in {(flag["file"], flag["row"], flag["reason"]) for flag in said["flags"]}
    assert "used_twice" in call("inventory", "contracts", "mine").stdout
