"""A credit has one owner, a serial, and one export; impact is shared and says it is not additive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st
from terms import ANN, RECEIPT, TODAY, an_act
from test_privacy import batches_hold

from leafmark.ledger import REASONS, Accepted, Conflict, Duplicate, MoveCredit, Rejected, Share, id_of
from leafmark.ledger.credits import credit_life, decide_credit, impact_shares
from leafmark.ledger.ledger import Ledger
from leafmark.ledger.record import FIELDS, record
from leafmark.ledger.rows import CreditRow, CreditStep, Outcome, ShareRow

CREDIT = Share(ANN, id_of("s1"), id_of("ride"), "Springfield", "city", "credit", 9_000, "REG-1")
GIVEN = ShareRow(CREDIT, "given", TODAY)
OWNERS = ("Springfield", "Mill", "Bank")
STEPS: tuple[CreditStep, ...] = get_args(CreditStep)


def move(number: int, step: CreditStep, holder: str = "Springfield", buyer: str | None = None) -> MoveCredit:
    return MoveCredit("REG-1", number, step, "Verra", holder, buyer)


def life(*commands: MoveCredit) -> list[CreditRow]:
    """The credit's rows after commands that must all be accepted."""
    rows: list[CreditRow] = []
    for command in commands:
        outcome = decide_credit(GIVEN, rows, command, TODAY)
        assert isinstance(outcome, Accepted), (command, outcome)
        rows += [row for row in outcome.rows if isinstance(row, CreditRow)]
    return rows


def reason(rows: list[CreditRow], command: MoveCredit, share: ShareRow | None = GIVEN) -> str:
    outcome = decide_credit(share, rows, command, TODAY)
    assert isinstance(outcome, Rejected), outcome
    assert outcome.reason in REASONS
    assert outcome.found != outcome.expected
    return outcome.reason


def test_a_life_from_issue_to_retirement() -> None:
    rows = life(
        move(1, "issued"), move(2, "sold", buyer="Mill"), move(3, "exported", "Mill"), move(4, "retired", "Mill")
    )
    assert [(row.number, row.step, row.owner) for row in rows] == [
        (1, "issued", "Springfield"), (2, "sold", "Mill"), (3, "exported", "Mill"), (4, "retired", "Mill")]  # fmt: skip


def test_what_a_credit_may_not_do() -> None:
    issued = life(move(1, "issued"))
    sold = life(move(1, "issued"), move(2, "sold", buyer="Mill"))
    exported = life(move(1, "issued"), move(2, "exported"), move(3, "sold", buyer="Mill"))
    retired = life(move(1, "issued"), move(2, "retired"))
    cancelled = life(move(1, "cancelled"))
    impact = ShareRow(replace(CREDIT, share_type="impact"), "given", TODAY)
    assert reason([], move(1, "issued"), None) == "unknown_serial"
    assert reason([], move(1, "issued"), impact) == "unknown_serial"
    assert reason([], move(1, "sold", buyer="Mill")) == "wrong_step"
    assert reason([], move(1, "issued", "Mill")) == "not_owner"
    assert reason(issued, move(2, "issued")) == "wrong_step"
    assert reason(issued, move(3, "retired")) == "wrong_step"
    assert reason(issued, move(2, "sold", "Mill", "Bank")) == "not_owner"
    assert reason(issued, replace(move(2, "retired"), registry="Gold")) == "other_registry"
    assert reason(issued, move(2, "sold", buyer="a\tb")) == reason(issued, move(2, "sold")) == "bad_text"
    assert reason(sold, move(3, "sold", buyer="Bank")) == "not_owner"  # the first owner sells a second time
    assert reason(exported, move(4, "exported", "Mill")) == "exported_before"
    for step in STEPS:
        assert reason(retired, move(3, step)) in ("wrong_step", "exported_before")
        assert reason(cancelled, move(2, step)) == "wrong_step"


def test_the_same_step_again_is_the_first_answer_and_another_is_a_conflict() -> None:
    rows = life(move(1, "issued"), move(2, "sold", buyer="Mill"))
    assert decide_credit(GIVEN, rows, move(2, "sold", buyer="Mill"), TODAY) == Duplicate((rows[1],))
    assert decide_credit(GIVEN, rows, move(2, "sold", buyer="Bank"), TODAY) == Conflict(("owner",))
    assert decide_credit(GIVEN, rows, move(2, "retired"), TODAY) == Conflict(("step", "owner"))


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(OWNERS), st.sampled_from(OWNERS)), max_size=12))
def test_whatever_is_asked_there_is_one_owner_one_export_and_one_end(asked: list[tuple[CreditStep, str, str]]) -> None:
    """An oracle of three facts beside the rules: who owns it, whether it was exported, whether it ended."""
    rows: list[CreditRow] = []
    owner, begun, exported, ended = "Springfield", False, False, False
    for step, holder, buyer in asked:
        good = not ended and holder == owner and (begun == (step != "issued") or step == "cancelled")
        good = good and not (step == "exported" and exported)
        outcome = decide_credit(GIVEN, rows, move(len(rows) + 1, step, holder, buyer), TODAY)
        assert isinstance(outcome, Accepted) == good, (rows, step, holder)
        if isinstance(outcome, Accepted):
            assert isinstance(outcome.rows[0], CreditRow)
            rows.append(outcome.rows[0])
            begun, exported, ended = True, exported or step == "exported", step in ("retired", "cancelled")
            owner = buyer if step == "sold" else owner
            assert rows[-1].owner == owner


def begin(ledger: Ledger) -> None:
    ledger.ingest([an_act("ride")])
    assert isinstance(ledger.share(CREDIT), Accepted)


def test_a_store_keeps_and_seals_the_steps(ledger: Ledger, opened: Callable[..., Ledger]) -> None:
    begin(ledger)
    commands = (move(1, "issued"), move(2, "sold", buyer="Mill"), move(3, "exported", "Mill"))
    rows = life(*commands)
    for command, row in zip(commands, rows, strict=True):
        assert ledger.move_credit(command) == Accepted((row,))
        assert opened("other").move_credit(command) == Duplicate((row,))
    assert credit_life(ledger, "REG-1") == rows
    again = ledger.move_credit(move(4, "exported", "Mill"))
    assert isinstance(again, Rejected)
    assert again.reason == "exported_before"
    assert ledger.move_credit(replace(move(1, "issued"), serial="REG-2")).reason == "unknown_serial"
    assert [row for row in ledger.history(ANN, TODAY, TODAY) if isinstance(row, CreditRow)] == rows
    assert batches_hold(ledger)
    change = "UPDATE credit SET owner = 'Bank' WHERE number = 2"
    ledger.store.transact(lambda transaction: transaction.rows(change))
    assert not batches_hold(ledger)


def test_records_of_credits_differ(ledger: Ledger) -> None:
    rows = life(move(1, "issued"), move(2, "sold", buyer="Mill"))
    assert record(rows[1]) == f"credit\t{ANN}\t{id_of('s1')}\t2\tsold\tREG-1\tMill\tVerra\t2026-11-20"
    assert record(rows[0]).count("\t") == FIELDS["credit"]


def test_an_act_is_taken_back_only_after_its_credit_was_cancelled(ledger: Ledger) -> None:
    begin(ledger)
    ledger.move_credit(move(1, "issued"))
    refused = ledger.reverse(ANN, id_of("back"), id_of("ride"), "refunded")
    assert isinstance(refused, Rejected)
    assert refused.reason == "credit_issued"
    cancelled = ledger.move_credit(move(2, "cancelled"))
    assert isinstance(cancelled, Accepted)
    assert cancelled.rows[1] == ShareRow(CREDIT, "taken", TODAY)
    assert isinstance(ledger.move_credit(move(2, "cancelled")), Duplicate)
    assert isinstance(ledger.reverse(ANN, id_of("back"), id_of("ride"), "refunded"), Accepted)
    assert ledger.balance(ANN).avoided_mg == 0
    assert batches_hold(ledger)
    again = ledger.share(replace(CREDIT, share_id=id_of("s2")))
    assert again.reason in ("serial_used", "not_enough")  # a registry's serial never serves twice


def test_two_who_sell_at_once_sell_once(ledger: Ledger, opened: Callable[..., Ledger]) -> None:
    begin(ledger)
    ledger.move_credit(move(1, "issued"))
    others = [ledger, *(opened(f"writer {n}") for n in range(3))]

    def sell(number: int) -> Outcome:
        return others[number % 4].move_credit(move(2, "sold", buyer=f"buyer {number}"))

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(sell, range(16)))
    assert sorted({type(each).__name__ for each in outcomes}) == ["Accepted", "Conflict"]
    assert sum(isinstance(each, Accepted) for each in outcomes) == 1


def test_impact_is_shared_and_says_it_is_not_additive(ledger: Ledger) -> None:
    begin(ledger)
    ledger.ingest([an_act("receipt", RECEIPT, co2e_mg=4_000)])
    for party, role, mg in (("Ann", "consumer", 9_000), ("Shop", "merchant", 6_000)):
        share = Share(ANN, id_of(party), id_of("ride"), party, role, "impact", mg)  # type: ignore[arg-type]
        assert isinstance(ledger.share(share), Accepted)
    found = impact_shares(ledger, ANN, id_of("ride"))
    assert found is not None
    assert {(each.party, each.co2e_mg) for each in found.shares} == {
        ("Ann", 9_000),
        ("Shop", 6_000),
    }  # no credit among them
    assert found.minted_mg == 15_000
    assert "shared, not additive" in str(found)
    assert str(24_000) not in str(found).replace(",", "")
    own = impact_shares(ledger, ANN, id_of("receipt"))
    assert own is not None
    assert own.minted_mg == 0  # in the operator's own inventory: nothing to share
    assert impact_shares(ledger, ANN, id_of("none")) is None


def test_a_day_is_the_ledgers(ledger: Ledger, opened: Callable[..., Ledger]) -> None:
    begin(ledger)
    later = opened("other", lambda: TODAY + dt.timedelta(2))
    later.move_credit(move(1, "issued"))
    assert [row.day for row in credit_life(ledger, "REG-1")] == [TODAY + dt.timedelta(2)]
