"""The verbs of time and targets: what they say, what they leave behind, and how they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from newcomer import Call


def test_a_bridge_adds_up_in_json_and_text_for_each_statement(call: Call) -> None:
    told = call("inventory", "compare", "inventory-2022", "inventory-2023", "--json")
    location, market = json.loads(told.stdout)
    for found in (location, market):
        total = found["total"]
        assert total["before_ug"] + sum(total["parts_ug"].values()) == total["after_ug"]
        assert sum(step["change_ug"] for step in found["steps"]) == total["change_ug"]
    assert location["total"]["before_ug"] - market["total"]["before_ug"] == 183_350 * 10**6
    text = call(
        "inventory", "compare", "inventory-2022", "inventory-2023", "--scope2", "market", "--by", "site_id"
    ).stdout
    assert "Scope 2 by market" in text
    assert "location" not in text
    assert "fuel.diesel@GB:direct:2022 -> fuel.diesel@GB:direct:2023" in text


@pytest.mark.parametrize(("lang", "word"), [("en", "Activity"), ("zh-Hant", "活動量"), ("zh-Hans", "活动量")])
def test_a_chart_is_written_with_its_table(call: Call, folder: Path, lang: str, word: str) -> None:
    told = call("inventory", "compare", "inventory-2022", "inventory-2023", "--chart", "bridge.html", "--lang", lang)
    assert told.exit_code == 0
    page = (folder / "bridge.html").read_text(encoding="utf-8")
    assert page.count("<svg") == page.count("<table") == 2
    assert word in page
    assert "<script" not in page


def test_an_acquisition_restates_the_base_year_and_history_shows_both(call: Call) -> None:
    outcome = json.loads(call("inventory", "recalculate", "history", "acquisition.toml", "--json").stdout)
    assert [each["year"] for each in outcome["restated"]] == [2021, 2022]
    assert outcome["restated"][0]["new_ug"]["location"] - outcome["restated"][0]["old_ug"]["location"] == 150 * 10**9
    shown = call("inventory", "history", "history").stdout
    assert "acquisition: Haulier Ltd was bought" in shown
    assert "as first filed" in shown
    assert "every hash is right" in shown
    again = call("inventory", "recalculate", "history", "acquisition.toml", "--json")
    assert again.exit_code == 2
    assert "recalculated for once" in json.loads(again.stdout)["error"]


def test_a_year_is_filed_by_add(call: Call, folder: Path) -> None:
    (folder / "new").mkdir()
    (folder / "new" / "base_year.toml").write_text(
        'years = [2022]\nreason = "x"\nthreshold_percent = 5\n', encoding="utf-8"
    )
    assert "No year was filed yet" in call("inventory", "history", "new").stdout
    told = call("inventory", "history", "new", "--add", "inventory-2022", "--add", "inventory-2023", "--json")
    assert [each["year"] for each in json.loads(told.stdout)["versions"]] == [2022, 2023]
    refused = call("inventory", "history", "new", "--add", "inventory-2022")
    assert refused.exit_code == 2
    assert "2022 was filed already" in refused.stderr


def test_targets_tell_path_gap_credits_and_the_ambition_apart(call: Call, folder: Path) -> None:
    args = ("inventory", "targets", "history", "targets.toml", "--impact", "impact.csv", "--credits", "credits.csv")
    found = json.loads(call(*args, "--json").stdout)
    operations, per_order = found["targets"]
    assert (operations["scope2"], operations["base_ug"], operations["goal_ug"]) == (
        "market",
        478_800 * 10**6,
        47_880 * 10**6,
    )
    assert per_order["per"] == "order"
    assert operations["projection"]["why_not"] == "too_few_years"
    assert found["scope_3_plus"]["years"][-1]["cumulative_g"] == 144 * 10**12
    kinds = [row["kind"] for row in found["beside_gross"]["market"]]
    assert kinds == ["gross", "gross", "gross", "gross", "removal", "offset"]
    text = call(*args, "--chart", "targets.html").stdout
    assert "fewer than four years have actuals" in text
    assert "No part of an inventory" in text
    assert "net" not in text.lower().split()
    assert (folder / "targets.html").read_text(encoding="utf-8").count("<svg") == 3


def test_credits_of_another_year_are_told_and_not_lost(call: Call, folder: Path) -> None:
    head = (folder / "credits.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "older.csv").write_text(head + "\noffset,5,Registry A,Z-1,2023-02-01,2022,receipt\n", encoding="utf-8")
    args = ("inventory", "targets", "history", "targets.toml", "--credits", "older.csv")
    assert json.loads(call(*args, "--json").stdout)["credits_of_other_years"] == {"2022": 1}
    assert "credits of other years than 2023" in call(*args).stderr


def test_what_cannot_be_compared_ends_with_a_sentence(call: Call, folder: Path) -> None:
    record = folder / "inventory-2023" / "inventory.json"
    record.write_text(record.read_text(encoding="utf-8").replace("AR5", "AR6"), encoding="utf-8")
    refused = call("inventory", "compare", "inventory-2022", "inventory-2023")
    assert refused.exit_code == 2
    assert "inventory-2022 has gwp AR5, inventory-2023 AR6" in refused.stderr
    assert call("inventory", "compare", "inventory-2022", "inventory-2023", "--across", "gwp").exit_code == 0
