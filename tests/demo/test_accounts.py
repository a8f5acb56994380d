"""The declared scenario: credited once, shown apart, worth nothing in audited totals, and every figure explained."""

from __future__ import annotations

import re
import shlex
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from leafmark.actions import explain_act, open_credited
from leafmark.demo import accounts, main, report_accounts
from leafmark.demo.figures import mass, ranged
from leafmark.demo.report_accounts import NOT_PART
from leafmark.demo.summary import screen
from leafmark.engine.explain import explain
from leafmark.ledger.ledger import Ledger, open_ledger


def test_each_household_has_one_account_and_each_act_one_event(done: Path, record: dict) -> None:
    found = record["accounts"]
    pairs = pq.read_table(done / "inputs" / "accounts.parquet").to_pylist()
    numbers = [row["account_id"] for row in pairs]
    assert len({row["household_id"] for row in pairs}) == len(set(numbers)) == found["households"] == 2_469
    assert all(0 <= each < 2**63 for each in numbers)
    assert max(numbers) > 2**62  # 63 bits, not a sequence
    assert found["acts"] == found["events"] == sum(each["acts"] for each in found["by_action"])
    assert (found["duplicates"], found["conflicts"], found["rejected_by_reason"]) == (0, 0, {})
    assert found["posted_again"] == {"accepted": 0, "duplicates": found["events"]}


def test_the_shares_are_those_declared(done: Path, record: dict) -> None:
    acts = pq.read_table(done / "inputs" / "acts.parquet")
    assert pc.unique(acts["evidence"]).to_pylist() == ["D"]
    for each in record["accounts"]["by_action"]:
        own = acts.filter(pc.equal(acts["action"], each["action"]))
        assert own.num_rows == each["acts"] == len(pc.unique(own["document"]))
        assert own.num_rows == pytest.approx(record["orders"] * each["percent"] / 100, rel=0.05)


def test_the_ledger_holds_what_is_told(done: Path, record: dict) -> None:
    found = record["accounts"]
    numbers = pq.read_table(done / "inputs" / "accounts.parquet")["account_id"].to_pylist()
    with open_ledger(done / found["store"], today=lambda: accounts.LEDGER_DAY) as ledger:
        held = [ledger.balance(each) for each in numbers]
    assert sum(each.avoided_mg for each in held) == found["avoided_mg"]
    assert sum(each.points for each in held) == found["points"]
    assert max(each.avoided_mg for each in held) == found["largest_balance"]["avoided_mg"]
    assert sum(each["co2e_mg"] for each in found["by_action"]) == found["avoided_mg"]
    assert sum(each["points"] for each in found["by_action"]) == found["points"] + found["points_above_cap"]


def test_the_store_is_verified(done: Path, record: dict) -> None:
    assert record["accounts"]["verify"] == {"ok": True, "findings": []}
    assert "verify: ok" in screen(record)
    assert "<strong>verify: ok.</strong>" in (done / "report.html").read_text(encoding="utf-8")


def test_findings_are_told_and_not_hidden(record: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger's own check is put out of the way: a store that is wrong is not to be had by fair means."""
    seen = SimpleNamespace(ok=False, findings=["event, account 7: points 5; expected < 4", "batch 2: a broken link"])
    monkeypatch.setattr(Ledger, "verify", lambda _: seen, raising=False)
    with open_ledger(tmp_path / "ledger.db") as ledger:
        told = accounts.checked(ledger)
    assert told == {"ok": False, "findings": seen.findings}
    found = record | {"accounts": record["accounts"] | {"verify": told}}
    assert "verify: 2 findings" in screen(found)
    page = report_accounts.accounts(found)
    assert "<strong>verify: 2 findings.</strong>" in page
    assert "event, account 7: points 5; expected &lt; 4; batch 2: a broken link" in page


def test_self_declared_acts_are_in_no_audited_total_and_in_no_footprint(done: Path, record: dict) -> None:
    found = record["accounts"]
    assert found["audited_mg"] == open_credited(done / "acts").record["audited_co2e_mg"] == 0
    books = set(open_credited(done / "acts").table("entries")["book"].to_pylist())
    assert books == {"impact"}
    assert record["totals_ug"]["co2e_ug"] == sum(each["co2e_ug"] for each in record["by_month"].values())
    told = screen(record)
    page = (done / "report.html").read_text(encoding="utf-8")
    assert "a declared scenario, evidence D: audited 0 g" in told
    assert f"<strong>audited: {mass(0)}</strong>" in page
    for text in (told, page):
        assert NOT_PART in text


def test_an_e_receipt_stays_below_zero_and_earns_nothing(done: Path, record: dict) -> None:
    receipt, packaging = record["accounts"]["by_action"]
    assert receipt["one_act_ug"]["co2e_ug"] == -7 * 10**6
    assert receipt["co2e_mg"] == -7_000 * receipt["acts"]
    assert receipt["points"] == 0 < packaging["points"]
    assert record["accounts"]["households_below_zero"] > 0
    assert "An e-receipt comes out at −7.00 g, below zero." in (done / "report.html").read_text(encoding="utf-8")
    assert "e-receipts, −7.00 g each" in screen(record)


def test_an_act_s_figure_is_explained(done: Path, record: dict) -> None:
    page = (done / "report.html").read_text(encoding="utf-8")
    commands = re.findall(r"<code>leafmark explain DIR/(acts/[^ <]+) ([^<]*)</code>", page)
    assert len(commands) == len(record["accounts"]["by_action"]) == 2
    for (run, words), each in zip(commands, record["accounts"]["by_action"], strict=True):
        tree = explain(done / run, *shlex.split(unescape(words)))
        assert ranged(tree) == ranged(each["one_act_ug"])
        assert f">{ranged(tree)}</td>" in page
        whole = explain(done / run, "total")
        assert whole["co2e_ug"] == 1000 * each["co2e_mg"]
        for end in ("low_ug", "high_ug"):  # as the page says: one act's range times their number
            assert whole[end] == pytest.approx(each["acts"] * tree[end], rel=1e-6)
        lines = [line for stage in explain_act(done / "acts", each["example"])["stages"] for line in stage["lines"]]
        for line in lines:
            (factor,) = line["factors"]
            assert factor["source"]["locator"] in page
            assert f">{mass(line['co2e_ug'])}</td>" in page


def test_the_scenario_is_the_same_each_time() -> None:
    assert accounts.account_of(1) == accounts.account_of(1) != accounts.account_of(2)
    terms = accounts.scenario_terms()
    assert {each.action for each in terms.actions} == {"e_receipt", "packaging_reuse"}
    assert {each.statement for each in terms.actions} == {"avoided"}
    assert terms == accounts.scenario_terms()


def test_a_missing_store_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before any of the demo's work, not after it."""
    monkeypatch.setattr(accounts, "find_spec", lambda name: None if name == "alembic" else object())
    monkeypatch.setattr(main, "panel_folder", lambda: tmp_path)
    assert main.demo(tmp_path / "out", False, False) == 2
    assert "alembic: pip install 'leafmark[demo]'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_an_earlier_ledger_left_goes(tmp_path: Path) -> None:
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (tmp_path / name).write_bytes(b"of an earlier demo")
    (tmp_path / "acts").mkdir()
    main._empty(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["inputs", "run.json"]
