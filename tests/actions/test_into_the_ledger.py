"""Credited acts go into a ledger as they are: grams, points and statements come out as the terms say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from act_rows import EVERY, Outcome, act

from leafmark.actions import catalogue
from leafmark.ledger import OwnBoundary
from leafmark.ledger.ledger import open_ledger

TODAY = dt.date(2026, 5, 5)


def test_every_act_goes_in_once(every: Outcome, tmp_path: Path) -> None:
    account = act("metro")["account_id"]
    with open_ledger(tmp_path / "ledger.db", today=lambda: TODAY) as ledger:
        ledger.load(catalogue("city"))
        receipt = ledger.ingest(every.done.path / "events.parquet")
        assert (receipt.accepted, receipt.rejected, receipt.conflicts) == (len(EVERY), 0, 0), receipt.named
        assert ledger.ingest(every.done.table("events")).duplicates == len(EVERY)
        held = ledger.balance(account)
        assert held.avoided_mg == sum(row["co2e_mg"] for row in every.events) == every.done.record["co2e_mg"]
        below = [row["action"] for row in every.events if row["co2e_mg"] < 0]
        earned = {row.act.action: row.points for row in ledger.history(account, TODAY - dt.timedelta(9), TODAY)}
        assert below
        assert {earned[action] for action in below} == {0}
        assert earned["channel_purchase"] == 10


def test_an_act_in_the_operators_own_books_is_shown_and_not_minted(every: Outcome, tmp_path: Path) -> None:
    own = [OwnBoundary("city", "marketplace", 2026, "no_cutlery", "scope 3 category 1")]
    with open_ledger(tmp_path / "ledger.db", today=lambda: TODAY) as ledger:
        ledger.load(catalogue("city", own=own))
        ledger.ingest(every.done.table("events"))
        held = ledger.balance(act("metro")["account_id"])
    cutlery = next(row["co2e_mg"] for row in every.events if row["action"] == "no_cutlery")
    assert held.operator_inventory_mg == cutlery > 0
    assert held.avoided_mg == sum(row["co2e_mg"] for row in every.events) - cutlery
