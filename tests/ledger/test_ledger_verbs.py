"""The verbs of `leafmark ledger` on either store: one story from terms to an erased person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from newcomer import FILES

from leafmark.cli import main


def test_one_story_on_either_store(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEAFMARK_LEDGER", address)
    for name in ("terms.json", "acts.csv"):
        Path(name).write_text(FILES[name], encoding="utf-8")

    def ledger(*args: str, status: int = 0) -> dict:
        done = CliRunner().invoke(main, ["ledger", *args, "--json"])
        assert done.exit_code == status, done.output
        return json.loads(done.stdout)

    assert ledger("load", "terms.json")["actions"] == 2
    assert len(ledger("terms")["actions"]) == 2
    assert ledger("ingest", "acts.csv", "--open", "--refused", "mend.csv")["accepted"] == 4
    assert ledger("ingest", "acts.csv", "--writer", "other")["duplicates"] == 4
    ann = ledger("open", "ann")["accounts"][0]["account_id"]
    assert ledger("redeem", "ann", "mug", "5", "mug")["outcome"] == "accepted"
    assert ledger("redeem", ann, "mug", "5", "mug")["outcome"] == "duplicate"
    assert ledger("redeem", ann, "cup", "500", "cup", status=1)["reason"] == "not_enough"
    assert ledger("post", "ann", "mug")["outcome"] == "accepted"
    assert ledger("void", "ann", "mug", status=1)["reason"] == "not_pending"
    assert (
        ledger("share", "ann", "ride-1", "Mill", "--role", "brand", "--mg", "7", "--serial", "R1")["outcome"]
        == "accepted"
    )
    assert ledger("credit", "R1", "issued", "--holder", "Mill", "--registry", "Verra")["rows"][0]["number"] == 1
    assert ledger("reverse", "ann", "ride-1", "x", status=1)["reason"] == "credit_issued"
    assert ledger("credit", "R1", "cancelled", "--holder", "Mill")["rows"][1]["step"] == "taken"
    assert ledger("reverse", "ann", "ride-1", "refunded")["rows"][0]["points"] == -7
    assert ledger("shares", "ann", "ride-2")["note"] == "shared, not additive"
    assert ledger("expire", "2015-03")["points"] == 0
    assert ledger("expire", "2026-05", status=1)["reason"] == "not_due"
    assert {each["acts"] for each in ledger("figures", "--by", "month")["groups"]} == {None}
    assert ledger("balance", "ann")["points"] == 4
    kinds = [each["row"] for each in ledger("history", "ann")["rows"]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "event": 3, "redemption": 2, "share": 2, "credit": 2, "adjustment": 1}  # fmt: skip
    assert ledger("erase", "ann", "--yes")["rows"][0]["points"] == -4
    assert ledger("balance", ann)["points"] == 0
    assert "no account 'ann'" in ledger("balance", "ann", status=2)["error"]
    assert "swordfish" not in json.dumps(ledger("load", "terms.json"))
