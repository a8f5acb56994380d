"""`leafmark inventory bond` and `impact`: what they say, write and refuse, and with which exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from newcomer import Call


def test_a_bond_that_balances_ends_with_0_and_a_draft_with_1(call: Call, folder: Path) -> None:
    done = call("inventory", "bond", "bonds", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["bonds"][0]["net_exact"] == "986900000.00"
    rows = (folder / "bonds" / "allocations.csv").read_text().replace("183900000.00", "183900000.01")
    (folder / "bonds" / "allocations.csv").write_text(rows)
    over = call("inventory", "bond", "bonds")
    assert over.exit_code == 1
    assert "over_proceeds" in over.stdout
    assert "unbalanced:2041:2022-01-31" in over.stderr


@pytest.mark.parametrize("kind", ["eu-factsheet", "eu-allocation", "eu-impact"])
def test_the_european_template_is_refused_with_the_reason(call: Call, kind: str) -> None:
    done = call("inventory", "bond", "bonds", "--report", kind)
    assert done.exit_code == 2
    assert "2041 (sustainability)" in done.stderr
    assert "article 3" in done.stderr


@pytest.mark.parametrize(
    ("name", "has"), [("a.html", '<html lang="zh-Hans">'), ("a.json", '"schema"'), ("a.csv", "451000000.00")]
)
def test_a_report_is_written_as_its_name_says(call: Call, folder: Path, name: str, has: str) -> None:
    assert call("inventory", "bond", "bonds", "--lang", "zh-Hans", "--out", name).exit_code == 0
    assert has in (folder / name).read_text(encoding="utf-8")
    assert call("inventory", "bond", "bonds", "--out", "a.pdf").exit_code == 2


def test_a_folder_without_bonds_says_what_it_lacks(call: Call, folder: Path) -> None:
    done = call("inventory", "bond", str(folder / "impact"))
    assert done.exit_code == 2
    assert "bond.toml" in done.stderr


def test_an_impact_statement_is_a_draft_until_its_gates_are_passed(call: Call, folder: Path) -> None:
    done = call("inventory", "impact", "impact", "--json")
    assert done.exit_code == 0
    content = json.loads(done.stdout)
    assert (content["status"], content["book"]) == ("draft", "impact")
    assert content["subtotals"]["avoided"]["audited_ug"] == 900 * 10**6
    stopped = call("inventory", "impact", "impact", "--publish", "--out", "m.html")
    assert stopped.exit_code == 1
    assert "gate 1: yearly_reporting: open" in stopped.stderr
    assert not (folder / "m.html").exists()


def test_the_ambition_is_written_for_the_targets(call: Call, folder: Path) -> None:
    assert call("inventory", "impact", "impact", "--out", "impact.csv").exit_code == 0
    rows = [row.split(",")[:4] for row in (folder / "impact.csv").read_text().splitlines()]
    assert rows[1:] == [["2024", "avoided", "900", "true"], ["2024", "participant_reduction", "0", "true"],
                        ["2025", "avoided", "900", "false"], ["2025", "participant_reduction", "5000000", "false"]]  # fmt: skip


def test_what_is_no_inventory_cannot_lie_beside(call: Call) -> None:
    done = call("inventory", "impact", "impact", "--beside", "bonds")
    assert done.exit_code == 2
    assert "no inventory" in done.stderr
