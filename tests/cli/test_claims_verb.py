"""`leafmark claims`: its statuses, its words, its JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from newcomer import Call

ON = ("--on", "2026-11-26")
SAID = "An eco-friendly kettle, carbon neutral since 2021"


def test_a_finding_ends_with_1_and_tells_quote_rule_why_and_what_is_missing(call: Call) -> None:
    done = call("claims", "check", SAID, *ON)
    assert done.exit_code == 1
    for part in (
        "2 findings",
        "“eco-friendly”: eu.generic",
        "Why:",
        "Evidence missing:",
        "Annex I, point 4c",
        "no legal advice",
    ):
        assert part in done.stdout
    assert done.stderr == "leafmark: 2 found in the text\n"


def test_nothing_found_ends_with_0_and_says_what_was_looked_for(call: Call) -> None:
    done = call("claims", "check", "A kettle of 1.7 litres", *ON, "--market", "uk")
    assert done.exit_code == 0
    assert "Nothing found of what was looked for." in done.stdout
    assert "in force on 2026-11-26 (uk)" in done.stdout
    assert "no legal advice" in done.stdout


def test_json_stands_alone_on_stdout(call: Call) -> None:
    done = call("claims", "check", SAID, *ON, "--json")
    content = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [each["rule"] for each in content["findings"]] == ["eu.generic", "eu.offsets"]
    first = content["findings"][0]
    assert SAID[first["start"] : first["end"]] == first["quote"] == "eco-friendly"
    assert first["source"]["read"] is False


def test_a_file_evidence_a_medium_a_brand_and_a_language(call: Call, folder: Path) -> None:
    Path("ad.html").write_text("<p>An <b>eco</b>-friendly kettle</p>", encoding="utf-8")
    Path("back.txt").write_text("Its shell is 80 % recycled steel, by weight.", encoding="utf-8")
    Path("held.toml").write_text(
        '[[evidence]]\nkind = "specification"\ntext = "80 % recycled steel, by weight"\n', encoding="utf-8"
    )
    bare = call("claims", "check", "--file", "ad.html", *ON)
    held = call("claims", "check", "--file", "ad.html", "--evidence", "held.toml", "--medium", "back.txt", *ON)
    named = call("claims", "check", "A kettle", "--brand", "EcoWash", "--lang", "zh-Hant", *ON)
    assert (bare.exit_code, held.exit_code, named.exit_code) == (1, 0, 1)
    assert "found in ad.html" in bare.stderr
    assert "品牌名稱第 0 至 3 字元" in named.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "expected TEXT or --file FILE"),
        (("x", "--file", "bill.csv"), "expected TEXT or --file FILE"),
        (("x", "--market", "mars"), "market: expected one or more of eu"),
        (("x", "--evidence", "bill.csv"), "bill.csv: not TOML"),
        (("--file", "latin.txt"), "latin.txt: not UTF-8"),
        (("--file", "none.txt"), "does not exist"),
    ],
)
def test_what_cannot_be_used_ends_with_2(call: Call, folder: Path, arguments: tuple[str, ...], said: str) -> None:
    Path("latin.txt").write_bytes("Grün".encode("latin-1"))
    done = call("claims", "check", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_rules_are_listed_of_a_market_and_a_day(call: Call) -> None:
    every, french, early = (
        call("claims", "rules", *more, "--json") for more in ((), ("--market", "fr"), ("--on", "2026-09-26"))
    )
    ids = [{each["id"] for each in json.loads(done.stdout)} for done in (every, french, early)]
    assert {name.split(".")[0] for name in ids[0]} == {"cn", "eu", "fr", "house", "uk", "us"}
    assert {name.split(".")[0] for name in ids[1]} == {"eu", "fr", "house"}
    assert "eu.generic" in ids[0] - ids[2]
    plain = call("claims", "rules", "--market", "uk")
    assert "uk.neutral" in plain.stdout
    assert "eu.generic" not in plain.stdout
    assert call("claims", "rules", "--market", "mars").exit_code == 2
